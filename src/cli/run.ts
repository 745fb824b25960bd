import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { pino } from 'pino'
import { type App, startApp } from '../app.ts'
import { type Config, readConfig } from '../config.ts'
import { demoAccounts } from '../govern/access/access.ts'
import { createLog } from '../platform/log.ts'
import type { Command } from './commands.ts'

export const up: Command = {
  name: 'up',
  does: 'Starts the program: console, doors and background work. Logs JSON lines to standard output.',
  async run() {
    const config = readConfig(process.env)
    const app = await startApp(config, createLog(config.logLevel))
    if (app.firstAdmin)
      process.stderr.write(
        `\nFirst administrator: ${app.firstAdmin.login} / ${app.firstAdmin.password} (shown this once)\n`,
      )
    return untilStopped(app)
  },
}

const steps = {
  postgres: 'PostgreSQL 与 ClickHouse 启动 · starting the engines',
  clickhouse: 'ClickHouse 启动 · starting ClickHouse',
  schema: '数据结构与密钥 · schemas and keys',
  jobs: '演示银行与后台任务 · demo bank and background jobs',
  console: '控制台 · console',
}

export const demo: Command = {
  name: 'demo',
  does: 'Starts the program with a bank to practise on: organisations and an account for each role.',
  async run() {
    const config = readConfig(process.env)
    const from = performance.now()
    const seconds = () => ((performance.now() - from) / 1000).toFixed(1).padStart(5)
    process.stdout.write('\n  知行 Zhixing\n\n')
    const app = await startApp(config, fileLog(config), {
      demo: true,
      progress: (step) => process.stdout.write(`  ${seconds()} s  ${steps[step]}\n`),
    })
    const accounts = demoAccounts().map(
      ({ login, password, role, org }) => `    ${login.padEnd(10)} ${password}   ${role.zh} ${role.en} · ${org}`,
    )
    process.stdout.write(
      `  ${seconds()} s  就绪 · ready\n\n  打开 Open  ${app.url}/\n\n  账号 Accounts\n${accounts.join('\n')}\n\n` +
        `  日志 Log   ${logFile(config)}\n  停止 Stop  Ctrl-C\n\n`,
    )
    return untilStopped(app)
  },
}

function logFile(config: Config): string {
  return join(config.home, 'zhixing.log')
}

/** A person watches the demo: the log goes to a file instead of the screen. */
function fileLog(config: Config) {
  mkdirSync(config.home, { recursive: true, mode: 0o700 })
  return createLog(config.logLevel, pino.destination({ dest: logFile(config), append: true, sync: false }))
}

/** Stops in good order on the first signal, at once on the second. */
async function untilStopped(app: App): Promise<number> {
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
      process.on(signal, () => {
        resolve()
        process.once(signal, () => process.exit(1))
      })
  })
  await app.close()
  return 0
}
