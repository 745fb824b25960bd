import type { Facts } from '../src/platform/facts/facts.ts'
import { makeTables } from '../src/sense/eql/compile/testing/randomBank.ts'
import type { Schema } from '../src/sense/eql/contract.ts'

/** When the rules are asked: 10:00 on 2 March 2026 in Shanghai. */
export const now = new Date('2026-03-02T02:00:00Z')

const run = (facts: Facts, sql: string, params: Record<string, unknown> = {}) =>
  facts.command({ sql, params, timeoutMs: 3_600_000 })

/** A bank made in the engine out of hashes, so that every run has the same: customers, holdings, events of five months. */
export async function makeBank(facts: Facts, schema: Schema, customers: number, events: number): Promise<void> {
  await makeTables(facts, schema)
  await run(
    facts,
    `INSERT INTO customer (id, org, born, version, deleted, has_name, has_mobile, a_city, a_level, a_risk_grade, a_aum, a_opened_on, a_pay_day, a_birthday, a_employee, a_score)
     WITH sipHash64(number, 1) AS h1, sipHash64(number, 2) AS h2
     SELECT number + 1, 'o', now(), 1, 0, 1, 1,
       ['上海', '北京', '深圳', '成都', '西安'][h1 % 5 + 1],
       ['normal', 'normal', 'normal', 'normal', 'gold', 'platinum', 'private'][h1 % 7 + 1],
       concat('C', toString(h2 % 5 + 1)),
       if(h1 % 11 = 0, NULL, toInt64(exp((h2 % 100000) / 100000 * 16) * 100)),
       toDate32('2016-01-01') + h1 % 3650, toDate32('2026-02-25') - h2 % 30,
       toDate32('1950-01-01') + h1 % 19000, h2 % 50 = 0, (h1 % 1000) / 10
     FROM numbers({customers:UInt64})`,
    { customers },
  )
  await run(
    facts,
    `INSERT INTO entity_product (id, source, version, a_name, a_category, a_risk_grade)
     SELECT concat('P', toString(number)), 'b', 1, concat('Product ', toString(number)),
       ['deposit', 'wealth', 'fund', 'insurance'][number % 4 + 1], concat('R', toString(number % 5 + 1)) FROM numbers(400)`,
  )
  await run(
    facts,
    `INSERT INTO entity_holding (id, customer, source, version, a_product_no, a_balance, a_units, a_opened_on, a_matures_on)
     WITH sipHash64(number, 3) AS h
     SELECT concat('H', toString(number)), h % {customers:UInt64} + 1, 'b', 1, concat('P', toString(h % 400)),
       toInt64(exp((h % 10000) / 10000 * 14) * 100), (h % 1000) / 4, toDate32('2025-01-01') + h % 400, toDate32('2026-02-01') + h % 365
     FROM numbers({rows:UInt64})`,
    { customers, rows: Math.round(customers * 1.5) },
  )
  await run(
    facts,
    `INSERT INTO attribute_day (attribute, customer, day, whole, version)
     SELECT 'aum', number + 1, toDate32('2026-01-20'), toInt64(exp((sipHash64(number, 5) % 100000) / 100000 * 16) * 100), 1768900000000
     FROM numbers({customers:UInt64})`,
    { customers },
  )
  await run(
    facts,
    `INSERT INTO test_tag (name, customer, number, text)
     SELECT 'churn_risk', number + 1, (sipHash64(number, 6) % 100) / 100, NULL FROM numbers({customers:UInt64}) WHERE number % 3 = 0
     UNION ALL SELECT 'rfm_group', number + 1, NULL, ['A', 'B', 'C'][number % 3 + 1] FROM numbers({customers:UInt64}) WHERE number % 2 = 0`,
    { customers },
  )
  await run(
    facts,
    `INSERT INTO test_segment SELECT 'seg_salary', 3, number + 1 FROM numbers({customers:UInt64}) WHERE number % 8 = 0
     UNION ALL SELECT 'seg_staff', 1, number + 1 FROM numbers({customers:UInt64}) WHERE number % 500 = 0
     UNION ALL SELECT 'seg_complained', 1, number + 1 FROM numbers({customers:UInt64}) WHERE number % 900 = 0`,
    { customers },
  )
  const piece = 2_000_000
  for (let from = 0; from < events; from += piece)
    await makeEvents(facts, from, Math.min(piece, events - from), { customers, events })
  for (const table of ['customer', 'event', 'entity_holding', 'entity_product', 'attribute_day'])
    await run(facts, `OPTIMIZE TABLE ${table} FINAL`)
}

