import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import smpp from 'smpp'
import { segmentsOf } from './rules/sms.ts'
import { startCentre } from './testing/smsc.ts'
import { channelsBank, people, until } from './testing/testing.ts'

const mobile = (n: number) => `1990000${String(n).padStart(4, '0')}`

async function bank(t: TestContext, settings: Record<string, unknown> = {}) {
  const centre = await startCentre(t)
  const made = await channelsBank(t)
  const account = await made.account({
    name: '行业短信',
    kind: 'smpp',
    settings: {
      ...{ host: '127.0.0.1', port: centre.port, tls: false, systemId: 'bank', source: '10690000', long: 'udh' },
      ...{ window: 10, enquireSeconds: 30, ids: 'same', sign: '知行银行' },
      ...settings,
    },
    secrets: { password: 'geheim' },
  })
  const customers = await people(
    made.ctx,
    made.org.id,
    Array.from({ length: 30 }, (_, n) => ({ customer_no: `C${n}`, mobile: mobile(n) })),
  )
  const letter = (n: number, text: string) => ({
    key: `msg_${n}`,
    to: { customer: customers[n] ?? 0 },
    fields: { text },
  })
  return { ...made, centre, account: account.id, letter, customers }
}

test('texts go to the mobiles that the vault opens, signed, in the alphabet they need, and receipts tell what came of them', async (t) => {
  const { centre, account, letter, send, sink } = await bank(t)
  const outcomes = await send(account, [letter(1, '您的理财明日到期'), letter(2, 'ok')])
  assert.deepEqual(
    outcomes.map((one) => ('state' in one ? [one.key, one.providerId, one.units] : one)),
    [
      ['msg_1', 'm1', 1],
      ['msg_2', 'm2', 1],
    ],
  )
  assert.deepEqual(
    centre.submitted.map(({ pdu, text }) => [pdu.destination_addr, pdu.data_coding, pdu.registered_delivery, text]),
    [
      [mobile(1), 8, 1, '【知行银行】您的理财明日到期'],
      [mobile(2), 8, 1, '【知行银行】ok'],
    ],
  )
  const [first, second] = centre.submitted
  assert.ok(first && second)
  assert.equal(await centre.receipt(second, 'UNDELIV'), 0)
  assert.equal(await centre.receipt(first, 'DELIVRD'), 0)
  assert.deepEqual(
    sink.taken.map(({ account: of, providerId, state, code, at }) => [
      of === account,
      providerId,
      state,
      code,
      at.toISOString(),
    ]),
    [
      [true, 'm2', 'failed', 'UNDELIV:000', '2026-01-05T01:01:00.000Z'],
      [true, 'm1', 'delivered', 'DELIVRD:000', '2026-01-05T01:01:00.000Z'],
    ],
  )
})

test('a long text goes in parts that the phone joins, is billed for each, and is delivered with its last part (rule 88)', async (t) => {
  for (const long of ['udh', 'sar'] as const) {
    const { centre, account, letter, send, sink } = await bank(t, { long })
    const whole = `【知行银行】${'理财到期'.repeat(40)}`
    const [outcome] = await send(account, [letter(1, whole)])
    const { parts } = segmentsOf(whole)
    assert.equal(parts.length, 3)
    assert.ok(outcome && 'state' in outcome)
    assert.deepEqual([outcome.units, outcome.providerId], [3, 'm1'])
    assert.equal(centre.submitted.map(({ text }) => text).join(''), whole)
    if (long === 'sar')
      assert.deepEqual(
        centre.submitted.map(({ pdu }) => [pdu.sar_segment_seqnum, pdu.sar_total_segments]),
        [
          [1, 3],
          [2, 3],
          [3, 3],
        ],
      )
    else assert.ok(centre.submitted.every(({ pdu }) => ((pdu.esm_class ?? 0) & 0x40) !== 0))
    const [a, b, c] = centre.submitted
    assert.ok(a && b && c)
    await centre.receipt(c, 'DELIVRD')
    await centre.receipt(a, 'DELIVRD')
    await centre.receipt(a, 'DELIVRD')
    assert.deepEqual(sink.taken, [])
    await centre.receipt(b, 'DELIVRD')
    assert.deepEqual(
      sink.taken.map(({ providerId, state }) => [providerId, state]),
      [['m1', 'delivered']],
    )
  }
})

