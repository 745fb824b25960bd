import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { optOut } from '../../decide/contact/contact.ts'
import type { PolicyDoc } from '../../decide/contact/contract.ts'
import { capOf, openContactBank } from '../../decide/contact/testing/testing.ts'
import { read, unauditedChange } from '../../platform/change.ts'
import type { Letter, Outcome, Receipt } from '../channels/channels.ts'
import type { Plan, State } from './contract.ts'
import {
  type CustomerEvent,
  type Deps,
  listMessages,
  planMessages,
  receiptSink,
  sendDue,
  stopMessages,
  tellNews,
  watchDue,
} from './messages.ts'

const never = new AbortController().signal
const minutes = (n: number) => n * 60_000

/** A bank with a policy, a channel that answers as it is told, and content that says what is given. */
async function office(t: TestContext, doc: Partial<PolicyDoc> = {}) {
  const bank = await openContactBank(t)
  await bank.policy(doc)
  const sent: Letter[] = []
  const events: CustomerEvent[] = []
  let answer: (letter: Letter) => Outcome | undefined = ({ key }) => ({
    key,
    state: 'sent',
    providerId: `p-${key}`,
    units: 1,
  })
  const deps: Deps = {
    async send(_ctx, _account, letters) {
      sent.push(...letters)
      return letters.flatMap((letter) => answer(letter) ?? [])
    },
    prices: async () => new Map([['acc_1', 450]]),
    write: async (_ctx, _of, addressees) =>
      addressees.map(({ key, given }) =>
        given?.event?.hole ? { key, missing: 'event.hole' } : { key, fields: { text: '你好' } },
      ),
    async tell(_ctx, all) {
      events.push(...all)
    },
    channelOf: async () => 'sms',
  }
  const plan = (customer: number, more: Partial<Plan> = {}): Plan => ({
    ...{ key: `s v1 ${customer}`, org: bank.head, customer, strategy: 's', channel: 'push', account: 'acc_1' },
    ...{ template: 'tpl_1', version: 1, class: 'marketing', priority: 50, blocked: 'delay' },
    latest: new Date(bank.ctx.now.getTime() + 72 * 3_600_000),
    ...more,
  })
  return {
    ...{ ...bank, sent, events, deps },
    answers: (how: typeof answer) => {
      answer = how
    },
    plan: (...plans: Plan[]) => unauditedChange(bank.ctx, 'plans of a test', (tx) => planMessages(bank.ctx, tx, plans)),
    wish: plan,
    async work() {
      while (
        (await sendDue(bank.ctx, deps, never)) + (await watchDue(bank.ctx)) + (await tellNews(bank.ctx, deps)) >
        0
      );
    },
    hear: (...receipts: Receipt[]) =>
      unauditedChange(bank.ctx, 'receipts of a test', (tx) => receiptSink(deps)(bank.ctx, tx, receipts)),
    async states(): Promise<Record<string, State>> {
      const { items } = await listMessages(bank.ctx, { sort: 'plannedAt', limit: 200 })
      return Object.fromEntries(items.map(({ customer, channel, state }) => [`${customer} ${channel}`, state]))
    },
    async told() {
      return events.map(({ name, customer }) => `${customer} ${name.replace('$message_', '')}`)
    },
    all: () =>
      read(
        bank.ctx,
        (tx) => tx<{ id: string; key: string; state: State; attempts: number; dueAt: Date | null }[]>`
      select id, key, state, attempts, due_at from messages.message order by key`,
      ),
  }
}

test('a message is planned once whatever is said twice, sent once, and every change is an event of its customer (rule 83)', async (t) => {
  const bank = await office(t)
  const [one = 0, two = 0] = await bank.people(2)
  assert.deepEqual(await bank.plan(bank.wish(one), bank.wish(two)), { planned: 2, known: 0 })
  assert.deepEqual(await bank.plan(bank.wish(one)), { planned: 0, known: 1 })
  await bank.work()
  assert.deepEqual(await bank.states(), { [`${one} push`]: 'sent', [`${two} push`]: 'sent' })
  assert.deepEqual(bank.sent.map(({ to }) => to).sort(), [{ customer: one }, { customer: two }])
  assert.deepEqual(
    (await bank.told()).sort(),
    [`${one} planned`, `${one} sent`, `${two} planned`, `${two} sent`].sort(),
  )
  assert.equal(new Set(bank.events.map(({ key }) => key)).size, 4)
  const [row] = (await listMessages(bank.ctx, { customer: one })).items
  assert.deepEqual([row?.units, row?.price], [1, 450])
})

