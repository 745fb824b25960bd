import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import type { TestContext } from 'node:test'
import smpp from 'smpp'

export type Submitted = { id: string; pdu: smpp.PDU; text: string; session: smpp.Session }

/**
 * A message centre that does as it is told: `answer` says the status of each submission, `before` runs ahead of the answer.
 * It takes whoever knows the password.
 */
export async function startCentre(t: TestContext) {
  const centre = {
    port: 0,
    submitted: [] as Submitted[],
    binds: 0,
    beats: 0,
    waiting: 0,
    mostWaiting: 0,
    sessions: new Set<smpp.Session>(),
    answer: (_one: Submitted): number | 'never' => 0,
    before: (_one: Submitted): Promise<void> | void => undefined,
    /** What the client answered to each delivery. */
    deliver: (session: smpp.Session, fields: Record<string, unknown>) =>
      new Promise<number>((resolve) => session.deliver_sm(fields, (answer) => resolve(answer.command_status))),
    receipt: (one: Submitted, stat: string, more: Record<string, unknown> = {}) =>
      centre.deliver(one.session, {
        source_addr: one.pdu.destination_addr,
        destination_addr: one.pdu.source_addr,
        esm_class: 4,
        short_message: `id:${one.id} sub:001 dlvrd:001 submit date:2601050900 done date:2601050901 stat:${stat} err:000 text:`,
        ...more,
      }),
    hangUp() {
      for (const session of centre.sessions) session.destroy()
    },
  }
  const server = smpp.createServer((session) => {
    centre.sessions.add(session)
    session.on('error', () => session.destroy())
    session.on('close', () => centre.sessions.delete(session))
    session.on('bind_transceiver', (pdu: smpp.PDU) => {
      const ok = pdu.password === 'geheim'
      if (ok) centre.binds++
      session.send(pdu.response({ command_status: ok ? 0 : smpp.ESME_RINVPASWD }))
    })
    session.on('enquire_link', (pdu: smpp.PDU) => {
      centre.beats++
      session.send(pdu.response())
    })
    session.on('unbind', (pdu: smpp.PDU) => session.send(pdu.response()))
    session.on('submit_sm', (pdu: smpp.PDU) => void take(session, pdu))
  })
  async function take(session: smpp.Session, pdu: smpp.PDU) {
    const held = [pdu.short_message, pdu.message_payload].find(
      (one) => typeof one === 'object' && one.message !== undefined && one.message.length > 0,
    )
    const text = typeof held === 'object' ? held.message.toString() : ''
    const one = { id: `m${centre.submitted.length + 1}`, pdu, text, session }
    centre.submitted.push(one)
    centre.mostWaiting = Math.max(centre.mostWaiting, ++centre.waiting)
    await centre.before(one)
    centre.waiting--
    const status = centre.answer(one)
    if (status !== 'never')
      session.send(pdu.response(status === 0 ? { message_id: one.id } : { command_status: status }))
  }
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  centre.port = (server.address() as AddressInfo).port
  t.after(async () => {
    centre.hangUp()
    await new Promise((resolve) => server.close(resolve))
  })
  return centre
}
