import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { ClickHouseError, ClickHouseLogLevel, createClient } from '@clickhouse/client'
import { alive, type Home } from '../home.ts'
import { Problem } from '../problem.ts'
import { startEmbeddedClickhouse } from './embedded.ts'
import { silent, temporaryHome } from './testkit.ts'

const quiet = { level: ClickHouseLogLevel.OFF }

async function count(url: string, table: string): Promise<number> {
  const client = createClient({ url, log: quiet })
  try {
    const answer = await client.query({ query: `SELECT count() AS c FROM ${table}`, format: 'JSONEachRow' })
    return Number((await answer.json<{ c: number }>())[0]?.c)
  } finally {
    await client.close()
  }
}

const isProblem = (code: string, words: RegExp) => (error: unknown) =>
  error instanceof Problem && error.code === code && words.test(error.text.en) && error.text.zh.length > 0

/** A program of its own that starts the engine on a folder, says how that went, and stays until it is killed. */
function program(folder: string, more: { uid?: number; gid?: number } = {}) {
  const code = `
    import { startEmbeddedClickhouse } from ${JSON.stringify(join(import.meta.dirname, 'embedded.ts'))}
    import { createLog } from ${JSON.stringify(join(import.meta.dirname, '../log.ts'))}
    const home = { path: ${JSON.stringify(folder)}, writeRun: async () => {}, removeRun: async () => {} }
    startEmbeddedClickhouse({ home, log: createLog('silent') }).then(
      (engine) => console.log(JSON.stringify({ url: engine.url, pid: engine.health().pid })),
      (error) => console.log(JSON.stringify({ code: error.code, en: error.text?.en ?? String(error) })))
    setInterval(() => {}, 1e6)`
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], {
    stdio: ['ignore', 'pipe', 'inherit'],
    ...more,
  })
  const said = once(createInterface({ input: child.stdout }), 'line').then(
    ([line]) => JSON.parse(line) as { url: string; pid: number; code?: string; en?: string },
  )
  return { child, said }
}

test('what was stored is there after a stop and a start, and only the owner can read the address', async () => {
  const { home, remove } = await temporaryHome()
  const first = await startEmbeddedClickhouse({ home, log: silent })
  const client = createClient({ url: first.url, log: quiet })
  await client.command({
    query: 'CREATE TABLE kept ENGINE = MergeTree ORDER BY n AS SELECT number AS n FROM numbers(1000)',
  })
  await client.close()
  const file = join(home.path, 'run', 'clickhouse.json')
  assert.deepEqual(JSON.parse(await readFile(file, 'utf8')), { url: first.url })
  assert.equal((await stat(file)).mode & 0o777, 0o600)
  assert.equal((await stat(join(home.path, 'clickhouse'))).mode & 0o777, 0o700)
  await first.stop()
  await assert.rejects(stat(file), { code: 'ENOENT' })
  const second = await startEmbeddedClickhouse({ home, log: silent })
  assert.equal(await count(second.url, 'kept'), 1000)
  assert.notEqual(new URL(second.url).password, new URL(first.url).password)
  await second.stop()
  await remove()
})

test('every acknowledged insert is there although the engine is killed again and again', async () => {
  const { home, remove } = await temporaryHome()
  const engine = await startEmbeddedClickhouse({ home, log: silent })
  const client = createClient({ url: engine.url, log: quiet })
  await client.command({
    query:
      'CREATE TABLE acked (n UInt64) ENGINE = MergeTree ORDER BY n SETTINGS non_replicated_deduplication_window = 10000',
  })
  let sure = 0
  let sent = 0
  let running = true
  const writer = (async () => {
    while (running) {
      const batch = sent++
      const values = Array.from({ length: 100 }, (_, i) => ({ n: batch * 100 + i }))
      const clickhouse_settings = { insert_deduplication_token: String(batch) }
      for (;;) {
        try {
          await client.insert({ table: 'acked', values, format: 'JSONEachRow', clickhouse_settings })
          sure++
          break
        } catch (error) {
          assert.ok(!(error instanceof ClickHouseError), String(error))
          await pause(20)
        }
      }
    }
  })()
  for (let kill = 0; kill < 3; kill++) {
    const goal = sure + 10 + kill
    while (sure < goal) await pause(1)
    const pid = engine.health().pid ?? 0
    process.kill(pid, 'SIGKILL')
    while (engine.health().pid === pid) await pause(1)
    await engine.up()
  }
  const goal = sure + 5
  while (sure < goal) await pause(1)
  running = false
  await writer
  assert.equal(engine.health().restarts, 3)
  const answer = await client.query({
    query: 'SELECT count() AS c, uniqExact(n) AS u, max(n) AS m FROM acked',
    format: 'JSONEachRow',
  })
  assert.deepEqual(await answer.json(), [{ c: sure * 100, u: sure * 100, m: sure * 100 - 1 }])
  await client.close()
  await engine.stop()
  await remove()
})

test('a second engine on the folder refuses and names the process that has it', async () => {
  const { home, remove } = await temporaryHome()
  const first = await startEmbeddedClickhouse({ home, log: silent })
  const pid = first.health().pid
  const second = startEmbeddedClickhouse({ home, log: silent })
  await assert.rejects(second, isProblem('facts.folder_taken', new RegExp(`\\b${pid}\\b`)))
  assert.equal(first.health().pid, pid)
  await first.stop()
  await remove()
})

