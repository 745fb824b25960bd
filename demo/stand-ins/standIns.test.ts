import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type TestContext, test } from 'node:test'
import { createTransport } from 'nodemailer'
import smpp from 'smpp'
import { startGateways } from './gateways.ts'
import type { Around, Delivered, Reply } from './standIn.ts'

/** A clock that stands, and what waits for it; `go` lets time pass. */
function stage(t: TestContext, replies: (message: Delivered) => Reply[] = () => []) {
  let now = Date.parse('2026-01-05T10:00:00+08:00')
  let waiting: { at: number; run: () => void }[] = []
  const reached: Delivered[] = []
  const around: Around = {
    seed: 7,
    now: () => now,
    later: (at, run) => void waiting.push({ at, run }),
    reached(message) {
      reached.push(message)
      return replies(message)
    },
  }
  function go(ms: number): void {
    now += ms
    for (;;) {
      const [due] = waiting.filter(({ at }) => at <= now).sort((a, b) => a.at - b.at)
      if (!due) return
      waiting = waiting.filter((one) => one !== due)
      due.run()
    }
  }
  const opened = startGateways(around)
  t.after(async () => (await opened).close())
  return { gateways: opened, reached, go, pending: () => waiting.length }
}

const until = async (done: () => boolean) => {
  while (!done()) await new Promise((resolve) => setImmediate(resolve))
}

test('a mail reaches the mailbox; gone, full and greylisted mailboxes answer as real servers do, always the same', async (t) => {
  const { gateways, reached, go, pending } = stage(t)
  const mailer = createTransport({ url: (await gateways).smtp, pool: true } as never)
  t.after(() => mailer.close())
  const send = (to: string) =>
    mailer.sendMail({ from: 'bank@zhixing.example', to, subject: '到期提醒', text: '您的产品即将到期' }).then(
      () => 250,
      (error: { responseCode?: number }) => error.responseCode ?? 0,
    )
  const mailboxes = Array.from({ length: 200 }, (_, i) => `kehu${i}@mail.example`)
  const answers = await Promise.all(mailboxes.map(send))
  const count = (code: number) => answers.filter((answer) => answer === code).length
  assert.ok(count(550) > 0 && count(550) < 15, `${count(550)} gone`)
  assert.ok(count(451) > 5 && count(451) < 40, `${count(451)} greylisted`)
  assert.ok(count(250) > 150)

  go(60_000)
  // A few mails take longer.
  while (pending() > 0) go(60_000)
  assert.equal(reached.length, count(250))
  assert.match(reached[0]?.text ?? '', /^Subject:/m)
  const again = await Promise.all(mailboxes.map(send))
  assert.equal(again.filter((answer) => answer === 451).length, 0, 'who came again after a minute is believed')
  for (const [i, answer] of again.entries()) if (answers[i] === 550) assert.equal(answer, 550)
})

async function bound(t: TestContext, url: string) {
  const session = smpp.connect({ url })
  t.after(() => session.destroy())
  await once(session, 'connect')
  const receipts: smpp.PDU[] = []
  session.on('deliver_sm', (pdu: smpp.PDU) => {
    receipts.push(pdu)
    session.send(pdu.response())
  })
  const pdu = await new Promise<smpp.PDU>((done) =>
    session.bind_transceiver({ system_id: 'z', password: 'zhixing' }, done),
  )
  assert.equal(pdu.command_status, 0)
  const submit = (to: string, text: string) =>
    new Promise<smpp.PDU>((done) =>
      session.submit_sm(
        { source_addr: '10690000', destination_addr: to, short_message: text, registered_delivery: 1 },
        done,
      ),
    )
  return { receipts, submit }
}

const textOf = ({ short_message }: smpp.PDU) =>
  String(typeof short_message === 'object' ? short_message.message : short_message)
const mobile = (i: number) => `1990000${String(i).padStart(4, '0')}`

test('the message centre refuses wrong numbers, throttles beyond the agreed rate, and sends receipts late and out of order', async (t) => {
  const { gateways, reached, go } = stage(t)
  const { receipts, submit } = await bound(t, (await gateways).smpp)
  assert.equal((await submit('12345', 'x')).command_status, smpp.ESME_RINVDSTADR)

  const answers = await Promise.all(Array.from({ length: 300 }, (_, i) => submit(mobile(i), '到期提醒')))
  const taken = answers.filter(({ command_status }) => command_status === 0)
  const throttled = answers.filter(({ command_status }) => command_status === smpp.ESME_RTHROTTLED)
  assert.ok(throttled.length >= 100, `${throttled.length} beyond 200 a second`)
  assert.ok(taken.length > 180)

  go(86_400_000)
  await until(() => receipts.length === taken.length)
  const words = receipts.map(textOf)
  const order = words.map((text) => taken.findIndex(({ message_id }) => text.startsWith(`id:${message_id} `)))
  assert.ok(!order.includes(-1), 'each receipt is of a message that was taken')
  assert.notDeepEqual(
    order,
    order.toSorted((a, b) => a - b),
    'not in the order of the messages',
  )
  const expired = words.filter((text) => text.includes('stat:EXPIRED')).length
  assert.ok(expired > 0 && expired < 20, `${expired} phones were off`)
  assert.equal(reached.length, words.filter((text) => text.includes('stat:DELIVRD')).length)
})

