import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Facts } from '../../../platform/facts/facts.ts'
import { testCtx } from '../../../platform/testing/testing.ts'
import { homeZone, type Zone, zone } from '../../../platform/time/zone.ts'
import type { Expr, Rule, Types } from '../contract.ts'
import { checkRule, formatRule } from '../eql.ts'
import { bank as schema } from '../testing/bank.ts'
import { randomRule } from '../testing/random.ts'
import { type Asked, compileRule, compileTogether } from './compile.ts'
import { asked, fillBank, literalsOf, makeTables, randomBank, testLayout } from './testing/randomBank.ts'
import { type Bank, type Question, referenceCustomers } from './testing/reference.ts'

/** `EQL_CASES=200000 EQL_SEED=7` for a long run of other cases. */
const cases = Number(process.env.EQL_CASES ?? 10_000)
const seed = Number(process.env.EQL_SEED ?? 1)
const perBank = 250
const together = 10

const params = { min: 100_000n, levels: ['gold', 'private'], times: 2 }

type Case = { rule: Rule; past: boolean; zone: Zone }

/** A bank at home, one whose day begins in the afternoon, one whose clocks differ in summer. */
const zones = [homeZone, zone('America/New_York'), zone('Europe/Berlin')]

test('a rule finds the same customers among everyone, among some, and by reading it aloud (rules 13, 14, 69)', async (t) => {
  const { facts } = await testCtx(t, { facts: true })
  await makeTables(facts, schema)
  const told: string[] = []
  const banks = Math.ceil(cases / perBank)
  // Most as large as rules of people, every fifth bank's larger.
  const sizes = [3, 2, 2, 2, 2].map((depth) => randomRule(schema, { depth, literals: literalsOf }))
  for (let i = 0; i < banks; i++) {
    const [bank] = fc.sample(randomBank(schema), { seed: seed * 1000 + i, numRuns: 1 })
    if (bank === undefined) continue
    await fillBank(facts, bank, schema)
    const rules = fc.sample(sizes[i % sizes.length] as fc.Arbitrary<Rule>, { seed: seed * 1000 + i, numRuns: perBank })
    const where = zones[i % zones.length] ?? homeZone
    const all = rules.map((rule, n): Case => ({ rule, past: n % 10 === 9, zone: where }))
    await lanes(groupsOf(all), async (group) => {
      if (told.length < 5) told.push(...(await disagreements(facts, bank, group)))
    })
    if (told.length > 0) assert.fail(told.join('\n\n'))
  }
})

/** Rules of one instant, asked together: planning a statement costs the engine more than reading so few rows. */
function groupsOf(all: readonly Case[]): Case[][] {
  const groups: Case[][] = []
  for (const past of [false, true]) {
    const some = all.filter((one) => one.past === past)
    for (let from = 0; from < some.length; from += together) groups.push(some.slice(from, from + together))
  }
  return groups
}

async function lanes<T>(list: readonly T[], work: (one: T) => Promise<void>): Promise<void> {
  const rest = list.values()
  const lane = async () => {
    for (const one of rest) await work(one)
  }
  await Promise.all([lane(), lane(), lane(), lane()])
}

/** All rules of a group in one statement over everyone, the first by itself and over some. */
async function disagreements(facts: Facts, bank: Bank, group: readonly Case[]): Promise<string[]> {
  const [first] = group
  if (first === undefined) return []
  const alone = await disagreement(facts, bank, first)
  if (alone !== undefined) return [alone]
  const checked = group.map((one) => ({ ...one, checked: checkRule(one.rule, schema) })).filter((one) => one.checked.ok)
  const types = new Map(checked.flatMap((one) => [...one.checked.types]))
  const how = asking(bank, types, first)
  const bodies = checked.map(({ rule }) => rule.body)
  const [row] = await facts.query<Record<string, number[]>>(compileTogether(bodies, how))
  const told: string[] = []
  for (const [i, one] of checked.entries()) {
    const { rule } = one
    const expected = JSON.stringify(referenceCustomers(rule.body, questionOf(bank, types, one)))
    const found = JSON.stringify([...(row?.[`m${i}`] ?? [])].sort((a, b) => a - b))
    if (found === expected) continue
    const single = await disagreement(facts, bank, one)
    told.push(single ?? `together with others only: ${formatRule(rule)}\n${found}, the reference ${expected}`)
  }
  return told
}

