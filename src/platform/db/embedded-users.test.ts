import assert from 'node:assert/strict'
import { once } from 'node:events'
import { chmod, chown, cp, mkdir, readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { findBinaries } from './embedded-binaries.ts'
import { ask, engineOn, engineProcesses, firstLine, freshPath, program, serverOf } from './embedded-testing.ts'

const root = process.getuid?.() === 0
const onlyRoot = 'not shown: only root can act for several users'
const nobody = { uid: 65534, gid: 65534 }

/** User and effective capabilities of a process, as the kernel says. */
async function powers(pid: number): Promise<{ uid: number; capabilities: string }> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  const uid = Number(/^Uid:\s+(\d+)/m.exec(status)?.[1])
  return { uid, capabilities: /^CapEff:\s+(\w+)/m.exec(status)?.[1] ?? '' }
}

test('started by root the engine runs as an ordinary user without any special power', async (t) => {
  if (!root) return t.diagnostic(onlyRoot)
  const path = freshPath()
  const engine = await engineOn(path)
  const { uid, capabilities } = await powers(await serverOf(path))
  assert.notEqual(uid, 0)
  assert.match(capabilities, /^0+$/)
  assert.equal((await stat(join(path, 'run'))).mode & 0o777, 0o700)
  assert.equal((await stat(path)).mode & 0o007, 0)
  await engine.stop()
})

test("root's own folders, closed to everyone else, serve as home and as the place of the program", async (t) => {
  if (!root) return t.diagnostic(onlyRoot)
  const closed = freshPath()
  await mkdir(closed, { mode: 0o700 })
  const original = await findBinaries()
  const native = join(closed, 'project', 'native')
  await cp(join(original.postgres, '..', '..'), native, { recursive: true, verbatimSymlinks: true })
  const binaries = { initdb: join(native, 'bin', 'initdb'), postgres: join(native, 'bin', 'postgres') }
  const path = join(closed, 'home')
  const first = await engineOn(path, { binaries })
  await ask(first.url, 'create table kept as select 1 as one')
  const { uid, capabilities } = await powers(await serverOf(path))
  assert.notEqual(uid, 0)
  // dac_read_search where root has it, else dac_override: one of them, and nothing else.
  assert.match(capabilities, /^0+[24]$/)
  await first.stop()
  const second = await engineOn(path, { binaries })
  assert.equal((await ask(second.url, 'select one from kept'))[0]?.one, 1)
  await second.stop()
  assert.equal((await stat(closed)).mode & 0o777, 0o700, 'what was closed stays closed')
})

test('an ordinary user runs the engine as themselves, and root runs it on as that user', async (t) => {
  if (!root) return t.diagnostic(`${onlyRoot}; every other test here ran as an ordinary user`)
  const path = freshPath()
  await mkdir(path, { mode: 0o700 })
  await chown(path, nobody.uid, nobody.gid)
  const child = program(path, nobody)
  const url = await firstLine(child)
  assert.match(url, /^postgres:/)
  assert.equal((await powers(await serverOf(path))).uid, nobody.uid)
  await ask(url, 'create table kept as select 1 as one')
  child.kill('SIGKILL')
  await once(child, 'exit')
  const engine = await engineOn(path)
  assert.equal((await powers(await serverOf(path))).uid, nobody.uid)
  assert.equal((await ask(engine.url, 'select one from kept'))[0]?.one, 1)
  await engine.stop()
})

test('data of another user are refused by name, and left alone', async (t) => {
  if (!root) return t.diagnostic(onlyRoot)
  const path = freshPath()
  await (await engineOn(path)).stop()
  for (const one of [path, join(path, 'run'), join(path, 'lock'), join(path, 'run', 'postgres.password')])
    await chown(one, nobody.uid, nobody.gid)
  const owner = (await stat(join(path, 'postgres'))).uid
  if (owner === nobody.uid) await chown(join(path, 'postgres'), 1, 1)
  const line = await firstLine(program(path, nobody))
  assert.match(line, /^db\.other_owner/)
  assert.ok(line.includes(join(path, 'postgres')))
  assert.deepEqual(await engineProcesses(path), [])
})

test('a home that root copied back from a backup, owner and all, starts', async (t) => {
  if (!root) return t.diagnostic(onlyRoot)
  const path = freshPath()
  const first = await engineOn(path)
  await ask(first.url, 'create table kept as select 1 as one')
  await first.stop()
  const data = join(path, 'postgres')
  for (const entry of await readdir(data, { recursive: true })) await chown(join(data, entry), 0, 0)
  await chown(data, 0, 0)
  await chmod(path, 0o700)
  const second = await engineOn(path)
  assert.equal((await ask(second.url, 'select one from kept'))[0]?.one, 1)
  await second.stop()
})
