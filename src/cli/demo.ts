import { mkdirSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { pino } from 'pino'
import { type App, startApp } from '../app.ts'
import { type Config, readConfig } from '../config.ts'
import { demoAccounts } from '../govern/access/access.ts'
import { verifyAudit } from '../govern/audit/audit.ts'
import { virtualClock } from '../platform/clock.ts'
import { createLog } from '../platform/log.ts'
import { countStored } from '../sense/collect/collect.ts'
import { listSegments } from '../sense/segments/segments.ts'
import { type Command, type Given, Mistyped } from './commands.ts'
import { type BankWishes, clockStoodAt, type Played, startPracticeBank } from './practiceBank.ts'
import { signalled } from './run.ts'
import { watchMemory } from './treeMemory.ts'

/** The first day of a run without a person: the same whenever it is run. A Monday. */
const headlessFrom = '2026-01-05'
const shanghaiMidnight = `${headlessFrom}T00:00:00+08:00`

const steps = {
  postgres: 'PostgreSQL 与 ClickHouse 启动 · starting the engines',
  clickhouse: 'ClickHouse 启动 · starting ClickHouse',
  schema: '数据结构与密钥 · schemas and keys',
  jobs: '演示机构、账号与后台任务 · organisations, accounts, background jobs',
  console: '控制台 · console',
}

export const demo: Command = {
  name: 'demo',
  does: 'Starts the program with a bank to practise on: organisations, an account for each role, customers with their history, and life going on.',
  flags: {
    customers: { type: 'string', value: 'N', means: 'how many customers the bank has (20000)' },
    days: { type: 'string', value: 'N', means: 'days of history (120)' },
    seed: { type: 'string', value: 'N', means: 'another seed is another bank (1)' },
    home: { type: 'string', value: 'DIR', means: 'folder of the engines; default ZHIXING_HOME, headless: a new one' },
    empty: { type: 'boolean', means: 'organisations and accounts only' },
    headless: { type: 'boolean', means: 'runs the days of the bank to their end on a virtual clock, and ends' },
    json: { type: 'boolean', means: 'headless: prints the summary as one JSON line' },
  },
  async run(given) {
    const { customers, days, seed } = given.flags as Record<string, string | undefined>
    for (const [name, value] of Object.entries({ customers, days, seed }))
      if (value !== undefined && !/^\d{1,7}$/.test(value)) throw new Mistyped(`--${name} ${value}: a whole number`)
    const wishes = { customers, days, seed }
    if (given.flags.headless) return headless(given, wishes)
    return watched(given, wishes)
  },
}

async function watched({ flags }: Given, wishes: BankWishes): Promise<number> {
  const config = configAt(flags.home)
  const from = performance.now()
  const seconds = () => ((performance.now() - from) / 1000).toFixed(1).padStart(6)
  process.stdout.write('\n  知行 Zhixing\n\n')
  const app = await startApp(config, fileLog(config), {
    demo: true,
    progress: (step) => process.stdout.write(`  ${seconds()} s  ${steps[step]}\n`),
  })
  const stop = signalled()
  const bank = flags.empty ? undefined : await openBank(app, wishes)
  // The console answers already while the bank comes in.
  const outcome = await Promise.race([bank?.loaded ?? true, stop.then(() => 'stopped' as const)])
  if (outcome !== 'stopped') {
    process.stdout.write(`\n  ${seconds()} s  就绪 · ready\n${welcome(app, config, outcome && bank !== undefined)}`)
    await stop
  }
  await bank?.stop()
  await app.close()
  return 0
}

function openBank(app: App, wishes: BankWishes) {
  process.stdout.write(`\n  控制台已可用,银行数据正在进入 · the console answers already: ${app.url}/\n\n`)
  return startPracticeBank(app, wishes)
}

function welcome(app: App, config: Config, withTour: boolean): string {
  const accounts = demoAccounts().map(
    ({ login, password, role, org }) => `    ${login.padEnd(10)} ${password}   ${role.zh} ${role.en} · ${org}`,
  )
  const tour = withTour ? `  导览 Tour  ${app.url}/tour\n` : ''
  return `\n  打开 Open  ${app.url}/\n\n  账号 Accounts\n${accounts.join('\n')}\n\n${tour}  日志 Log   ${logFile(config)}\n  停止 Stop  Ctrl-C\n\n`
}

async function headless({ flags }: Given, wishes: BankWishes): Promise<number> {
  const from = performance.now()
  const memory = watchMemory()
  const own = flags.home === undefined ? await mkdtemp(join(tmpdir(), 'zhixing-demo-')) : undefined
  const config = { ...configAt(own ?? flags.home), port: 0 }
  const clock = virtualClock((await clockStoodAt(config.home)) ?? new Date(shanghaiMidnight))
  const app = await startApp(config, fileLog(config), { demo: true, clock })
  try {
    const bank = await startPracticeBank(app, { ...wishes, from: headlessFrom }, clock)
    void signalled().then(() => bank.stop())
    const played = await bank.played
    await bank.stop()
    if (!played) return 1
    const summary = await summarise(app, played, {
      seconds: () => Math.round((performance.now() - from) / 100) / 10,
      peakMb: () => Math.round(memory() / 1024 ** 2),
    })
    process.stdout.write(flags.json ? `${JSON.stringify(summary)}\n` : `${JSON.stringify(summary, null, 2)}\n`)
    return summary.audit_ok ? 0 : 1
  } finally {
    await app.close()
    if (own) await rm(own, { recursive: true, force: true })
  }
}

/** What was sent is counted by the bank, what is stored by the engine of the facts: they have to agree. */
async function summarise(
  app: App,
  { customers, tally, rejected }: Played,
  { seconds, peakMb }: { seconds: () => number; peakMb: () => number },
) {
  const { sent, accepted, duplicates } = tally
  const stored = await countStored(app.ctx)
  const segments = await listSegments(app.ctx, { limit: 200, sort: 'name' })
  const audit = await verifyAudit(app.ctx, app.audit)
  return {
    customers,
    events: { sent, accepted, rejected, duplicates, stored },
    segments: segments.items.map(({ name, size }) => ({ name, size: size ?? 0 })),
    journeys: [],
    audit_ok: audit.ok,
    seconds: seconds(),
    peak_rss_mb: peakMb(),
  }
}

function configAt(home: string | boolean | undefined): Config {
  const config = readConfig(process.env)
  return typeof home === 'string'
    ? { ...config, home: resolve(home), keyFile: keyFileAt(config, resolve(home)) }
    : config
}

/** The key lies in the home unless somebody has said where. */
function keyFileAt(config: Config, home: string): string {
  return process.env.ZHIXING_KEY_FILE ? config.keyFile : join(home, 'keys', 'master.key')
}

function logFile(config: Config): string {
  return join(config.home, 'zhixing.log')
}

/** A person watches the demo: the log goes to a file instead of the screen. */
function fileLog(config: Config) {
  mkdirSync(config.home, { recursive: true, mode: 0o700 })
  return createLog(config.logLevel, pino.destination({ dest: logFile(config), append: true, sync: false }))
}
