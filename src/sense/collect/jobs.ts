import { unauditedChange } from '../../platform/change.ts'
import type { Ctx } from '../../platform/ctx.ts'
import { defineJob } from '../../platform/jobs/jobs.ts'
import * as store from './store.ts'

const dayMs = 86_400_000
/** Keys are known for one to two generations. */
const generationDays = 7
/** The log is there to be worked, and to be worked again after a mistake of ours; facts are kept elsewhere. */
const keptDays = { pieces: 30, rejects: 90, minutes: 35 }
const aheadDays = 3

/**
 * Before anything is received: a log that was restored into another server is told so, or what arrives would stand before
 * what was worked. Makes partitions for the days to come and drops those that are done with; begins a generation of keys
 * when it is time.
 */
export async function makeRoom(ctx: Ctx): Promise<void> {
  const now = ctx.now
  const ago = (days: number) => new Date(now.getTime() - days * dayMs)
  const today = Math.floor(now.getTime() / dayMs) * dayMs
  await unauditedChange(ctx, 'a log that came from another server', async (tx) => {
    if ((await store.lockPosition(tx)).moved) await store.settleIn(tx)
  })
  await unauditedChange(ctx, 'a generation of message keys', (tx) => store.nextGeneration(tx, ago(generationDays), now))
  for (let ahead = 0; ahead <= aheadDays; ahead++)
    await unauditedChange(ctx, 'room for a day of messages', (tx) =>
      store.makePartition(tx, new Date(today + ahead * dayMs)),
    )
  await unauditedChange(ctx, 'messages that are kept no longer', async (tx) => {
    for (const { name, from } of await store.listPartitions(tx))
      if (from.getTime() + dayMs <= ago(keptDays.pieces).getTime()) await store.dropPartition(tx, name)
    await store.dropOldPieces(tx, ago(keptDays.pieces))
    await store.dropOldRejects(tx, ago(keptDays.rejects))
    await store.dropOldMinutes(tx, ago(keptDays.minutes))
  })
}

export const roomJob = defineJob<object>('collect.room', (ctx) => makeRoom(ctx), {
  every: { cron: '20 * * * *', zone: 'UTC', payload: {} },
})
