import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { effectOf, historyOf, makeBank, profileOn } from './bank.ts'
import { dayOf, hourOf, startOf } from './calendar.ts'
import type { Contact } from './contract.ts'
import { type Bars, type Lines, panel, picture } from './svg.ts'

// node demo/bank/plots.ts: draws demo/plots/*.svg from a bank of 20,000 and prints the figures that the README quotes.

const bank = makeBank({ seed: 1, customers: 20_000, from: '2025-07-01', days: 120 })
const { customers, days, from } = bank.options
const folder = join(import.meta.dirname, '../plots')
const everyone = Array.from({ length: customers }, (_, index) => index)
const mean = (numbers: readonly number[]) => numbers.reduce((sum, one) => sum + one, 0) / numbers.length
const percent = (share: number) => `${(share * 100).toFixed(share < 0.1 ? 2 : 1)} %`
const say = (text: string) => process.stdout.write(`${text}\n`)

const hours = new Array<number>(24).fill(0)
const visits = new Array<number>(days).fill(0)
const payments = new Array<number>(days).fill(0)
const sessions = new Map<string, Set<string>>()
const perCustomer: number[] = []
for (const index of everyone) {
  let count = 0
  for (const { event, at, session } of historyOf(bank, index, 0, days)) {
    count++
    if (event === 'app_start') {
      hours[hourOf(at)] = (hours[hourOf(at)] ?? 0) + 1
      visits[dayOf(from, at)] = (visits[dayOf(from, at)] ?? 0) + 1
    }
    if (event === 'card_pay') payments[dayOf(from, at)] = (payments[dayOf(from, at)] ?? 0) + 1
    if (session) {
      const named = sessions.get(event) ?? new Set()
      sessions.set(event, named.add(session))
    }
  }
  perCustomer.push(count)
}

const hourly: Bars = { kind: 'bars', labels: hours.map((_, hour) => (hour % 3 === 0 ? `${hour}` : '')), values: hours }
const daily: Lines = {
  kind: 'lines',
  labels: bank.calendar.map(({ date }, day) => (day % 20 === 0 ? date.slice(5) : '')),
  lines: [
    { name: '打开应用 visits', values: visits },
    { name: '刷卡 card payments', values: payments },
  ],
  marks: bank.calendar.flatMap(({ kind, day }) => (kind === 'holiday' ? [day] : [])),
}
save('rhythm', [
  panel('一天中的访问 visits by hour', hourly),
  panel('120 天(灰色为假日)visits and payments by day, holidays grey', daily),
])

const steps = ['app_start', 'product_list_view', 'product_view', 'purchase_start', 'purchase'] as const
const reached = steps.map((step) => sessions.get(step)?.size ?? 0)
save('funnel', [
  panel('从打开应用到购买(会话数)sessions from opening to purchase', {
    kind: 'bars',
    labels: ['打开', '列表', '详情', '发起', '购买'],
    values: reached,
    captions: reached.map((count, i) =>
      i === 0 ? `${count}` : `${count} (${percent(count / (reached[i - 1] ?? 1))})`,
    ),
  }),
])
say(`funnel: ${reached.join(' → ')}`)

