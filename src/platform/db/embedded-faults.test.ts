import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import postgres from 'postgres'
import { Problem } from '../problem.ts'
import { findBinaries } from './embedded-binaries.ts'
import { freePort } from './embedded-server.ts'
import {
  ask,
  engineOn,
  engineProcesses,
  firstLine,
  freshPath,
  program,
  serverOf,
  smallDisk,
  until,
} from './embedded-testing.ts'

async function problemOf(start: Promise<unknown>): Promise<Problem> {
  const error = await start.then(
    () => new Error('it started'),
    (reason: unknown) => reason,
  )
  if (error instanceof Problem) return error
  throw error
}

const kept = (url: string) => ask(url, 'select one from kept').then((rows) => rows.length)

test('a killed engine comes back by itself on the same address, and so does one whose session was killed', async () => {
  const path = freshPath()
  const engine = await engineOn(path)
  await ask(engine.url, 'create table kept as select 1 as one')
  process.kill(await serverOf(path), 'SIGKILL')
  const down = await until(() => engine.health().state === 'restarting' && engine.health())
  assert.match(down.reason?.zh ?? '', /SIGKILL/)
  await until(() => engine.health().state === 'ready')
  assert.equal(await kept(engine.url), 1)

  const session = postgres(engine.url, { max: 1, fetch_types: false })
  const [own] = await session`select pg_backend_pid() as pid`
  const before = await serverOf(path)
  process.kill(own?.pid, 'SIGKILL')
  await until(() => engine.health().state === 'restarting')
  await until(() => engine.health().state === 'ready')
  assert.equal(await kept(engine.url), 1)
  assert.equal(await serverOf(path), before, 'the server recovered without ending')
  assert.equal(engine.health().restarts, 1)
  await session.end({ timeout: 1 }).catch(() => {})
  await engine.stop()
})

test('an engine killed while a session computes comes back: the session of the dead one is ended', async () => {
  const path = freshPath()
  const engine = await engineOn(path)
  const busy = postgres(engine.url, { max: 1, onnotice: () => {}, fetch_types: false })
  const loop = busy`do $$ begin loop perform 1; end loop; end $$`.execute().catch(() => {})
  await until(
    async () => (await ask(engine.url, "select 1 from pg_stat_activity where query like 'do %loop%'")).length > 0,
  )
  process.kill(await serverOf(path), 'SIGKILL')
  await loop
  await until(() => engine.health().state === 'ready' && engine.health().restarts === 1)
  assert.equal((await ask(engine.url, 'select 1 as one'))[0]?.one, 1)
  await busy.end({ timeout: 1 }).catch(() => {})
  await engine.stop()
})

test('when another program takes the port of a dead engine the reason is told, and it comes back when the port is free', async () => {
  const path = freshPath()
  const engine = await engineOn(path)
  const thief = createServer()
  let killed = 0
  for (let stolen = false; !stolen; ) {
    // Where the port was not taken quickly enough the next engine has it: that one, and not the dead one, is killed then.
    await until(async () => engine.health().state === 'ready' && (await serverOf(path).catch(() => killed)) !== killed)
    killed = await serverOf(path)
    process.kill(killed, 'SIGKILL')
    for (let tries = 0; tries < 200 && !stolen; tries++)
      stolen = await new Promise((resolve) => {
        thief.removeAllListeners()
        thief.once('error', () => resolve(false))
        thief.once('listening', () => resolve(true))
        thief.listen(engine.port, '127.0.0.1')
      })
  }
  const health = await until(() => engine.health().state === 'failed' && engine.health())
  assert.ok(health.reason?.zh.includes(String(engine.port)))
  assert.ok(health.reason?.en.includes('used by another program'))
  await new Promise((resolve) => thief.close(resolve))
  await until(() => engine.health().state === 'ready')
  assert.equal((await ask(engine.url, 'select 1 as one'))[0]?.one, 1)
  await engine.stop()
})

test('an engine can be stopped while it fails to come back', async () => {
  const path = freshPath()
  const engine = await engineOn(path)
  await rm(join(path, 'postgres', 'postgresql.conf'))
  process.kill(await serverOf(path), 'SIGKILL')
  await until(() => engine.health().state === 'failed')
  await engine.stop()
  assert.equal(engine.health().state, 'stopped')
  assert.deepEqual(await engineProcesses(path), [])
})

test('after kill -9 of the program the next one starts on the same folder with all that was committed', async () => {
  const path = freshPath()
  const child = program(path)
  const url = await firstLine(child)
  await ask(url, 'create table kept as select 1 as one')
  child.kill('SIGKILL')
  await once(child, 'exit')
  const engine = await engineOn(path)
  assert.equal(await kept(engine.url), 1)
  await engine.stop()
})

test('an engine that outlived its program is shut down in good order and its folder taken over', async () => {
  const path = freshPath()
  const first = await engineOn(path)
  await ask(first.url, 'create table kept as select 1 as one')
  await first.stop()
  const port = await freePort()
  const { postgres: server } = await findBinaries()
  const data = join(path, 'postgres')
  const { uid, gid } = await stat(data)
  const orphan = spawn(server, ['-D', data, '-p', String(port)], {
    uid,
    gid,
    cwd: '/',
    stdio: 'ignore',
    detached: true,
  })
  const address = first.url.replace(String(first.port), String(port))
  await until(() => kept(address).catch(() => undefined))
  await ask(address, 'insert into kept values (2)')
  const second = await engineOn(path)
  assert.equal(orphan.exitCode, 0, 'it was asked to stop, not killed')
  assert.equal(await kept(second.url), 2)
  await second.stop()
})

