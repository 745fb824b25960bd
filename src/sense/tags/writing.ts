import type { Ctx } from '../../platform/ctx.ts'
import type { CheckedText, Estimate, Estimating, Expr, Line, Rule, Schema, Suggestion, Types } from '../eql/contract.ts'
import {
  checkRule,
  compileEstimate,
  compileRule,
  completeRule,
  costOf,
  estimateOf,
  explainRule,
  parseRule,
  upgradeRule,
} from '../eql/eql.ts'
import { askedNow, seenBy } from './asking.ts'
import { amongWithin, countCustomers, countOf, estimateRow, narrowed } from './facts.ts'
import { groundOf } from './ground.ts'
import { unreadable } from './problems.ts'
import { partAt } from './rules/part.ts'

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

/** What conditions of tags may speak of: no segments. */
export async function conditionSchema(ctx: Ctx): Promise<Schema> {
  return (await groundOf(ctx)).schema
}

/** A person waits for it, and others work beside. */
const limits = { seconds: 20, memory: 2 * 2 ** 30 }
const sampled = 10_000
const mostParts = 12

/**
 * How many a condition would find now: of a sample of about ten thousand with its error, or exactly; of a branch's person among the
 * branch's customers. `signal`: it has changed, nobody waits any more.
 */
export async function estimateText(ctx: Ctx, asking: Estimating, signal: AbortSignal): Promise<Estimate> {
  const ground = await groundOf(ctx)
  const { rule, types } = readAsked(asking, ground.schema)
  const asked = await askedNow(ctx, ground, types, { limits })
  const within = await seenBy(ctx)
  const all = within ? await countCustomers(ctx.facts, within) : (ground.schema.customers ?? 0)
  if (asking.exact) {
    const compiled = compileRule(rule, asked)
    const customers = await countOf(ctx.facts, within ? narrowed(compiled, within) : compiled, signal)
    return { customers, low: customers, high: customers, universe: all, exact: true, parts: [] }
  }
  const part = Math.max(1, Math.floor(all / sampled))
  const parts = partsOf(rule, asking.paths)
  const conditions = [rule.body, ...parts.map(({ expr }) => expr)]
  const statement = compileEstimate(conditions, asked, part, within ? amongWithin : null)
  const row = await estimateRow(ctx.facts, statement, within, signal)
  const universe = Number(row.universe ?? 0n)
  const of = (i: number) => estimateOf({ universe, hits: row[`c${i}`] ?? 0n }, part)
  return {
    ...of(0),
    universe: universe * part,
    exact: part === 1,
    parts: parts.map(({ path, expr }, i) => ({
      path,
      sentence: oneLine(explainRule({ ...rule, body: expr }, ground.schema)),
      ...of(i + 1),
    })),
  }
}

function readAsked({ text, rule: tree }: Estimating, schema: Schema): { rule: Rule; types: Types } {
  if (tree === undefined) {
    const parsed = parseRule(text ?? '', schema)
    if (!parsed.ok || !parsed.rule) throw unreadable(parsed, 'text')
    return { rule: parsed.rule, types: parsed.types }
  }
  const rule = upgradeRule(tree)
  const checked = checkRule(rule, schema)
  if (!checked.ok) throw unreadable(checked, 'rule')
  return { rule, types: checked.types }
}

/** Conditions by their places; a place that is none is not answered. */
function partsOf({ body }: Rule, paths: readonly string[] | undefined): { path: string; expr: Expr }[] {
  if (paths) return paths.flatMap((path) => partAt(body, path) ?? [])
  if (body.kind !== 'and' && body.kind !== 'or') return []
  return body.items.slice(0, mostParts).map((expr, i) => ({ path: `body.items.${i}`, expr }))
}

function oneLine(lines: readonly Line[]): { zh: string; en: string } {
  return { zh: lines.map(({ zh }) => zh).join(' '), en: lines.map(({ en }) => en).join(' ') }
}