const assets = everyone.map((index) => profileOn(bank, index, 60).aum).sort((a, b) => a - b)
const total = assets.reduce((sum, one) => sum + one, 0)
const buckets = new Array<number>(9).fill(0)
for (const aum of assets) {
  const bucket = Math.min(8, Math.max(0, Math.floor(Math.log10(aum + 0.1)) + 1))
  buckets[bucket] = (buckets[bucket] ?? 0) + 1
}
let running = 0
const lorenz = assets.map((aum) => (running += aum) / total)
const share = (part: number) => 1 - (lorenz[Math.floor(customers * (1 - part)) - 1] ?? 0)
save('aum', [
  panel('客户数按金融资产(元)customers by assets in yuan', {
    kind: 'bars',
    labels: ['<1', '1', '10', '100', '1千', '1万', '10万', '100万', '1千万'],
    values: buckets,
  }),
  panel('洛伦兹曲线 Lorenz curve', {
    kind: 'lines',
    labels: Array.from({ length: 101 }, (_, i) => (i % 20 === 0 ? `${i} %` : '')),
    lines: [
      {
        name: '资产份额 share of assets',
        values: Array.from({ length: 101 }, (_, i) => lorenz[Math.floor((customers * i) / 100) - 1] ?? 0),
      },
      { name: '均等 equal', values: Array.from({ length: 101 }, (_, i) => i / 100) },
    ],
    marks: [],
  }),
])
say(`aum: mean ${Math.round(total / customers)}, median ${Math.round(assets[customers >> 1] ?? 0)}`)
say(`aum: at least half a million ${percent(assets.filter((aum) => aum >= 5e5).length / customers)}`)
say(
  `aum: top 2.12 % hold ${percent(share(0.0212))}, top tenth ${percent(share(0.1))}, top fifth ${percent(share(0.2))}`,
)
const counts = [...perCustomer].sort((a, b) => a - b)
say(
  `events: mean ${mean(counts).toFixed(1)}, median ${counts[customers >> 1]}, 99th ${counts[Math.floor(customers * 0.99)]}`,
)

const at = startOf(from, 70) + 10 * 3_600_000
const some = everyone.filter((index) => index % 4 === 0)
const effect = (more: Partial<Contact>) =>
  mean(
    some.map((customer) => {
      const { bought } = effectOf(bank, { id: 'plot', customer, kind: 'sms', at, earlier: [], ...more })
      return bought.with - bought.without
    }),
  )
const values = [0, 5, 10, 20, 40, 60, 80, 100, 150, 200]
const byValue = values.map((value) => effect({ kind: 'coupon', value }))
const byCount = Array.from({ length: 11 }, (_, count) =>
  effect({
    earlier: Array.from({ length: count }, (_, n) => ({ kind: 'sms' as const, at: at - (n + 1) * 86_400_000 })),
  }),
)
const kinds = ['email', 'placement', 'push', 'sms', 'popup', 'wecom', 'call'] as const
const byKind = kinds.map((kind) => effect({ kind }))
const each = some
  .map((customer) => {
    const { bought } = effectOf(bank, { id: 'plot', customer, kind: 'coupon', value: 50, at, earlier: [] })
    return bought.with - bought.without
  })
  .sort((a, b) => a - b)
const points = (effects: readonly number[]) => effects.map((one) => one * 100)
save('response', [
  panel('各触达方式的真实平均效果(百分点)true average effect by kind, points', {
    kind: 'bars',
    labels: [...kinds],
    values: points(byKind),
    captions: byKind.map((one) => (one * 100).toFixed(2)),
  }),
  panel('券面额(元)与效果 effect by value of a coupon', {
    kind: 'lines',
    labels: values.map(String),
    lines: [{ name: '购买提升 lift', values: points(byValue) }],
    marks: [],
  }),
  panel('前几日已收短信条数与效果 effect after so many texts', {
    kind: 'lines',
    labels: byCount.map((_, count) => `${count}`),
    lines: [{ name: '再发一条的效果 of one more', values: points(byCount) }],
    marks: [],
  }),
  panel('个体效果由低到高 individual effects of a coupon of 50, sorted', {
    kind: 'lines',
    labels: Array.from({ length: 101 }, (_, i) => (i % 20 === 0 ? `${i} %` : '')),
    lines: [
      {
        name: '个体效果 effect',
        values: points(
          Array.from(
            { length: 101 },
            (_, i) => each[Math.min(each.length - 1, Math.floor((each.length * i) / 100))] ?? 0,
          ),
        ),
      },
    ],
    marks: [],
  }),
])
say(`response: ${kinds.map((kind, i) => `${kind} ${((byKind[i] ?? 0) * 100).toFixed(2)}`).join(', ')}`)
say(`coupon: ${values.map((value, i) => `${value}: ${((byValue[i] ?? 0) * 100).toFixed(2)}`).join(', ')}`)
say(`texts before: ${byCount.map((one, i) => `${i}: ${(one * 100).toFixed(2)}`).join(', ')}`)

function save(name: string, panels: readonly string[]): void {
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, `${name}.svg`), picture(name, panels))
}
