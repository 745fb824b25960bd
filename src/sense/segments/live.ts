import { setTimeout as pause } from 'node:timers/promises'
import { read, unauditedChange } from '../../platform/change.ts'
import { asMachine, type Ctx } from '../../platform/ctx.ts'
import { newId } from '../../platform/ids.ts'
import { Problem, type Text } from '../../platform/problem.ts'
import { markNow } from '../customers/customers.ts'
import { noLive, readQuestions } from './answering.ts'
import { type AnswerRow, findAnswer, insertAnswers } from './answerStore.ts'
import { dropSnapshots } from './facts.ts'
import { keepMoved } from './liveFacts.ts'
import { type Followed, liveStep } from './liveStep.ts'
import * as liveStore from './liveStore.ts'
import { countAnswers } from './partFacts.ts'
import { groundOf } from './schema.ts'
import * as store from './store.ts'
import { tell } from './telling.ts'
import { inTurn } from './turn.ts'

export type LiveSegments = {
  /** Works all that has happened and all instants that have passed. For tests and the virtual clock. */
  settle(): Promise<void>
  stop(): Promise<void>
}

const lookEveryMs = 100
/** What others answer, and which segments are real time, is looked at so often. */
const upkeepEveryMs = 2000
/** So many instants in a row are taken each for itself; beyond, the product is behind, and takes near ones together. */
const exactSteps = 50
const tellAtOnce = 5000
/** From an older answer nothing is followed: all that came since would be told as if it had just come. */
const youngMs = 5 * 60_000
/** The answer that lists and other segments read is so old at most while there are moves. */
const cutEveryMs = 60_000
const cutMoves = 20_000

/** Follows the real-time segments as long as this process lives, in turn with other processes. */
export function startLive(ctx: Ctx): LiveSegments {
  const machine = asMachine(ctx, 'real-time segments')
  const stopping = new AbortController()
  const rest = (ms: number) => pause(ms, undefined, { signal: stopping.signal }).catch(() => {})
  async function loop(): Promise<void> {
    let [failures, looked] = [0, Number.NEGATIVE_INFINITY]
    while (!stopping.signal.aborted) {
      try {
        const upkeep = performance.now() - looked >= upkeepEveryMs
        if (upkeep || (await isDue(machine))) {
          if (upkeep) looked = performance.now()
          await inTurn(machine, false, () => work(machine, stopping.signal))
        }
        failures = 0
        await rest(lookEveryMs)
      } catch (error) {
        if (stopping.signal.aborted) return
        failures++
        ctx.log.error({ err: error, failures }, 'real-time segments could not be followed, trying again')
        await rest(Math.min(10_000, 100 * 2 ** failures))
      }
    }
  }
  const looping = loop()
  return {
    settle: () => settleLive(machine),
    async stop() {
      stopping.abort()
      await looping
    },
  }
}

/**
 * Brings a segment that is followed up to now, as an answer of its own. False when it is not followed, or is to be asked whole:
 * then it is followed no more until `ask` has answered, within one turn.
 */
export async function refreshLive(ctx: Ctx, segment: string, wholeEveryMs: number, ask: () => Promise<void>) {
  await inTurn(ctx, true, async () => {
    await work(ctx)
    const live = (await read(ctx, liveStore.liveRows)).find((row) => row.segment === segment)
    const base = live && (await read(ctx, (tx) => findAnswer(tx, live.snapshot)))
    const fresh = base?.wholeAt && ctx.now.getTime() - base.wholeAt.getTime() < wholeEveryMs
    if (live) await cut(ctx, segment, !fresh)
    if (!live || !fresh) await ask()
  })
}

/** In the caller's turn, until nothing is left: where no loop runs beside it, or beside one. */
export async function settleLive(ctx: Ctx): Promise<void> {
  await inTurn(asMachine(ctx, 'real-time segments'), true, () => work(asMachine(ctx, 'real-time segments')))
}

