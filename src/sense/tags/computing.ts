import { read, unauditedChange } from '../../platform/change.ts'
import type { Ctx } from '../../platform/ctx.ts'
import { newId } from '../../platform/ids.ts'
import { missing, Problem } from '../../platform/problem.ts'
import { orderOf } from '../../platform/reads.ts'
import type { Expr, Rule } from '../eql/contract.ts'
import { eqlVersion } from '../eql/contract.ts'
import { checkRule, compileValue, unreadable, upgradeRule } from '../eql/eql.ts'
import { askedNow, customersOf, tagValues } from './asking.ts'
import type { RfmCuts, Shares } from './contract.ts'
import { define, fitOf } from './defining.ts'
import * as facts from './facts.ts'
import { type Ground, groundOf } from './ground.ts'
import { stability, valuesDrift } from './rules/drift.ts'
import * as runs from './runStore.ts'
import { placesOf, quantilesOf, sharesOf } from './shareFacts.ts'
import * as store from './store.ts'

/** What another reads is not computed again when it was so lately. */
const youngMs = 5 * 60_000

/**
 * Computes a tag, what it reads before it. One that is read and fails keeps the values it has, and says so on its own page: only one
 * that never had any stops those who read it.
 */
export async function compute(ctx: Ctx, id: string, signal: AbortSignal): Promise<void> {
  const reads = new Map((await read(ctx, store.edges)).map((edge) => [edge.tag as string, edge.reads]))
  for (const one of orderOf<string>(id, (tag) => reads.get(tag) ?? [])) {
    signal.throwIfAborted()
    if (one === id) await computeOne(ctx, one, signal)
    else if (!(await isYoung(ctx, one))) await tryOne(ctx, one, signal)
  }
}

async function isYoung(ctx: Ctx, id: string): Promise<boolean> {
  const row = await read(ctx, (tx) => store.findTag(tx, id))
  return row?.computedAt !== null && ctx.now.getTime() - (row?.computedAt?.getTime() ?? 0) < youngMs
}

async function tryOne(ctx: Ctx, id: string, signal: AbortSignal): Promise<void> {
  try {
    await computeOne(ctx, id, signal)
  } catch (error) {
    if (signal.aborted || !(error instanceof Problem)) throw error
    await unauditedChange(ctx, 'a tag that others read failed', (tx) => runs.markFailed(tx, id, error.text))
  }
}

type Published = { row: store.TagRow; version: store.VersionRow }

async function publishedTag(ctx: Ctx, id: string): Promise<Published> {
  return read(ctx, async (tx) => {
    const row = (await store.findTag(tx, id)) ?? missing('tag', id)
    return { row, version: (await store.findVersion(tx, id, row.version)) ?? missing('tag', `${id} v${row.version}`) }
  })
}

/** Asks one tag about everyone and puts the answer in place of the one before. Values that are given stay as they are. */
async function computeOne(ctx: Ctx, id: string, signal: AbortSignal): Promise<void> {
  const { row, version } = await publishedTag(ctx, id)
  if (version.rule === null) return
  await sweep(ctx, row.id)
  const at = ctx.now
  const from = performance.now()
  const ground = await groundOf(ctx)
  const within = await customersOf(ctx, row.org)
  const run = newId('tgr', at)
  await unauditedChange(ctx, 'a computation begins', (tx) =>
    runs.insertRun(tx, { id: run, tag: row.id, org: row.org, version: version.version, at }),
  )
  const { rule, cuts } = await ruleOf(ctx, ground, row, version)
  const compiled = await compiledRule(ctx, ground, rule)
  const { type } = version
  await facts.fillRun(ctx.facts, { tag: id, run, type, at }, compiled, within, signal)
  const of = { tag: id, run, before: row.run ?? '', type, at }
  const changed = await facts.keepChanges(ctx.facts, of, signal)
  const { covered, shares } = await sharesOf(ctx.facts, standing(id, run, type), type, signal)
  const universe = await facts.countCustomers(ctx.facts, within)
  const before = row.run === null ? undefined : await read(ctx, (tx) => runs.findRun(tx, row.run ?? ''))
  const drift = before ? await driftOf(ctx, before, { id: run, covered, universe, shares }, id, type) : null
  const ms = Math.round(performance.now() - from)
  const done = { id: run, tag: row.id, org: row.org, version: version.version, at, done: true }
  await unauditedChange(ctx, 'the values of a tag', (tx) =>
    runs.endRun(tx, { ...done, ms, covered, universe, changed, shares, drift, cuts }),
  )
  await dropOlder(ctx, row.id)
}

/** The values of one run, as numbers had them, for figures. */
function standing(tag: string, run: string, type: store.VersionRow['type']) {
  const params: Record<string, unknown> = { figuresTag: tag, figuresRun: run }
  const bind: facts.Bind = {
    text: (value) => (value === tag ? '{figuresTag:String}' : '{figuresRun:String}'),
    instant: () => '',
  }
  return { sql: facts.personsSql(bind, { tag, run, type }), params }
}

/** With its quantiles looked up, where it is cut by them. */
async function ruleOf(
  ctx: Ctx,
  ground: Ground,
  row: store.TagRow,
  version: store.VersionRow,
): Promise<{ rule: Rule; cuts: RfmCuts | null }> {
  const kept = upgradeRule(version.rule)
  if (row.kind !== 'rfm') return { rule: kept, cuts: null }
  const cuts = await lookUpCuts(ctx, ground, version.definition, { within: await customersOf(ctx, row.org) })
  if (!cuts) return { rule: kept, cuts: null }
  return { rule: define('rfm', version.definition, ground.schema, cuts).rule ?? kept, cuts }
}

