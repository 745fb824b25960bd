import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type ChangeTx, read, unauditedChange } from '../../platform/change.ts'
import { withCtx } from '../../platform/ctx.ts'
import type { Tx } from '../../platform/db/db.ts'
import { Problem } from '../../platform/problem.ts'
import { at, type TestCtx } from '../../platform/testing/testing.ts'
import { mergeCustomers } from '../../sense/identity/identity.ts'
import {
  barCustomer,
  endListed,
  explainCustomer,
  forecast,
  getPolicy,
  listBars,
  optIn,
  optOut,
  prefer,
  publishPolicy,
  recordConsents,
  setControl,
  suppress,
  uploadBars,
  weekOf,
  whenOpen,
} from './contact.ts'
import type { MessageClass, Verdict } from './contract.ts'
import { inControl } from './rules/chance.ts'
import { defaultClasses, emptyPolicy } from './rules/defaults.ts'
import { capOf, openContactBank, wish } from './testing/testing.ts'

const code = (expected: string) => (error: unknown) => error instanceof Problem && error.code === expected
const said = ([one]: Verdict[]) => (one?.verdict === 'reserved' ? 'reserved' : `${one?.verdict} ${one?.why.code}`)
const write = <T>(ctx: TestCtx, run: (tx: Tx | ChangeTx) => Promise<T>) => unauditedChange(ctx, 'test', run)
const self = { source: 'page', by: 'customer' }

test('rule 86: an opt-out holds for what is queued, for its channel and class only, and never for what the regulator demands', async (t) => {
  const { ctx, people, policy, ask } = await openContactBank(t, { now: at('2026-01-05 23:00') })
  await policy({})
  const [one = 0] = await people(1)
  const sms = (message: string, of: MessageClass) => wish(ctx, one, { message, channel: 'sms', class: of })
  assert.equal(said(await ask(sms('queued', 'marketing'))), 'held quiet')
  await write(ctx, (tx) => optOut(tx, ctx.now, [{ customer: one, channel: 'sms', classes: ['marketing'], ...self }]))
  await ctx.clock.advanceTo(at('2026-01-06 09:00'))
  assert.equal(said(await ask(sms('queued', 'marketing'))), 'dropped opt-out')
  assert.equal(said(await ask(sms('other', 'service'))), 'reserved')
  assert.equal(said(await ask(sms('must', 'regulatory'))), 'reserved')
  assert.equal(said(await ask(wish(ctx, one, { message: 'push' }))), 'reserved')
  assert.equal(
    await write(ctx, (tx) => optIn(tx, ctx.now, [{ customer: one, channel: null, classes: ['marketing'], ...self }])),
    1,
  )
  assert.equal(said(await ask(sms('after', 'marketing'))), 'reserved')
})

test('rule 10: of merged customers the stricter holds, for opt-outs and for consents', async (t) => {
  const { ctx, people, policy, ask } = await openContactBank(t)
  await policy({ classes: { ...defaultClasses, marketing: { ...defaultClasses.marketing, consent: 'granted' } } })
  const [a = 0, b = 0] = await people(2)
  assert.equal(said(await ask(wish(ctx, a))), 'dropped no-consent')
  const consent = (customer: number, granted: boolean) => ({ customer, purpose: 'marketing', granted, ...self })
  await write(ctx, (tx) => recordConsents(tx, ctx.now, [consent(a, true), consent(b, false)]))
  assert.equal(said(await ask(wish(ctx, a))), 'reserved')
  await mergeCustomers(ctx, a, b, 'one person')
  assert.equal(said(await ask(wish(ctx, a))), 'dropped no-consent')
})

