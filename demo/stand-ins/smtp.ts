import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { SMTPServer, type SMTPServerAddress } from 'smtp-server'
import { delayOf, luckOf } from './luck.ts'
import type { Around, Running } from './standIn.ts'

/** Shares of mailboxes; a mailbox stays what it is. */
const shares = { gone: 0.02, full: 0.01, greylisted: 0.1 }
/** A server that does not know the sender asks him to come again, and believes him after this. */
const greyMs = 60_000
const longestMail = 5 * 1024 * 1024

/** Answers of RFC 5321 with the enhanced codes of RFC 3463. */
class Rejected extends Error {
  readonly responseCode: number
  constructor(responseCode: number, message: string) {
    super(message)
    this.responseCode = responseCode
  }
}

/**
 * The mail servers of the customers, as one: mailboxes that are gone (550), full (452), or guarded by greylisting (451,
 * accepted when it comes again after a minute); answers take a moment. What is accepted reaches the person a little later.
 */
export async function startSmtp(around: Around, options: { answerMs?: number } = {}): Promise<Running> {
  const { answerMs = 15 } = options
  const firstTried = new Map<string, number>()

  function refusalOf(from: string, to: string): Rejected | undefined {
    const luck = luckOf(around.seed, 'mailbox', to)
    if (luck < shares.gone) return new Rejected(550, '5.1.1 The mailbox does not exist')
    if (luck < shares.gone + shares.full) return new Rejected(452, '4.2.2 The mailbox is full')
    if (luck > 1 - shares.greylisted) {
      const key = `${from} ${to}`
      const first = firstTried.get(key) ?? around.now()
      firstTried.set(key, first)
      if (around.now() - first < greyMs) return new Rejected(451, '4.7.1 Greylisted, come again in a minute')
    }
    return undefined
  }

  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    size: longestMail,
    closeTimeout: 500,
    logger: false,
    onRcptTo(address, session, done) {
      const from = addressOf(session.envelope.mailFrom)
      const refusal = refusalOf(from, address.address.toLowerCase())
      void pause(Math.min(1000, delayOf(luckOf(around.seed, 'answer', address.address), answerMs, 0.7))).then(() =>
        done(refusal),
      )
    },
    onData(stream, session, done) {
      const parts: Buffer[] = []
      stream.on('data', (part: Buffer) => parts.push(part))
      stream.on('end', () => {
        if (stream.sizeExceeded) return done(new Rejected(552, '5.3.4 The message is too large'))
        const text = Buffer.concat(parts).toString('utf8')
        for (const { address } of session.envelope.rcptTo) deliver(address.toLowerCase(), text)
        done(null, '2.0.0 Queued')
      })
    },
  })

  function deliver(to: string, text: string): void {
    const id = /^message-id:\s*(\S+)/im.exec(text)?.[1] ?? `${to} ${around.now()}`
    const at = around.now() + delayOf(luckOf(around.seed, 'mail', id, to), 3000)
    around.later(at, () => void around.reached({ channel: 'email', id, to, at, text }))
  }

  server.on('error', () => {})
  server.listen(0, '127.0.0.1')
  await once(server.server, 'listening')
  return {
    port: (server.server.address() as AddressInfo).port,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  }
}

function addressOf(from: SMTPServerAddress | false): string {
  return from === false ? '' : from.address
}