test('a kill at any moment of the first start leaves nothing half-made', async () => {
  const path = freshPath()
  for (const wait of [100, 350, 700, 1200, 1900]) {
    const child = program(path)
    await pause(wait)
    child.kill('SIGKILL')
    await once(child, 'exit')
  }
  const engine = await engineOn(path)
  assert.equal((await ask(engine.url, 'select current_database() as name'))[0]?.name, 'zhixing')
  assert.deepEqual((await readdir(path)).sort(), ['lock', 'postgres', 'run'])
  await engine.stop()
  assert.deepEqual(await engineProcesses(path), [])
})

test('killed in the moment after the data folder took its name, the folder it was made in goes at the next start', async () => {
  const path = freshPath()
  await (await engineOn(path)).stop()
  await mkdir(join(path, 'postgres.new-1a2b3c4d', 'data'), { recursive: true })
  const engine = await engineOn(path)
  assert.deepEqual((await readdir(path)).sort(), ['lock', 'postgres', 'run'])
  await engine.stop()
})

test('a process file of a number given anew, an empty one and nonsense do not stand in the way', async () => {
  const path = freshPath()
  await (await engineOn(path)).stop()
  for (const content of [`${process.pid}\n/somewhere\n1\n5432\n`, '', 'nonsense']) {
    await writeFile(join(path, 'postgres', 'postmaster.pid'), content, { mode: 0o644 })
    const engine = await engineOn(path)
    assert.equal((await ask(engine.url, 'select 1 as one'))[0]?.one, 1)
    await engine.stop()
  }
})

test('a port that was asked for and is taken is named', async () => {
  const other = createServer().listen(0, '127.0.0.1')
  await once(other, 'listening')
  const { port } = other.address() as { port: number }
  const problem = await problemOf(engineOn(freshPath(), { port }))
  other.close()
  assert.equal(problem.code, 'db.port_taken')
  assert.ok(problem.text.zh.includes(String(port)))
})

test('a lost, changed or damaged password file costs nothing but a new password', async () => {
  const path = freshPath()
  const file = join(path, 'run', 'postgres.password')
  const first = await engineOn(path)
  await ask(first.url, 'create table kept as select 1 as one')
  await first.stop()
  for (const wreck of [
    () => rm(file),
    () => writeFile(file, 'chosen-by-somebody\n'),
    () => writeFile(file, "'; drop"),
  ]) {
    await wreck()
    const engine = await engineOn(path)
    assert.equal(await kept(engine.url), 1)
    assert.equal(new URL(engine.url).password, (await readFile(file, 'utf8')).trim())
    await engine.stop()
  }
})

test('data of another major version, and a folder of something else, are left as they are', async () => {
  const path = freshPath()
  const data = join(path, 'postgres')
  await mkdir(data, { recursive: true, mode: 0o700 })
  await writeFile(join(data, 'PG_VERSION'), '15\n')
  const older = await problemOf(engineOn(path))
  assert.equal(older.code, 'db.other_version')
  assert.ok(older.text.en.includes('PostgreSQL 15') && older.text.en.includes('18.'))
  await rm(join(data, 'PG_VERSION'))
  await writeFile(join(data, 'holiday.jpg'), 'x')
  const strange = await problemOf(engineOn(path))
  assert.equal(strange.code, 'db.strange_folder')
  assert.ok(strange.text.zh.includes(data))
  assert.deepEqual(await readdir(data), ['holiday.jpg'])
})

test('a full disk is told at the first start and while running; every answered commit is there once there is room', async (t) => {
  const path = freshPath()
  await mkdir(path, { mode: 0o700 })
  const disk = smallDisk(path, '24m')
  if ('reason' in disk) return t.diagnostic(disk.reason)
  const problem = await problemOf(engineOn(path))
  assert.equal(problem.code, 'home.disk_full')
  assert.ok(!(await readdir(path)).some((name) => name.startsWith('postgres')), 'nothing half-made is left')

  disk.resize('110m')
  const engine = await engineOn(path)
  await ask(engine.url, 'create table filled (n int primary key, body text)')
  const acknowledged = await fill(engine.url)
  assert.ok(acknowledged > 0)
  disk.resize('300m')
  const rows = await until(() =>
    ask(
      engine.url,
      'select count(*)::int as count, count(distinct n)::int as numbers, min(length(body)) as short from filled',
    ).catch(() => undefined),
  )
  assert.ok(Number(rows[0]?.count) >= acknowledged, `${rows[0]?.count} of ${acknowledged}`)
  assert.equal(rows[0]?.count, rows[0]?.numbers)
  assert.equal(rows[0]?.short, 640_000)
  await ask(engine.url, 'insert into filled values (-1, null)')
  await engine.stop()
})

/** Inserts until the engine refuses, and returns how many inserts it answered. */
async function fill(url: string): Promise<number> {
  const sql = postgres(url, { max: 1, onnotice: () => {}, fetch_types: false })
  let count = 0
  try {
    for (;;) {
      await sql`insert into filled select ${count}::int, string_agg(md5(${count}::text || i), '')
        from generate_series(1, 20000) as i`
      count++
    }
  } catch {
    return count
  } finally {
    await sql.end({ timeout: 1 }).catch(() => {})
  }
}
