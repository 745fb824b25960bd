import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { folderOf } from '../testing/tree.ts'
import { withLock } from './lock.mjs'

/** A process that has ended: its number is nobody's. */
function deadPid(): number {
  return spawnSync(process.execPath, ['-e', '']).pid
}

/** Other programs that take the lock, note that they are at it, and note that they are done. */
async function programs(t: TestContext, count: number): Promise<string[]> {
  const root = folderOf(t, { log: '' })
  const code = `
    import { appendFileSync } from 'node:fs'
    import { setTimeout as wait } from 'node:timers/promises'
    import { withLock } from ${JSON.stringify(join(import.meta.dirname, 'lock.mjs'))}
    await withLock('${root}/lock', async () => {
      appendFileSync('${root}/log', 'in\\n')
      await wait(60)
      appendFileSync('${root}/log', 'out\\n')
    })`
  writeFileSync(join(root, 'lock'), String(deadPid()))
  const children = Array.from({ length: count }, () => spawn(process.execPath, ['--input-type=module', '-e', code]))
  const codes = await Promise.all(children.map((child) => new Promise((resolve) => child.once('exit', resolve))))
  assert.deepEqual(
    codes,
    codes.map(() => 0),
  )
  return readFileSync(join(root, 'log'), 'utf8').trim().split('\n')
}

test('programs that start at the same time work one after the other, though a dead one left its lock behind', async (t) => {
  assert.deepEqual(await programs(t, 6), Array.from({ length: 6 }, () => ['in', 'out']).flat())
})

test('the second one waits, says for whom, and goes on when the first is done', async (t) => {
  const path = join(folderOf(t, {}), 'notes', 'lock')
  const story: string[] = []
  const holder = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60000)'])
  t.after(() => holder.kill('SIGKILL'))
  await withLock(path, async () => undefined)
  writeFileSync(path, String(holder.pid))
  const second = withLock(
    path,
    async () => story.push('worked'),
    (pid) => {
      story.push(`waits for ${pid}`)
      holder.kill('SIGKILL')
    },
  )
  await second
  assert.deepEqual(story, [`waits for ${holder.pid}`, 'worked'])
  assert.equal(existsSync(path), false, 'given back')
})

test("a lock is not taken over while the dead holder's child still works", async (t) => {
  const path = join(folderOf(t, {}), 'lock')
  const child = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60000)'])
  t.after(() => child.kill('SIGKILL'))
  const ended = new Promise((resolve) => child.once('exit', resolve))
  writeFileSync(path, `${deadPid()} ${child.pid}`)
  let waited = false
  await withLock(
    path,
    async () => assert.equal(waited, true),
    () => {
      waited = true
      child.kill('SIGKILL')
    },
  )
  await ended
})

test('a failed work gives the lock back', async (t) => {
  const path = join(folderOf(t, {}), 'lock')
  const broken = withLock(path, async () => {
    throw new Error('no network')
  })
  await assert.rejects(broken, /no network/)
  assert.equal(existsSync(path), false)
})

test('a dead holder that nobody collected does not hold the lock', {
  skip: process.platform !== 'linux' && 'needs /proc',
}, async (t) => {
  const path = join(folderOf(t, {}), 'lock')
  // The shell starts a child, and becomes a program that never collects it.
  const parent = spawn('sh', ['-c', 'true & echo $!; exec sleep 600'], { stdio: ['ignore', 'pipe', 'ignore'] })
  t.after(() => parent.kill('SIGKILL'))
  const pid = await new Promise<string>((resolve) =>
    parent.stdout.once('data', (chunk) => resolve(String(chunk).trim())),
  )
  writeFileSync(path, pid)
  assert.equal(await withLock(path, async () => 'worked'), 'worked')
})