test('a dead address bars every class until there is another; a blacklist ends when it expires', async (t) => {
  const { ctx, people, policy, ask } = await openContactBank(t)
  await policy({})
  const [one = 0, other = 0] = await people(2)
  await write(ctx, (tx) =>
    suppress(tx, ctx.now, [{ customer: one, channel: 'sms', address: 'old', source: 'receipt', by: 'gateway' }]),
  )
  const to = (address: string) => wish(ctx, one, { channel: 'sms', class: 'regulatory', address })
  assert.equal(said(await ask(to('old'))), 'dropped suppressed')
  assert.equal(said(await ask(to('new'))), 'reserved')
  const bar = { kind: 'blacklist', channel: null, classes: ['marketing'], reason: '投诉' } as const
  await barCustomer(ctx, { ...bar, who: String(other), expiresAt: at('2026-01-07 09:00').toISOString() } as never)
  assert.equal(said(await ask(wish(ctx, other))), 'dropped blacklist')
  await ctx.clock.advanceTo(at('2026-01-07 09:00'))
  assert.equal(said(await ask(wish(ctx, other))), 'reserved')
})

test('rule 90: who objected to automated decisions is spared what a model chose for him, and nothing else', async (t) => {
  const { ctx, people, policy, ask } = await openContactBank(t)
  await policy({})
  const [one = 0] = await people(1)
  await barCustomer(ctx, {
    kind: 'automated',
    channel: null,
    classes: ['marketing'],
    reason: '本人要求',
    who: String(one),
  })
  assert.equal(said(await ask(wish(ctx, one, { personalised: true }))), 'dropped automated')
  assert.equal(said(await ask(wish(ctx, one))), 'reserved')
})

test('rule 43: the control group is spared marketing alone, grows without losing anyone, and is drawn anew once in 30 days', async (t) => {
  const { ctx, people, ask } = await openContactBank(t, { facts: true })
  const customers = await people(400)
  const first = await setControl(ctx, { version: 0, share: 1000, shuffle: false, reason: '对照' })
  const members = customers.filter((id) => inControl([id], first))
  assert.ok(members.length > 15 && members.length < 75, `${members.length} of 400`)
  const [one = 0] = members
  assert.equal(said(await ask(wish(ctx, one))), 'dropped control')
  assert.equal(said(await ask(wish(ctx, one, { class: 'service' }))), 'reserved')
  const larger = await setControl(ctx, { version: 1, share: 2000, shuffle: false, reason: '扩大' })
  assert.ok(members.every((id) => inControl([id], larger)))
  await assert.rejects(
    setControl(ctx, { version: 2, share: 2000, shuffle: true, reason: '重抽' }),
    code('contact.shuffled_lately'),
  )
  await ctx.clock.advance(31 * 86_400_000)
  const drawn = await setControl(ctx, { version: 2, share: 2000, shuffle: true, reason: '重抽' })
  assert.notEqual(drawn.salt, larger.salt)
})

test('rule 39: what was held through the night is spread over the morning, always the same, and never past its age', async (t) => {
  const { ctx, people, policy, ask } = await openContactBank(t, { now: at('2026-01-05 23:00') })
  await policy({})
  const customers = await people(200)
  const asks = customers.map((one, i) => wish(ctx, one, { message: `n${i}`, channel: 'sms' }))
  const held = await ask(...asks)
  const minutes = new Set(held.map((one) => (one.verdict === 'held' ? Math.floor(one.until.getTime() / 60_000) : 0)))
  assert.ok(minutes.size > 20, `${minutes.size} minutes`)
  assert.ok(
    held.every(
      (one) => one.verdict === 'held' && one.until >= at('2026-01-06 08:00') && one.until <= at('2026-01-06 08:30'),
    ),
  )
  assert.deepEqual(await ask(...asks), held)
  const [short = 0] = await people(1)
  const [soon] = await ask(wish(ctx, short, { channel: 'sms', latest: at('2026-01-06 08:00') }))
  assert.equal(soon?.verdict === 'held' && soon.until.toISOString(), at('2026-01-06 08:00').toISOString())
  const [late] = await ask(wish(ctx, short, { channel: 'sms', latest: at('2026-01-06 07:00') }))
  assert.deepEqual(late?.verdict === 'dropped' && [late.why.code, late.why.late], ['quiet', true])
})

