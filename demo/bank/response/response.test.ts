import assert from 'node:assert/strict'
import { test } from 'node:test'
import { customerAt, effectOf, makeBank, respond, traitsOf, truthOf, truthOfCustomers, worldOf } from '../bank.ts'
import { startOf } from '../calendar.ts'
import { type Contact, type ContactKind, outcomeNames } from '../contract.ts'
import { lifeOf } from '../life.ts'
import { mean } from '../sample-testing.ts'
import { kinds } from './kinds.ts'

const bank = makeBank({ seed: 11, customers: 6000, from: '2025-07-01', days: 120 })
const everyone = Array.from({ length: 6000 }, (_, index) => index)
const ten = startOf('2025-07-01', 70) + 10 * 3_600_000
const daysBefore = (n: number) => ten - n * 86_400_000
const contact = (customer: number, more: Partial<Contact> = {}): Contact => ({
  id: 'c1',
  customer,
  kind: 'wecom',
  at: ten,
  earlier: [],
  ...more,
})
const bought = outcomeNames.indexOf('bought')
const third = everyone.filter((index) => index % 3 === 0)
const averageEffect = (more: Partial<Contact>, of: readonly number[] = third) =>
  mean(
    of.map((index) => {
      const { bought } = effectOf(bank, contact(index, more))
      return bought.with - bought.without
    }),
  )
const earlier = (kind: ContactKind, count: number) =>
  Array.from({ length: count }, (_, n) => ({ kind, at: daysBefore(n + 1) }))

test('what a customer would do untouched is what his life does: the stated probability is the share that buys', () => {
  const stated = everyone.reduce((sum, index) => sum + effectOf(bank, contact(index)).bought.without, 0)
  const bought = everyone.filter((index) =>
    lifeOf(bank.options, index, 84).purchases.some(({ day }) => day > 70 && day <= 84),
  ).length
  const error = 4 * Math.sqrt(stated)
  assert.ok(stated > 60 && Math.abs(stated - bought) < error, `${stated} stated, ${bought} bought`)
})

test('outcomes come as often as the truth says, for every kind', () => {
  for (const kind of Object.keys(kinds) as ContactKind[]) {
    const expected = { opened: 0, clicked: 0, visited: 0, bought: 0, optedOut: 0 }
    const got = { opened: 0, clicked: 0, visited: 0, bought: 0, optedOut: 0 }
    for (const index of everyone.slice(0, 3000)) {
      const one = contact(index, { kind, value: 50, id: `t-${kind}` })
      const effect = effectOf(bank, one)
      expected.opened += effect.opened
      expected.clicked += effect.clicked
      expected.visited += (effect.visited.with - effect.visited.without) / (1 - effect.visited.without)
      expected.optedOut += effect.optedOut.with
      expected.bought += effect.bought.with - effect.bought.without
      for (const outcome of respond(bank, one)) {
        if (outcome.kind === 'opened') got.opened++
        if (outcome.kind === 'clicked') got.clicked++
        if (outcome.kind === 'visited') got.visited++
        if (outcome.kind === 'bought') got.bought++
        if (outcome.kind === 'opted-out') got.optedOut++
      }
    }
    for (const key of ['opened', 'clicked', 'visited', 'bought', 'optedOut'] as const)
      assert.ok(
        Math.abs(expected[key] - got[key]) <= 4.5 * Math.sqrt(expected[key] + 1),
        `${kind} ${key}: ${expected[key]} expected, ${got[key]} came`,
      )
  }
})

