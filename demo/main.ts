import { makeBank } from './bank/bank.ts'
import { dateOf, dayOf, startOf } from './bank/calendar.ts'
import { openApi } from './doors/api.ts'
import type { Source } from './doors/messages.ts'
import { help, type Options, readOptions } from './options.ts'
import { openAnswers } from './run/answers.ts'
import { leaveExports } from './run/exports.ts'
import { playDays } from './run/headless.ts'
import { behindMs, live } from './run/live.ts'
import { type Loading, loadFiles, loadHistory, loadSegments } from './run/load.ts'
import { recall } from './run/memory.ts'
import { openPlayer } from './run/player.ts'
import { openSay } from './run/say.ts'
import { realStage, virtualStage } from './run/stage.ts'
import { leaveTruth } from './run/truth.ts'
import { ensureChannels } from './setup/channels.ts'
import { ensureOrgs } from './setup/orgs.ts'
import { ensurePlan } from './setup/plan.ts'
import { ensureSources } from './setup/sources.ts'
import { type Gateways, startGateways } from './stand-ins/gateways.ts'

/** The practice bank. Started by `zhixing demo`, or by hand against a Zhixing somewhere else. */
async function main(options: Options): Promise<void> {
  const api = openApi(options)
  const epoch = '1970-01-01'
  const endsToday = (days: number) => dateOf(epoch, dayOf(epoch, Date.now()) - days)
  const kept = await recall(options.folder, options.wished, (days) => options.from ?? endsToday(days))
  const { memory } = kept
  const bank = makeBank({ seed: memory.seed, customers: memory.customers, from: memory.from, days: memory.days })
  const stage = options.headless ? virtualStage(startOf(memory.from, 0)) : realStage(api)
  const loading: Loading = { api, kept, say: openSay(), stage, bank }
  const sources = options.key ? await prepared(loading) : alone(options.writeKey ?? '')
  const player = openPlayer(bank, api, sources)
  const { now, later } = stage
  const gateways = await startGateways({ seed: memory.seed, now, later, reached: openAnswers(bank, player) })
  loading.say.line(`本地网关 · gateways  ${gateways.smtp}  ${gateways.smpp}  ${gateways.http} (sms, push, wecom)`)
  if (options.key) await connected(loading, gateways)
  if (options.headless) {
    if (memory.day === 0) await loadFiles(loading, -1)
    await playDays(loading, player)
    await loadSegments(loading)
    await leaveTruth(bank, options.folder)
    process.send?.({ tell: 'played', customers: memory.customers, tally: memory.tally, rejected: memory.rejected })
    await gateways.close()
    return
  }
  await leaveExports(bank, options.folder)
  if (options.key) await loadFiles(loading, memory.days - 1)
  await loadHistory(loading, player, dayOf(memory.from, Date.now() - behindMs))
  if (options.key) await loadSegments(loading)
  process.send?.({ tell: 'loaded' })
  await leaveTruth(bank, options.folder)
  await live(loading, player)
}

/** Organisations, sources and the tracking plan, as the people of the bank would set them up. */
async function prepared({ api, bank, say }: Loading): Promise<Record<Source, string>> {
  const task = say.task('机构、数据源与埋点方案 · organisations, sources, tracking plan')
  await ensureOrgs(api, bank.orgs)
  const sources = await ensureSources(api)
  await ensurePlan(api)
  task.done()
  return sources
}

/** Channel accounts on the gateways of this start. */
async function connected({ api, say }: Loading, gateways: Gateways): Promise<void> {
  const task = say.task('渠道账号 · channel accounts')
  const count = await ensureChannels(api, gateways)
  task.done(`${count} 个 accounts`)
}

function alone(writeKey: string): Record<Source, string> {
  return { app: writeKey, mini: writeKey, web: writeKey, core: writeKey }
}

/** The program that started this one says when to stop, and a lost pipe says the same. */
function endWithParent(): void {
  const end = () => process.exit(0)
  process.once('disconnect', end)
  process.once('SIGTERM', end)
  // On a terminal Ctrl-C reaches both programs; the one that started this one ends it in good order.
  process.on('SIGINT', () => (process.connected ? undefined : end()))
}

try {
  const options = readOptions(process.argv.slice(2), process.env)
  endWithParent()
  if (options === 'help') process.stdout.write(help)
  else await main(options)
  process.disconnect?.()
} catch (error) {
  process.stderr.write(`\n  演示银行停止 · the practice bank stopped: ${(error as Error).message}\n`)
  process.exitCode = 1
  process.disconnect?.()
}
