import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import smpp from 'smpp'
import { delayOf, luckOf } from './luck.ts'
import type { Around, Running } from './standIn.ts'

export type SmscOptions = {
  /** Messages a second that a bound session may submit. */
  perSecond?: number
  password?: string
}

/** Shares of numbers and of messages. */
const shares = { absent: 0.03, barred: 0.01, systemError: 0.002, lateReceipt: 0.02 }
/** The states of SMPP 3.4, 5.2.28, with the word that a receipt has for each (appendix B). */
const states = { DELIVRD: 2, EXPIRED: 3, UNDELIV: 5, REJECTD: 8 } as const
type State = keyof typeof states

/**
 * An operator's short message centre by SMPP 3.4: wrong numbers are refused (ESME_RINVDSTADR), more than the agreed rate
 * is throttled (ESME_RTHROTTLED), now and then it fails by itself (ESME_RSYSERR). Receipts come seconds later, some
 * after hours, not in the order of the messages; to phones that are off they say EXPIRED after a day. What people answer
 * (`TD`) comes back as a message of theirs.
 */
export async function startSmsc(around: Around, options: SmscOptions = {}): Promise<Running> {
  const { perSecond = 200, password = 'zhixing' } = options
  let taken = 0
  const server = smpp.createServer((session) => {
    let bound = false
    let window = { from: 0, count: 0 }
    // Clients hang up as they like; that is no fault of the centre.
    session.on('error', () => session.destroy())
    for (const command of ['bind_transceiver', 'bind_transmitter', 'bind_receiver'])
      session.on(command, (pdu: smpp.PDU) => {
        bound = pdu.password === password
        session.send(pdu.response({ command_status: bound ? smpp.ESME_ROK : smpp.ESME_RINVPASWD, system_id: 'SMSC' }))
      })
    session.on('enquire_link', (pdu: smpp.PDU) => session.send(pdu.response()))
    session.on('unbind', (pdu: smpp.PDU) => {
      session.send(pdu.response())
      session.close()
    })
    session.on('submit_sm', (pdu: smpp.PDU) => {
      const now = around.now()
      if (now - window.from >= 1000) window = { from: now, count: 0 }
      const answer = !bound ? smpp.ESME_RINVBNDSTS : ++window.count > perSecond ? smpp.ESME_RTHROTTLED : answerTo(pdu)
      if (answer !== smpp.ESME_ROK) return session.send(pdu.response({ command_status: answer }))
      const id = (++taken).toString(16).padStart(10, '0')
      session.send(pdu.response({ message_id: id }))
      pass(session, id, pdu)
    })
  })

  function answerTo(pdu: smpp.PDU): number {
    const to = pdu.destination_addr ?? ''
    if (!isMobile(to)) return smpp.ESME_RINVDSTADR
    return luckOf(around.seed, 'smsc', to, textOf(pdu)) < shares.systemError ? smpp.ESME_RSYSERR : smpp.ESME_ROK
  }

  /** What becomes of a message that was taken. */
  function pass(session: smpp.Session, id: string, pdu: smpp.PDU): void {
    const to = pdu.destination_addr ?? ''
    const text = textOf(pdu)
    const now = around.now()
    const state = stateOf(around.seed, to)
    const luck = luckOf(around.seed, 'delivery', to, text)
    const reachedAt = now + delayOf(luck, 4000)
    const late = luckOf(around.seed, 'late', to, text) < shares.lateReceipt
    const receiptAt =
      state === 'EXPIRED' ? now + 86_400_000 : reachedAt + (late ? 3 * 3_600_000 : delayOf(1 - luck, 800))
    if (state === 'DELIVRD')
      around.later(reachedAt, () => {
        for (const reply of around.reached({ channel: 'sms', id, to, at: reachedAt, text }))
          around.later(reply.at, () => session.deliver_sm(mobileOriginated(reply.to, pdu.source_addr, reply.text)))
      })
    if (pdu.registered_delivery)
      around.later(receiptAt, () =>
        session.deliver_sm(receipt({ id, to, from: pdu.source_addr, state, now, receiptAt })),
      )
  }

  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      for (const session of [...server.sessions]) session.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** The numbers of the demo are of ranges that are never issued, but they look like mobiles. */
export function isMobile(to: string): boolean {
  return /^(?:\+?86)?1\d{10}$/.test(to)
}

/** A phone is off, barred, or takes messages: it stays so for as long as one seed is played. */
export function stateOf(seed: number, to: string): State {
  const luck = luckOf(seed, 'phone', to.slice(-11))
  if (luck < shares.absent) return 'EXPIRED'
  return luck < shares.absent + shares.barred ? 'UNDELIV' : 'DELIVRD'
}

function textOf({ short_message, message_payload }: smpp.PDU): string {
  for (const part of [short_message, message_payload]) {
    const message = typeof part === 'object' ? part.message : part
    if (message !== undefined && message.length > 0) return message.toString()
  }
  return ''
}

type Receipt = { id: string; to: string; from: string | undefined; state: State; now: number; receiptAt: number }

function receipt({ id, to, from, state, now, receiptAt }: Receipt): Record<string, unknown> {
  const err = state === 'DELIVRD' ? '000' : '001'
  return {
    source_addr: to,
    destination_addr: from ?? '',
    esm_class: 4,
    short_message: `id:${id} sub:001 dlvrd:${state === 'DELIVRD' ? '001' : '000'} submit date:${stamp(now)} done date:${stamp(receiptAt)} stat:${state} err:${err} text:`,
    receipted_message_id: id,
    message_state: states[state],
  }
}

function mobileOriginated(from: string, to: string | undefined, text: string): Record<string, unknown> {
  return { source_addr: from, destination_addr: to ?? '', esm_class: 0, short_message: text }
}

/** YYMMDDhhmm, in the operator's own time. */
function stamp(at: number): string {
  return new Date(at + 8 * 3_600_000).toISOString().replace(/\D/g, '').slice(2, 12)
}
