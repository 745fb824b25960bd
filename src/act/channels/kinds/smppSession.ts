import smpp from 'smpp'
import { said } from '../rules/gateway.ts'
import { addressOf } from './guard.ts'
import { type Read, type Way, WayFault } from './kind.ts'
import { readDelivery, type Submission } from './smppWords.ts'

export type Session = {
  /** Resolves when the account is bound. @throws WayFault. */
  bound(): Promise<void>
  submit(submission: Submission, signal: AbortSignal): Promise<{ status: number; id: string }>
  close(): Promise<void>
}

const answerMs = 20_000
const bindMs = 10_000

type Live = { session: smpp.Session; waiting: Set<(fault: WayFault) => void>; beat: NodeJS.Timeout }

/**
 * One bound connection, taken up when it is needed and again after it broke. No more submissions are without an answer than
 * the window says. Deliveries are answered when what they say is kept: what was not kept comes again.
 */
export function openSession(way: Way): Session {
  let live: Promise<Live> | undefined
  let closed = false
  const room = turnstile(Number(way.settings.window ?? 50))
  const deliver = deliveries(way)

  function take(): Promise<Live> {
    if (closed) return Promise.reject(new WayFault('transient', 'closed', 'the connection was closed'))
    if (live) return live
    const mine = bind(way, deliver, () => {
      if (live === mine) live = undefined
    })
    live = mine
    mine.catch(() => {
      if (live === mine) live = undefined
    })
    return mine
  }

  return {
    bound: async () => void (await take()),
    async submit(submission, signal) {
      await room.enter()
      try {
        return await submitOn(await take(), submission, signal, said(way.settings.ids))
      } finally {
        room.leave()
      }
    },
    async close() {
      closed = true
      const held = await live?.catch(() => undefined)
      if (!held) return
      clearInterval(held.beat)
      await goodbye(held.session)
    },
  }
}

/** As the protocol wants it, but no centre can keep us from leaving. */
function goodbye(session: smpp.Session): Promise<void> {
  if (session.socket.destroyed) return Promise.resolve()
  return new Promise((resolve) => {
    session.socket.once('close', () => resolve())
    const timer = setTimeout(() => session.destroy(), 500)
    session.socket.once('close', () => clearTimeout(timer))
    if (!session.unbind(() => session.destroy())) session.destroy()
  })
}

async function bind(
  way: Way,
  deliver: (session: smpp.Session, pdu: smpp.PDU) => void,
  gone: () => void,
): Promise<Live> {
  const { settings, secrets } = way
  const host = said(settings.host)
  const { address } = await addressOf(way.ctx, host)
  const tls = settings.tls === true
  const session = smpp.connect({
    host: address,
    port: Number(settings.port),
    tls,
    ...(tls ? { servername: host } : {}),
  })
  const waiting: Live['waiting'] = new Set()
  let broke: Error | undefined
  session.on('error', (error: Error) => {
    broke = error
    session.destroy()
  })
  session.on('pdu', (pdu: smpp.PDU) => {
    if (pdu.command === 'deliver_sm') deliver(session, pdu)
    else if (pdu.command === 'enquire_link') session.send(pdu.response())
    else if (pdu.command === 'unbind') {
      session.send(pdu.response())
      session.close()
    }
  })
  await new Promise<void>((resolve, reject) => {
    const fail = (code: string, message: string) => {
      session.destroy()
      reject(new WayFault('transient', code, message, { cause: broke }))
    }
    const timer = setTimeout(() => fail('timeout', 'the message centre does not answer'), bindMs)
    session.once('close', () => {
      clearTimeout(timer)
      fail((broke as { code?: string } | undefined)?.code?.toLowerCase() ?? 'closed', `no connection to ${host}`)
    })
    session.once(tls ? 'secureConnect' : 'connect', () =>
      session.bind_transceiver(
        {
          system_id: said(settings.systemId),
          password: secrets.password ?? '',
          system_type: said(settings.systemType),
        },
        ({ command_status: status }) => {
          clearTimeout(timer)
          if (status === 0) return resolve()
          fail('bind', `the bind was refused (0x${status.toString(16)})`)
        },
      ),
    )
  })
  session.removeAllListeners('close')
  const beat = heartbeat(session, Number(settings.enquireSeconds ?? 30))
  session.on('close', () => {
    clearInterval(beat)
    gone()
    const fault = new WayFault('transient', 'broken', 'the connection broke', { uncertain: true, cause: broke })
    for (const fail of [...waiting]) fail(fault)
  })
  return { session, waiting, beat }
}

/** A connection that answers no heartbeat is dead, though no socket says so. */
function heartbeat(session: smpp.Session, seconds: number): NodeJS.Timeout {
  let missed = 0
  const beat = setInterval(() => {
    if (++missed > 2) return session.destroy()
    session.enquire_link(() => {
      missed = 0
    })
  }, seconds * 1000)
  return beat.unref()
}

function submitOn(
  live: Live,
  submission: Submission,
  signal: AbortSignal,
  ids: string,
): Promise<{ status: number; id: string }> {
  return new Promise((resolve, reject) => {
    const done = () => {
      clearTimeout(timer)
      live.waiting.delete(fail)
    }
    const fail = (fault: WayFault) => {
      done()
      reject(fault)
    }
    const timer = setTimeout(
      () => fail(new WayFault('transient', 'timeout', 'no answer to the submission', { uncertain: true })),
      answerMs,
    )
    live.waiting.add(fail)
    if (signal.aborted) return fail(new WayFault('transient', 'stopped', 'stopped before it was sent'))
    const left = live.session.submit_sm(submission, ({ command_status: status, message_id: id = '' }) => {
      done()
      resolve({ status, id: ids === 'hex' && /^[0-9a-f]+$/i.test(id) ? BigInt(`0x${id}`).toString() : id })
    })
    if (!left) fail(new WayFault('transient', 'broken', 'the connection broke'))
  })
}

/** What arrives while the last set is being kept is the next set. */
function deliveries(way: Way): (session: smpp.Session, pdu: smpp.PDU) => void {
  let queue: { session: smpp.Session; pdu: smpp.PDU; read: Read }[] = []
  let busy = false
  async function drain() {
    if (busy) return
    busy = true
    while (queue.length > 0) {
      const set = queue.splice(0, 500)
      let status = smpp.ESME_ROK
      try {
        await way.tell({
          receipts: set.flatMap(({ read }) => read.receipts),
          inbound: set.flatMap(({ read }) => read.inbound),
        })
      } catch (error) {
        way.ctx.log.warn({ err: error, account: way.account }, 'receipts could not be kept')
        status = smpp.ESME_RX_T_APPN
      }
      for (const { session, pdu } of set) session.send(pdu.response(status === 0 ? {} : { command_status: status }))
    }
    busy = false
  }
  return (session, pdu) => {
    queue = [...queue, { session, pdu, read: readDelivery(pdu, way.ctx.now) }]
    void drain()
  }
}

function turnstile(width: number) {
  let free = width
  const waiting: (() => void)[] = []
  return {
    enter(): Promise<void> {
      if (free > 0) {
        free--
        return Promise.resolve()
      }
      return new Promise((resolve) => {
        waiting.push(resolve)
      })
    },
    leave() {
      const next = waiting.shift()
      if (next) next()
      else free++
    },
  }
}