/** A look at PostgreSQL alone: something was processed or copied, or an instant has come. */
async function isDue(ctx: Ctx): Promise<boolean> {
  const due = await read(ctx, liveStore.liveDue)
  if (due.followed === 0) return false
  if (due.nextAt && due.nextAt <= ctx.now) return true
  const [mark, rows] = await Promise.all([markNow(ctx), read(ctx, liveStore.liveRows)])
  return rows.some((row) => mark.processed > row.processed || mark.version > row.copies)
}

async function work(ctx: Ctx, stop?: AbortSignal): Promise<void> {
  for (let steps = 0; !stop?.aborted; steps++) {
    await tellMoves(ctx)
    const followed = await upkeep(ctx)
    const coarse = steps < exactSteps ? 0 : 1000 * 2 ** Math.min(12, Math.floor((steps - exactSteps) / 10))
    const stepped = await liveStep(ctx, followed, coarse).catch((error) => alone(ctx, followed, error))
    if (stepped === 'too many') for (const { live } of followed) await unfollow(ctx, live, true)
    await tellMoves(ctx)
    if (stepped === 'idle') break
  }
  await cutDue(ctx)
}

/** One of them cannot be asked: it is found, says why, and is followed no more until a person refreshes it. */
async function alone(ctx: Ctx, followed: readonly Followed[], error: unknown): Promise<'moved'> {
  if (!(error instanceof Problem) || error.kind === 'unavailable' || followed.length === 0) throw error
  for (const one of followed) {
    try {
      await liveStep(ctx, [one], 0)
    } catch (own) {
      if (!(own instanceof Problem) || own.kind === 'unavailable') throw own
      ctx.log.warn({ err: own, segment: one.live.segment }, 'a real-time segment cannot be asked')
      await unfollow(ctx, one.live, false)
      await unauditedChange(ctx, 'a real-time segment that cannot be asked', (tx) =>
        store.markFailed(tx, one.live.segment, own.text),
      )
    }
  }
  return 'moved'
}

/** Who is followed, each with its question: those that are real time now begin with their last answer, others end. */
async function upkeep(ctx: Ctx): Promise<Followed[]> {
  const [segments, rows] = await read(ctx, (tx) => Promise.all([liveStore.liveSegments(tx), liveStore.liveRows(tx)]))
  if (segments.length === 0) return []
  const wanted = segments.filter((one) => one.wanted).map(({ id }) => id)
  const known = new Map(rows.map((row) => [row.segment, row]))
  for (const row of rows) if (!wanted.includes(row.segment)) await unfollow(ctx, row, false)
  const ground = await groundOf(ctx)
  const questions = await readQuestions(
    ctx,
    ground,
    wanted.map((segment) => ({ segment, version: null })),
  )
  const { generation } = await markNow(ctx)
  const followed: Followed[] = []
  for (const question of questions) {
    if (!('rule' in question)) {
      const broken = known.get(question.ref.segment as never)
      if (broken) await unfollow(ctx, broken, false)
      if (question.error instanceof Problem) await fail(ctx, question.ref.segment, question.error.text)
      continue
    }
    const { row, version, print } = question
    const live = known.get(row.id)
    const never = noLive(question.decay, question.references)
    if (never) {
      if (live) await unfollow(ctx, live, false)
      await fail(ctx, row.id, never)
      continue
    }
    const stands = (one: { version: number; print: string | null; generation: string | null }) =>
      one.version === version && one.print === print && one.generation === generation
    if (live && stands(live)) followed.push({ live, question })
    else if (live) await unfollow(ctx, live, true)
    else if (row.refreshing) continue
    else if (!question.before || !stands(question.before) || ctx.now.getTime() - question.before.at.getTime() > youngMs)
      await refill(ctx, row.id)
    else if (question.before.told === null) {
      const begun = await begin(ctx, question.before)
      if (begun) followed.push({ live: begun, question })
    }
  }
  return followed
}

async function fail(ctx: Ctx, segment: string, said: Text): Promise<void> {
  await unauditedChange(ctx, 'a real-time segment that cannot be asked', (tx) => store.markFailed(tx, segment, said))
}

/** By whoever refreshes what is due, within a minute. */
async function refill(ctx: Ctx, id: string): Promise<void> {
  await unauditedChange(ctx, 'a real-time segment is to be filled anew', (tx) => store.moveDue(tx, [id], [ctx.now]))
}

