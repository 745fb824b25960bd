import { createHash } from 'node:crypto'
import { read, unauditedChange } from '../../platform/change.ts'
import type { Ctx } from '../../platform/ctx.ts'
import type { Statement } from '../../platform/facts/facts.ts'
import { newId } from '../../platform/ids.ts'
import { queueJob } from '../../platform/jobs/jobs.ts'
import { missing, type Text, text } from '../../platform/problem.ts'
import { homeZone } from '../../platform/time/zone.ts'
import { type Mark, markNow, touchedSql } from '../customers/customers.ts'
import type { Expr, References, Rule, Types } from '../eql/contract.ts'
import {
  type Asked,
  checkRule,
  compileDecay,
  compileRule,
  compileTogether,
  type Decay,
  decayOf,
  type Limits,
  referencesOf,
  unreadable,
  upgradeRule,
} from '../eql/eql.ts'
import { type AnswerRow, insertAnswers, latestAnswers } from './answerStore.ts'
import { askedNow, customersOf } from './asking.ts'
import { keepSnapshot, type Within } from './facts.ts'
import {
  areWhole,
  countAnswers,
  dropScope,
  keepAnswers,
  keepScope,
  movedSql,
  scopeSubset,
  type Used,
} from './partFacts.ts'
import { alike, readingOf } from './reading.ts'
import type { Ref } from './rules.ts'
import { type Ground, groundOf } from './schema.ts'
import * as store from './store.ts'
import { tellJob } from './telling.ts'

/** Beyond this part of all customers to ask them apart costs more than to ask everyone. */
const mostPart = 0.3
/** All are asked so often at least, whatever is known of who changed. */
export const wholeEveryMs = 7 * 86_400_000
/** Rules in one statement: the engine plans the whole of it before it reads. */
const inOne = 25

export type Outcome = { ref: Ref; error: Error | null }

/** One question with what is needed to ask it. */
export type Question = {
  ref: Ref
  row: store.SegmentRow
  version: number
  rule: Rule
  types: Types
  references: References
  decay: Decay
  within: Within
  print: string
  /** The answers of other segments that it is asked with. */
  uses: Record<string, string>
  /** Of the same version, to go on from. */
  base: AnswerRow | undefined
  /** Of whichever version, to tell who came and went. */
  before: AnswerRow | undefined
}

/**
 * Asks segments that do not read one another: for each those customers whose answer may be another since it was asked last, in
 * few statements for all, or everyone, where that is not known or costs less (the reason is kept).
 */
export async function askTogether(ctx: Ctx, refs: readonly Ref[], signal: AbortSignal): Promise<Outcome[]> {
  if (refs.length === 0) return []
  const ground = await groundOf(ctx)
  const mark = await markNow(ctx)
  const at = ctx.now
  const outcomes: Outcome[] = []
  const questions: Question[] = []
  for (const one of await readQuestions(ctx, ground, refs)) {
    if ('rule' in one) questions.push(one)
    else outcomes.push(one)
  }
  // By a clock that is behind, nothing is passed over that it does not let be asked about.
  const from: Mark = { ...mark, processed: new Date(Math.min(mark.processed.getTime(), at.getTime())) }
  const reasons = await whysOf(ctx, questions, from, at)
  const round = { ctx, ground, at, mark: from, signal }
  const part = questions.filter((one) => reasons.get(one) === undefined)
  const whole = questions.filter((one) => reasons.get(one) !== undefined)
  for (const same of Map.groupBy(part, ({ base }) => sinceOf(base)).values()) {
    const group = alike(same, (one) => one)
    for (let i = 0; i < group.length; i += inOne) {
      const some = group.slice(i, i + inOne)
      const left = await askPart(round, some)
      if (left === 'asked') outcomes.push(...some.map(({ ref }) => ({ ref, error: null })))
      else {
        whole.push(...some)
        for (const one of some) reasons.set(one, left)
      }
    }
  }
  for (const one of whole) outcomes.push(await askWhole(round, one, reasons.get(one) ?? null))
  return outcomes
}