test('a branch’s quiet hours and a customer’s own stand beside the bank’s, on the clock of the branch', async (t) => {
  const { ctx, people, policy, branch, ask } = await openContactBank(t, { now: at('2026-01-05 12:30') })
  await policy({ tuning: { ...emptyPolicy.tuning, jitterMinutes: 0 } })
  const noon = {
    id: 'noon',
    name: '午休',
    channels: [],
    classes: [],
    weekdays: [],
    dates: [],
    calendar: 'any',
  } as const
  await policy(
    { quiet: [{ ...noon, channels: [], classes: [], weekdays: [], dates: [], from: '12:00', until: '14:00' }] },
    branch,
  )
  const [here = 0] = await people(1)
  const [there = 0] = await people(1, branch)
  assert.equal(said(await ask(wish(ctx, here))), 'reserved')
  await write(ctx, (tx) =>
    prefer(
      tx,
      ctx.now,
      there,
      [
        {
          ...noon,
          id: 'own',
          name: '本人',
          channels: [],
          classes: [],
          weekdays: [],
          dates: [],
          from: '13:00',
          until: '19:00',
        },
      ],
      'page',
    ),
  )
  const [held] = await ask(wish(ctx, there))
  assert.equal(held?.verdict === 'held' && held.until.toISOString(), at('2026-01-05 19:00').toISOString())
  const week = await weekOf(ctx, { org: branch, channel: 'sms', class: 'marketing' })
  assert.deepEqual(
    week.days[0]?.spans.map(({ from, rule }) => [from, rule !== null]),
    [
      ['00:00', true],
      ['08:00', false],
      ['12:00', true],
      ['14:00', false],
      ['22:00', true],
    ],
  )
  const when = await whenOpen(ctx, { org: branch, channel: 'push', class: 'marketing', at: ctx.now.toISOString() })
  assert.equal(when.at, at('2026-01-05 14:00').toISOString())
})

test('a policy is a version from a moment on; two who publish, the second is told; what cannot be is refused beside its field', async (t) => {
  const { ctx, people, head, ask } = await openContactBank(t)
  const [one = 0] = await people(1)
  const doc = { ...emptyPolicy, caps: [capOf({ limit: 0 })] }
  const coming = at('2026-01-06 00:00')
  await publishPolicy(ctx, { org: head, version: 0, effectiveAt: coming.toISOString(), note: '收紧', doc })
  assert.equal(said(await ask(wish(ctx, one))), 'reserved')
  await ctx.clock.advanceTo(coming)
  assert.equal(said(await ask(wish(ctx, one))), 'dropped cap')
  await assert.rejects(
    publishPolicy(ctx, { org: head, version: 0, effectiveAt: null, note: '', doc }),
    code('contact.policy.stale'),
  )
  const bad = { ...doc, caps: [capOf({ window: { kind: 'calendar', unit: 'day', length: 2 } })] }
  await assert.rejects(
    publishPolicy(ctx, { org: head, version: 1, effectiveAt: null, note: '', doc: bad }),
    code('contact.bad_window'),
  )
  const policy = await getPolicy(ctx)
  assert.deepEqual(
    policy.versions.map(({ version, state }) => [version, state]),
    [[1, 'current']],
  )
  assert.ok(ctx.recorded.some(({ action }) => action === 'contact.policy.publish'))
})

