import { defineJob, type Job } from '../../platform/jobs/jobs.ts'
import { type Audit, verify } from './audit.ts'

/** Each Sunday night all of the chain is checked; what does not fit is logged as an error, and is an entry. */
export function auditJobs(audit: Audit): Job<never>[] {
  const check = defineJob<Record<string, never>>(
    'audit.verify',
    async (ctx, _payload, { signal }) => {
      await verify(ctx, audit, {}, { signal })
    },
    {
      maxAttempts: 3,
      every: { cron: '30 3 * * 0', zone: 'Asia/Shanghai', payload: {} },
    },
  )
  return [check as unknown as Job<never>]
}
