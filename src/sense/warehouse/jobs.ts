import { read, unauditedChange } from '../../platform/change.ts'
import type { Ctx } from '../../platform/ctx.ts'
import type { Tx } from '../../platform/db/db.ts'
import { newId } from '../../platform/ids.ts'
import { cancelJob, defineJob, type Job, queueJob } from '../../platform/jobs/jobs.ts'
import { Problem, type Text, text } from '../../platform/problem.ts'
import { homeZone } from '../../platform/time/zone.ts'
import { alertOnDelay, alertOnFailure } from './alerts.ts'
import { dayWanted, isLate, nextLook } from './rules/delay.ts'
import * as runs from './runStore.ts'
import { dropSpool } from './spool.ts'
import * as store from './store.ts'
import { sweep } from './sweep.ts'
import { nextRun } from './timetable.ts'
import { say, type Work, work } from './work.ts'

type OfRun = { id: string }
type OfMapping = { mapping: string }
export type WarehouseJobs = {
  readonly run: Job<OfRun>
  readonly due: Job<OfMapping>
  readonly delay: Job<OfMapping>
  readonly sweep: Job<Record<string, never>>
}

/** A source that is away is waited for with growing pauses: 8 attempts are about an hour. */
const attempts = 8

export function warehouseJobs(deps: Work): WarehouseJobs {
  const run: Job<OfRun> = defineJob<OfRun>(
    'warehouse.run',
    async (ctx, { id }, { attempt, signal }) => {
      const ended = await work(ctx, deps, id, attempt, signal).catch((error) => failed(ctx, deps, id, error, attempt))
      if (ended === 'paused')
        await unauditedChange(ctx, 'a run goes on when the program is back', (tx) =>
          queueJob(ctx, tx, run, { id }, { key: keyOfRun(id) }),
        )
      if (ended === 'finished') await lookAtDelay(ctx, id)
    },
    { maxAttempts: attempts },
  )
  const jobs: WarehouseJobs = {
    run,
    due: defineJob<OfMapping>('warehouse.due', (ctx, { mapping }) => begin(ctx, jobs, mapping)),
    delay: defineJob<OfMapping>('warehouse.delay', (ctx, { mapping }) => delayDue(ctx, jobs, mapping)),
    sweep: defineJob('warehouse.sweep', async (ctx) => void (await sweep(ctx, deps.folder)), {
      every: { cron: '40 3 * * *', zone: homeZone, payload: {} },
    }),
  }
  return jobs
}

export const keyOfRun = (id: string) => `warehouse.run.${id}`
const keyOfDue = (mapping: string) => `warehouse.due.${mapping}`
const keyOfDelay = (mapping: string) => `warehouse.delay.${mapping}`

/** Sets the clock for a mapping anew: its next run, and when its data ought to be here. */
export async function schedule(ctx: Ctx, tx: Tx, jobs: WarehouseJobs, mapping: store.MappingRow): Promise<void> {
  const on = mapping.state === 'on' && mapping.way === 'loaded'
  const { timetable, delay } = mapping.definition
  const next = on ? nextRun(timetable, ctx.now) : undefined
  await store.saveNext(tx, mapping.id, next ?? null)
  await cancelJob(tx, keyOfDue(mapping.id))
  await cancelJob(tx, keyOfDelay(mapping.id))
  if (next) await queueJob(ctx, tx, jobs.due, { mapping: mapping.id }, { at: next, key: keyOfDue(mapping.id) })
  if (on && delay)
    await queueJob(
      ctx,
      tx,
      jobs.delay,
      { mapping: mapping.id },
      { at: nextLook(delay, ctx.now), key: keyOfDelay(mapping.id) },
    )
}

/** A run that falls due while the last one is still at work is left out: the next one brings what it would have. */
async function begin(ctx: Ctx, jobs: WarehouseJobs, id: string): Promise<void> {
  await unauditedChange(ctx, 'a run of a timetable that a person set', async (tx) => {
    const mapping = await store.lockMapping(tx, id)
    if (mapping?.state !== 'on') return
    await queueRun(ctx, tx, jobs, mapping, 'timetable')
    await schedule(ctx, tx, jobs, mapping)
  })
}