type Round = { ctx: Ctx; ground: Ground; at: Date; mark: Mark; signal: AbortSignal }

const sinceOf = (base: AnswerRow | undefined) =>
  `${base?.at.getTime()} ${base?.processed?.getTime()} ${base?.copies} ${base?.generation}`

export async function readQuestions(ctx: Ctx, ground: Ground, refs: readonly Ref[]): Promise<(Question | Outcome)[]> {
  const segments = [...new Set(refs.map(({ segment }) => segment))]
  const [rows, versions, answers] = await read(ctx, (tx) =>
    Promise.all([store.findSegments(tx, segments), store.allVersionsOf(tx, segments), latestAnswers(tx, segments)]),
  )
  const withins = new Map<string, Within>()
  for (const org of new Set(rows.map((row) => row.org))) withins.set(org, await customersOf(ctx, org))
  const used = await usedNow(ctx, ground, versions)
  const found: (Question | Outcome)[] = []
  for (const ref of refs) {
    try {
      const row = rows.find(({ id }) => id === ref.segment) ?? missing('segment', ref.segment)
      const version = ref.version ?? row.version
      const published = versions.find((one) => one.segment === row.id && one.version === version)
      if (!published) missing('segment', `${row.name} v${version}`)
      const rule = upgradeRule(published.rule)
      const checked = checkRule(rule, ground.schema)
      if (!checked.ok) throw unreadable(checked, 'draft')
      const references = referencesOf(rule, ground.schema)
      const within = withins.get(row.org) ?? null
      const own = answers.filter(({ segment }) => segment === row.id)
      found.push({
        ...{ ref, row, version, rule, types: checked.types, references, within },
        decay: decayOf(rule.body, { types: checked.types, zone: homeZone }),
        print: await printOf(ctx, ground, rule, checked.types, within),
        uses: Object.fromEntries(
          references.segments.flatMap((one) => used.get(`${one.name} ${one.version ?? ''}`) ?? []),
        ),
        base: newest(own.filter((one) => one.version === version)),
        before: newest(own.filter(({ pinned }) => !pinned)),
      })
    } catch (error) {
      found.push({ ref, error: error as Error })
    }
  }
  return found
}

const newest = (answers: readonly AnswerRow[]) =>
  answers.toSorted((a, b) => a.at.getTime() - b.at.getTime() || (a.id < b.id ? -1 : 1)).at(-1)

/** By which answer each segment that a rule may read would answer now. */
async function usedNow(ctx: Ctx, ground: Ground, versions: readonly store.VersionRow[]) {
  const read_ = [...new Set(versions.flatMap(({ uses }) => uses.map(({ segment }) => segment)))]
  const latest = read_.length > 0 ? await read(ctx, (tx) => store.latestSnapshots(tx, read_)) : []
  const current = new Map(ground.segments.map(({ id, version }) => [id as string, version]))
  return new Map(
    latest.flatMap(({ segment, version, id }): [string, [string, string][]][] => [
      [`${segment} ${version}`, [[`${segment} ${version}`, id]]],
      ...(current.get(segment) === version
        ? [[`${segment} `, [[`${segment} `, id]]] as [string, [string, string][]]]
        : []),
    ]),
  )
}

/** The same for the same question asked of the same data, and another where anything that it stands on is. */
async function printOf(ctx: Ctx, ground: Ground, rule: Rule, types: Types, within: Within): Promise<string> {
  const asked = await askedNow(ctx, ground, types, [])
  const layout = { ...asked.layout, segment: () => 'SELECT 0 AS person', tag: () => "SELECT 0 AS person, '' AS value" }
  const { sql, params } = compileRule(rule, { ...asked, layout, now: new Date(0) })
  return createHash('sha256')
    .update(JSON.stringify([sql, params, within]))
    .digest('hex')
    .slice(0, 32)
}

