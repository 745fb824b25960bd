import { read, unauditedChange } from '../../platform/change.ts'
import type { Ctx } from '../../platform/ctx.ts'
import { type Mark, markNow } from '../customers/customers.ts'
import { type Asked, compileNext, compileTogether, nextInstant } from '../eql/eql.ts'
import { canonicalOf } from '../identity/identity.ts'
import { askedTogether, changedSince, type Question } from './answering.ts'
import { membersAmong } from './liveFacts.ts'
import * as store from './liveStore.ts'
import { type Ground, groundOf } from './schema.ts'

/** A real-time segment with how far it is. */
export type Followed = { live: store.LiveRow; question: Question }

/** More customers than this at once are a refresh's work. */
export const mostAtOnce = 50_000
const pieceCustomers = 5000
const limits = { seconds: 30, memory: 4 * 2 ** 30 }

export type Stepped = 'idle' | 'moved' | 'too many'

/**
 * Brings real-time segments to one instant: now, or the earlier one at which time alone may change an answer (rule 15), so that
 * each customer comes and goes when he should. What happened is asked about for those whom it touched, all segments together;
 * who came and who went, and how far the segments are, is one commit. `coarse`: instants that lie so near are taken together.
 */
export async function liveStep(ctx: Ctx, followed: readonly Followed[], coarse: number): Promise<Stepped> {
  if (followed.length === 0) return 'idle'
  const mark = await markNow(ctx)
  const from = earliestOf(followed)
  const to = instantOf(ctx.now, from, coarse)
  const now = to.getTime() === ctx.now.getTime()
  const news = mark.processed > from.mark.processed || mark.version > from.mark.version
  const uses = followed.some(({ live, question }) => JSON.stringify(live.uses) !== JSON.stringify(question.uses))
  const due = from.nextAt !== null && from.nextAt <= to
  if (!news && !uses && !due) return 'idle'
  const ground = await groundOf(ctx)
  const asked = await askedTogether(ctx, ground, questionsOf(followed), to, limits)
  const some = await customersToAsk(ctx, ground, followed, asked, from)
  if (some.length > mostAtOnce) return 'too many'
  const moves: store.Move[] = []
  for (let at = 0; at < some.length; at += pieceCustomers)
    moves.push(...(await movesAmong(ctx, followed, asked, some.slice(at, at + pieceCustomers))))
  // What was processed is left behind only once the clock has passed it: at an earlier instant it was not all there.
  const reached = now ? new Date(Math.min(mark.processed.getTime(), to.getTime())) : from.mark.processed
  const version = now ? mark.version : from.mark.version
  const next = await nextOf(ctx, followed, asked)
  // What stands at this very instant counts from the next one on.
  const again = now && mark.processed >= to ? new Date(to.getTime() + 1) : null
  await unauditedChange(ctx, 'who came to real-time segments and who went', async (tx) => {
    await store.insertMoves(tx, moves)
    await store.advanceLive(
      tx,
      followed.map(({ live, question }) => ({ segment: live.segment, uses: question.uses })),
      { at: to, processed: reached, copies: version, nextAt: earlier(next, again) },
    )
  })
  return 'moved'
}

const questionsOf = (followed: readonly Followed[]) => followed.map(({ question }) => question)

const earlier = (a: Date | null, b: Date | null) => (a && b ? (a < b ? a : b) : (a ?? b))

type From = { at: Date; nextAt: Date | null; mark: Mark }

/** All go on from where the last of them is: to ask someone again harms nothing. */
function earliestOf(followed: readonly Followed[]): From {
  const least = <T extends Date | bigint>(all: readonly T[]) => {
    const [first, ...rest] = all as [T, ...T[]]
    let found = first
    for (const one of rest) if (one < found) found = one
    return found
  }
  const lives = followed.map(({ live }) => live)
  const nexts = lives.flatMap(({ nextAt }) => (nextAt ? [nextAt] : []))
  return {
    at: least(lives.map(({ at }) => at)),
    nextAt: nexts.length > 0 ? least(nexts) : null,
    mark: {
      processed: least(lives.map(({ processed }) => processed)),
      version: least(lives.map(({ copies }) => copies)),
      generation: lives[0]?.generation ?? '',
    },
  }
}

function instantOf(now: Date, { at, nextAt }: From, coarse: number): Date {
  if (!nextAt || nextAt >= now) return now
  return new Date(Math.min(now.getTime(), Math.max(nextAt.getTime(), at.getTime() + coarse)))
}

