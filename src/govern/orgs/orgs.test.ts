import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { type Ctx, withCtx } from '../../platform/ctx.ts'
import { Problem } from '../../platform/problem.ts'
import { at, type TestCtx, testCtx } from '../../platform/testing/testing.ts'
import type { Org } from './contract.ts'
import {
  closeOrg,
  createOrg,
  editOrg,
  ensureRoot,
  getOrg,
  listOrgs,
  moveOrg,
  orgAsOf,
  orgHistory,
  orgTree,
  previewMove,
  reopenOrg,
  whenTreeChanges,
} from './orgs.ts'

type Bank = { ctx: TestCtx; root: Org; east: Org; west: Org; lake: Org; hill: Org }

/** Head office; branches east (sub-branches lake, hill) and west. */
async function bank(t: TestContext): Promise<Bank> {
  const ctx = await testCtx(t)
  const root = await ensureRoot(ctx, { code: 'HQ', name: '总行' })
  const add = (parent: Org, code: string, kind: 'branch' | 'sub-branch') =>
    createOrg(ctx, { parent: parent.id, code, name: `${code} ${kind}`, kind })
  const east = await add(root, 'E', 'branch')
  const west = await add(root, 'W', 'branch')
  return { ctx, root, east, west, lake: await add(east, 'E1', 'sub-branch'), hill: await add(east, 'E2', 'sub-branch') }
}

/** Someone who works in that organisation and below. */
function worksAt(ctx: Ctx, org: Org): Ctx {
  return withCtx(ctx, { who: { kind: 'user', id: 'usr_test', name: '某人' }, scope: { path: org.path } })
}

function refused(code: string) {
  return (error: unknown) => {
    assert.ok(error instanceof Problem, String(error))
    assert.equal(error.code, code)
    return true
  }
}

test('the tree has one root, made once', async (t) => {
  const { ctx, root } = await bank(t)
  assert.equal((await ensureRoot(ctx, { code: 'OTHER', name: '另一个' })).id, root.id)
  const codes = (await orgTree(ctx)).map(({ code, level }) => [code, level])
  assert.deepEqual(codes, [
    ['HQ', 1],
    ['E', 2],
    ['E1', 3],
    ['E2', 3],
    ['W', 2],
  ])
})

test('moving a branch takes its sub-branches along, for everyone at once', async (t) => {
  const { ctx, root, east, west, lake } = await bank(t)
  const north = await createOrg(ctx, { parent: root.id, code: 'N', name: '北', kind: 'branch' })
  const inWest = worksAt(ctx, west)
  assert.equal((await orgTree(inWest)).length, 1)
  const preview = await previewMove(ctx, east.id, west.id)
  assert.deepEqual(
    preview.to.map((one) => one.id),
    [root.id, west.id],
  )
  assert.equal(preview.moved, 3)
  await moveOrg(ctx, east.id, { parent: west.id, version: east.version })
  assert.deepEqual(
    (await orgTree(inWest)).map((one) => one.code),
    ['W', 'E', 'E1', 'E2'],
  )
  const moved = await getOrg(inWest, lake.id)
  assert.equal(moved.path, [root.id, west.id, east.id, lake.id].join('.'))
  assert.deepEqual(
    moved.ancestors.map((one) => one.name),
    ['总行', 'W branch', 'E branch'],
  )
  assert.equal((await orgTree(worksAt(ctx, north))).length, 1)
})

test('a stale move or edit is a conflict, and changes nothing', async (t) => {
  const { ctx, root, east, west } = await bank(t)
  await editOrg(ctx, east.id, { version: east.version, name: '东分行' })
  await assert.rejects(moveOrg(ctx, east.id, { parent: west.id, version: east.version }), refused('orgs.stale'))
  await assert.rejects(editOrg(ctx, east.id, { version: east.version, name: '再改' }), refused('orgs.stale'))
  const now = await getOrg(ctx, east.id)
  assert.equal(now.parent, root.id)
  assert.equal(now.name, '东分行')
})

test('an organisation cannot come to stand below itself, whoever asks at the same time', async (t) => {
  const { ctx, east, west } = await bank(t)
  const both = await Promise.allSettled([
    moveOrg(ctx, east.id, { parent: west.id, version: east.version }),
    moveOrg(ctx, west.id, { parent: east.id, version: west.version }),
  ])
  assert.deepEqual(both.map((one) => one.status).sort(), ['fulfilled', 'rejected'])
  const tree = await orgTree(ctx)
  assert.equal(tree.length, 5)
  for (const node of tree) assert.equal(new Set(node.path.split('.')).size, node.level)
})

test('a circle, a gap or a second root cannot be written even past the rules', async (t) => {
  const { ctx, root, east, lake } = await bank(t)
  const attempts = [
    `update orgs.org set path = '${lake.path}'::ltree || '${east.id}'::ltree where id = '${east.id}'`,
    `update orgs.org set path = '${east.path}.${root.id}'::ltree where id = '${root.id}'`,
    `update orgs.org set path = '${lake.id}'::ltree where id = '${lake.id}'`,
    `update orgs.org set path = ('${root.path}.org_' || repeat('0', 26) || '.${lake.id}')::ltree where id = '${lake.id}'`,
  ]
  for (const statement of attempts)
    await assert.rejects(
      ctx.db.sql.begin(async (tx) => {
        await tx`select set_config('zhixing.scope', '*', true)`
        await tx.unsafe(statement)
      }),
      /violates/,
      statement,
    )
})

