import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestLine } from './events.ts'

export type FileRun = {
  file: string
  tests: TestLine[]
  /** What is wrong with the file as a whole: it ended badly, hung, or holds no test. */
  fault: string | undefined
  /** What it printed. */
  output: string
  seconds: number
}

const reporter = join(import.meta.dirname, 'events.ts')
const longestOutput = 200_000
const running = new Set<ChildProcess>()

/**
 * Runs one test file in a process of its own, in a process group of its own: what the file leaves running ends with
 * it, and a file that does not end within `limitMs` is killed and fails, so that a run always ends.
 */
export async function runFile(options: {
  root: string
  file: string
  env: NodeJS.ProcessEnv
  limitMs: number
}): Promise<FileRun> {
  const { root, file, env, limitMs } = options
  const from = performance.now()
  const folder = await mkdtemp(join(tmpdir(), 'zhixing-run-'))
  const report = join(folder, 'report')
  // This file may itself be run by the runner, whose mark would make the inner one silent.
  const { NODE_TEST_CONTEXT: _, ...clean } = env
  const child = spawn(
    process.execPath,
    [
      `--test-timeout=${Math.round(limitMs * 0.6)}`,
      `--test-reporter=${reporter}`,
      `--test-reporter-destination=${report}`,
      join(root, file),
    ],
    { cwd: root, env: clean, stdio: ['ignore', 'pipe', 'pipe'], detached: true },
  )
  running.add(child)
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => {
      output = (output + String(chunk)).slice(-longestOutput)
    })
  let hung = false
  const timer = setTimeout(() => {
    hung = true
    endGroup(child)
  }, limitMs)
  const end = await new Promise<string | undefined>((resolve) => {
    child.once('error', (error) => resolve(error.message))
    child.once('exit', (code, signal) =>
      resolve(code === 0 ? undefined : `ended with ${signal ?? `exit code ${code}`}`),
    )
  })
  clearTimeout(timer)
  endGroup(child)
  running.delete(child)
  const tests = readLines(await readFile(report, 'utf8').catch(() => ''))
  await rm(folder, { recursive: true, force: true })
  const ended = hung ? `did not end within ${Math.round(limitMs / 1000)} s and was killed` : end
  return { file, tests, fault: faultOf(tests, ended), output, seconds: (performance.now() - from) / 1000 }
}

/** Ends the files that are running: for a run that is broken off. */
export function endRunning(): void {
  for (const child of running) endGroup(child)
}

function endGroup(child: ChildProcess): void {
  if (child.pid === undefined) return
  try {
    process.kill(-child.pid, 'SIGKILL')
  } catch {
    // Nothing of the group is left.
  }
}

function readLines(report: string): TestLine[] {
  return report
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as TestLine)
}

/** A failed test explains a bad end by itself. */
function faultOf(tests: TestLine[], ended: string | undefined): string | undefined {
  if (ended && (/killed/.test(ended) || !tests.some((one) => one.kind === 'failed'))) return ended
  return tests.length === 0 ? 'holds no test' : undefined
}