test('what the policy holds waits until its time, and is dropped when that is too late (rules 36, 39)', async (t) => {
  const bank = await office(t, { caps: [capOf({ limit: 1, window: { kind: 'rolling', unit: 'day', length: 1 } })] })
  const [one = 0] = await bank.people(1)
  await bank.plan(bank.wish(one, { key: 'a', priority: 90 }), bank.wish(one, { key: 'b', priority: 10 }))
  await bank.work()
  assert.deepEqual(
    (await bank.all()).map(({ key, state }) => `${key} ${state}`),
    ['a sent', 'b held'],
  )
  bank.ctx.clock.advance(minutes(24 * 60 + 90))
  await bank.work()
  assert.deepEqual(
    (await bank.all()).map(({ key, state }) => `${key} ${state}`),
    ['a sent', 'b sent'],
  )
  await bank.plan(
    bank.wish(one, {
      key: 'c',
      latest: new Date(bank.ctx.now.getTime() + minutes(10)),
      due: new Date(bank.ctx.now.getTime() + minutes(20)),
    }),
  )
  bank.ctx.clock.advance(minutes(30))
  await bank.work()
  assert.equal((await bank.all()).find(({ key }) => key === 'c')?.state, 'dropped')
})

test('an opt-out holds for what is queued (rule 86)', async (t) => {
  const bank = await office(t)
  const [one = 0] = await bank.people(1)
  await bank.plan(bank.wish(one, { due: new Date(bank.ctx.now.getTime() + minutes(60)) }))
  await bank.work()
  assert.equal(bank.sent.length, 0)
  await unauditedChange(bank.ctx, 'he says so', (tx) =>
    optOut(tx, bank.ctx.now, [{ customer: one, channel: 'push', classes: ['marketing'], source: 'call', by: '客服' }]),
  )
  bank.ctx.clock.advance(minutes(61))
  await bank.work()
  assert.deepEqual([bank.sent.length, Object.values(await bank.states())], [0, ['dropped']])
})

test('failures go by their class: throttled comes again and costs no try, transient a few times, permanent never and the address is dead (rule 84)', async (t) => {
  const bank = await office(t)
  const [slow = 0, weak = 0, gone = 0] = await bank.people(3)
  let busy = true
  bank.answers(({ key, to }) => {
    const customer = 'customer' in to ? to.customer : 0
    if (customer === slow && busy)
      return { key, failed: 'throttled', code: 'rate', text: 'busy', again: new Date(bank.ctx.now.getTime() + 5000) }
    if (customer === weak) return { key, failed: 'transient', code: '500', text: 'later' }
    if (customer === gone) return { key, failed: 'permanent', code: 'gone', text: 'no such token', suppress: true }
    return { key, state: 'sent', providerId: key, units: 1 }
  })
  await bank.plan(bank.wish(slow), bank.wish(weak), bank.wish(gone))
  await bank.work()
  const rows = async () =>
    Object.fromEntries(
      (await bank.all()).map(({ key, state, attempts }) => [key.split(' ')[2], `${state} ${attempts}`]),
    )
  assert.deepEqual(await rows(), { [slow]: 'planned 0', [weak]: 'planned 1', [gone]: 'failed 1' })
  busy = false
  for (const wait of [1, 5, 15, 60, 60]) {
    bank.ctx.clock.advance(minutes(wait + 1))
    await bank.work()
  }
  assert.deepEqual(await rows(), { [slow]: 'sent 1', [weak]: 'failed 5', [gone]: 'failed 1' })
  await bank.plan(bank.wish(gone, { key: 'again', class: 'regulatory' }))
  await bank.work()
  assert.equal(
    (await bank.all()).find(({ key }) => key === 'again')?.state,
    'dropped',
    'nothing goes to a dead address',
  )
})

test('receipts come twice, late, in any order and before the answer: what is known only grows (rule 83)', async (t) => {
  const bank = await office(t)
  const [one = 0, two = 0] = await bank.people(2)
  const receipt = (key: string, state: Receipt['state']): Receipt => ({
    account: 'acc_1',
    key,
    state,
    at: bank.ctx.now,
  })
  await bank.plan(bank.wish(one), bank.wish(two))
  await bank.work()
  const [a, b] = await bank.all()
  assert.ok(a && b)
  assert.deepEqual(
    await bank.hear({ account: 'acc_1', providerId: `p-${a.id}`, state: 'clicked', at: bank.ctx.now }),
    [],
  )
  await bank.hear(receipt(a.id, 'delivered'), receipt(a.id, 'opened'), receipt(a.id, 'failed'))
  await bank.hear(receipt(b.id, 'failed'), receipt(b.id, 'failed'))
  await bank.hear(receipt(b.id, 'delivered'))
  assert.deepEqual(await bank.states(), { [`${one} push`]: 'clicked', [`${two} push`]: 'delivered' })
  const strange = { account: 'acc_1', providerId: 'nobody', state: 'delivered', at: bank.ctx.now } as const
  assert.deepEqual(await bank.hear(strange), [strange], 'kept by the channels, and offered again')
  await bank.work()
  const told = (await bank.told()).filter((one) => /clicked|delivered|opened|failed/.test(one))
  assert.deepEqual(told.sort(), [`${one} clicked`, `${two} delivered`, `${two} failed`].sort())
})

