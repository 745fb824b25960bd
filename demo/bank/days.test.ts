import assert from 'node:assert/strict'
import { test } from 'node:test'
import { customersOf, eventsOf, eventsOfCustomer, makeBank } from './bank.ts'
import { calendarDay, dayOf, hourOf, startOf } from './calendar.ts'
import type { DemoEvent } from './contract.ts'
import { lifeOf, stateOn } from './life.ts'
import { correlation, digest, history, mean, median, sample, topShare } from './sample-testing.ts'
import { vocabulary } from './vocabulary.ts'

const { customers, days, from } = sample.options
const events = history()
const named = (name: string) => events.filter(({ event }) => event === name)
const dayIn = (event: DemoEvent) => dayOf(from, event.at)

test('most customers are quiet and a few very busy: 25 to 40 events each over 120 days, a tenth makes most of them', () => {
  const counts = new Array<number>(customers).fill(0)
  for (const { customer } of events) counts[customer] = (counts[customer] ?? 0) + 1
  assert.ok(mean(counts) > 22 && mean(counts) < 42, `${mean(counts)}`)
  assert.ok(median(counts) < 15, `${median(counts)}`)
  assert.ok(topShare(counts, 0.1) > 0.5 && topShare(counts, 0.1) < 0.8, `${topShare(counts, 0.1)}`)
  const spread = mean(counts.map((count) => (count - mean(counts)) ** 2)) / mean(counts)
  assert.ok(spread > 20, `people are not coins: variance is ${spread} times the mean`)
})

test('the day has its rhythm: nobody at four in the morning, most in the evening', () => {
  const hours = new Array<number>(24).fill(0)
  for (const event of events) if (event.origin === 'app') hours[hourOf(event.at)] = (hours[hourOf(event.at)] ?? 0) + 1
  const busiest = hours.indexOf(Math.max(...hours))
  assert.ok(busiest >= 19 && busiest <= 21, `${busiest}`)
  assert.ok(Math.max(...hours) > 20 * Math.min(...hours), hours.join(' '))
  assert.ok((hours[12] ?? 0) > 1.15 * (hours[15] ?? 0), 'noon stands out of the afternoon')
})

test('people have their own hours: who came in the night comes in the night again', () => {
  const byCustomer = Map.groupBy(named('app_start'), ({ customer }) => customer)
  const pairs = [...byCustomer.values()]
    .filter((visits) => visits.length >= 10)
    .map((visits) => {
      const late = (half: number) =>
        mean(visits.filter((_, i) => i % 2 === half).map(({ at }) => (hourOf(at) + 20) % 24))
      return [late(0), late(1)] as const
    })
  assert.ok(pairs.length > 100)
  const same = correlation(
    pairs.map(([a]) => a),
    pairs.map(([, b]) => b),
  )
  assert.ok(same > 0.3, `${same}`)
})

test('weeks, holidays and pay days are felt', () => {
  const perDay = (name: string, kinds: readonly string[]) => {
    const wanted = sample.calendar.filter(({ kind }) => kinds.includes(kind))
    return named(name).filter((event) => kinds.includes(calendarDay(from, dayIn(event)).kind)).length / wanted.length
  }
  assert.ok(perDay('app_start', ['weekend']) < 0.9 * perDay('app_start', ['workday']))
  assert.ok(perDay('app_start', ['holiday']) < 0.7 * perDay('app_start', ['workday']))
  assert.ok(perDay('card_pay', ['weekend']) > 1.1 * perDay('card_pay', ['workday']), 'people shop when they are free')
  for (const event of named('salary_in'))
    assert.ok(['workday', 'make-up'].includes(calendarDay(from, dayIn(event)).kind))
  const paid = new Set(named('salary_in').map((event) => `${event.customer} ${dayIn(event)}`))
  const visited = new Set(named('app_start').map((event) => `${event.customer} ${dayIn(event)}`))
  const employed = new Set(named('salary_in').map(({ customer }) => customer))
  const onPayDay = [...paid].filter((key) => visited.has(key)).length / paid.size
  const visits = [...visited].filter((key) => employed.has(Number(key.split(' ')[0]))).length
  assert.ok(onPayDay > 1.5 * (visits / (employed.size * days)), 'and look whether their pay has come')
})