/** Undefined when one is under way. */
export async function queueRun(
  ctx: Ctx,
  tx: Tx,
  jobs: WarehouseJobs,
  mapping: store.MappingRow,
  cause: runs.RunRow['cause'],
): Promise<string | undefined> {
  const id = newId('run', ctx.now)
  const { version, definition, org } = mapping
  const incremental = definition.load.how === 'incremental' && cause !== 'reload'
  const made = { id, mapping: mapping.id, org, version, definition, cause, byName: ctx.who.name }
  const watermarkFrom = incremental ? mapping.watermark : null
  if (!(await runs.insertRun(tx, { ...made, watermarkFrom }, ctx.now))) return undefined
  await queueJob(ctx, tx, jobs.run, { id }, { key: keyOfRun(id) })
  return id
}

async function failed(ctx: Ctx, deps: Work, id: string, error: unknown, attempt: number): Promise<'left'> {
  const passing = !(error instanceof Problem) || error.kind === 'unavailable' || error.code === 'db.busy'
  const said: Text =
    error instanceof Problem ? error.text : text('系统内部错误,请联系管理员', 'Something went wrong on our side')
  await say(ctx, id, said.zh, said.en)
  if (passing && attempt < attempts) {
    // As the queue pauses: e to the power of the attempts, in seconds.
    const retryAt = new Date(ctx.now.getTime() + Math.exp(Math.min(attempt, 10)) * 1000)
    await unauditedChange(ctx, 'a run that is tried again', (tx) =>
      runs.noteRetry(tx, id, { zh: said.zh, en: said.en }, retryAt),
    )
    throw error
  }
  await unauditedChange(ctx, 'a run that failed', async (tx) => {
    const run = await runs.lockRun(tx, id)
    const goes = await runs.finish(tx, id, { state: 'failed', error: { zh: said.zh, en: said.en }, at: ctx.now })
    if (run && goes) await alertOnFailure(ctx, tx, run, said)
  })
  await dropSpool(deps.folder, id)
  if (passing) throw error
  return 'left'
}

// ---- delay

async function delayDue(ctx: Ctx, jobs: WarehouseJobs, id: string): Promise<void> {
  await tellDelay(ctx, id)
  await unauditedChange(ctx, 'the next look at a delay', async (tx) => {
    const mapping = await store.findMapping(tx, id)
    const delay = mapping?.definition.delay
    if (mapping?.state === 'on' && delay)
      await queueJob(ctx, tx, jobs.delay, { mapping: id }, { at: nextLook(delay, ctx.now), key: keyOfDelay(id) })
  })
}

/** What came late has come. */
async function lookAtDelay(ctx: Ctx, run: string): Promise<void> {
  const row = await read(ctx, (tx) => runs.findRun(tx, run))
  const mapping = row && (await read(ctx, (tx) => store.findMapping(tx, row.mapping)))
  if (!mapping?.definition.delay || (await late(ctx, mapping))) return
  await unauditedChange(ctx, 'data that came late has come', (tx) => alertOnDelay(ctx, tx, of(mapping), undefined))
}

const of = ({ id, org }: store.MappingRow) => ({ mapping: id, org })

async function late(ctx: Ctx, mapping: store.MappingRow): Promise<boolean> {
  const { delay } = mapping.definition
  if (!delay) return false
  const done = await read(ctx, (tx) => runs.lastDone(tx, mapping.id))
  return isLate(delay, ctx.now, { watermark: mapping.watermark, lastDone: done?.finishedAt })
}

async function tellDelay(ctx: Ctx, id: string): Promise<void> {
  const mapping = await read(ctx, (tx) => store.findMapping(tx, id))
  const delay = mapping?.definition.delay
  if (!mapping || !delay || mapping.state !== 'on') return
  const day = dayWanted(delay, ctx.now)
  const says = (await late(ctx, mapping))
    ? text(
        `${day} 的数据应在 ${delay.by} 前到达,尚未到达`,
        `The data of ${day} ought to be here by ${delay.by} and is not`,
      )
    : undefined
  await unauditedChange(ctx, 'whether data is late', (tx) => alertOnDelay(ctx, tx, of(mapping), says))
}
