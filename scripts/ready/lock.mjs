import { closeSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, statSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'

/**
 * Runs `work` while no other process of this machine does so under the same path; waits for one that is at it.
 * A lock whose holder died is taken over. The holder's child is named too: a package manager outlives a killed parent,
 * and its work must not be mixed with ours.
 * @template T
 * @param {string} path
 * @param {(nameChild: (pid: number | undefined) => void) => Promise<T>} work
 * @param {(holder: number) => void} [onWait] called once when another is at it
 * @returns {Promise<T>}
 */
export async function withLock(path, work, onWait = () => {}) {
  mkdirSync(dirname(path), { recursive: true })
  let told = false
  while (!take(path, [process.pid])) {
    const holders = readHolders(path)
    if (holders && !holders.some(isAlive)) {
      clear(path, holders)
      continue
    }
    if (!told && holders?.[0]) {
      told = true
      onWait(holders[0])
    }
    await wait(150)
  }
  try {
    return await work((child) => overwrite(path, child ? [process.pid, child] : [process.pid]))
  } finally {
    rmSync(path, { force: true })
  }
}

/**
 * @param {string} path
 * @param {number[]} pids
 */
function take(path, pids) {
  try {
    const file = openSync(path, 'wx')
    writeSync(file, pids.join(' '))
    closeSync(file)
    return true
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'EEXIST') return false
    throw error
  }
}

/**
 * @param {string} path
 * @param {number[]} pids
 */
function overwrite(path, pids) {
  const fresh = `${path}.${process.pid}`
  take(fresh, pids)
  renameSync(fresh, path)
}

/**
 * Undefined when it was given back just now, or is still being written.
 * @param {string} path
 */
function readHolders(path) {
  try {
    const pids = readFileSync(path, 'utf8').split(' ').map(Number).filter(Boolean)
    if (pids.length > 0) return pids
    return Date.now() - statSync(path).mtimeMs > 5000 ? [] : undefined
  } catch {
    return undefined
  }
}

/** @param {number} pid */
function isAlive(pid) {
  // Our own number in a lock we do not hold was another's, before the machine or container started anew.
  if (pid === process.pid) return false
  try {
    process.kill(pid, 0)
    return !isZombie(pid)
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === 'EPERM'
  }
}

/**
 * Dead, but not collected by its parent, as orphans in a container without an init process stay for ever.
 * @param {number} pid
 */
function isZombie(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return /^ [ZX]/.test(stat.slice(stat.lastIndexOf(')') + 1))
  } catch {
    return false
  }
}

/**
 * Removes a dead holder's lock. Two that find it dead at once must not remove the lock the faster one has taken since,
 * so the removal itself is under a guard and looks again.
 * @param {string} path
 * @param {number[]} dead
 */
function clear(path, dead) {
  const guard = `${path}.clearing`
  if (!take(guard, [process.pid])) {
    if (Date.now() - (statSync(guard, { throwIfNoEntry: false })?.mtimeMs ?? Date.now()) > 5000)
      rmSync(guard, { force: true })
    return
  }
  try {
    if (readHolders(path)?.join() === dead.join()) rmSync(path, { force: true })
  } finally {
    rmSync(guard, { force: true })
  }
}