const whys = {
  first: text('首次计算', 'asked for the first time'),
  changed: text('规则或其引用的数据定义有变化', 'the rule, or what it stands on, has changed'),
  refilled: text('分析库重新填充过', 'the copies were filled anew'),
  lost: text('上一次结果已不完整', 'the answer before is not there any more'),
  weekly: text('每七天全量核对一次', 'everyone is asked once in seven days'),
  tags: text('规则用到标签', 'the rule reads tags'),
  many: text('可能变化的客户过多', 'too many customers may have changed'),
}

/** Why a rule can only be asked of everyone, or undefined. */
export function noLive(decay: Decay, references: References): Text | undefined {
  return decay.whole ?? (references.tags.length > 0 ? whys.tags : undefined)
}

/** Of those that must ask everyone, why. */
async function whysOf(ctx: Ctx, questions: readonly Question[], mark: Mark, at: Date): Promise<Map<Question, Text>> {
  const why = (one: Question): Text | undefined => {
    const { base, decay, references, print } = one
    if (!base?.wholeAt || base.processed === null || base.copies === null) return whys.first
    const never = noLive(decay, references)
    if (never) return never
    if (base.print !== print) return whys.changed
    if (base.generation !== mark.generation) return whys.refilled
    if (at.getTime() - base.wholeAt.getTime() >= wholeEveryMs) return whys.weekly
    return undefined
  }
  const found = new Map(questions.flatMap((one): [Question, Text][] => (why(one) ? [[one, why(one) as Text]] : [])))
  const part = questions.filter((one) => !found.has(one))
  const bases = part.flatMap(({ base }) => (base ? [base] : []))
  const pairs = part.flatMap(usedOf)
  const old = await read(ctx, (tx) =>
    store.snapshotsNamed(
      tx,
      pairs.map(({ from }) => from),
    ),
  )
  const whole = await areWhole(ctx.facts, [...bases, ...old])
  for (const one of part) {
    const named = [one.base?.id ?? '', ...usedOf(one).map(({ from }) => from)]
    if (!named.every((id) => whole.has(id))) found.set(one, whys.lost)
  }
  return found
}

function usedOf({ base, uses }: Question): Used[] {
  return Object.entries(uses).flatMap(([key, to]) => {
    const from = base?.uses[key] ?? ''
    return from === to ? [] : [{ segment: key.split(' ')[0] ?? '', from, to }]
  })
}

/** Asks of each only whose answer may be another; says why not, where they are too many. */
async function askPart({ ctx, ground, at, mark, signal }: Round, some: readonly Question[]): Promise<'asked' | Text> {
  const [first] = some
  if (!first?.base) return 'asked'
  const begun = performance.now()
  const asked = await askedTogether(ctx, ground, some, at)
  const scope = newId('snp', at)
  try {
    const size = await keepScope(ctx.facts, scope, changedOf(ground, some, asked), signal)
    if (size > mostPart * (ground.schema.customers ?? 0) && size > 1000) return whys.many
    const kept = some.map((one) => keptOf(one, at))
    const together = compileTogether(
      some.map(({ rule }) => rule.body),
      { ...asked, now: at, scope: scopeSubset(scope) },
      'bitmap',
    )
    await keepAnswers(ctx.facts, kept, together, scope, signal)
    const ms = Math.round((performance.now() - begun) / some.length)
    await save(
      ctx,
      some,
      kept.map(({ snapshot }) => snapshot),
      { at, mark, ms, asked: size, why: null },
    )
    return 'asked'
  } finally {
    await dropScope(ctx.facts, scope).catch(() => {})
  }
}

const keptOf = ({ row, base, within }: Question, at: Date) => ({
  ...{ segment: row.id as string, snapshot: newId('snp', at), base: base?.id ?? null, within },
})

