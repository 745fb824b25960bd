import assert from 'node:assert/strict'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import postgres from 'postgres'
import { createLog } from '../log.ts'
import { Problem } from '../problem.ts'
import { findBinaries } from './embedded-binaries.ts'
import { ask, engineOn, engineProcesses, firstLine, freshPath, program, until } from './embedded-testing.ts'

test('the first start makes an engine that is safe with data, speaks UTF-8 and UTC, and answers on loopback alone', async () => {
  const path = freshPath()
  const engine = await engineOn(path)
  const [row] = await ask(
    engine.url,
    `select current_database() as name, current_setting('server_encoding') as encoding, current_setting('TimeZone') as zone,
      current_setting('data_checksums') as checksums, current_setting('fsync') as fsync,
      current_setting('synchronous_commit') as commits, current_setting('listen_addresses') as addresses,
      current_setting('unix_socket_directories') as sockets, current_setting('password_encryption') as passwords,
      (select datlocprovider::text || ' ' || datlocale from pg_database where datname = current_database()) as locale`,
  )
  assert.deepEqual(
    { ...row },
    {
      name: 'zhixing',
      encoding: 'UTF8',
      zone: 'UTC',
      checksums: 'on',
      fsync: 'on',
      commits: 'on',
      addresses: '127.0.0.1',
      sockets: '',
      passwords: 'scram-sha-256',
      locale: 'b C.UTF-8',
    },
  )
  assert.equal(engine.health().state, 'ready')
  assert.match(engine.version, /^18\./)
  const wrong = engine.url.replace(/:[^:@]+@/, ':wrong@')
  await assert.rejects(ask(wrong, 'select 1'), { code: '28P01' })
  for (const name of await readdir(join(path, 'run')))
    assert.equal((await stat(join(path, 'run', name))).mode & 0o777, 0o600, name)
  await engine.stop()
})

test('what was committed is there after a restart, with the password and database as they were', async () => {
  const path = freshPath()
  const first = await engineOn(path)
  await ask(first.url, 'create table kept as select 42 as answer')
  await first.stop()
  assert.equal(first.health().state, 'stopped')
  assert.deepEqual(await engineProcesses(path), [])
  const second = await engineOn(path)
  assert.equal(new URL(second.url).password, new URL(first.url).password)
  assert.deepEqual(await ask(second.url, 'select answer from kept').then((rows) => rows[0]?.answer), 42)
  await second.stop()
})

test('the settings an operator made with "alter system" outlive our own', async () => {
  const path = freshPath()
  const first = await engineOn(path)
  await ask(first.url, "alter system set work_mem = '3MB'")
  await first.stop()
  const second = await engineOn(path)
  assert.deepEqual({ ...(await ask(second.url, 'show work_mem'))[0] }, { work_mem: '3MB' })
  await second.stop()
})

test('stopping does not wait for a statement that runs for an hour', async () => {
  const engine = await engineOn(freshPath())
  const sql = postgres(engine.url, { max: 1, onnotice: () => {}, fetch_types: false })
  const long = sql`select pg_sleep(3600)`.execute().catch((error: { code: string }) => error.code)
  await until(async () => (await ask(engine.url, "select 1 from pg_stat_activity where wait_event = 'PgSleep'")).length)
  await engine.stop()
  assert.match(await long.then(String), /^(57P01|CONNECTION_CLOSED|ECONNRESET)$/)
  await sql.end({ timeout: 1 }).catch(() => {})
})

test('Ctrl-C reaches the program, which finishes its work before the engine goes', async () => {
  const path = freshPath()
  const child = program(
    path,
    undefined,
    `process.on('SIGINT', async () => {
       await new Promise((resolve) => setTimeout(resolve, 300))
       const sql = postgres(engine.url)
       await sql\`create table finished as select 1 as one\`
       await sql.end()
       await engine.stop()
       process.exit(7)
     })`,
  )
  await firstLine(child)
  // To the whole group, as a terminal does.
  process.kill(-(child.pid ?? 0), 'SIGINT')
  const code = await new Promise((resolve) => child.once('exit', resolve))
  assert.equal(code, 7)
  const engine = await engineOn(path)
  assert.equal((await ask(engine.url, 'select one from finished'))[0]?.one, 1)
  await engine.stop()
})

test('values of customers that a failed statement named stay out of the log', async () => {
  const lines: string[] = []
  const log = createLog('trace', { write: (line: string) => void lines.push(line) })
  const engine = await engineOn(freshPath(), { log })
  await ask(engine.url, 'create table secret (mobile text primary key)')
  await ask(engine.url, "insert into secret values ('13800000000')")
  await assert.rejects(ask(engine.url, "insert into secret values ('13800000000')"), { code: '23505' })
  await assert.rejects(ask(engine.url, "select '13800000000'::uuid"), { code: '22P02' })
  await engine.stop()
  const all = lines.join('')
  assert.ok(!all.includes('13800000000'))
  assert.ok(all.includes('23505') && all.includes('22P02'), 'the failures themselves are told')
  assert.ok(all.includes('database system is shut down'))
})

test('a platform without binaries is told to bring its own PostgreSQL', async () => {
  for (const [platform, arch] of [
    ['linux', 'mips64'],
    ['win32', 'x64'],
  ])
    await assert.rejects(findBinaries(platform, arch), (error) => {
      assert.ok(error instanceof Problem)
      assert.equal(error.code, 'db.no_binaries')
      assert.ok(error.text.zh.includes('DATABASE_URL') && error.text.en.includes('DATABASE_URL'))
      return true
    })
})

test('binaries that do not run here are named, with the way out', async () => {
  for (const wrong of ['/bin/false', '/nowhere/postgres'])
    await assert.rejects(engineOn(freshPath(), { binaries: { initdb: wrong, postgres: wrong } }), (error) => {
      assert.ok(error instanceof Problem, String(error))
      assert.ok(['db.broken_binaries', 'db.no_binaries'].includes(error.code), error.code)
      assert.ok(error.text.en.includes('DATABASE_URL') && error.text.en.includes(wrong))
      return true
    })
})
