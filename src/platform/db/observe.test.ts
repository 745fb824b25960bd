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
  const none = await read(ctx, (tx) => tx`select * from unnest(${[]}::timestamptz[], ${[]}::boolean[]) given (at, yes)`)
  assert.equal(none.length, 0)
})
