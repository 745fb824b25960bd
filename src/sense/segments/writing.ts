import type { Ctx } from '../../platform/ctx.ts'
import type {
  CheckedText,
  Estimate,
  Estimating,
  Expr,
  Line,
  Parsed,
  Rule,
  Schema,
  Suggestion,
  Types,
} from '../eql/contract.ts'
import {
  checkRule,
  compileCount,
  compileEstimate,
  compileRule,
  completeRule,
  costOf,
  estimateOf,
  explainRule,
  parseRule,
  referencesOf,
  upgradeRule,
} from '../eql/eql.ts'
import { askedNow, seenBy } from './asking.ts'
import { amongWithin, countWithin, customersWithin, sampleWithin } from './facts.ts'
import { nobodyWaits, unreadable } from './problems.ts'
import { partAt, partOf } from './rules.ts'
import { groundOf } from './schema.ts'

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
 * How many a rule would find now: of a sample of about ten thousand with its error, or exactly; of a branch's person among the
 * branch's customers. `signal`: the rule has changed, nobody waits any more.
 */
export async function estimate(ctx: Ctx, asking: Estimating, signal: AbortSignal): Promise<Estimate> {
  try {
    return await counted(ctx, asking, signal)
  } catch (error) {
    throw signal.aborted ? nobodyWaits() : error
  }
}

async function counted(ctx: Ctx, asking: Estimating, signal: AbortSignal): Promise<Estimate> {
  const ground = await groundOf(ctx)
  const { rule, types } = readAsked(asking, ground.schema)
  const within = await seenBy(ctx)
  const asked = await askedNow(ctx, ground, types, segmentsIn(rule, ground.schema), estimateLimits)
  if (asking.exact) {
    const customers = within
      ? await countWithin(ctx.facts, compileRule(rule, asked), within, signal)
      : await countAll(ctx, compileCount(rule, asked), signal)
    const universe = await customersWithin(ctx.facts, within)
    return { customers, low: customers, high: customers, universe, exact: true, parts: [] }
  }
  const all = within ? await customersWithin(ctx.facts, within) : (ground.schema.customers ?? 0)
  const parts = partsOf(rule, asking.paths)
  const part = partOf(all, sampled)
  const conditions = [rule.body, ...parts.map(({ expr }) => expr)]
  const statement = compileEstimate(conditions, asked, part, within ? amongWithin : null)
  const row = await sampleWithin(ctx.facts, statement, within, signal)
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

async function countAll(ctx: Ctx, statement: ReturnType<typeof compileCount>, signal: AbortSignal): Promise<number> {
  const [row] = await ctx.facts.query<{ customers: bigint }>({ ...statement, signal })
  return Number(row?.customers ?? 0n)
}

function readAsked({ text, rule: tree }: Estimating, schema: Schema): { rule: Rule; types: Types } {
  if (tree === undefined) return readWhole(text ?? '', schema)
  const rule = upgradeRule(tree)
  const checked = checkRule(rule, schema)
  if (!checked.ok) throw unreadable(checked)
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

export function segmentsIn(rule: Rule, schema: Schema): string[] {
  return [...new Set(referencesOf(rule, schema).segments.map(({ name }) => name))]
}

/** A published rule must be whole; a draft need not. */
export function readWhole(source: string, schema: Schema): Parsed & { rule: Rule } {
  const parsed = parseRule(source, schema)
  if (!parsed.ok || !parsed.rule) throw unreadable(parsed)
  return { ...parsed, rule: parsed.rule }
}