/** More of the same, later than what is there. */
export function addEvents(facts: Facts, from: number, many: number, whole: { customers: number; events: number }) {
  return makeEvents(facts, from, many, whole)
}

/** Five months of events; a few customers do most. */
async function makeEvents(
  facts: Facts,
  from: number,
  many: number,
  whole: { customers: number; events: number },
): Promise<void> {
  await run(
    facts,
    `INSERT INTO event (event, time, customer, key, received, processed, source, props)
     WITH if(n % 40 < 2, n - n % 40, n) AS m, sipHash64(n, 1) AS h1, sipHash64(m, 2) AS h2, sipHash64(m, 3) AS h3,
       multiIf(n % 40 = 0, 50, n % 40 = 1, 66, h1 % 100) AS k,
       concat('P', toString(h3 % 400)) AS product,
       toDateTime64('2025-10-01 00:00:00', 3, 'UTC') + toIntervalMillisecond(toUInt64(n / {events:UInt64} * 152 * 86400000) + h2 % 86400000 + if(n % 40 = 1, 1200000, 0)) AS t,
       multiIf(k < 40, 'app_open', k < 65, 'product_view', k < 68, 'risk_assess', k < 74, 'fund_buy', k < 76, 'fund_redeem', k < 90, 'transfer_out', '$AppStart') AS kind,
       concat('{"channel":"', ['app', 'app', 'web', 'counter'][h2 % 4 + 1], '"', multiIf(
         kind = 'product_view', concat(',"product_no":"', product, '","seconds":', toString(h3 % 120)),
         kind = 'risk_assess', concat(',"product_no":"', product, '","grade":"C', toString(h3 % 5 + 1), '"'),
         kind IN ('fund_buy', 'fund_redeem'), concat(',"product_no":"', product, '","amount":', toString(toUInt64(exp((h3 % 10000) / 800) * 100))),
         kind = 'transfer_out', concat(',"to_bank":"B', toString(h3 % 20), '","amount":', toString(toUInt64(exp((h3 % 10000) / 800) * 100))),
         ''), '}') AS said
     SELECT kind, t, toUInt32(pow(h2 / 18446744073709551615, 2) * ({customers:UInt64} - 1)) + 1,
       reinterpret(unhex(hex(h1) || hex(h2)), 'UUID'), t, t, 'b', said
     FROM (SELECT number + {from:UInt64} AS n FROM numbers({many:UInt64}))`,
    { from, many, ...whole },
  )
}

const instant = (text: string) => `toDateTime64('${text}', 3, 'UTC')`
const until = instant('2026-03-02 02:00:00')
const days14 = instant('2026-02-16 02:00:00')
const days30 = instant('2026-01-31 02:00:00')
const days90 = instant('2025-12-02 02:00:00')
const deposits = "(SELECT id FROM entity_product FINAL WHERE a_category = 'deposit')"
const quarter = instant('2025-12-31 16:00:00')
const salary = "(SELECT customer FROM test_segment WHERE name = 'seg_salary' AND version = 3)"

const wealthy =
  "multiIf(a_level = 'private', a_aum >= 600000000, a_city IN ('上海', '北京', '深圳'), a_aum >= 50000000, a_aum >= 30000000)"

