import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { unauditedChange } from '../../platform/change.ts'
import { testCtx } from '../../platform/testing/testing.ts'
import type { Doc } from './rules/profile.ts'
import { unpackDoc } from './rules/stored.ts'

test('profiles that were kept in the old form say the same in the small one', async (t) => {
  const ctx = await testCtx(t)
  const file = await readFile(join(import.meta.dirname, '../../../db/postgres/0202_profiles_in_small.sql'), 'utf8')
  const [makeFunction = ''] = file.match(/create function [\s\S]+?\$\$;/) ?? []
  const docs: Doc[] = [
    {},
    { level: ['金卡', 1000, 'src_a'] },
    {
      aum: [1234.5, 1000, 'src_a'],
      tags: [['a', 'b'], 2000, 'src_b', 'list'],
      mobile: [null, 1000, 'src_b', 'set', 'mobile'],
      gone: [null, 2000, 'src_a', 'gone'],
      first: ['x', 1000, 'src_a', 'once'],
    },
  ]
  const moved = await unauditedChange(ctx, 'a test of a migration', async (tx) => {
    await tx.unsafe(makeFunction)
    const rows = await tx<{ doc: Record<string, unknown> }[]>`
      select customers.doc_in_small(doc::jsonb) as doc
      from unnest(${docs.map((doc) => JSON.stringify(doc))}::text[]) with ordinality given (doc, place) order by place`
    return rows.map(({ doc }) => unpackDoc(doc))
  })
  assert.deepEqual(moved, docs)
})