test('when the program is killed its engine goes too, and the lock it leaves holds nobody up', async () => {
  const { home, remove } = await temporaryHome()
  const { child, said } = program(home.path)
  const { pid, url } = await said
  const client = createClient({ url, log: quiet })
  await client.command({
    query: 'CREATE TABLE left ENGINE = MergeTree ORDER BY n AS SELECT number AS n FROM numbers(10)',
  })
  await client.close()
  child.kill('SIGKILL')
  while (alive(pid)) await pause(5)
  assert.equal(await readFile(join(home.path, 'clickhouse', 'door.lock'), 'utf8'), String(pid))
  const next = await startEmbeddedClickhouse({ home, log: silent })
  assert.equal(await count(next.url, 'left'), 10)
  await next.stop()
  await remove()
})

test('a port that is in use is named', async () => {
  const { home, remove } = await temporaryHome()
  const other = createServer().listen(0, '127.0.0.1')
  await once(other, 'listening')
  const { port } = other.address() as { port: number }
  const start = startEmbeddedClickhouse({ home, log: silent, port })
  await assert.rejects(start, isProblem('facts.port_taken', new RegExp(`\\b${port}\\b`)))
  other.close()
  const engine = await startEmbeddedClickhouse({ home, log: silent, port })
  assert.equal(new URL(engine.url).port, String(port))
  await engine.stop()
  await remove()
})

test('an ordinary user hears that the folder may not be written', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'zhixing-facts-'))
  await chmod(folder, 0o555)
  const ordinary = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {}
  const { child, said } = program(folder, ordinary)
  const { code, en } = await said
  child.kill('SIGKILL')
  assert.equal(code, 'home.not_writable')
  assert.match(en ?? '', new RegExp(folder))
  await rm(folder, { recursive: true })
})

test('a running statement may end before the engine stops, within the grace', async () => {
  const { home, remove } = await temporaryHome()
  const engine = await startEmbeddedClickhouse({ home, log: silent })
  const client = createClient({ url: engine.url, log: quiet })
  const short = client.query({ query: 'SELECT sleep(1) AS slept', format: 'JSONEachRow' })
  const long = client.command({ query: 'SELECT sum(sipHash64(number)) FROM numbers(1000000000000)' })
  long.catch(() => {})
  await pause(300)
  await engine.stop(2000)
  assert.deepEqual(await (await short).json(), [{ slept: 0 }])
  await assert.rejects(long, { code: '394' })
  assert.equal(engine.health().reason, 'ended with code 0')
  await client.close()
  await remove()
})

/** A file system of that many MiB, or why there is none. */
function smallDisk(folder: string, mebibytes: number): { unmount(): void } | string {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${mebibytes}m,mode=0700`, 'tmpfs', folder], { stdio: 'pipe' })
    return { unmount: () => execFileSync('umount', ['-l', folder]) }
  } catch (error) {
    return String(error)
  }
}

/** Runs one test of this file again where an ordinary user may mount: in a user namespace of its own. */
function inOwnNamespace(testName: string): boolean {
  try {
    execFileSync('unshare', ['-rm', 'mount', '-t', 'tmpfs', 'tmpfs', tmpdir()], { stdio: 'ignore' })
  } catch {
    return false
  }
  const { NODE_TEST_CONTEXT: _, ...env } = process.env
  const args = ['-rm', process.execPath, '--test', '--test-name-pattern', testName, import.meta.filename]
  execFileSync('unshare', args, { env, stdio: 'pipe' })
  return true
}

test('a full disk is named, loses nothing, and work goes on when there is room again', async (t) => {
  const { home, remove } = await temporaryHome()
  const disk = smallDisk(home.path, 24)
  if (typeof disk !== 'string') await fillDisk(home).finally(disk.unmount)
  else if (!inOwnNamespace('a full disk is named'))
    t.diagnostic(`no small file system can be mounted here, a real full disk is not tried: ${disk}`)
  await remove()
})

async function fillDisk(home: Home): Promise<void> {
  const unopened: Pick<Home, 'path' | 'writeRun' | 'removeRun'> = {
    path: home.path,
    writeRun: async () => {},
    removeRun: async () => {},
  }
  await writeFile(join(home.path, 'ballast'), Buffer.alloc(10 * 2 ** 20))
  const engine = await startEmbeddedClickhouse({ home: unopened, log: silent })
  const client = createClient({ url: engine.url, log: quiet })
  await client.command({ query: 'CREATE TABLE big (n UInt64, s String) ENGINE = MergeTree ORDER BY n' })
  let acknowledged = 0
  const insert = (i: number) =>
    client.command({
      query: `INSERT INTO big SELECT ${i} * 10000 + number, randomPrintableASCII(100) FROM numbers(10000)`,
    })
  await assert.rejects(
    async () => {
      for (let i = 0; i < 200; i++) {
        await insert(i)
        acknowledged++
      }
    },
    (error) =>
      error instanceof ClickHouseError &&
      /NOT_ENOUGH_SPACE|CANNOT_WRITE|No space left/.test(`${error.type} ${error.message}`),
  )
  assert.ok(acknowledged > 0)
  assert.equal(await count(engine.url, 'big'), acknowledged * 10_000)
  await rm(join(home.path, 'ballast'))
  await insert(acknowledged++)
  assert.equal(await count(engine.url, 'big'), acknowledged * 10_000)
  await client.close()
  await engine.stop()
  execFileSync('sh', ['-c', `head -c 100M /dev/zero > "$1/fill" 2>/dev/null || true`, 'sh', home.path])
  const full = startEmbeddedClickhouse({ home: unopened, log: silent })
  await assert.rejects(full, isProblem('home.disk_full', /full/))
  await rm(join(home.path, 'fill'))
  const again = await startEmbeddedClickhouse({ home: unopened, log: silent })
  assert.equal(await count(again.url, 'big'), acknowledged * 10_000)
  await again.stop()
}
