import type { Ctx } from '../../platform/ctx.ts'
import { Problem, text } from '../../platform/problem.ts'
import type { CheckedText, Estimate, Estimating, Expr, Line, Rule, Schema, Suggestion, Types } from '../eql/contract.ts'
import {
  type Asked,
  checkText as checkedText,
  checkRule,
  compileCount,
  compileEstimate,
  compileRule,
  completeRule,
  estimateOf,
  explainRule,
  type Limits,
  parseRule,
  partAt,
  partOf,
  unreadable,
  upgradeRule,
} from '../eql/eql.ts'
import { askedNow, seenBy } from './asking.ts'
import { amongWithin, countCustomers, countOf, estimateRow, narrowed } from './facts.ts'
import { groundOf } from './ground.ts'

export async function checkText(ctx: Ctx, source: string, want: 'condition' | 'value'): Promise<CheckedText> {
  return checkedText(source, (await groundOf(ctx)).schema, want)
}

export async function completeText(ctx: Ctx, source: string, offset: number): Promise<Suggestion[]> {
  return completeRule(source, offset, (await groundOf(ctx)).schema)
}

/** What conditions of tags may speak of: no segments. */
export async function conditionSchema(ctx: Ctx): Promise<Schema> {
  return (await groundOf(ctx)).schema
}

/** How many a condition of a tag would find now. */
export async function estimateText(ctx: Ctx, asking: Estimating, signal: AbortSignal): Promise<Estimate> {
  const ground = await groundOf(ctx)
  const ask = (_: Rule, types: Types, limits: Partial<Limits>) => askedNow(ctx, ground, types, { limits })
  return estimateRule(ctx, asking, { schema: ground.schema, ask }, signal)
}

/** What a condition may speak of, and how it is asked. */
export type Ask = {
  schema: Schema
  ask(rule: Rule, types: Types, limits: Partial<Limits>): Promise<Asked>
}

/** A person waits for it, and others work beside. */
const limits = { seconds: 20, memory: 2 * 2 ** 30 }
const sampled = 10_000
const mostParts = 12

/**
 * How many a condition would find now: of a sample of about ten thousand with its error, or exactly; of a branch's person among the
 * branch's customers. `signal`: it has changed, nobody waits any more.
 */
export async function estimateRule(ctx: Ctx, asking: Estimating, by: Ask, signal: AbortSignal): Promise<Estimate> {
  try {
    return await counted(ctx, asking, by, signal)
  } catch (error) {
    throw signal.aborted ? nobodyWaits() : error
  }
}

async function counted(ctx: Ctx, asking: Estimating, { schema, ask }: Ask, signal: AbortSignal): Promise<Estimate> {
  const { rule, types } = readAsked(asking, schema)
  const within = await seenBy(ctx)
  const asked = await ask(rule, types, limits)
  const all = within ? await countCustomers(ctx.facts, within) : (schema.customers ?? 0)
  if (asking.exact) {
    const customers = within
      ? await countOf(ctx.facts, narrowed(compileRule(rule, asked), within), signal)
      : await countAll(ctx, compileCount(rule, asked), signal)
    return { customers, low: customers, high: customers, universe: all, exact: true, parts: [] }
  }
  const parts = partsOf(rule, asking.paths)
  const part = partOf(all, sampled)
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
      sentence: oneLine(explainRule({ ...rule, body: expr }, schema)),
      ...of(i + 1),
    })),
  }
}

async function countAll(ctx: Ctx, statement: ReturnType<typeof compileCount>, signal: AbortSignal): Promise<number> {
  const [row] = await ctx.facts.query<{ customers: bigint }>({ ...statement, signal })
  return Number(row?.customers ?? 0n)
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

/** Whoever asked has gone, and hears it no more; it is no failure of ours. */
function nobodyWaits(): Problem {
  return new Problem('conflict', 'tags.not_waited_for', text('估算已取消', 'The estimate was called off'))
}