test('a sender that died: what had begun to leave is not sent again and its end is unknown, the rest goes (rule 85)', async (t) => {
  const bank = await office(t)
  const people = await bank.people(3)
  await bank.plan(...people.map((customer) => bank.wish(customer)))
  const dying: Deps = { ...bank.deps, send: () => new Promise(() => {}) }
  void sendDue(bank.ctx, dying, never)
  await until(async () => Object.values(await bank.states()).every((state) => state === 'sending'))
  await bank.work()
  assert.equal(bank.sent.length, 0, 'nobody takes what another has')
  bank.ctx.clock.advance(minutes(6))
  await bank.work()
  assert.deepEqual([bank.sent.length, new Set(Object.values(await bank.states()))], [0, new Set(['unknown'])])

  const others = await bank.people(2)
  await bank.plan(...others.map((customer) => bank.wish(customer)))
  const before: Deps = { ...bank.deps, write: () => new Promise(() => {}) }
  void sendDue(bank.ctx, before, never)
  await until(
    async () =>
      others.every((_, i) => i >= 0) && (await bank.all()).filter(({ state }) => state === 'reserved').length === 2,
  )
  bank.ctx.clock.advance(minutes(6))
  await bank.work()
  assert.equal(bank.sent.length, 2, 'they had not begun to leave')
})

test('a push that is not opened within two hours is followed by a text message, one that is opened is not', async (t) => {
  const bank = await office(t)
  const [reads = 0, sleeps = 0] = await bank.people(2)
  const sms = {
    channel: 'sms',
    account: 'acc_2',
    template: 'tpl_2',
    version: 1,
    unless: 'opened',
    minutes: 120,
  } as const
  await bank.plan(...[reads, sleeps].map((customer) => bank.wish(customer, { fallover: [sms], class: 'service' })))
  await bank.work()
  const [first] = (await bank.all()).filter(({ key }) => key.endsWith(` ${reads}`))
  await bank.hear({ account: 'acc_1', key: first?.id ?? '', state: 'opened', at: bank.ctx.now })
  bank.ctx.clock.advance(minutes(121))
  await bank.work()
  assert.deepEqual(await bank.states(), {
    [`${reads} push`]: 'opened',
    [`${sleeps} push`]: 'sent',
    [`${sleeps} sms`]: 'sent',
  })
  bank.ctx.clock.advance(minutes(73 * 60))
  await bank.work()
  assert.equal((await bank.states())[`${sleeps} push`], 'unknown', 'no receipt for three days (rule 85)')
})

test('nothing with a hole in it leaves (rule 88), and a person can stop what has not left', async (t) => {
  const bank = await office(t)
  const [one = 0, two = 0, three = 0] = await bank.people(3)
  await bank.plan(bank.wish(one, { given: { event: { hole: true } } }))
  await bank.work()
  const [row] = (await listMessages(bank.ctx, { customer: one })).items
  assert.deepEqual([row?.state, row?.why?.zh], ['dropped', '内容缺少变量“event.hole”'])
  const soon = new Date(bank.ctx.now.getTime() + minutes(60))
  await bank.plan(bank.wish(two, { due: soon, strategy: 'x' }), bank.wish(three, { due: soon }))
  assert.deepEqual(await stopMessages(bank.ctx, { strategy: 'x', reason: '投诉' }), { stopped: 1 })
  bank.ctx.clock.advance(minutes(61))
  await bank.work()
  assert.deepEqual([(await bank.states())[`${two} push`], (await bank.states())[`${three} push`]], ['dropped', 'sent'])
})

test('200 strategies, one slot: ten senders at once send exactly one message to each customer (rule 33)', async (t) => {
  const bank = await office(t, { caps: [capOf({ limit: 1, window: { kind: 'rolling', unit: 'day', length: 7 } })] })
  const people = await bank.people(60)
  for (let s = 0; s < 200; s += 20)
    await bank.plan(
      ...Array.from({ length: 20 }, (_, i) =>
        people.map((customer) =>
          bank.wish(customer, { key: `s${s + i} ${customer}`, strategy: `s${s + i}`, blocked: 'drop' }),
        ),
      ).flat(),
    )
  await Promise.all(
    Array.from({ length: 10 }, async () => {
      while ((await sendDue(bank.ctx, bank.deps, never)) > 0);
    }),
  )
  const byCustomer = Map.groupBy(bank.sent, ({ to }) => ('customer' in to ? to.customer : 0))
  assert.deepEqual([byCustomer.size, bank.sent.length], [60, 60])
  const states = (await bank.all()).map(({ state }) => state)
  assert.deepEqual(
    [states.filter((state) => state === 'sent').length, states.filter((state) => state === 'dropped').length],
    [60, 11_940],
  )
})

async function until(done: () => Promise<boolean>): Promise<void> {
  while (!(await done())) await new Promise((resolve) => setTimeout(resolve, 20))
}