async function disagreement(facts: Facts, bank: Bank, one: Case): Promise<string | undefined> {
  if ((await differ(facts, bank, one)) === undefined) return undefined
  const small = await shrunk(facts, bank, one)
  assert.fail(
    `${formatRule(small)}\n${await differ(facts, bank, { ...one, rule: small })}\nfirst seen as\n${formatRule(one.rule)}`,
  )
}

/** What the ways disagree about; undefined when they do not. */
async function differ(facts: Facts, bank: Bank, one: Case): Promise<string | undefined> {
  const { rule } = one
  const checked = checkRule(rule, schema)
  if (!checked.ok) return undefined
  const expected = referenceCustomers(rule.body, questionOf(bank, checked.types, one))
  const some = bank.customers.map(({ id }) => id).filter((id) => id % 3 === 0)
  const base = asking(bank, checked.types, one)
  for (const scope of ['everyone', some] as const) {
    const wanted = scope === 'everyone' ? expected : expected.filter((id) => some.includes(id))
    const found = await ask(facts, rule, { ...base, scope })
    if (JSON.stringify(found) !== JSON.stringify(wanted))
      return `${scope === 'everyone' ? 'everyone' : 'some'}: the statement says ${JSON.stringify(found)}, the reference ${JSON.stringify(wanted)}`
  }
  return undefined
}

const instantOf = (past: boolean) => (past ? new Date(asked.getTime() - 20 * 86_400_000) : asked)

type How = Pick<Case, 'past' | 'zone'>

function questionOf(bank: Bank, types: Types, { past, zone: where }: How): Question {
  return { moment: { now: instantOf(past).getTime(), zone: where }, types, params, schema, bank, past }
}

function asking(bank: Bank, types: Types, { past, zone: where }: How): Asked {
  const world = { schema, layout: testLayout(bank, schema), types, params }
  // Little data and many statements.
  return { ...world, now: instantOf(past), zone: where, past, scope: 'everyone', limits: { threads: 1 } }
}

async function ask(facts: Facts, rule: Rule, how: Asked): Promise<number[] | string> {
  try {
    const rows = await facts.query<{ customer: number }>(compileRule(rule, how))
    return rows.map(({ customer }) => customer).sort((a, b) => a - b)
  } catch (error) {
    const cause = (error as Error).cause as Error | undefined
    return `${(error as Error).message} ${cause?.message ?? ''}\n${compileRule(rule, how).sql}`
  }
}

/** A smaller rule that still differs: parts put in place of the whole, and parts left out. */
async function shrunk(facts: Facts, bank: Bank, one: Case): Promise<Rule> {
  let { rule } = one
  for (let better: Rule | undefined = rule; better !== undefined; ) {
    rule = better
    better = undefined
    for (const body of smaller(rule.body)) {
      const next: Rule = { eql: 1, body }
      if (!isRule(next)) continue
      if ((await differ(facts, bank, { ...one, rule: next })) === undefined) continue
      better = next
      break
    }
  }
  return rule
}

/** Cutting may leave what is no tree. */
function isRule(rule: Rule): boolean {
  try {
    return checkRule(rule, schema).ok
  } catch {
    return false
  }
}

/** Trees with one node less, the smallest first. */
function* smaller(expr: Expr): Generator<Expr> {
  const parts = Object.entries(expr).filter(([, value]) => typeof value === 'object' && value !== null)
  // A step or a window is no place for an expression.
  for (const [, value] of isExpr(expr) ? parts : []) {
    for (const inner of Array.isArray(value) ? value : [value]) if (isExpr(inner)) yield inner
  }
  for (const [name, value] of parts) {
    if (Array.isArray(value)) {
      for (let i = 0; i < value.length && value.length > 1; i++)
        yield { ...expr, [name]: value.toSpliced(i, 1) } as Expr
      for (const [i, item] of value.entries()) {
        if (typeof item !== 'object' || item === null) continue
        for (const next of smaller(item)) yield { ...expr, [name]: value.with(i, next) } as Expr
      }
    } else {
      if (name === 'where' || name === 'within' || name === 'after') yield { ...expr, [name]: null } as Expr
      for (const next of smaller(value as Expr)) yield { ...expr, [name]: next } as Expr
    }
  }
}

const windows = ['ever', 'last', 'next', 'this', 'previous', 'following', 'since', 'range']

function isExpr(value: unknown): value is Expr {
  return typeof value === 'object' && value !== null && 'kind' in value && !windows.includes(String(value.kind))
}