test('an experiment on halves finds the true effect within its own interval', () => {
  const world = worldOf(bank)
  const half = everyone.filter((index) => (index * 7919) % 2 === 1)
  const more: Partial<Contact> = { kind: 'call', value: 200 }
  for (const index of half) world.note(respond(bank, contact(index, more)))
  const buyers = new Set<number>()
  for (let day = 71; day <= 84; day++)
    for (const { event, customer } of world.eventsOf(day)) if (event === 'purchase') buyers.add(customer)
  const treated = mean(half.map((index) => Number(buyers.has(index))))
  const rest = everyone.filter((index) => !half.includes(index))
  const control = mean(rest.map((index) => Number(buyers.has(index))))
  const error = Math.sqrt((treated * (1 - treated)) / half.length + (control * (1 - control)) / rest.length)
  const truth = averageEffect(more, everyone)
  assert.ok(truth > 0.01)
  assert.ok(
    Math.abs(treated - control - truth) < 3.3 * error,
    `${treated - control} measured, ${truth} true, ± ${error}`,
  )
})

test('a stronger treatment never loses a buyer whom a weaker one won', () => {
  let won = 0
  for (const index of everyone) {
    const buys = (value: number) =>
      respond(bank, contact(index, { kind: 'coupon', value })).some(({ kind }) => kind === 'bought')
    if (!buys(10)) continue
    won++
    assert.ok(buys(100))
  }
  assert.ok(won > 10)
})

test('each further yuan of a coupon moves less than the one before', () => {
  const values = [0, 20, 40, 80, 160]
  const effects = values.map((value) => averageEffect({ kind: 'coupon', value }))
  for (let i = 1; i < values.length; i++) assert.ok((effects[i] ?? 0) > (effects[i - 1] ?? 0))
  const perYuan = values
    .slice(1)
    .map((value, i) => ((effects[i + 1] ?? 0) - (effects[i] ?? 0)) / (value - (values[i] ?? 0)))
  for (let i = 1; i < perYuan.length; i++) assert.ok((perYuan[i] ?? 0) < (perYuan[i - 1] ?? 0), perYuan.join(' '))
})

test('contact after contact moves less, then does harm; complaints and opt-outs rise', () => {
  const counts = [0, 2, 5, 9, 14]
  const effects = counts.map((count) => averageEffect({ kind: 'sms', earlier: earlier('sms', count) }))
  for (let i = 1; i < counts.length; i++) assert.ok((effects[i] ?? 0) < (effects[i - 1] ?? 0), effects.join(' '))
  assert.ok((effects[0] ?? 0) > 0 && (effects.at(-1) ?? 0) < 0, effects.join(' '))
  const upset = (count: number) =>
    mean(
      everyone.map(
        (index) => effectOf(bank, contact(index, { kind: 'sms', earlier: earlier('sms', count) })).optedOut.with,
      ),
    )
  assert.ok(upset(9) > 3 * upset(0), `${upset(9)} ${upset(0)}`)
  const complains = (count: number) =>
    mean(
      everyone.map(
        (index) => effectOf(bank, contact(index, { kind: 'call', earlier: earlier('call', count) })).complained.with,
      ),
    )
  assert.ok(complains(6) > 1.5 * complains(0))
  const rested = averageEffect({ kind: 'sms', earlier: [{ kind: 'sms', at: daysBefore(40) }] })
  assert.ok(rested > 0.97 * (effects[0] ?? 0), 'what is forty days ago is forgotten')
})

test('the hour decides whether a push is seen', () => {
  const at = (hour: number) =>
    mean(
      everyone.map(
        (index) => effectOf(bank, contact(index, { kind: 'push', at: ten + (hour - 10) * 3_600_000 })).opened,
      ),
    )
  assert.ok(at(20) > 1.5 * at(4), `${at(20)} ${at(4)}`)
})