async function begin(ctx: Ctx, answer: AnswerRow): Promise<liveStore.LiveRow | undefined> {
  const { segment, version, id, print, at, processed, copies, generation, uses } = answer
  if (print === null || processed === null || copies === null || generation === null) return undefined
  const row = { segment, version, snapshot: id, print, at, processed, copies, generation, uses, nextAt: at }
  await unauditedChange(ctx, 'a segment begins to be followed', (tx) => liveStore.insertLive(tx, row))
  return row
}

/** Its moves become an answer like any other, from which a refresh may go on. */
async function unfollow(ctx: Ctx, live: liveStore.LiveRow, again: boolean): Promise<void> {
  await cut(ctx, live.segment, true)
  if (again) await refill(ctx, live.segment)
}

/** What was committed is told; killed before it is marked, it is told again under the same key, and stored once. */
async function tellMoves(ctx: Ctx): Promise<void> {
  for (;;) {
    const moves = await read(ctx, (tx) => liveStore.untoldMoves(tx, tellAtOnce))
    if (moves.length === 0) return
    await tell(
      ctx,
      moves.map(({ step, segment, customer, entered, at, version, name }) => ({
        ...{ key: `${segment} ${customer} ${step}`, customer, entered, at, version },
        segment: { id: segment, name },
      })),
    )
    await unauditedChange(ctx, 'moves that were told', (tx) => liveStore.markTold(tx, moves))
  }
}

async function cutDue(ctx: Ctx): Promise<void> {
  for (const { segment, moves, since } of await read(ctx, liveStore.moveCounts)) {
    const age = ctx.now.getTime() - (since?.getTime() ?? 0)
    if (moves > 0 && (moves >= cutMoves || age >= cutEveryMs)) await cut(ctx, segment, false)
  }
}

/**
 * The answer that lists, exports and other segments read, brought up to the moves. Of one hour one is kept. In the caller's turn.
 * `end`: the segment is followed no more.
 */
export async function cut(ctx: Ctx, segment: string, end: boolean): Promise<void> {
  await tellMoves(ctx)
  const [rows, moves] = await read(ctx, (tx) => Promise.all([liveStore.liveRows(tx), liveStore.movesOf(tx, segment)]))
  const live = rows.find((row) => row.segment === segment)
  const old = live && (await read(ctx, (tx) => findAnswer(tx, live.snapshot)))
  if (!live || !old) return
  const id = newId('snp', live.at)
  const [entered, left] = [true, false].map((way) =>
    moves.filter((move) => move.entered === way).map(({ customer }) => customer),
  ) as [number[], number[]]
  const begun = performance.now()
  await keepMoved(ctx.facts, { segment, snapshot: live.snapshot, to: id, entered, left })
  const counted = (await countAnswers(ctx.facts, [{ segment, snapshot: id, before: live.snapshot }])).get(id)
  const sameHour = Math.floor(old.at.getTime() / 3_600_000) === Math.floor(live.at.getTime() / 3_600_000)
  const gone = sameHour && old.asked !== null && old.id !== id ? [old.id] : []
  const { at, processed, copies, generation, print, uses, version } = live
  await unauditedChange(ctx, 'a real-time segment as it stands', async (tx) => {
    await insertAnswers(tx, [
      {
        ...{ id, segment: live.segment, org: old.org, version, at, pinned: false, why: null, told: null },
        ...{ size: counted?.size ?? 0, entered: counted?.entered ?? 0, left: counted?.left ?? 0 },
        ...{ ms: Math.round(performance.now() - begun), asked: moves.length, wholeAt: old.wholeAt },
        ...{ processed, copies, generation, print, uses, before: live.snapshot },
      },
    ])
    await liveStore.forgetMoves(tx, segment)
    if (end) await liveStore.removeLive(tx, segment)
    else await liveStore.rebase(tx, segment, id)
    await store.removeSnapshots(tx, gone)
  })
  if (gone.length > 0) await dropSnapshots(ctx.facts, gone)
}