test('a branch sees its own lists, cannot name a customer of another, and says nothing for the bank', async (t) => {
  const { ctx, people, head, branch, policy } = await openContactBank(t, { facts: true })
  await policy({})
  const [here = 0] = await people(1)
  const [there = 0] = await people(1, branch)
  const path = `${head}.${branch}`
  const clerk = withCtx(ctx, {
    who: { kind: 'user', id: 'usr_x', name: '某人' },
    scope: { path },
    permissions: new Set(),
  })
  const bar = { kind: 'blacklist', channel: null, classes: ['marketing'], reason: '投诉' } as const
  const wanted = { ...bar, classes: ['marketing' as const] }
  await assert.rejects(barCustomer(clerk, { ...wanted, who: String(here) }), code('contact.nobody'))
  await barCustomer(ctx, { ...wanted, who: String(here) })
  await barCustomer(clerk, { ...wanted, who: String(there) })
  await write(
    ctx,
    (tx) => tx`insert into customers.profile (customer, org, born_at, seen_at, updated_at)
    select id, org, born_at, born_at, born_at from identity.customer`,
  )
  const { items } = await listBars(clerk, {})
  assert.deepEqual(
    items.map(({ customer }) => customer),
    [there],
  )
  assert.equal((await listBars(ctx, {})).items.length, 2)
  await assert.rejects(
    publishPolicy(clerk, { org: head, version: 1, effectiveAt: null, note: '', doc: emptyPolicy }),
    code('org.missing'),
  )
  await assert.rejects(explainCustomer(clerk, here, {}), code('customer.missing'))
  await endListed(clerk, { ids: items.map(({ id }) => id), reason: '误加' })
  assert.equal((await listBars(clerk, { state: 'on' })).items.length, 0)
})

test('a list is uploaded by identities; lines that name nobody are told by their place, and twice is once', async (t) => {
  const { ctx, people } = await openContactBank(t)
  const [a = 0, b = 0] = await people(2)
  await write(
    ctx,
    (tx) => tx`
    insert into identity.link (kind, match, shown, customer, org, first_seen, last_seen, source)
    select 'customer_no', 'c' || id, 'c' || id, id, org, born_at, born_at, 's' from identity.customer`,
  )
  const list = { kind: 'opt-out', channel: 'sms', classes: ['marketing'], reason: '历史退订' } as const
  const input = { ...list, classes: ['marketing' as const], text: `c${a}\nnobody\nc${b}\nc${a}\n` }
  const answer = await uploadBars(ctx, input)
  assert.deepEqual([answer.added, answer.unknown, answer.unknownLines], [2, 1, [2]])
  assert.equal((await uploadBars(ctx, input)).already, 2)
})

test('a forecast says what a send would lose and to what, as asking then does; explaining says the same of one', async (t) => {
  const { ctx, people, policy, ask } = await openContactBank(t, { facts: true })
  await policy({ caps: [capOf()] })
  const customers = await people(30)
  await ask(...customers.slice(0, 10).map((one) => wish(ctx, one)))
  await write(ctx, (tx) =>
    optOut(
      tx,
      ctx.now,
      customers.slice(5, 15).map((customer) => ({ customer, channel: null, classes: ['marketing' as const], ...self })),
    ),
  )
  const plan = { channel: 'push', class: 'marketing', strategy: 's', account: 'a', blocked: 'drop' } as const
  const seen = await forecast(ctx, { ...plan, customers })
  assert.deepEqual([seen.customers, seen.now, seen.held, seen.dropped], [30, 15, 0, 15])
  assert.deepEqual(
    seen.droppedBy.map(({ why, customers }) => [why.code, customers]),
    [
      ['opt-out', 10],
      ['cap', 5],
    ],
  )
  const verdicts = await ask(...customers.map((one) => wish(ctx, one, { blocked: 'drop' })))
  assert.equal(verdicts.filter(({ verdict }) => verdict === 'reserved').length, seen.now)
  const explained = await explainCustomer(ctx, customers[0] ?? 0, {})
  assert.deepEqual([explained.caps[0]?.used, explained.caps[0]?.limit], [1, 1])
  const push = explained.could.find((one) => one.channel === 'push' && one.class === 'marketing')
  assert.equal(push?.verdict, 'held')
  assert.match(push?.why?.text.zh ?? '', /每位客户 每 7 天 营销类 最多 1 次/)
  assert.equal(explained.history.length, 2)
  const rows = await read(ctx, (tx) => tx`select from contact.entry where message like 'forecast%'`)
  assert.equal(rows.length, 0, 'a forecast keeps nothing')
})