test('what a person answers to a text comes back as a message of his', async (t) => {
  const { gateways, go } = stage(t, ({ to, at }) => [{ to, at: at + 60_000, text: 'TD' }])
  const { receipts, submit } = await bound(t, (await gateways).smpp)
  await submit(mobile(1), '新品上架')
  go(3_600_000)
  await until(() => receipts.length === 2)
  const answer = receipts.find(({ esm_class }) => esm_class === 0)
  assert.equal(answer?.source_addr, mobile(1))
  assert.equal(textOf(answer as smpp.PDU), 'TD')
})

async function post(url: string, body: object) {
  const response = await fetch(url, { method: 'POST', body: JSON.stringify(body) })
  return { status: response.status, body: (await response.json()) as Record<string, unknown> }
}

async function receiver(t: TestContext) {
  const reports: Record<string, unknown>[] = []
  let refusals = 1
  const server = createServer((request, response) => {
    let text = ''
    request.on('data', (part) => (text += String(part)))
    request.on('end', () => {
      // The first call back meets a receiver that is down.
      if (refusals-- > 0) response.writeHead(503).end()
      else {
        reports.push(JSON.parse(text))
        response.end()
      }
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  return { reports, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` }
}

test('the SMS platform calls back what became of a text, again when nobody answered, and takes no marketing at night', async (t) => {
  const { gateways, go, pending } = stage(t)
  const { reports, url } = await receiver(t)
  const send = `${(await gateways).http}/sms/send`
  const { body } = await post(send, { phone: mobile(1), content: '新品上架', kind: 'marketing', callback: url })
  assert.equal(body.code, '0')
  go(600_000)
  await until(() => pending() > 0)
  go(600_000)
  await until(() => reports.length > 0)
  assert.deepEqual(
    { ...reports[0], at: undefined },
    { msgid: body.msgid, phone: mobile(1), status: 'DELIVRD', at: undefined },
  )

  assert.equal((await post(send, { phone: '110', content: 'x' })).body.code, 'isv.MOBILE_NUMBER_ILLEGAL')
  go(12 * 3_600_000)
  assert.equal((await post(send, { phone: mobile(1), content: 'x' })).body.code, 'isv.OUT_OF_SERVICE_TIME')
  assert.equal((await post(send, { phone: mobile(1), content: 'x', kind: 'notice' })).body.code, '0')
})

test('a push names the tokens of apps that were taken off; the rest is shown', async (t) => {
  const { gateways, reached, go } = stage(t)
  const tokens = Array.from({ length: 100 }, (_, i) => `token-${i}`)
  const { body } = await post(`${(await gateways).http}/push/send`, { tokens, title: '到期', text: '提醒' })
  assert.equal(body.code, '80100000')
  const illegal = body.illegal as string[]
  assert.ok(illegal.length > 0 && illegal.length < 20)
  go(60_000)
  assert.ok(reached.length > 60 && reached.length < 100 - illegal.length, 'some have turned notices off')
})

test('WeCom makes a task that the employee confirms later, or never', async (t) => {
  const { gateways, reached, go } = stage(t)
  const { http } = await gateways
  const token = (await (await fetch(`${http}/cgi-bin/gettoken?corpid=c&corpsecret=s`)).json()) as {
    access_token: string
  }
  const at = (path: string) => `${http}/cgi-bin/externalcontact/${path}?access_token=${token.access_token}`
  assert.equal((await post(at('x').replace(token.access_token, 'old'), {})).body.errcode, 40014)
  const tasks = await Promise.all(
    Array.from({ length: 20 }, (_, i) =>
      post(at('add_msg_template'), { sender: `E${i}`, external_userid: ['wm1', 'wm2'], text: { content: '活动' } }),
    ),
  )
  assert.equal(reached.length, 0, 'nothing is sent by the API itself')
  go(7_000_000)
  const results = await Promise.all(
    tasks.map(({ body }, i) => post(at('get_groupmsg_send_result'), { msgid: body.msgid, userid: `E${i}` })),
  )
  const statuses = results.map(({ body }) => (body.send_list as { status: number }[])[0]?.status)
  assert.ok(statuses.includes(0) && statuses.includes(1), `${statuses}`)
  assert.equal(reached.filter(({ to }) => to === 'wm1').length, statuses.filter((status) => status === 1).length)
})
