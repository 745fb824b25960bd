import type { Ctx } from '../../platform/ctx.ts'
import { explainRule, formatRule, partOf } from '../eql/eql.ts'
import { seenBy } from './asking.ts'
import { compiledRule, lookUpCuts } from './computing.ts'
import type { Kind, Preview } from './contract.ts'
import { define } from './defining.ts'
import { countCustomers, sampleOf } from './facts.ts'
import { groundOf } from './ground.ts'
import { sharesOf } from './shareFacts.ts'

const sampled = 10_000

/**
 * What a definition would give, before anybody keeps it: of about ten thousand customers when there are more, within the caller's
 * scope. Quantiles are those of the sample too.
 */
export async function previewTag(
  ctx: Ctx,
  { kind, definition }: { kind: Kind; definition: unknown },
  signal: AbortSignal,
): Promise<Preview> {
  const ground = await groundOf(ctx)
  const defined = define(kind, definition, ground.schema)
  const { type, codes } = defined
  if (!defined.rule)
    return { type, codes, text: null, sentence: [], asked: 0, covered: 0, exact: true, shares: null, cuts: null }
  const within = await seenBy(ctx)
  const part = partOf(await countCustomers(ctx.facts, within), sampled)
  const sample = await sampleOf(ctx.facts, part, within)
  const cuts = defined.fits ? await lookUpCuts(ctx, ground, definition, { within: null, scope: sample }) : null
  const rule = cuts ? (define(kind, definition, ground.schema, cuts).rule ?? defined.rule) : defined.rule
  const compiled = await compiledRule(ctx, ground, rule, sample)
  const { covered, shares } = await sharesOf(ctx.facts, compiled, type, signal)
  return {
    ...{ type, codes, covered, shares, cuts },
    text: formatRule(defined.rule, ground.schema, ctx.lang),
    sentence: explainRule(defined.rule, ground.schema),
    asked: sample.length,
    exact: part === 1,
  }
}