/**
 * Where scores are cut: the quantiles of each measure plus one of its unit (a day, a time, a yuan), a value belonging to the place above
 * when it reaches the cut. This is the method of the R package rfm (Aravind Hebbali), whose published segments are reproduced by a test.
 */
export async function lookUpCuts(
  ctx: Ctx,
  ground: Ground,
  definition: unknown,
  of: { within: facts.Within; scope?: readonly number[] },
): Promise<RfmCuts | null> {
  const fit = fitOf('rfm', definition, ground.schema)
  if (!fit) return null
  const cut = async (measure: Expr) => {
    const compiled = await compiledRule(ctx, ground, { eql: eqlVersion, body: measure }, of.scope)
    const source = of.within ? facts.narrowed(compiled, of.within) : compiled
    return (await quantilesOf(ctx.facts, source, fit.bins)).map((one) => one + 1)
  }
  const { r, f, m } = fit.measures
  return { r: await cut(r), f: await cut(f), m: await cut(m) }
}

export async function compiledRule(ctx: Ctx, ground: Ground, rule: Rule, scope?: readonly number[]) {
  const checked = checkRule(rule, ground.schema, 'value')
  if (!checked.ok) throw unreadable(checked, 'draft')
  return compileValue(rule, await askedNow(ctx, ground, checked.types, scope ? { scope } : {}))
}

async function driftOf(
  ctx: Ctx,
  before: runs.RunRow,
  after: { id: string; covered: number; universe: number; shares: Shares },
  tag: string,
  type: store.VersionRow['type'],
): Promise<number | null> {
  const none = (of: { covered: number; universe: number }) => Math.max(0, of.universe - of.covered)
  const old = before.shares
  if (old?.of === 'values' && after.shares.of === 'values')
    return valuesDrift({ shares: old, none: none(before) }, { shares: after.shares, none: none(after) })
  if (old?.of !== 'numbers' || after.shares.of !== 'numbers') return null
  const now = await placesOf(ctx.facts, standing(tag, after.id, type), type, old.deciles)
  return stability([...old.tenths, none(before)], [...now, none(after)])
}

/** What computations left behind that were cut off. */
async function sweep(ctx: Ctx, tag: store.TagRow['id']): Promise<void> {
  const open = await read(ctx, (tx) => runs.openRuns(tx, tag))
  for (const { id } of open) await facts.dropRun(ctx.facts, { tag, run: id, whole: true })
  if (open.length > 0)
    await unauditedChange(ctx, 'computations that were cut off', (tx) =>
      runs.removeRuns(
        tx,
        open.map(({ id }) => id),
      ),
    )
}

/** The run before the one that stands is kept: a statement that was made a moment ago may read it. */
async function dropOlder(ctx: Ctx, tag: store.TagRow['id']): Promise<void> {
  const kept = new Set(await read(ctx, (tx) => runs.newestRuns(tx, tag)))
  for (const one of await facts.runsKept(ctx.facts, tag))
    if (!kept.has(one)) await facts.dropRun(ctx.facts, { tag, run: one, whole: false })
}

/**
 * Computes a tag again for some customers only, into what stands: the same values as if everyone had been asked. Quantiles stay
 * those of the last whole computation.
 */
export async function computeFor(
  ctx: Ctx,
  id: string,
  customers: readonly number[],
  signal: AbortSignal,
): Promise<number> {
  const { row, version } = await publishedTag(ctx, id)
  if (version.rule === null || row.run === null || customers.length === 0) return 0
  const last = await read(ctx, (tx) => runs.findRun(tx, row.run ?? ''))
  const ground = await groundOf(ctx)
  const rule = last?.cuts
    ? (define(row.kind, version.definition, ground.schema, last.cuts).rule ?? upgradeRule(version.rule))
    : upgradeRule(version.rule)
  const compiled = await compiledRule(ctx, ground, rule, customers)
  const within = await customersOf(ctx, row.org)
  const at = ctx.now
  const run = newId('tgr', at)
  const { type } = version
  await facts.fillRun(ctx.facts, { tag: id, run, type, at }, compiled, within, signal)
  const of = { tag: id, run, into: row.run, type, at, customers }
  const changed = await facts.mergeRun(ctx.facts, of, signal)
  await facts.dropRun(ctx.facts, { tag: id, run, whole: false })
  if (changed > 0) await recount(ctx, row.id, changed, at)
  return changed
}

/** Figures of what stands, after values came in one by one. */
export async function recount(ctx: Ctx, id: store.TagRow['id'], changed: number, at: Date): Promise<void> {
  const row = await read(ctx, (tx) => store.findTag(tx, id))
  if (!row?.run || !row.type) return
  const { sql, params } = await tagValues(ctx, id)
  const { covered, shares } = await sharesOf(ctx.facts, { sql, params }, row.type)
  const universe = await facts.countCustomers(ctx.facts, await customersOf(ctx, row.org))
  const run = row.run
  await unauditedChange(ctx, 'figures of a tag', (tx) =>
    runs.recount(tx, { id: run, tag: row.id, covered, universe, changed, shares, at }),
  )
}
