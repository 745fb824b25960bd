import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { openImports } from './importsWiring.ts'
import type { Ctx } from './platform/ctx.ts'
import { listCustomers } from './sense/customers/customers.ts'
import { is, openBank } from './sense/customers/testing/testing.ts'
import type { Imports } from './sense/imports/imports.ts'

async function mapped(imports: Imports, ctx: Ctx, content: string): Promise<string> {
  const bytes = Buffer.from(content)
  const { id } = await imports.create(ctx, { fileName: 'customers.csv', size: bytes.length })
  await imports.addPart(ctx, id, 0, bytes)
  const { revision } = await imports.finishUpload(ctx, id)
  const { suggestion, reading } = await imports.preview(ctx, id, {})
  await imports.save(ctx, id, { revision, reading, mapping: suggestion })
  return id
}

test('an import of a branch changes its own and new customers, and says of each row that names another branch’s', async (t) => {
  const { ctx, west, east, web, worksAt, say } = await openBank(t)
  const home = await mkdtemp(join(tmpdir(), 'zhixing-branch-'))
  t.after(() => rm(home, { recursive: true, force: true }))
  const imports = openImports(home)
  await say(
    web,
    is({ customer_no: '1001', mobile: '19900000001' }, 'set', '2026-01-05 08:00', { org: east.code }),
    is({ customer_no: '1002' }, 'set', '2026-01-05 08:00', { org: west.code }),
  )
  const file = [
    'customer_no,mobile,level',
    '1001,,金卡', // the other branch's, by its number
    '1002,,金卡', // ours
    '1003,,金卡', // nobody's yet
    '1004,19900000001,金卡', // the other branch's, by his mobile
  ].join('\n')
  const branch = worksAt(west, ['imports.read', 'imports.edit', 'customers.read'])
  const id = await mapped(imports, branch, file)
  const checked = await imports.checkNow(branch, id)
  assert.deepEqual([checked.checked?.good, checked.checked?.bad], [2, 2])
  assert.deepEqual(
    checked.reasons.map(({ code, lines }) => [code, lines]),
    [['identity.elsewhere', [2, 5]]],
  )
  assert.match(checked.reasons[0]?.reason.zh ?? '', /其他机构/)
  await imports.runNow(branch, id, { mode: 'good' })
  await say(web)
  const head = { attribute: 'level', value: '金卡', sort: 'id' }
  const gold = await listCustomers(ctx, head)
  assert.equal(gold.items.length, 2)
  assert.ok(gold.items.every(({ org }) => org.id === west.id))

  const whole = await mapped(imports, ctx, file)
  const all = await imports.checkNow(ctx, whole)
  assert.deepEqual([all.checked?.good, all.checked?.bad], [4, 0], 'the head office may name everyone')
})
