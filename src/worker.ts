import { startSender } from './act/messages/messages.ts'
import { openChannels } from './channelsWiring.ts'
import { jobs as contactJobs } from './decide/contact/contact.ts'
import { accessJobs } from './govern/access/access.ts'
import { startAuditSealing } from './govern/audit/audit.ts'
import { auditJobs } from './govern/audit/jobs.ts'
import { jobs as privacyJobs } from './govern/privacy/privacy.ts'
import type { Ground, Progress } from './ground.ts'
import { openImports } from './importsWiring.ts'
import { messageDeps } from './messagesWiring.ts'
import { asMachine, type Ctx } from './platform/ctx.ts'
import { type Feed, followLag, startFollower } from './platform/facts/follow.ts'
import { type Job, type Jobs, startJobs } from './platform/jobs/jobs.ts'
import { catalogFeeds, jobs as catalogJobs, sourcesById } from './sense/catalog/catalog.ts'
import { collectStep, roomJob, type Step, startPipeline } from './sense/collect/collect.ts'
import { customerFeed, profileStep } from './sense/customers/customers.ts'
import { aliasFeed, identityStepWith, owners, settleJob } from './sense/identity/identity.ts'
import { jobs as segmentsJobs, startLive } from './sense/segments/segments.ts'
import { jobs as tagsJobs } from './sense/tags/tags.ts'
import { openWarehouse } from './warehouseWiring.ts'

/** All that works without being asked: the pipeline, the follower, jobs, real-time segments, the sender. */
export async function startWorker(ground: Ground, progress: Progress | undefined): Promise<Jobs> {
  progress?.('jobs')
  const { ctx, audit, metrics, postgres, home } = ground
  const sealing = startAuditSealing(ctx, audit)
  const pipeline = startPipeline(ctx, pipelineSteps(ctx))
  const follower = startFollower(ctx, feeds())
  metrics.gauge('zhixing_follow_lag_seconds', 'How old the oldest change is that ClickHouse does not show', () =>
    followLag(ctx),
  )
  const live = startLive(ctx)
  const jobs = [
    ...privacyJobs,
    ...accessJobs,
    ...auditJobs(audit),
    roomJob,
    ...catalogJobs,
    settleJob,
    ...openImports(home.path).jobs,
    ...openWarehouse(home.path).jobs,
    ...tagsJobs,
    ...segmentsJobs,
    ...contactJobs,
    ...openChannels(ctx, ground.config).jobs,
  ] as unknown as Job<never>[]
  const channels = openChannels(ctx, ground.config)
  const listening = channels.listen(ctx)
  const sender = startSender(
    ctx,
    messageDeps(() => channels),
  )
  const runner = await startJobs(ctx, jobs, {
    concurrency: 4,
    alone: postgres !== undefined,
    onJob: (name, ms, error) => metrics.job(name, ms, error === undefined),
  })
  return {
    // Messages may queue jobs, and jobs (an import) may send messages.
    async settle() {
      await pipeline.settle()
      await runner.settle()
      await pipeline.settle()
      await follower.settle()
      await sender.settle()
      // Who comes to a segment or leaves it is a message of its own.
      await live.settle()
      await pipeline.settle()
    },
    async stop() {
      await live.stop()
      await pipeline.stop()
      await follower.stop()
      await runner.stop()
      await sender.stop()
      await listening.stop()
      await sealing.stop()
    },
  }
}

/** What is done with each batch of messages, in the order of the capabilities. */
export function pipelineSteps(ctx: Ctx): Step[] {
  const orgOf = async (source: string) => {
    const known = (await sourcesById(asMachine(ctx, 'pipeline'))).get(source)
    if (!known) throw new Error(`messages of a source that is not there: ${source}`)
    return known.org
  }
  return [identityStepWith({ orgOf }), collectStep, profileStep]
}

/** What ClickHouse copies from PostgreSQL, in the order in which it is followed. */
export function feeds(): Feed[] {
  const [columns, ...things] = catalogFeeds(owners)
  return [columns, aliasFeed, customerFeed, ...things]
}
