import { readFileSync } from 'node:fs'

/**
 * What this process and all it started hold in memory, in bytes. Of pages that several share (PostgreSQL's buffers) each
 * counts its part, so that the sum is what the machine has given. Elsewhere than on Linux only this process is known.
 */
function treeMemory(): number {
  try {
    return tree(process.pid).reduce((sum, pid) => sum + memoryOf(pid), 0)
  } catch {
    return process.memoryUsage.rss()
  }
}

function tree(pid: number): number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim()
  return [pid, ...(children === '' ? [] : children.split(' ').flatMap((child) => tree(Number(child))))]
}

function memoryOf(pid: number): number {
  try {
    return Number(/^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1] ?? 0) * 1024
  } catch {
    // It has ended since it was listed.
    return 0
  }
}

/** Looks once a second until it is asked for the greatest it has seen. */
export function watchMemory(): () => number {
  let peak = 0
  const look = () => (peak = Math.max(peak, treeMemory()))
  const timer = setInterval(look, 1000)
  timer.unref()
  return () => {
    clearInterval(timer)
    return look()
  }
}