test('on National Day people travel and eat out, on Double Eleven they buy online', () => {
  const share = (of: DemoEvent[], category: string) =>
    of.filter(({ props }) => props.category === category).length / of.length
  const holidays = named('card_pay').filter((event) => calendarDay(from, dayIn(event)).kind === 'holiday')
  assert.ok(share(holidays, 'travel') > 1.8 * share(named('card_pay'), 'travel'))
  const autumn = makeBank({ seed: 3, customers: 3000, from: '2025-10-20', days: 23 })
  const payments = Array.from({ length: 23 }, (_, day) =>
    [...eventsOf(autumn, day)].filter(({ event }) => event === 'card_pay'),
  )
  const before = payments.slice(0, 12).flat()
  const during = payments.slice(12).flat()
  assert.ok(
    share(during, 'online') > 1.4 * share(before, 'online'),
    `${share(during, 'online')} ${share(before, 'online')}`,
  )
})

test('the way to a purchase loses people at every step, and most at the first ones', () => {
  const sessions = (name: string) => new Set(named(name).flatMap(({ session }) => session ?? [])).size
  const [list, detail, start, bought] = ['product_list_view', 'product_view', 'purchase_start', 'purchase'].map(
    sessions,
  ) as [number, number, number, number]
  const rates = [detail / list, start / detail, bought / start]
  for (const [i, [low, high]] of (
    [
      [0.55, 0.85],
      [0.1, 0.4],
      [0.4, 0.85],
    ] as const
  ).entries())
    assert.ok((rates[i] ?? 0) > low && (rates[i] ?? 0) < high, `${rates}`)
  const asked = sessions('risk_assessment_start')
  const answered = sessions('risk_assessment_finish')
  assert.ok(answered < 0.97 * asked && answered > 0.6 * asked, `${answered} of ${asked} finish the risk assessment`)
  const bySession = Map.groupBy(events, ({ session }) => session)
  for (const purchase of named('purchase').filter(({ session }) => session)) {
    const way = (bySession.get(purchase.session) ?? []).map(({ event }) => event)
    for (const earlier of ['login', 'product_view', 'purchase_start'])
      assert.ok(way.indexOf(earlier) >= 0 && way.indexOf(earlier) < way.indexOf('purchase'), way.join(' '))
  }
})

test('what matures comes back: most of it is placed again within days, some leaves the bank', () => {
  const purchases = Map.groupBy(named('purchase'), ({ customer }) => customer)
  const leaving = Map.groupBy(named('money_out'), ({ customer }) => customer)
  const within = (of: Map<number, DemoEvent[]>, { customer, at }: DemoEvent) =>
    (of.get(customer) ?? []).some((event) => event.at > at && event.at < at + 8 * 86_400_000)
  const matured = named('maturity').filter((event) => dayIn(event) < days - 9)
  assert.ok(matured.length > 500)
  const renewed = matured.filter((event) => within(purchases, event)).length / matured.length
  const left = matured.filter((event) => within(leaving, event)).length / matured.length
  assert.ok(renewed > 0.4 && renewed < 0.8, `${renewed}`)
  assert.ok(left > 0.06 && left < 0.3, `${left}`)
})

test('a customer resembles himself: this week’s interest carries into the next and fades', () => {
  const weeks = 16
  const counts = new Map<number, number[]>()
  for (const event of named('app_start')) {
    const week = Math.floor(dayIn(event) / 7)
    const own = counts.get(event.customer) ?? new Array<number>(weeks + 2).fill(0)
    own[week] = (own[week] ?? 0) + 1
    counts.set(event.customer, own)
  }
  const busy = [...counts.values()].filter((own) => own.reduce((a, b) => a + b, 0) >= 30)
  assert.ok(busy.length > 60)
  const at = (lag: number) => {
    const [a, b]: [number[], number[]] = [[], []]
    for (const own of busy) {
      const usual = mean(own.slice(0, weeks))
      for (let week = 0; week + lag < weeks; week++) {
        a.push((own[week] ?? 0) / usual - 1)
        b.push((own[week + lag] ?? 0) / usual - 1)
      }
    }
    return correlation(a, b)
  }
  assert.ok(at(1) > 0.2, `${at(1)}`)
  assert.ok(at(1) > at(6) + 0.15, `${at(1)} against ${at(6)}`)
})

