import assert from 'node:assert/strict'
import { test } from 'node:test'
import { read } from '../change.ts'
import { testCtx } from '../testing/testing.ts'

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
  const firstMissing = await read(ctx, (tx) => tx`select * from unnest(${[null, true]}::boolean[]) given (yes)`)
  assert.deepEqual(
    firstMissing.map((row) => row.yes),
    [null, true],
  )
  const none = await read(ctx, (tx) => tx`select * from unnest(${[]}::timestamptz[], ${[]}::boolean[]) given (at, yes)`)
  assert.equal(none.length, 0)
})