async function customersToAsk(
  ctx: Ctx,
  ground: Ground,
  followed: readonly Followed[],
  asked: Asked,
  from: From,
): Promise<number[]> {
  const used = followed.flatMap(({ live, question }) =>
    Object.entries(question.uses).flatMap(([key, to]) => {
      const was = live.uses[key] ?? ''
      return was === to ? [] : [{ segment: key.split(' ')[0] ?? '', from: was, to }]
    }),
  )
  const statements = changedSince(ground, questionsOf(followed), asked, { at: from.at, mark: from.mark, used })
  const rows = await ctx.facts.query<{ customer: number }>({
    sql: `SELECT DISTINCT customer FROM (${statements.map(({ sql }) => sql).join(' UNION ALL ')})
          WHERE customer <> 0 LIMIT {most:UInt32}`,
    params: Object.assign({ most: mostAtOnce + 1 }, ...statements.map(({ params }) => params)),
  })
  return rows.map(({ customer }) => customer)
}

/** Who of these stands otherwise in which segment than before. */
async function movesAmong(ctx: Ctx, followed: readonly Followed[], asked: Asked, some: readonly number[]) {
  const segments = followed.map(({ live }) => live.segment as string)
  const [bases, last, persons] = await Promise.all([
    membersAmong(
      ctx.facts,
      followed.map(({ live }) => live),
      some,
    ),
    read(ctx, (tx) => store.lastMoves(tx, segments, some)),
    read(ctx, (tx) => canonicalOf(tx, some)),
  ])
  for (const { segment, customer, entered } of last) {
    const members = bases.get(segment) ?? new Set()
    if (entered) members.add(customer)
    else members.delete(customer)
    bases.set(segment, members)
  }
  const answers = await answersAmong(ctx, followed, asked, some)
  return followed.flatMap(({ live: { segment, version } }) => {
    const [before, after] = [bases.get(segment) ?? new Set<number>(), answers.get(segment) ?? new Set<number>()]
    const person = (customer: number) => persons.get(customer) ?? customer
    const [were, are] = [new Set([...before].map(person)), new Set([...after].map(person))]
    return some.flatMap((customer): store.Move[] => {
      const entered = after.has(customer)
      if (entered === before.has(customer)) return []
      const who = person(customer)
      // Merged or parted: the person stands as before, under another number.
      const told = were.has(who) === are.has(who)
      return [{ segment, customer, entered, version, at: asked.now, told }]
    })
  })
}

/** Those first that others read: who reads them is asked with what they answer now. */
async function answersAmong(
  ctx: Ctx,
  followed: readonly Followed[],
  asked: Asked,
  some: readonly number[],
): Promise<Map<string, Set<number>>> {
  const answers = new Map<string, Set<number>>()
  let left = [...followed]
  while (left.length > 0) {
    const waits = new Set(left.map(({ live }) => live.segment as string))
    const able = left.filter(({ question }) => !question.references.segments.some(({ name }) => waits.has(name)))
    // A version that is held on to may seem to close a circle: it answers as it did last.
    const level = able.length > 0 ? able : left
    const statement = compileTogether(
      level.map(({ question }) => question.rule.body),
      { ...asked, layout: readingOthers(followed, asked, answers), scope: some },
    )
    const [row] = await ctx.facts.query<Record<string, number[]>>(statement)
    for (const [i, { live }] of level.entries()) answers.set(live.segment, new Set(row?.[`m${i}`] ?? []))
    left = left.filter((one) => !level.includes(one))
  }
  return answers
}

function readingOthers(followed: readonly Followed[], asked: Asked, answers: ReadonlyMap<string, Set<number>>) {
  const segment: Asked['layout']['segment'] = (name, version, at, binder) => {
    const live = followed.find((one) => one.live.segment === name)?.live
    const members = answers.get(name)
    if (!live || !members || (version !== null && version !== live.version))
      return asked.layout.segment(name, version, at, binder)
    return members.size === 0
      ? 'SELECT toUInt32(0) AS person WHERE 0'
      : `SELECT arrayJoin(${binder.bind('Array(UInt32)', [...members])}) AS person`
  }
  return { ...asked.layout, segment }
}

async function nextOf(ctx: Ctx, followed: readonly Followed[], asked: Asked): Promise<Date | null> {
  const decays = followed.map(({ question }) => question.decay)
  const statement = compileNext(decays, { ...asked, scope: 'everyone' })
  const found = statement ? await ctx.facts.query<{ edge: number; first: bigint }>(statement) : []
  return nextInstant(decays, asked, found)
}