test('some sleep and some leave: nothing comes from who has left, little from sleepers', () => {
  const perDay = { active: [0, 0], sleeping: [0, 0], left: [0, 0] }
  const counts = new Map<string, number>()
  for (const { customer, at } of events) {
    const key = `${customer} ${dayOf(from, at)}`
    counts.set(key, (counts.get(key) ?? 0) + 1)
  }
  for (let index = 0; index < customers; index++) {
    const life = lifeOf(sample.options, index, days)
    const since = life.states.find(({ state }) => state === 'left')?.day ?? days
    for (let day = Math.max(0, life.person.opened); day < days; day++) {
      if (day === since) continue
      const tally = perDay[stateOn(life, day)]
      tally[0] = (tally[0] ?? 0) + 1
      tally[1] = (tally[1] ?? 0) + (counts.get(`${index} ${day}`) ?? 0)
    }
  }
  const rate = ([of = 0, count = 0]: number[]) => count / of
  assert.ok((perDay.left[0] ?? 0) > 1000 && perDay.left[1] === 0)
  assert.ok(rate(perDay.sleeping) < 0.3 * rate(perDay.active), `${rate(perDay.sleeping)} ${rate(perDay.active)}`)
  const complaints = named('complaint').length / customers
  assert.ok(complaints > 0.005 && complaints < 0.1, `${complaints}`)
  assert.ok(named('branch_visit').length > customers / 4)
  const opened = named('account_open')
  assert.ok(opened.length > 0.02 * customers && opened.length < 0.06 * customers)
  for (const { customer, at } of opened)
    assert.ok(!events.some((event) => event.customer === customer && dayOf(from, event.at) < dayOf(from, at)))
})

test('a number and a login come together and never change: one person is never two', () => {
  const numberOf = new Map<string, string>()
  const all = [...customersOf(sample)]
  let anonymous = 0
  for (const { who, customer, origin } of events) {
    const own = all[customer]
    assert.ok(own)
    if (who.customerNo) assert.equal(who.customerNo, own.no)
    if (who.login) {
      assert.equal(who.login, own.login)
      assert.equal(numberOf.get(who.login) ?? who.customerNo, who.customerNo)
      numberOf.set(who.login, who.customerNo as string)
    }
    if (origin === 'core' || origin === 'branch') assert.deepEqual(Object.keys(who), ['customerNo'])
    else assert.equal(Boolean(who.login), Boolean(who.customerNo))
    if (!who.customerNo) anonymous++
    if (who.device) assert.ok(own.devices.some(({ id }) => id === who.device))
  }
  assert.ok(anonymous > 0.15 * events.length && anonymous < 0.6 * events.length, `${anonymous / events.length}`)
})

test('events stand in the order of time within their day, with names of the plan, each once', () => {
  const seen = new Set<string>()
  let last: DemoEvent | undefined
  for (const event of events) {
    assert.ok(event.event in vocabulary, event.event)
    assert.ok(!seen.has(event.id))
    seen.add(event.id)
    if (last?.customer === event.customer) assert.ok(event.at >= last.at, `${last.id} before ${event.id}`)
    last = event
    const day = Number(event.id.split('-')[2])
    assert.equal(dayOf(from, event.at), day)
    assert.ok(event.at >= startOf(from, day))
  }
})

test('any day can be made alone: it is the day of the whole run, whatever was asked before', () => {
  const small = makeBank({ seed: 7, customers: 300, from, days })
  const forward = [10, 11, 90].map((day) => digest([...eventsOf(small, day)]))
  const backward = makeBank({ seed: 7, customers: 300, from, days })
  assert.deepEqual([90, 11, 10].map((day) => digest([...eventsOf(backward, day)])).reverse(), forward)
  const alone = Array.from({ length: 300 }, (_, index) => eventsOfCustomer(small, index, 90)).flat()
  assert.equal(digest(alone), forward[2])
  const whole = events.filter((event) => event.customer < 299 && dayOf(from, event.at) === 90)
  assert.equal(digest(alone.filter(({ customer }) => customer < 299)), digest(whole), 'and of a greater bank')
})

test('life goes on after the days that were asked for', () => {
  const later = [...eventsOf(makeBank({ seed: 7, customers: 300, from, days: 10 }), 200)]
  assert.ok(later.length > 20)
})

test('money is placed anew at the beginning of the year, and summer is quiet', () => {
  const year = { seed: 2, customers: 4000, from: '2026-01-01', days: 240 }
  const months = new Array<number>(12).fill(0)
  for (let index = 0; index < year.customers; index++)
    for (const { day, renewal } of lifeOf(year, index, 242).purchases) {
      const month = Number(calendarDay(year.from, day).date.slice(5, 7)) - 1
      if (!renewal) months[month] = (months[month] ?? 0) + 1
    }
  const [january = 0, , march = 0, , , , july = 0, august = 0] = months
  assert.ok(january + march > 1.2 * (july + august), months.join(' '))
})
