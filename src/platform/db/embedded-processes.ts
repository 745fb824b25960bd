import { execFile } from 'node:child_process'
import { readdir, readFile, readlink, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { promisify } from 'node:util'
import { alive } from '../home.ts'
import type { Logger } from '../log.ts'

/**
 * The processes of the engine that work in this data folder, whoever started them. Every one of them stands in its data
 * folder, so the kernel tells (Linux); elsewhere only the server that wrote `postmaster.pid` is found, by its command line.
 */
export async function processesIn(folder: string): Promise<number[]> {
  const entries = await readdir('/proc').catch(() => undefined)
  if (!entries) {
    const pid = await writtenPid(folder)
    return pid && (await commandOf(pid)).includes(folder) ? [pid] : []
  }
  const found = await Promise.all(
    entries
      .filter((name) => /^\d+$/.test(name))
      .map(async (name) => {
        // Unreadable are processes of other users, and those that ended just now.
        const cwd = await readlink(`/proc/${name}/cwd`).catch(() => '')
        if (cwd !== folder && !cwd.startsWith(`${folder}/`) && cwd !== `${folder} (deleted)`) return []
        const program = basename(await readlink(`/proc/${name}/exe`).catch(() => '')).replace(' (deleted)', '')
        return program === 'postgres' || program === 'initdb' ? [Number(name)] : []
      }),
  )
  return found.flat()
}

async function commandOf(pid: number): Promise<string> {
  const answer = await promisify(execFile)('ps', ['-o', 'command=', '-p', String(pid)]).catch(() => undefined)
  return answer?.stdout ?? ''
}

async function writtenPid(folder: string): Promise<number | undefined> {
  const written = await readFile(join(folder, 'postmaster.pid'), 'utf8').catch(() => '')
  const pid = Number.parseInt(written, 10)
  return pid > 0 ? pid : undefined
}

function signal(pids: number[], name: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, name)
    } catch {
      // It ended by itself in the meantime.
    }
  }
}

/** Whether all processes of the folder ended within this time. */
async function ended(folder: string, milliseconds: number): Promise<boolean> {
  for (let waited = 0; ; waited += 25) {
    if ((await processesIn(folder)).length === 0) return true
    if (waited >= milliseconds) return false
    await pause(25)
  }
}

/**
 * Ends what still works in the folder: a server of a program that was killed, or sessions of a server that was killed.
 * The server is asked for a fast shutdown (which keeps all that was committed), then for an immediate one; sessions
 * without a server can only be killed. Nothing is lost either way: what was committed is in the log of the engine.
 */
export async function endLeftovers(folder: string, log: Logger, patienceMs = 15_000): Promise<void> {
  const left = await processesIn(folder)
  const server = await writtenPid(folder)
  if (left.length > 0) {
    log.info(
      { folder, processes: left.length, server },
      'ending what an earlier program left running in the data folder',
    )
    if (server && left.includes(server)) {
      signal([server], 'SIGINT')
      if (!(await ended(folder, patienceMs))) signal([server], 'SIGQUIT')
      await ended(folder, 5000)
    }
    signal(await processesIn(folder), 'SIGKILL')
    if (!(await ended(folder, 10_000))) throw new Error(`processes in ${folder} cannot be ended`)
  }
  await removeMisleadingPidFile(folder)
}

/**
 * The server itself deals with the `postmaster.pid` of a dead one. It refuses to start when the number in there was given
 * anew to another process of the same user, or when a crash left the file empty.
 */
async function removeMisleadingPidFile(folder: string): Promise<void> {
  const pid = await writtenPid(folder)
  if (pid && !alive(pid)) return
  await rm(join(folder, 'postmaster.pid'), { force: true })
}
