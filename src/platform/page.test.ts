import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { read, unauditedChange } from './change.ts'
import { order, type PageQuery } from './page.ts'
import { testCtx } from './testing/testing.ts'

const columns = { n: { sql: 'n', type: 'int' }, at: { sql: 'at', type: 'timestamptz' } }

test('paging through a list shows every row once and in order, whatever the sort and page size', async (t) => {
  const ctx = await testCtx(t)
  await unauditedChange(ctx, 'rows to page through', async (tx) => {
    await tx`create table platform.row (id text primary key, n int not null, at timestamptz not null)`
    await tx`insert into platform.row
      select 'r' || lpad(i::text, 4, '0'), i % 7, '2026-01-05'::timestamptz + (i % 5) * interval '1 hour' from generate_series(1, 57) i`
  })
  type Row = { id: string; n: number; at: Date }
  const list = (query: PageQuery) =>
    read(ctx, async (tx) => {
      const by = order(query, columns, '-at')
      const rows = await tx<
        Row[]
      >`select * from platform.row where ${by.after(tx)} order by ${by.by(tx)} limit ${by.limit + 1}`
      return by.page([...rows], (row) => row[by.name as 'n' | 'at'])
    })
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('n', '-n', 'at', '-at', undefined),
      fc.integer({ min: 1, max: 60 }),
      async (sort, limit) => {
        const seen: Row[] = []
        for (let cursor: string | undefined; ; ) {
          const page = await list({ sort, limit, cursor })
          seen.push(...page.items)
          if (page.next === null) break
          cursor = page.next
        }
        assert.equal(new Set(seen.map((row) => row.id)).size, 57)
        assert.equal(seen.length, 57)
        const name = (sort ?? '-at').replace('-', '') as 'n' | 'at'
        const sign = (sort ?? '-at').startsWith('-') ? -1 : 1
        for (let i = 1; i < seen.length; i++)
          assert.ok(sign * (Number(seen[i]?.[name]) - Number(seen[i - 1]?.[name])) >= 0)
      },
    ),
    { numRuns: 25 },
  )
})

test('an unknown sort names the columns there are', () => {
  assert.throws(() => order({ sort: 'password' }, columns, 'n'), /Cannot sort by password: use one of n, at/)
})

test('a cursor that is not of this list is refused', () => {
  assert.throws(() => order({ cursor: 'nonsense' }, columns, 'n'), /not valid for this list/)
  const other = Buffer.from(JSON.stringify(['-at', '1', 'x'])).toString('base64url')
  assert.throws(() => order({ cursor: other, sort: 'n' }, columns, 'n'), /not valid for this list/)
})
