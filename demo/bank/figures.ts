import { customersOf, historyOf, makeBank, truthOf } from './bank.ts'
import { dayOf } from './calendar.ts'
import type { DemoEvent } from './contract.ts'

// node demo/bank/figures.ts: the figures that the README holds against those of real banks, beside what plots.ts prints.

const bank = makeBank({ seed: 1, customers: 20_000, from: '2025-07-01', days: 120 })
const { customers, days, from } = bank.options
const say = (what: string, value: number | string) => process.stdout.write(`${what}: ${value}\n`)
const median = (numbers: number[]) => numbers.sort((a, b) => a - b)[numbers.length >> 1] ?? 0
const week = 8 * 86_400_000

const seconds: number[] = []
const perDeviceDay = new Map<string, number>()
let [matured, renewed, left] = [0, 0, 0]
for (let index = 0; index < customers; index++) {
  const own = [...historyOf(bank, index, 0, days)]
  const after = ({ at }: DemoEvent, name: string) =>
    own.some((other) => other.event === name && other.at > at && other.at < at + week)
  for (const event of own) {
    if (event.event === 'app_end') seconds.push(Number(event.props.seconds))
    if (event.event === 'app_start') {
      const key = `${event.who.device} ${dayOf(from, event.at)}`
      perDeviceDay.set(key, (perDeviceDay.get(key) ?? 0) + 1)
    }
    if (event.event !== 'maturity' || dayOf(from, event.at) >= days - 9) continue
    matured++
    if (after(event, 'purchase')) renewed++
    if (after(event, 'money_out')) left++
  }
}
const visits = [...perDeviceDay.values()]
say('seconds of a visit, median', median(seconds))
say('visits of a device on a day it is used', visits.reduce((sum, one) => sum + one, 0) / visits.length)
say('matured and placed again within 8 days', renewed / matured)
say('matured, and money taken elsewhere within 8 days', left / matured)

const incomes = Map.groupBy(customersOf(bank), ({ occupation }) => occupation)
for (const [job, people] of incomes) say(`median income, ${job}`, median(people.map(({ income }) => income)))

const truth = truthOf(bank)
for (const [type, count] of Object.entries(truth.types)) say(type, count)
for (const { treatment, average } of truth.treatments)
  say(`${treatment}: without, effect`, `${average.without} ${average.effect}`)