export async function askedTogether(
  ctx: Ctx,
  ground: Ground,
  some: readonly Question[],
  at: Date,
  limits?: Partial<Limits>,
): Promise<Asked> {
  const types = new Map<Expr, never>()
  for (const one of some) for (const [node, type] of one.types) types.set(node, type as never)
  const segments = some.flatMap(({ references }) => references.segments.map(({ name }) => name))
  return { ...(await askedNow(ctx, ground, types, [...new Set(segments)], limits)), now: at }
}

/** Statements of who may answer otherwise than at the base of these, which they share. */
function changedOf(ground: Ground, some: readonly Question[], asked: Asked) {
  const base = some[0]?.base
  if (!base?.processed || base.copies === null) throw new Error('nothing to go on from')
  const mark: Mark = { processed: base.processed, version: base.copies, generation: base.generation ?? '' }
  return changedSince(ground, some, asked, { at: base.at, mark, used: some.flatMap(usedOf) })
}

/** Touched since a mark, moved by time since an instant, gained or lost by other segments. */
export function changedSince(
  ground: Ground,
  some: readonly Question[],
  asked: Asked,
  since: { at: Date; mark: Mark; used: readonly Used[] },
): Statement[] {
  const reads = readingOf(
    some.map(({ references }) => references),
    ground,
  )
  const byTime = compileDecay(
    some.map(({ decay }) => decay),
    asked,
    since.at,
  )
  const used = [...new Map(since.used.map((one) => [`${one.from} ${one.to}`, one])).values()]
  return [touchedSql(since.mark, reads), ...(byTime ? [byTime] : []), ...(used.length > 0 ? [movedSql(used)] : [])]
}

/** By itself: a rule that the engine cannot bear takes no other with it. */
async function askWhole({ ctx, ground, at, mark, signal }: Round, one: Question, why: Text | null): Promise<Outcome> {
  try {
    const begun = performance.now()
    const asked = await askedTogether(ctx, ground, [one], at)
    const id = newId('snp', at)
    const of = { segment: one.row.id, snapshot: id }
    await keepSnapshot(ctx.facts, of, compileRule(one.rule, asked), one.within, signal)
    const ms = Math.round(performance.now() - begun)
    await save(ctx, [one], [id], { at, mark, ms, asked: null, why })
    return { ref: one.ref, error: null }
  } catch (error) {
    if (signal.aborted) throw error
    return { ref: one.ref, error: error as Error }
  }
}

type How = { at: Date; mark: Mark; ms: number; asked: number | null; why: Text | null }

/** The answers, and that they are to be told, in one transaction. */
async function save(ctx: Ctx, some: readonly Question[], ids: readonly string[], how: How): Promise<void> {
  const counted = await countAnswers(
    ctx.facts,
    some.map(({ row, before, version }, i) => ({
      ...{ segment: row.id as string, snapshot: ids[i] ?? '' },
      before: version === row.version ? (before?.id ?? null) : null,
    })),
  )
  const rows = some.map(({ row, version, print, uses, before, base }, i): AnswerRow => {
    const id = ids[i] as AnswerRow['id']
    const { size, entered, left } = counted.get(id) ?? { size: 0, entered: 0, left: 0 }
    const pinned = version !== row.version
    const inside = !before && row.tellsInside
    const moved = inside ? size : entered + left
    const { at, mark, ms, asked, why } = how
    return {
      ...{ id, segment: row.id, org: row.org, version, at, size, ms, pinned, asked, why, print, uses },
      wholeAt: asked === null ? at : (base?.wholeAt ?? at),
      ...{ processed: mark.processed, copies: mark.version, generation: mark.generation },
      before: pinned ? null : (before?.id ?? null),
      entered: before ? entered : 0,
      left: before ? left : 0,
      told: !pinned && moved > 0 && (before || inside) ? 0 : null,
    }
  })
  await unauditedChange(ctx, 'the answers of segments', async (tx) => {
    await insertAnswers(tx, rows)
    for (const { id, told } of rows)
      if (told !== null) await queueJob(ctx, tx, tellJob, { snapshot: id }, { key: `segments.tell.${id}` })
  })
}
