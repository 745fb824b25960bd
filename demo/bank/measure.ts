import { customersOf, eventsOf, historyOf, makeBank, standingOn } from './bank.ts'

// node demo/bank/measure.ts [customers] [days]: how long a bank of this size takes to make, and how much memory.

const customers = Number(process.argv[2] ?? 1_000_000)
const days = Number(process.argv[3] ?? 120)
const bank = makeBank({ seed: 1, customers, from: '2025-07-01', days })
const say = (what: string, count: number, from: number) => {
  const seconds = (performance.now() - from) / 1000
  const rss = Math.round(process.memoryUsage.rss() / 1_048_576)
  process.stdout.write(
    `${what}: ${count} in ${seconds.toFixed(1)} s, ${Math.round(count / seconds)} a second, ${rss} MiB resident\n`,
  )
}

let from = performance.now()
let count = 0
for (const _ of customersOf(bank)) count++
say('customers with all their words', count, from)

from = performance.now()
count = 0
for (let index = 0; index < customers; index++) count += standingOn(bank, index, days - 1).holdings.length
say('holdings on the last day', count, from)

from = performance.now()
count = 0
for (let index = 0; index < customers; index++) for (const _ of historyOf(bank, index, 0, days)) count++
say(`events of ${days} days, customer by customer`, count, from)

from = performance.now()
count = 0
for (const _ of eventsOf(bank, days)) count++
say('events of one more day, as life goes on', count, from)
