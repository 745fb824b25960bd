import type { Ctx } from '../../platform/ctx.ts'
import type { CheckedText, Estimate, Estimating, Parsed, Rule, Schema, Suggestion, Types } from '../eql/contract.ts'
import { checkText as checkedText, completeRule, type Limits, parseRule, referencesOf, unreadable } from '../eql/eql.ts'
import { estimateRule } from '../tags/tags.ts'
import { askedNow } from './asking.ts'
import { groundOf } from './schema.ts'

export async function checkText(ctx: Ctx, source: string): Promise<CheckedText> {
  return checkedText(source, (await groundOf(ctx)).schema)
}

export async function completeText(ctx: Ctx, source: string, offset: number): Promise<Suggestion[]> {
  return completeRule(source, offset, (await groundOf(ctx)).schema)
}

/** How many a rule would find now; segments in it answer with their last snapshots. */
export async function estimate(ctx: Ctx, asking: Estimating, signal: AbortSignal): Promise<Estimate> {
  const ground = await groundOf(ctx)
  const { schema } = ground
  const ask = (rule: Rule, types: Types, limits: Partial<Limits>) =>
    askedNow(ctx, ground, types, segmentsIn(rule, schema), limits)
  return estimateRule(ctx, asking, { schema, ask }, signal)
}

export function segmentsIn(rule: Rule, schema: Schema): string[] {
  return [...new Set(referencesOf(rule, schema).segments.map(({ name }) => name))]
}

/** A published rule must be whole; a draft need not. */
export function readWhole(source: string, schema: Schema): Parsed & { rule: Rule } {
  const parsed = parseRule(source, schema)
  if (!parsed.ok || !parsed.rule) throw unreadable(parsed, 'draft')
  return { ...parsed, rule: parsed.rule }
}