test('a branch cannot be closed over open sub-branches, and reopens after what is above it', async (t) => {
  const { ctx, east, lake, hill } = await bank(t)
  await assert.rejects(closeOrg(ctx, east.id, east.version), refused('orgs.has_open_children'))
  await closeOrg(ctx, lake.id, lake.version)
  await closeOrg(ctx, hill.id, hill.version)
  await closeOrg(ctx, east.id, east.version)
  assert.deepEqual(
    (await orgTree(ctx)).map((one) => one.code),
    ['HQ', 'W'],
  )
  assert.equal((await orgTree(ctx, true)).length, 5)
  await assert.rejects(reopenOrg(ctx, lake.id, lake.version + 1), refused('orgs.closed_parent'))
  await assert.rejects(
    createOrg(ctx, { parent: east.id, code: 'E3', name: '新', kind: 'sub-branch' }),
    refused('orgs.closed_parent'),
  )
  await reopenOrg(ctx, east.id, east.version + 1)
  await reopenOrg(ctx, lake.id, lake.version + 1)
  assert.equal((await getOrg(ctx, east.id)).children, 1)
})

test('a branch works in its own subtree only, and sees no more than the names above it', async (t) => {
  const { ctx, root, east, west, lake } = await bank(t)
  const here = worksAt(ctx, east)
  assert.deepEqual(
    (await listOrgs(here, {})).items.map((one) => one.code),
    ['E', 'E1', 'E2'],
  )
  assert.deepEqual(
    (await getOrg(here, lake.id)).ancestors.map((one) => one.name),
    ['总行', 'E branch'],
  )
  await assert.rejects(getOrg(here, west.id), refused('org.missing'))
  await assert.rejects(editOrg(here, root.id, { version: 1, name: '我的' }), refused('org.missing'))
  await assert.rejects(
    createOrg(here, { parent: root.id, code: 'X', name: 'X', kind: 'branch' }),
    refused('orgs.unknown_parent'),
  )
  await assert.rejects(moveOrg(here, lake.id, { parent: west.id, version: 1 }), refused('orgs.unknown_parent'))
  await assert.rejects(closeOrg(here, east.id, 1), refused('orgs.own_top'))
  await assert.rejects(editOrg(here, east.id, { version: 1, kind: 'department' }), refused('orgs.above_scope'))
  assert.equal((await editOrg(here, east.id, { version: 1, name: '东' })).name, '东')
  await createOrg(here, { parent: east.id, code: 'E9', name: 'E9', kind: 'sub-branch' })
})

test('a code that another branch uses is refused beside the field, without showing whose it is', async (t) => {
  const { ctx, east } = await bank(t)
  await assert.rejects(
    createOrg(worksAt(ctx, east), { parent: east.id, code: 'W', name: 'x', kind: 'sub-branch' }),
    (error) => error instanceof Problem && error.code === 'orgs.code_taken' && error.fields[0]?.field === 'code',
  )
})

test('which organisation stood where on a day is answered from the history, also for what was carried along', async (t) => {
  const { ctx, root, east, west, lake } = await bank(t)
  await ctx.clock.advanceTo(at('2026-02-10 10:00'))
  await moveOrg(ctx, east.id, { parent: west.id, version: east.version })
  await ctx.clock.advanceTo(at('2026-03-01 10:00'))
  await editOrg(ctx, lake.id, { version: lake.version, name: '湖滨' })
  const path = async (day: string) => (await orgAsOf(ctx, lake.id, day)).ancestors.map((one) => one.id)
  assert.deepEqual(await path('2026-02-09'), [root.id, east.id])
  assert.deepEqual(await path('2026-02-10'), [root.id, west.id, east.id])
  assert.equal((await orgAsOf(ctx, lake.id, '2026-02-28')).name, 'E1 sub-branch')
  assert.equal((await orgAsOf(ctx, lake.id, '2026-03-01')).name, '湖滨')
  await assert.rejects(orgAsOf(ctx, lake.id, '2026-01-04'), refused('org.missing'))
  const history = await orgHistory(ctx, lake.id, { limit: 2 })
  assert.deepEqual(
    history.items.map((one) => one.change),
    ['edited', 'carried'],
  )
  const rest = await orgHistory(ctx, lake.id, { limit: 2, cursor: history.next ?? '' })
  assert.deepEqual(
    rest.items.map((one) => one.change),
    ['created'],
  )
})

test('what was remembered of the tree is forgotten when it changes', async (t) => {
  const { ctx, east, west } = await bank(t)
  let told = 0
  whenTreeChanges((db) => {
    if (db === ctx.db) told++
  })
  await moveOrg(ctx, east.id, { parent: west.id, version: east.version })
  assert.equal(told, 1)
})

test('every change of the tree is in the audit with what it was before', async (t) => {
  const { ctx, root, east, west } = await bank(t)
  await moveOrg(ctx, east.id, { parent: west.id, version: east.version })
  const entry = ctx.recorded.at(-1)
  assert.ok(entry)
  assert.equal(entry.action, 'orgs.org.move')
  assert.deepEqual(entry.target, { kind: 'org', id: east.id, name: 'E branch', org: east.id })
  assert.equal((entry.before as Org).parent, root.id)
  assert.equal((entry.after as Org).parent, west.id)
})
