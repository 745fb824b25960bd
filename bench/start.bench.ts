import { spawn } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BenchResult } from './run.ts'

/**
 * From the command to the first answered console page, on an empty folder (cold) and on the same folder again (warm),
 * and the resident memory of the program with both engines once it stands.
 * Raw: how long Node itself and the two engines' own starts take is part of the figure; nothing is taken off.
 */
export async function run(options: { scale: number }): Promise<BenchResult> {
  const rounds = Math.max(1, Math.round(3 * options.scale))
  const cold: number[] = []
  const warm: number[] = []
  const memory: number[] = []
  for (let i = 0; i < rounds; i++) {
    const home = await mkdtemp(join(tmpdir(), 'zhixing-bench-'))
    try {
      cold.push((await startOnce(home)).seconds)
      const again = await startOnce(home)
      warm.push(again.seconds)
      memory.push(again.residentMb)
    } finally {
      await rm(home, { recursive: true, force: true })
    }
  }
  const bareNode = await secondsOf(process.execPath, ['-e', ''])
  return {
    bench: 'start',
    scale: options.scale,
    figures: { cold_s: median(cold), warm_s: median(warm), rss_mb: median(memory), warm_worst_s: Math.max(...warm) },
    raw: { bare_node_s: bareNode },
    ratio: {},
  }
}

async function startOnce(home: string): Promise<{ seconds: number; residentMb: number }> {
  const from = performance.now()
  const child = spawn(process.execPath, ['src/main.ts', 'up'], {
    env: { ...process.env, ZHIXING_HOME: home, PORT: '0', ZHIXING_LOG_LEVEL: 'info' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  try {
    const url = await addressIn(child.stdout)
    const page = await fetch(`${url}/login`, { headers: { accept: 'text/html' } })
    if (!page.ok) throw new Error(`the console answered ${page.status}`)
    await page.text()
    const seconds = (performance.now() - from) / 1000
    return { seconds, residentMb: await residentMb(child.pid ?? 0) }
  } finally {
    child.kill('SIGTERM')
    await new Promise((resolve) => child.once('exit', resolve))
  }
}

/** The program logs where it listens. */
async function addressIn(stdout: NodeJS.ReadableStream): Promise<string> {
  let seen = ''
  for await (const chunk of stdout) {
    seen += String(chunk)
    const found = /"url":"(http[^"]+)"/.exec(seen)?.[1]
    if (found) {
      stdout.resume()
      return found
    }
  }
  throw new Error(`the program ended before it listened:\n${seen}`)
}

/** Proportional set size of the program and all its children: shared pages (PostgreSQL's buffers) count once. */
async function residentMb(root: number): Promise<number> {
  const parents = new Map<number, number>()
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue
    const stat = await readFile(`/proc/${name}/stat`, 'utf8').catch(() => '')
    parents.set(Number(name), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]))
  }
  const isOurs = (pid: number): boolean => pid === root || (parents.has(pid) && isOurs(parents.get(pid) ?? 0))
  let kb = 0
  for (const pid of [...parents.keys()].filter(isOurs)) {
    const rollup = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => '')
    kb += Number(/^Pss:\s+(\d+)/m.exec(rollup)?.[1] ?? 0)
  }
  return Math.round(kb / 1024)
}

async function secondsOf(command: string, args: string[]): Promise<number> {
  const from = performance.now()
  await new Promise((resolve) => spawn(command, args, { stdio: 'ignore' }).once('exit', resolve))
  return Math.round(performance.now() - from) / 1000
}

function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return Math.round((sorted[Math.floor(sorted.length / 2)] ?? 0) * 100) / 100
}
