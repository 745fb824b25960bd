import assert from 'node:assert/strict'
import { test } from 'node:test'
import postgres from 'postgres'
import { read, unauditedChange } from '../change.ts'
import { testCtx } from '../testing/testing.ts'
import type { Tx } from './db.ts'

test('lists of instants, booleans, bigints, bytes and texts go into a statement as lists', async (t) => {
  const ctx = await testCtx(t)
  const instants = [new Date('2026-01-05T01:00:00Z'), new Date('2026-01-06T01:00:00.123Z')]
  const bytes = [Buffer.from([0, 255, 92, 34]), Buffer.alloc(0)]
  const rows = await read(
    ctx,
    (tx) => tx`
      select * from unnest(${instants}::timestamptz[], ${[true, false]}::boolean[], ${[1n, 2n ** 62n]}::bigint[],
                           ${bytes}::bytea[], ${['a,"b', '{}']}::text[], ${[1, 2]}::int[]) given (at, yes, big, raw, words, n)`,
  )
  assert.deepEqual(
    rows.map((row) => [row.at, row.yes, row.big, row.raw, row.words, row.n]),
    instants.map((at, i) => [at, i === 0, [1n, 2n ** 62n][i], bytes[i], ['a,"b', '{}'][i], i + 1]),
  )
  const words = ['', 'NULL', 'null', 'a,b', '{x}', '"', '\\', '\\"', ' ', '\n', '知行', null, '\u0001']
  const long = Array.from({ length: 40 }, (_, i) => words[i % words.length] ?? null)
  const numbers = long.map((_, i) => (i % 7 === 0 ? null : i * 1.5 - 3))
  const back = await read(ctx, (tx) => tx`select * from unnest(${long}::text[], ${numbers}::float8[]) given (word, n)`)
  assert.deepEqual(
    back.map((row) => [row.word, row.n]),
    long.map((word, i) => [word, numbers[i]]),
  )
  const [instant = new Date(), piece = Buffer.alloc(0)] = [instants[0], bytes[0]]
  const firstMissing = await read(
    ctx,
    (tx) => tx`
      select * from unnest(${[null, true]}::boolean[], ${[null, instant]}::timestamptz[], ${[null, 7n]}::bigint[],
                           ${[null, piece]}::bytea[]) given (yes, at, big, raw)`,
  )
  assert.deepEqual(
    firstMissing.map(({ yes, at, big, raw }) => [yes, at, big, raw]),
    [
      [null, null, null, null],
      [true, instant, 7n, piece],
    ],
  )
  const none = await read(ctx, (tx) => tx`select * from unnest(${[]}::timestamptz[], ${[]}::boolean[]) given (at, yes)`)
  assert.equal(none.length, 0)
})

test('a transaction whose connection is lost fails whatever it is doing, what it would still say goes nowhere, and the next goes on', async (t) => {
  const ctx = await testCtx(t)
  const admin = postgres(ctx.superuserUrl, { max: 1 })
  t.after(() => admin.end())
  await ctx.db.sql`create schema beyond`
  await ctx.db.sql`create table beyond.said (what text not null)`
  const turn = () => new Promise((resolve) => setImmediate(resolve))
  const ways: ((tx: Tx) => PromiseLike<unknown>)[] = [
    async (tx) => tx`select 1`,
    async (tx) => Promise.all([tx`select 1`, tx`select 2`]),
    async (tx) => turn().then(() => tx`select 1`),
    async () => 'nothing more',
    async (tx) => tx`select pg_sleep(10)`,
    // Takes no notice of the loss.
    async (tx) => {
      await tx`select pg_sleep(10)`.catch(() => {})
      for (let i = 0; i < 20; i++) {
        await turn()
        await tx`insert into beyond.said values ('from the beyond')`.catch(() => {})
      }
    },
  ]
  for (const [i, way] of [...ways, ...ways, ...ways].entries()) {
    const losing = read(ctx, async (tx) => {
      const [own] = await tx<{ pid: number }[]>`select pg_backend_pid() as pid`
      const sleeps = i % ways.length >= 4
      const end = async () => void (await admin`select pg_terminate_backend(${own?.pid ?? 0})`)
      if (sleeps) setTimeout(end, 20)
      else await end()
      if (i >= ways.length) await turn()
      if (i >= 2 * ways.length) await new Promise((resolve) => setTimeout(resolve, 20))
      return way(tx)
    })
    await assert.rejects(losing, { kind: 'unavailable' })
    const count = () => read(ctx, (tx) => tx<{ n: number }[]>`select count(*)::int as n from beyond.said`)
    // One that was handed the dying connection is told to come again.
    let rows = await count().catch(() => undefined)
    for (let tries = 0; !rows && tries < 5; tries++) rows = await count().catch(() => undefined)
    assert.deepEqual(
      rows?.map(({ n }) => n),
      [0],
      `way ${i}`,
    )
  }
})

