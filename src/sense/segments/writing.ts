import type { Ctx } from '../../platform/ctx.ts'
import type { CheckedText, Estimate, Expr, Line, Parsed, Rule, Schema, Suggestion } from '../eql/contract.ts'
import {
  compileCount,
  compileEstimate,
  compileRule,
  completeRule,
  costOf,
  estimateOf,
  explainRule,
  parseRule,
  referencesOf,
} from '../eql/eql.ts'
import { askedNow, seenBy } from './asking.ts'
import { countWithin, customersWithin } from './facts.ts'
import { unreadable } from './problems.ts'
import { partOf } from './rules.ts'
import { type Ground, groundOf } from './schema.ts'

/** What is wrong with a text, what it says in words, and what it would cost. */
export async function checkText(ctx: Ctx, source: string): Promise<CheckedText> {
  const { schema } = await groundOf(ctx)
  const parsed = parseRule(source, schema)
  const { ok, issues, rule } = parsed
  if (!ok || !rule) return { ok: false, issues, sentence: [], cost: null }
  return { ok, issues, sentence: explainRule(rule, schema), cost: costOf(rule, schema) }
}

export async function completeText(ctx: Ctx, source: string, offset: number): Promise<Suggestion[]> {
  return completeRule(source, offset, (await groundOf(ctx)).schema).slice(0, 100)
}

/** A person waits for it, and others work beside. */
const estimateLimits = { seconds: 20, memory: 2 * 2 ** 30 }
const sampled = 10_000
const mostParts = 12

/**
 * How many a text would find now: of a sample of about ten thousand with its error, or exactly. Of a branch's person always
 * exactly, among the branch's customers. `signal`: the text has changed, nobody waits any more.
 */
export async function estimate(ctx: Ctx, source: string, exact: boolean, signal: AbortSignal): Promise<Estimate> {
  const ground = await groundOf(ctx)
  const parsed = parseRule(source, ground.schema)
  const { rule } = parsed
  if (!parsed.ok || !rule) throw unreadable(parsed)
  const within = await seenBy(ctx)
  const asked = await askedNow(ctx, ground, parsed.types, segmentsIn(rule, ground.schema), estimateLimits)
  if (within) {
    const customers = await countWithin(ctx.facts, compileRule(rule, asked), within, signal)
    const universe = await customersWithin(ctx.facts, within)
    return { ...sure(customers), universe, exact: true, parts: [] }
  }
  if (exact) {
    const [row] = await ctx.facts.query<{ customers: bigint }>({ ...compileCount(rule, asked), signal })
    return { ...sure(Number(row?.customers ?? 0n)), universe: ground.schema.customers ?? 0, exact: true, parts: [] }
  }
  return sample(ctx, rule, ground, asked, signal)
}

const sure = (customers: number) => ({ customers, low: customers, high: customers })

async function sample(
  ctx: Ctx,
  rule: Rule,
  ground: Ground,
  asked: Awaited<ReturnType<typeof askedNow>>,
  signal: AbortSignal,
): Promise<Estimate> {
  const part = partOf(ground.schema.customers ?? 0, sampled)
  const parts = partsOf(rule.body)
  const statement = compileEstimate([rule.body, ...parts], asked, part)
  const [row] = await ctx.facts.query<Record<string, bigint>>({ ...statement, signal })
  const universe = Number(row?.universe ?? 0n)
  const of = (i: number) => estimateOf({ universe, hits: row?.[`c${i}`] ?? 0n }, part)
  return {
    ...of(0),
    universe: universe * part,
    exact: part === 1,
    parts: parts.map((expr, i) => ({
      sentence: oneLine(explainRule({ ...rule, body: expr }, ground.schema)),
      ...of(i + 1),
    })),
  }
}

function partsOf(body: Expr): Expr[] {
  return body.kind === 'and' || body.kind === 'or' ? body.items.slice(0, mostParts) : []
}

function oneLine(lines: readonly Line[]): { zh: string; en: string } {
  return { zh: lines.map(({ zh }) => zh).join(' '), en: lines.map(({ en }) => en).join(' ') }
}

export function segmentsIn(rule: Rule, schema: Schema): string[] {
  return [...new Set(referencesOf(rule, schema).segments.map(({ name }) => name))]
}

/** A published rule must be whole; a draft need not. */
export function readWhole(source: string, schema: Schema): Parsed & { rule: Rule } {
  const parsed = parseRule(source, schema)
  if (!parsed.ok || !parsed.rule) throw unreadable(parsed)
  return { ...parsed, rule: parsed.rule }
}
