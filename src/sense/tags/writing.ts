import type { Ctx } from '../../platform/ctx.ts'
import type { CheckedText, Estimate, Suggestion } from '../eql/contract.ts'
import {
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
import { countCustomers, countOf, narrowed } from './facts.ts'
import { groundOf } from './ground.ts'
import { noSegments, unreadable } from './problems.ts'

/** What is wrong with a text, what it says in words, and what it would cost. */
export async function checkText(ctx: Ctx, source: string, want: 'condition' | 'value'): Promise<CheckedText> {
  const { schema } = await groundOf(ctx)
  const { ok, issues, rule } = parseRule(source, schema, want)
  if (!ok || !rule) return { ok: false, issues, sentence: [], cost: null }
  return { ok, issues, sentence: explainRule(rule, schema), cost: costOf(rule, schema) }
}

export async function completeText(ctx: Ctx, source: string, offset: number): Promise<Suggestion[]> {
  return completeRule(source, offset, (await groundOf(ctx)).schema).slice(0, 100)
}

/** A person waits for it, and others work beside. */
const limits = { seconds: 20, memory: 2 * 2 ** 30 }
const sampled = 10_000

/** How many a condition would find now: of a sample with its error, or exactly. Of a branch's person always exactly, among the branch's customers. */
export async function estimateText(ctx: Ctx, source: string, exact: boolean, signal: AbortSignal): Promise<Estimate> {
  const ground = await groundOf(ctx)
  const parsed = parseRule(source, ground.schema)
  if (parsed.rule && referencesOf(parsed.rule, ground.schema).segments.length > 0) throw noSegments('text')
  if (!parsed.ok || !parsed.rule) throw unreadable(parsed, 'text')
  const asked = await askedNow(ctx, ground, parsed.types, { limits })
  const within = await seenBy(ctx)
  const all = ground.schema.customers ?? 0
  const part = within || exact ? 1 : Math.max(1, Math.floor(all / sampled))
  if (part === 1) {
    const [customers, universe] = within
      ? await Promise.all([
          countOf(ctx.facts, narrowed(compileRule(parsed.rule, asked), within), signal),
          countCustomers(ctx.facts, within),
        ])
      : [await countOf(ctx.facts, compileRule(parsed.rule, asked), signal), all]
    return { customers, low: customers, high: customers, universe, exact: true, parts: [] }
  }
  const [row] = await ctx.facts.query<Record<string, bigint>>({
    ...compileEstimate([parsed.rule.body], asked, part),
    signal,
  })
  const universe = Number(row?.universe ?? 0n)
  return { ...estimateOf({ universe, hits: row?.c0 ?? 0n }, part), universe: universe * part, exact: false, parts: [] }
}
