import { unauditedChange } from '../../platform/change.ts'
import type { Ctx } from '../../platform/ctx.ts'
import { defineJob } from '../../platform/jobs/jobs.ts'
import { homeZone } from '../../platform/time/zone.ts'
import { refreshSets } from './policies.ts'
import { expireReservations } from './reserving.ts'
import { purgeEntries } from './store.ts'

const expireJob = defineJob('contact.expire', async (ctx) => void (await expireReservations(ctx)), {
  every: { cron: '* * * * *', zone: homeZone, payload: {} },
})

const setsJob = defineJob('contact.sets', async (ctx) => void (await refreshSets(ctx)), {
  every: { cron: '*/5 * * * *', zone: homeZone, payload: {} },
})

const dayMs = 86_400_000
/** Longer than any window, and than any complaint is asked about. */
const keptDays = 430
const atOnce = 20_000

/** Pieces, each its own transaction, so that nobody waits for it. */
async function purge(ctx: Ctx): Promise<void> {
  const before = new Date(ctx.now.getTime() - keptDays * dayMs)
  for (;;) {
    const gone = await unauditedChange(ctx, 'contacts that no window reaches', (tx) => purgeEntries(tx, before, atOnce))
    if (gone < atOnce) return
  }
}

const purgeJob = defineJob('contact.purge', (ctx) => purge(ctx), {
  every: { cron: '20 4 * * *', zone: homeZone, payload: {} },
})

export const jobs = [expireJob, setsJob, purgeJob]
