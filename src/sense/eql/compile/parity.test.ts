import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Facts } from '../../../platform/facts/facts.ts'
import { testCtx } from '../../../platform/testing/testing.ts'
import { homeZone } from '../../../platform/time/zone.ts'
import type { Expr, Rule } from '../contract.ts'
import { checkRule, formatRule } from '../eql.ts'
import { bank as schema } from '../testing/bank.ts'
import { randomRule } from '../testing/random.ts'
import { type Asked, compileRule } from './compile.ts'
import { asked, fillBank, literalsOf, makeTables, randomBank, testLayout } from './testing/randomBank.ts'
import { type Bank, type Question, referenceCustomers } from './testing/reference.ts'

/** `EQL_CASES=200000 EQL_SEED=7` for a long run of other cases. */
const cases = Number(process.env.EQL_CASES ?? 10_000)
const seed = Number(process.env.EQL_SEED ?? 1)
const perBank = 250

const params = { min: 100_000n, levels: ['gold', 'private'], times: 2 }

type Case = { rule: Rule; past: boolean }

test('a rule finds the same customers among everyone, among some, and by reading it aloud (rules 13, 14, 69)', async (t) => {
  const { facts } = await testCtx(t, { facts: true })
  await makeTables(facts, schema)
  const told: string[] = []
  const banks = Math.ceil(cases / perBank)
  const arbitrary = randomRule(schema, { depth: 3, literals: literalsOf })
  for (let i = 0; i < banks; i++) {
    const [bank] = fc.sample(randomBank(schema), { seed: seed * 1000 + i, numRuns: 1 })
    if (bank === undefined) continue
    await fillBank(facts, bank, schema)
    const rules = fc.sample(arbitrary, { seed: seed * 1000 + i, numRuns: perBank })
    const all = rules.map((rule, n): Case => ({ rule, past: n % 10 === 9 }))
    await Promise.all(
      [0, 1, 2, 3].map(async (lane) => {
        for (let n = lane; n < all.length; n += 4) {
          const one = all[n]
          if (one === undefined || told.length >= 5) continue
          const fault = await disagreement(facts, bank, one)
          if (fault !== undefined) told.push(fault)
        }
      }),
    )
    if (told.length > 0) assert.fail(told.join('\n\n'))
  }
})

async function disagreement(facts: Facts, bank: Bank, one: Case): Promise<string | undefined> {
  if ((await differ(facts, bank, one)) === undefined) return undefined
  const small = await shrunk(facts, bank, one)
  assert.fail(
    `${formatRule(small)}\n${await differ(facts, bank, { ...one, rule: small })}\nfirst seen as\n${formatRule(one.rule)}`,
  )
}

/** What the ways disagree about; undefined when they do not. */
async function differ(facts: Facts, bank: Bank, { rule, past }: Case): Promise<string | undefined> {
  const checked = checkRule(rule, schema)
  if (!checked.ok) return undefined
  const now = past ? new Date(asked.getTime() - 20 * 86_400_000) : asked
  const question: Question = {
    moment: { now: now.getTime(), zone: homeZone },
    types: checked.types,
    params,
    schema,
    bank,
    past,
  }
  const expected = referenceCustomers(rule.body, question)
  const some = bank.customers.map(({ id }) => id).filter((id) => id % 3 === 0)
  const base: Asked = {
    schema,
    layout: testLayout(bank, schema),
    types: checked.types,
    now,
    zone: homeZone,
    params,
    past,
    scope: 'everyone',
    // Little data and many statements.
    limits: { threads: 1 },
  }
  for (const scope of ['everyone', some] as const) {
    const wanted = scope === 'everyone' ? expected : expected.filter((id) => some.includes(id))
    const found = await ask(facts, rule, { ...base, scope })
    if (JSON.stringify(found) !== JSON.stringify(wanted))
      return `${scope === 'everyone' ? 'everyone' : 'some'}: the statement says ${JSON.stringify(found)}, the reference ${JSON.stringify(wanted)}`
  }
  return undefined
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
