import { spawn } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { startTestClickhouse, startTestPostgres } from '../src/platform/testing/engines.ts'
import { browserReady } from './browser.ts'
import { mariaDbReady, postgresReady } from './debian.ts'
import { testFiles } from './test/files.ts'
import { closingLine, countsOf, failuresOf, reportOf } from './test/report.ts'
import { endRunning, type FileRun, runFile } from './test/runFile.ts'

const root = join(import.meta.dirname, '..')
const fileLimitMs = 300_000

/**
 * `npm test`: the check, then every test, then the browser. `npm test -- src/platform` runs the tests whose path has
 * that in it. Ends with one line of counts; fails on any failure, on a tool that is missing, and when nothing ran.
 */
async function main(asked: string[]): Promise<number> {
  const from = performance.now()
  const files = testFiles(root, asked)
  const whole = asked.length === 0
  const faults: string[] = []
  const browser = files.browser.length > 0 ? browserReady() : undefined
  if (browser && !browser.ready) faults.push(browser.message)
  const postgres = whole ? postgresReady() : undefined
  if (postgres && !postgres.ready && process.env.CI) faults.push(postgres.message)
  const maria = whole ? mariaDbReady() : undefined
  if (maria && !maria.ready && process.env.CI) faults.push(maria.message)
  for (const fault of faults) say(fault)
  if (whole && !(await passes('check', 'scripts/check.ts'))) faults.push('npm run check found faults: see above')
  if (whole && !(await passes('size of the console', 'src/console/size.ts'))) faults.push('the console is too big')

  const runs = await onEngine(async (env) => [
    ...(await runPart(
      'unit, integration and faults',
      files.plain,
      Math.max(2, Math.min(6, availableParallelism())),
      env,
    )),
    ...(browser?.ready ? await runPart('browser', files.browser, 1, { ...env, CHROMIUM: browser.path }) : []),
  ])

  const counts = countsOf(runs)
  if (counts.passed + counts.failed === 0) faults.push('no test ran')
  if (whole) say(slowest(runs))
  for (const line of [...failuresOf(runs), ...faults.map((fault) => `✖ ${fault}`)]) say(line)
  say(`${Math.round((performance.now() - from) / 1000)} s`)
  say(closingLine(counts))
  return faults.length > 0 || counts.failed > 0 ? 1 : 0
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}

/** One throwaway engine of each kind serves the run; each test takes a database of its own in them. */
async function onEngine<T>(work: (env: NodeJS.ProcessEnv) => Promise<T>): Promise<T> {
  const [postgres, clickhouse] = await Promise.all([startTestPostgres(), startTestClickhouse()])
  const stopEngines = () => Promise.all([postgres.stop(), clickhouse.stop()])
  const stop = async () => {
    endRunning()
    await stopEngines()
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.once(signal, () => void stop().finally(() => process.exit(130)))
  try {
    return await work({ ...process.env, TEST_POSTGRES_URL: postgres.url, TEST_CLICKHOUSE_URL: clickhouse.url })
  } finally {
    await stopEngines()
  }
}

/** Runs the files, several at a time, and tells of each as it ends. */
async function runPart(name: string, files: string[], atOnce: number, env: NodeJS.ProcessEnv): Promise<FileRun[]> {
  if (files.length === 0) return []
  say(`\n── ${name}: ${files.length} files`)
  const runs: FileRun[] = []
  const waiting = files.values()
  const work = async () => {
    for (const file of waiting) {
      const run = await runFile({ root, file, env, limitMs: fileLimitMs })
      runs.push(run)
      say(reportOf(run))
    }
  }
  await Promise.all(Array.from({ length: atOnce }, work))
  say(`── ${name}: ${closingLine(countsOf(runs))}`)
  return runs
}

function passes(name: string, script: string): Promise<boolean> {
  say(`\n── ${name}`)
  const child = spawn(process.execPath, [join(root, script)], { cwd: root, stdio: 'inherit' })
  return new Promise((resolve) => child.once('exit', (code) => resolve(code === 0)))
}

function slowest(runs: FileRun[]): string {
  const slow = [...runs].sort((a, b) => b.seconds - a.seconds).slice(0, 5)
  return `\nslowest: ${slow.map(({ file, seconds }) => `${file} ${Math.round(seconds)} s`).join(', ')}`
}

process.exit(await main(process.argv.slice(2)))