test('there are all four types, and effects go smoothly from one to the other', () => {
  const { types, treatments } = truthOf(bank, 70)
  const total = Object.values(types).reduce((sum, count) => sum + count, 0)
  for (const [type, [low, high]] of Object.entries({
    persuadable: [0.08, 0.35],
    'sure-thing': [0.005, 0.1],
    'lost-cause': [0.5, 0.9],
    'do-not-disturb': [0.01, 0.12],
  }) as [keyof typeof types, [number, number]][])
    assert.ok(types[type] / total > low && types[type] / total < high, `${type} ${types[type] / total}`)
  const sms = treatments.find(({ treatment }) => treatment === 'sms')
  const of = (segment: string) => sms?.segments.find((one) => one.segment === segment)?.effect ?? Number.NaN
  assert.ok(of('type:persuadable') > 4 * of('type:lost-cause'))
  assert.ok(of('type:do-not-disturb') < 0)
  const effects = [...truthOfCustomers(bank, 70)].map((one) => one.effects['coupon-50']?.[bought] ?? 0)
  const moved = effects.filter((effect) => Math.abs(effect) > 0.0005)
  assert.ok(moved.length > 2000 && new Set(moved).size > 0.85 * moved.length, 'no two people are quite alike')
})

test('the truth by segment is the mean of the truth by customer', () => {
  const truth = truthOf(bank, 70)
  const each = [...truthOfCustomers(bank, 70)]
  for (const { treatment, average, segments } of truth.treatments) {
    assert.equal(average.customers, each.length)
    assert.equal(average.effect, average.effects.bought)
    for (const [i, name] of outcomeNames.entries()) {
      const mine = mean(each.map(({ effects }) => effects[treatment]?.[i] ?? Number.NaN))
      assert.ok(
        Math.abs(average.effects[name] - mine) < 2e-6,
        `${treatment} ${name}: ${average.effects[name]}, ${mine}`,
      )
    }
    const ages = segments.filter(({ segment }) => segment.startsWith('age:'))
    assert.equal(
      ages.reduce((sum, { customers }) => sum + customers, 0),
      each.length,
    )
  }
})

test('coupons move those who count their money, calls those without a phone habit', () => {
  const byTrait = (trait: 'priceSensitivity' | 'digital', more: Partial<Contact>) => {
    const lift = (high: boolean) =>
      mean(
        everyone
          .filter((index) => traitsOf(bank, index)[trait] > 0.6 === high)
          .map((index) => effectOf(bank, contact(index, more)).clicked),
      )
    return lift(true) / lift(false)
  }
  assert.ok(byTrait('digital', { kind: 'push' }) > 1.2)
  assert.ok(byTrait('digital', { kind: 'call' }) < 0.95)
  assert.ok(byTrait('priceSensitivity', { kind: 'coupon', value: 50 }) > 1.03)
})

test('invitations travel by word of mouth: to other people, and who was invited by a friend is moved more', () => {
  const friends = everyone
    .slice(0, 2000)
    .flatMap((index) =>
      respond(bank, contact(index, { kind: 'coupon', invitation: true })).flatMap((outcome) =>
        outcome.kind === 'invited' ? [[index, outcome.friend] as const] : [],
      ),
    )
  assert.ok(friends.length > 200)
  for (const [index, friend] of friends) assert.notEqual(index, friend)
  assert.ok(averageEffect({ kind: 'sms', invitedBy: 1 }) > 1.2 * averageEffect({ kind: 'sms' }))
})

test('the same contact has the same outcomes, and outcomes come after it', () => {
  for (const index of everyone.slice(0, 1500)) {
    const one = contact(index, { kind: 'coupon', value: 80 })
    const outcomes = respond(bank, one)
    assert.deepEqual(respond(makeBank(bank.options), one), outcomes)
    for (const outcome of outcomes) assert.ok(outcome.at > one.at && outcome.customer === index)
  }
})

test('who has no permission, no WeCom or no phone habit is not reached, and nothing comes of it', () => {
  let [reached, missed] = [0, 0]
  for (const index of everyone.slice(0, 2000)) {
    const { push } = customerAt(bank, index).reach
    const effect = effectOf(bank, contact(index, { kind: 'push' }))
    if (push) reached += effect.opened
    else {
      missed++
      assert.deepEqual([effect.opened, effect.bought.with], [0, effect.bought.without])
      assert.deepEqual(respond(bank, contact(index, { kind: 'push' })), [])
    }
  }
  assert.ok(reached > 100 && missed > 500)
})