test('one part that does not arrive fails the whole, once', async (t) => {
  const { centre, account, letter, send, sink } = await bank(t)
  await send(account, [letter(1, '理财到期'.repeat(30))])
  const [a, b] = centre.submitted
  assert.ok(a && b)
  await centre.receipt(b, 'EXPIRED')
  await centre.receipt(a, 'DELIVRD')
  await centre.receipt(b, 'EXPIRED')
  assert.deepEqual(
    sink.taken.map(({ providerId, state }) => [providerId, state]),
    [['m1', 'failed']],
  )
})

test('the whole in one submission, where the centre takes that', async (t) => {
  const { centre, account, letter, send } = await bank(t, { long: 'payload' })
  const [outcome] = await send(account, [letter(1, '理财到期'.repeat(30))])
  assert.equal(outcome && 'state' in outcome && outcome.units, 2)
  assert.deepEqual(centre.submitted.length, 1)
})

test('a receipt before the answer to the submission waits until its message is known (rule 83)', async (t) => {
  const { centre, account, letter, send, sink, ctx, channels } = await bank(t)
  const known = new Set<string>()
  sink.known = (one) => known.has(one.providerId ?? '')
  centre.before = async (one) => void (await centre.receipt(one, 'DELIVRD'))
  const [outcome] = await send(account, [letter(1, '到期')])
  assert.ok(outcome && 'state' in outcome)
  assert.deepEqual(sink.taken, [])
  assert.equal((await channels.getAccount(ctx, account)).waiting, 1)
  known.add(outcome.providerId)
  await ctx.clock.advance(3000)
  await channels.offerStrays(ctx)
  assert.deepEqual(
    sink.taken.map(({ providerId, state, code }) => [providerId, state, code]),
    [['m1', 'delivered', 'DELIVRD:000']],
  )
  assert.equal((await channels.getAccount(ctx, account)).waiting, 0)
})

test('parts may report before they are written down, and still the whole is told once', async (t) => {
  const { centre, account, letter, send, sink, ctx, channels } = await bank(t)
  let know = false
  sink.known = ({ providerId }) => know && providerId === 'm1'
  centre.before = async (one) => void (await centre.receipt(one, 'DELIVRD'))
  await send(account, [letter(1, '理财到期'.repeat(30))])
  know = true
  await ctx.clock.advance(3000)
  await channels.offerStrays(ctx)
  assert.deepEqual(
    sink.taken.map(({ providerId, state }) => [providerId, state]),
    [['m1', 'delivered']],
  )
  assert.equal((await channels.getAccount(ctx, account)).waiting, 0)
})

test('receipts that cannot be kept are refused, so that the centre brings them again', async (t) => {
  const { centre, account, letter, send, sink } = await bank(t)
  await send(account, [letter(1, '到期')])
  const [one] = centre.submitted
  assert.ok(one)
  sink.known = () => {
    throw new Error('the database is away')
  }
  assert.equal(await centre.receipt(one, 'DELIVRD'), smpp.ESME_RX_T_APPN)
  sink.known = () => true
  assert.equal(await centre.receipt(one, 'DELIVRD'), 0)
  assert.equal(sink.taken.length, 1)
})

