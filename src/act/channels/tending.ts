import { read, unauditedChange } from '../../platform/change.ts'
import { asMachine, type Ctx } from '../../platform/ctx.ts'
import { defineJob, type Job } from '../../platform/jobs/jobs.ts'
import { saveErrand, sweepKept, takeErrands } from './keepStore.ts'
import { kinds } from './kinds/kinds.ts'
import type { Lines } from './lines.ts'
import { offerStrays, type ReceiptSink, takeReceipts } from './receipts.ts'
import { accountsOfKinds } from './store.ts'
import { endRests, sweepTraffic } from './trafficStore.ts'

const minutesKeptDays = 40
const samplesKept = 500

/** What accounts need by themselves, each minute: the end of a rest, receipts that wait, employees who confirm. */
export function tendingJobs(lines: Lines, sink: ReceiptSink): Job<never>[] {
  const tend = defineJob('channels.tend', (ctx, _payload, { signal }) => tendChannels(ctx, lines, sink, signal), {
    maxAttempts: 1,
    every: { cron: '* * * * *', zone: 'Asia/Shanghai', payload: {} },
  })
  const sweep = defineJob(
    'channels.sweep',
    (ctx) =>
      unauditedChange(asMachine(ctx, 'channels'), 'old traffic of channels', async (tx) => {
        await sweepTraffic(tx, new Date(ctx.now.getTime() - minutesKeptDays * 86_400_000), samplesKept)
        await sweepKept(tx, ctx.now)
      }),
    { every: { cron: '40 3 * * *', zone: 'Asia/Shanghai', payload: {} } },
  )
  return [tend, sweep] as unknown as Job<never>[]
}

export async function tendChannels(any: Ctx, lines: Lines, sink: ReceiptSink, signal: AbortSignal): Promise<void> {
  const ctx = asMachine(any, 'channels')
  await unauditedChange(ctx, 'accounts whose rest is over', (tx) => endRests(tx, ctx.now))
  await offerStrays(ctx, sink)
  await askErrands(ctx, lines, sink, signal)
}

/** Asks after the tasks that employees were given; one account that does not answer holds up no other. */
async function askErrands(ctx: Ctx, lines: Lines, sink: ReceiptSink, signal: AbortSignal): Promise<void> {
  const errands = await unauditedChange(ctx, 'tasks of employees to ask after', (tx) => takeErrands(tx, ctx.now, 200))
  for (const errand of errands) {
    if (signal.aborted) return
    try {
      const { account, line } = await lines.of(ctx, errand.account)
      const answered = await line.ask?.(errand, signal)
      if (!answered) continue
      await takeReceipts(ctx, sink, account, { receipts: answered.receipts, inbound: [] })
      await unauditedChange(ctx, 'tasks of employees to ask after', (tx) => saveErrand(tx, errand, answered.open))
    } catch (error) {
      ctx.log.warn({ err: error, account: errand.account }, 'an errand could not be asked after')
    }
  }
}

const listenMs = 10_000

/** Keeps the lines of accounts up that hear receipts by them. Liveness, so by the machine's clock. */
export function startListening(any: Ctx, lines: Lines): { stop(): Promise<void> } {
  const ctx = asMachine(any, 'channels')
  const listening = Object.values(kinds).flatMap((kind) => (kind.listens ? [kind.kind] : []))
  let stopped = false
  let busy: Promise<void> = Promise.resolve()
  const look = async () => {
    if (stopped) return
    const accounts = await read(ctx, (tx) => accountsOfKinds(tx, listening))
    for (const { id } of accounts) {
      if (stopped) return
      const { line } = await lines.of(ctx, id)
      await line.probe?.(AbortSignal.timeout(listenMs)).catch(() => undefined)
    }
  }
  const run = () => {
    busy = busy.then(look).catch((error) => ctx.log.warn({ err: error }, 'channels could not listen'))
  }
  run()
  const timer = setInterval(run, listenMs)
  timer.unref()
  return {
    async stop() {
      stopped = true
      clearInterval(timer)
      await busy
    },
  }
}