/** The ten rules as an expert of the engine writes them, who knows that these customers were never merged. */
export const byHand: readonly string[] = [
  "SELECT id AS customer FROM customer FINAL WHERE a_aum >= 50000000 AND a_level IN ('gold', 'platinum')",
  `SELECT id AS customer FROM customer FINAL
   WHERE toMonth(a_birthday) * 100 + toDayOfMonth(a_birthday) BETWEEN 302 AND 309 AND NOT ifNull(a_employee, 0)`,
  `SELECT id AS customer FROM customer FINAL WHERE a_aum >= 1000000 AND a_opened_on < toDate32('2026-03-02') - 180
     AND id NOT IN (SELECT customer FROM event WHERE event = 'app_open' AND time >= ${days90} AND time < ${until})`,
  `SELECT DISTINCT customer FROM entity_holding FINAL WHERE a_balance >= 20000000
     AND a_matures_on BETWEEN toDate32('2026-03-02') AND toDate32('2026-03-09') AND ifNull(a_product_no, '') IN ${deposits}`,
  `SELECT customer FROM event WHERE event = 'fund_buy' AND time >= ${instant('2025-09-30 16:00:00')} AND time < ${until} GROUP BY customer
   HAVING countIf(time >= ${days30} AND props.amount.:Int64 > 100000) >= 2
      AND sumIf(ifNull(props.amount.:Int64, 0), time >= ${quarter}) > sumIf(ifNull(props.amount.:Int64, 0), time < ${quarter})`,
  `SELECT c.id AS customer FROM customer AS c FINAL INNER JOIN
     (SELECT customer, argMax(whole, version) AS was FROM attribute_day WHERE attribute = 'aum' AND version < 1769875200000 GROUP BY customer HAVING was >= 10000000) AS h ON h.customer = c.id
   WHERE c.a_aum < h.was * 0.8 AND c.id IN (SELECT customer FROM event WHERE event = 'transfer_out' AND time >= ${days30} AND time < ${until}
     AND isNotNull(props.to_bank.:String) GROUP BY customer HAVING sum(props.amount.:Int64) >= 5000000)`,
  `SELECT id AS customer FROM customer FINAL
   WHERE id IN ${salary} AND a_pay_day BETWEEN toDate32('2026-02-25') AND toDate32('2026-03-02')
     AND id NOT IN (SELECT e.customer FROM event AS e INNER JOIN (
         SELECT id, toDateTime64(a_pay_day, 3, 'Asia/Shanghai') AS paid FROM customer FINAL
         WHERE id IN ${salary} AND a_pay_day BETWEEN toDate32('2026-02-25') AND toDate32('2026-03-02')) AS c ON c.id = e.customer
       WHERE e.event IN ('fund_buy', 'transfer_out') AND e.time >= ${instant('2026-02-24 16:00:00')} AND e.time < ${until}
         AND e.props.amount.:Int64 >= 100000 AND e.time >= c.paid)`,
  `SELECT DISTINCT customer FROM (
     SELECT customer, props.product_no.:String AS product,
       groupArrayIf(toUnixTimestamp64Milli(time), event = 'product_view' AND props.seconds.:Int64 >= 30) AS views,
       groupArrayIf(toUnixTimestamp64Milli(time), event = 'risk_assess' AND props.grade.:String != 'C1') AS assessed,
       groupArrayIf(toUnixTimestamp64Milli(time), event = 'fund_buy') AS bought
     FROM event WHERE event IN ('product_view', 'risk_assess', 'fund_buy') AND time >= ${days14} AND time < ${until}
     GROUP BY customer, product HAVING notEmpty(views) AND notEmpty(assessed) AND isNotNull(product))
   WHERE arrayExists(v -> v + 86400000 <= toUnixTimestamp64Milli(${until}) AND arrayExists(a -> a > v AND a - v < 7200000
     AND NOT arrayExists(b -> b > a AND b < v + 86400000, bought), assessed), views)`,
  `SELECT id AS customer FROM customer FINAL WHERE a_risk_grade IN ('C3', 'C4', 'C5')
     AND a_birthday > toDate32('1965-03-02') AND a_birthday <= toDate32('2001-03-02')
     AND id IN (SELECT customer FROM entity_holding FINAL GROUP BY customer HAVING min(ifNull(a_product_no, '') IN ${deposits}))
     AND id NOT IN (SELECT customer FROM test_tag WHERE name = 'churn_risk' AND number >= 0.3)`,
  `SELECT id AS customer FROM customer FINAL
   WHERE ${wealthy}
     AND (id IN ${salary} OR id IN (SELECT customer FROM test_tag WHERE name = 'rfm_group' AND text = 'A')
       OR id IN (SELECT customer FROM entity_holding FINAL
         WHERE a_product_no IN (SELECT id FROM entity_product FINAL WHERE a_category IN ('wealth', 'fund')) GROUP BY customer HAVING avg(a_balance) >= 4999999.5))
     AND (id IN (SELECT customer FROM event WHERE event = 'product_view' AND time >= ${days14} AND time < ${until} AND props.channel.:String = 'app')
       OR id IN (SELECT customer FROM (
         SELECT customer, countIf(c = 'counter') AS counter, countIf(c = 'app') AS app, countIf(c = 'web') AS web
         FROM (SELECT customer, props.channel.:String AS c FROM event
           WHERE time >= ${days90} AND time < ${until} AND customer IN (SELECT id FROM customer FINAL WHERE ${wealthy})) GROUP BY customer)
         WHERE counter > app AND counter > 0 AND counter >= web))
     AND id NOT IN (SELECT customer FROM test_segment WHERE name = 'seg_staff' AND version = 1)
     AND id NOT IN (SELECT customer FROM test_segment WHERE name = 'seg_complained' AND version = 1)`,
]