test('failures are told apart: too fast, bad number, fault of the centre (rule 84)', async (t) => {
  const { centre, account, letter, send } = await bank(t)
  const statuses: Record<string, number> = {
    [mobile(1)]: smpp.ESME_RTHROTTLED,
    [mobile(2)]: smpp.ESME_RINVDSTADR,
    [mobile(3)]: smpp.ESME_RSYSERR,
  }
  centre.answer = ({ pdu }) => statuses[pdu.destination_addr ?? ''] ?? 0
  const outcomes = await send(account, [letter(1, 'a'), letter(2, 'b'), letter(3, 'c')])
  assert.deepEqual(
    outcomes.map((one) => ('failed' in one ? [one.failed, one.code, one.suppress ?? false, one.own ?? false] : one)),
    [
      ['throttled', 'ESME_RTHROTTLED', false, false],
      ['permanent', 'ESME_RINVDSTADR', true, false],
      ['transient', 'ESME_RSYSERR', false, true],
    ],
  )
})

test('no more submissions wait than the window says', async (t) => {
  const { centre, account, letter, send } = await bank(t, { window: 3 })
  centre.before = () => new Promise((resolve) => setImmediate(resolve))
  const outcomes = await send(
    account,
    Array.from({ length: 30 }, (_, n) => letter(n, `第 ${n} 条`)),
  )
  assert.equal(outcomes.filter((one) => 'state' in one).length, 30)
  assert.ok(centre.mostWaiting > 0 && centre.mostWaiting <= 3, String(centre.mostWaiting))
})

test('a connection that breaks leaves what was under way uncertain, and the next set goes by a new one', async (t) => {
  const { centre, account, letter, send } = await bank(t)
  centre.answer = () => 'never'
  const under = send(account, [letter(1, 'a')])
  await until('the submission is there', () => centre.submitted.length === 1)
  centre.hangUp()
  const [outcome] = await under
  assert.deepEqual(outcome && 'failed' in outcome && [outcome.failed, outcome.code, outcome.uncertain], [
    'transient',
    'broken',
    true,
  ])
  centre.answer = () => 0
  const [again] = await send(account, [letter(2, 'b')])
  assert.ok(again && 'state' in again)
  assert.equal(centre.binds, 2)
})

test('a wrong password is a fault of the account: letters may be tried again, and nothing is uncertain', async (t) => {
  const { account, letter, send, channels, ctx } = await bank(t)
  const { version } = await channels.getAccount(ctx, account)
  await channels.editAccount(ctx, account, { version, secrets: { password: 'wrong' } })
  const [outcome] = await send(account, [letter(1, 'a')])
  assert.ok(outcome && 'failed' in outcome)
  assert.deepEqual(
    [outcome.failed, outcome.code, outcome.own, outcome.uncertain],
    ['transient', 'bind', true, undefined],
  )
})

test('a listening account hears receipts of messages that another process sent', async (t) => {
  const { centre, account, channels, ctx, sink, first } = await bank(t)
  const listening = channels.listen(ctx)
  first(() => listening.stop())
  await until('the account is bound', () => centre.binds === 1)
  const [session] = centre.sessions
  assert.ok(session)
  await centre.deliver(session, {
    ...{ source_addr: mobile(1), esm_class: 4, receipted_message_id: 'other-1', message_state: 2 },
    short_message: '',
  })
  assert.deepEqual(
    sink.taken.map(({ account: of, providerId, state }) => [of, providerId, state]),
    [[account, 'other-1', 'delivered']],
  )
})

test('who answers TD is told as one who opted out; who says thanks is not', async (t) => {
  const { centre, account, letter, send, sink, customers } = await bank(t)
  await send(account, [letter(4, '到期')])
  const [one] = centre.submitted
  assert.ok(one)
  for (const [from, words] of [
    [mobile(4), '谢谢'],
    [`86${mobile(4)}`, 'TD'],
    ['19900009999', 'TD'],
  ])
    await centre.deliver(one.session, { source_addr: from, esm_class: 0, short_message: words })
  assert.deepEqual(
    sink.taken.map(({ customer, state, code }) => [customer, state, code]),
    [[customers[4], 'optedOut', 'TD']],
  )
})
