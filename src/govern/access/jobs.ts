import { unauditedChange } from '../../platform/change.ts'
import { defineJob } from '../../platform/jobs/jobs.ts'
import { deleteExpired } from './store.ts'

/** Sessions that ended by themselves are forgotten. They stopped working at their hour; this only tidies. */
const forgetSessions = defineJob<Record<string, never>>(
  'access.sessions',
  async (ctx) => {
    await unauditedChange(ctx, 'expired sessions', (tx) => deleteExpired(tx, ctx.now))
  },
  { every: { cron: '15 * * * *', zone: 'Asia/Shanghai', payload: {} } },
)

export const accessJobs = [forgetSessions] as const