test('when all connections are ended while nobody speaks, the next to read or to begin notices nothing', async (t) => {
  const ctx = await testCtx(t)
  const admin = postgres(ctx.superuserUrl, { max: 1 })
  t.after(() => admin.end())
  await ctx.db.sql`create schema beyond`
  await ctx.db.sql`create table beyond.said (what int not null)`
  const pids = async () => {
    const asked = Array.from(
      { length: 8 },
      () => ctx.db.sql<{ pid: number }[]>`select pg_backend_pid() as pid, pg_sleep(0.02)`,
    )
    return (await Promise.all(asked)).map(([row]) => row?.pid ?? 0)
  }
  for (let round = 0; round < 6; round++) {
    const all = [...new Set(await pids())]
    assert.ok(all.length > 1, 'there are several connections to lose')
    // In one statement, and not waited for: the next ones leave while the news of it are under way.
    const ended = admin`select pg_terminate_backend(pid) from unnest(${all}::int[]) pid`
    if (round % 2 === 0) await ended
    else await admin`select 1`
    const [plain, within, written] = await Promise.all([
      ctx.db.sql<{ n: number }[]>`select ${round}::int as n`,
      read(ctx, (tx) => tx<{ n: number }[]>`select ${round}::int as n`),
      unauditedChange(ctx, 'a test', (tx) => tx`insert into beyond.said values (${round})`.then(() => 'said')),
    ])
    assert.deepEqual([plain[0]?.n, within[0]?.n, written], [round, round, 'said'])
    await ended
  }
  const rows = await read(ctx, (tx) => tx<{ what: number }[]>`select what from beyond.said order by what`)
  assert.deepEqual(
    rows.map(({ what }) => what),
    [0, 1, 2, 3, 4, 5],
    'each once',
  )
})

test('a session whose connection is ended says so to whoever keeps it, and leaves nothing dead to the others', async (t) => {
  const ctx = await testCtx(t)
  const admin = postgres(ctx.superuserUrl, { max: 1 })
  t.after(() => admin.end())
  for (let round = 0; round < 12; round++) {
    const session = await ctx.db.sql.reserve()
    const [own] = await session<{ pid: number }[]>`select pg_backend_pid() as pid`
    await admin`select pg_terminate_backend(${own?.pid ?? 0})`
    // Some know of it when they speak next, some do not yet.
    if (round % 3 > 0) await new Promise((resolve) => setTimeout(resolve, round % 3 === 1 ? 1 : 30))
    await assert.rejects(async () => session`select 1`)
    await assert.rejects(async () => session`select 2`)
    session.release()
    const rows = await Promise.all(
      Array.from({ length: 9 }, (_, i) => ctx.db.sql<{ n: number }[]>`select ${i}::int as n`),
    )
    assert.deepEqual(
      rows.map(([row]) => row?.n),
      [0, 1, 2, 3, 4, 5, 6, 7, 8],
    )
  }
})
