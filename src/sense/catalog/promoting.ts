import { setTimeout as pause } from 'node:timers/promises'
import { type ChangeTx, change, read, unauditedChange } from '../../platform/change.ts'
import { asMachine, type Ctx } from '../../platform/ctx.ts'
import { defineJob, type Job, queueJob } from '../../platform/jobs/jobs.ts'
import { invalidField, missing, Problem, text } from '../../platform/problem.ts'
import { propertySql } from '../eql/eql.ts'
import type { Promotable, Promoted, Promotion } from './contract.ts'
import * as facts from './facts.ts'
import { memory } from './memory.ts'
import * as store from './promotedStore.ts'

const mostPromoted = 50
const known = memory<ReadonlyMap<string, Promotable>>()

/** The type of each property that may be read from a column of its own; from memory but for every two seconds. */
export function promotedProperties(ctx: Ctx): Promise<ReadonlyMap<string, Promotable>> {
  return known.get(ctx.db, () =>
    read(asMachine(ctx, 'catalog'), async (tx) => {
      const rows = await store.promoted(tx)
      return new Map(rows.filter((row) => row.state === 'ready').map((row) => [row.name, row.type]))
    }),
  )
}

export async function listPromoted(ctx: Ctx): Promise<Promoted[]> {
  const rows = await read(ctx, store.promoted)
  return Promise.all(rows.map((row) => shown(ctx, row)))
}

async function shown(ctx: Ctx, { name, type, state, at, byName }: store.PromotedRow): Promise<Promoted> {
  const progress = state === 'filling' ? await facts.filledPart(ctx.facts, name) : 1
  return { name, type, state, progress, at: at.toISOString(), by: byName }
}

/**
 * A property that is asked for often gets a column beside the JSON. Events go on coming; older ones are written in the
 * background, and the column is used once it is whole. Problems: invalid for a name that no event declares, or declares with
 * another type; conflict `catalog.promoted_already`, `catalog.too_many_promoted`.
 */
export async function promoteProperty(ctx: Ctx, { name, type }: Promotion): Promise<Promoted> {
  const row = await changePromoted(ctx, 'catalog.property.promote', name, async (tx) => {
    const types = await store.declaredTypes(tx, name)
    if (types.length === 0) missing('property', name)
    if (!types.some((one) => one.type === type))
      throw invalidField(
        'type',
        'catalog.other_type',
        text('埋点方案中该属性是别的类型', 'The plan declares it with another type'),
      )
    if ((await store.promoted(tx)).length >= mostPromoted)
      throw new Problem(
        'conflict',
        'catalog.too_many_promoted',
        text(`最多加速 ${mostPromoted} 个属性,请先取消不常用的`, `At most ${mostPromoted}: take one back first`),
      )
    const made = { name, type, state: 'filling' as const, at: ctx.now, byName: ctx.who.name }
    if (!(await store.insertPromoted(tx, made)))
      throw new Problem(
        'conflict',
        'catalog.promoted_already',
        text(`属性 ${name} 已加速`, `${name} has a column already`),
      )
    await queueJob(ctx, tx, promoteJob, { name }, { key: `promote:${name}` })
    return made
  })
  return shown(ctx, row)
}

/** Its values stay in the JSON; questions read them from there at once, and the column goes in the background. */
export async function demoteProperty(ctx: Ctx, name: string): Promise<Promoted> {
  const row = await changePromoted(ctx, 'catalog.property.demote', name, async (tx) => {
    const old = (await store.findPromoted(tx, name)) ?? missing('property', name)
    tx.before(old)
    await store.moveOn(tx, name, old.state, 'removing')
    await queueJob(ctx, tx, promoteJob, { name }, { key: `promote:${name}` })
    return { ...old, state: 'removing' as const }
  })
  return shown(ctx, row)
}

async function changePromoted<T>(
  ctx: Ctx,
  action: string,
  name: string,
  run: (tx: ChangeTx) => Promise<T>,
): Promise<T> {
  try {
    return await change(ctx, action, { kind: 'property', id: name, name }, run)
  } finally {
    known.forget(ctx.db)
  }
}

/** No process may still read a column that goes: others believe for two seconds, and a statement of theirs may run a while. */
const quietMs = 10_000

/** Brings the column to what was decided last. Killed, it begins again: each of its steps bears being repeated. */
export async function carryOut(ctx: Ctx, name: string, signal?: AbortSignal, waitMs = quietMs): Promise<void> {
  const row = (await read(ctx, store.promoted)).find((one) => one.name === name)
  if (row?.state === 'filling') {
    await facts.addPromoted(ctx.facts, name, row.type, propertySql(name, row.type, ''))
    while ((await facts.filledPart(ctx.facts, name)) < 1) {
      if (signal?.aborted) throw signal.reason
      await pause(200)
    }
    await unauditedChange(ctx, 'a column that was asked for is whole', (tx) =>
      store.moveOn(tx, name, 'filling', 'ready'),
    )
  }
  if (row?.state === 'removing') {
    await pause(waitMs)
    await facts.dropPromoted(ctx.facts, name)
    await unauditedChange(ctx, 'a column that was given up is gone', (tx) => store.moveOn(tx, name, 'removing', null))
  }
  known.forget(ctx.db)
}

const promoteJob = defineJob<{ name: string }>('catalog.promote', (ctx, { name }, { signal }) =>
  carryOut(ctx, name, signal),
)

export const jobs: Job<{ name: string }>[] = [promoteJob]
