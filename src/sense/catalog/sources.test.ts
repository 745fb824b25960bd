import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { createOrg, ensureRoot } from '../../govern/orgs/orgs.ts'
import { type Ctx, withCtx } from '../../platform/ctx.ts'
import { openDb } from '../../platform/db/db.ts'
import { Problem } from '../../platform/problem.ts'
import { type TestCtx, testCtx } from '../../platform/testing/testing.ts'
import {
  createSource,
  editSource,
  ensureDefaultSource,
  findSource,
  getSource,
  listSources,
  rotateWriteKey,
  sourcesById,
  switchSource,
} from './catalog.ts'

async function bank(t: TestContext) {
  const ctx = await testCtx(t)
  const root = await ensureRoot(ctx, { code: 'HQ', name: '总行' })
  const east = await createOrg(ctx, { parent: root.id, code: 'E', name: '东分行', kind: 'branch' })
  const west = await createOrg(ctx, { parent: root.id, code: 'W', name: '西分行', kind: 'branch' })
  const worksAt = (org: { path: string }) =>
    withCtx(ctx, { who: { kind: 'user', id: 'usr_test', name: '某人' }, scope: { path: org.path } })
  return { ctx, root, east, west, worksAt }
}

const refused = (code: string) => (error: unknown) => {
  assert.ok(error instanceof Problem, String(error))
  assert.equal(error.code, code)
  return true
}

const app = { name: '手机银行', project: 'mobile-bank', kind: 'app' } as const

test('a source is found by its write key and by its project, the moment it is made', async (t) => {
  const { ctx, east } = await bank(t)
  assert.equal(await findSource(ctx, 'mobile-bank'), undefined)
  const made = await createSource(ctx, { ...app, org: east.id })
  assert.match(made.writeKey, /^[0-9a-f]{32}$/)
  assert.deepEqual([made.org, made.state, made.version], [{ id: east.id, name: '东分行' }, 'on', 1])
  for (const word of ['mobile-bank', made.writeKey]) {
    const found = await findSource(ctx, word)
    assert.deepEqual([found?.id, found?.org, found?.state], [made.id, east.id, 'on'])
  }
  assert.equal((await sourcesById(ctx)).get(made.id)?.project, 'mobile-bank')
  for (const word of ['', '%', "'; drop table catalog.source", 'MOBILE-BANK', '\u0000'])
    assert.equal(await findSource(ctx, word), undefined)
})

test('a rotated key and a source that is switched off are felt at once', async (t) => {
  const { ctx, root } = await bank(t)
  const made = await createSource(ctx, { ...app, org: root.id })
  await findSource(ctx, made.writeKey)
  const rotated = await rotateWriteKey(ctx, made.id, made.version)
  assert.equal(await findSource(ctx, made.writeKey), undefined)
  assert.equal((await findSource(ctx, rotated.writeKey))?.id, made.id)
  await switchSource(ctx, made.id, { version: rotated.version, state: 'off' })
  assert.equal((await findSource(ctx, rotated.writeKey))?.state, 'off')
  assert.deepEqual(
    ctx.recorded.slice(-3).map(({ action }) => action),
    ['catalog.source.create', 'catalog.source.rotate', 'catalog.source.switch'],
  )
})

test('another process feels a change within two seconds', async (t) => {
  const { ctx, root } = await bank(t)
  const other = withCtx(ctx, { db: openDb({ url: ctx.superuserUrl, role: 'zhixing_app', log: ctx.log, max: 2 }) })
  t.after(() => other.db.close())
  const made = await createSource(ctx, { ...app, org: root.id })
  assert.ok(await findSource(other, made.project))
  await editSource(ctx, made.id, { version: 1, project: 'renamed' })
  const from = performance.now()
  while (!(await findSource(other, 'renamed'))) {
    assert.ok(performance.now() - from < 10_000, 'the other process never saw it')
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  assert.equal(await findSource(other, made.project), undefined)
})

test('of two who change a source the second is told; a project belongs to one source', async (t) => {
  const { ctx, root } = await bank(t)
  const made = await createSource(ctx, { ...app, org: root.id })
  await editSource(ctx, made.id, { version: 1, name: '手机银行 6' })
  await assert.rejects(editSource(ctx, made.id, { version: 1, name: '7' }), refused('source.stale'))
  await assert.rejects(rotateWriteKey(ctx, made.id, 1), refused('source.stale'))
  await assert.rejects(switchSource(ctx, made.id, { version: 1, state: 'off' }), refused('source.stale'))
  assert.equal((await getSource(ctx, made.id)).name, '手机银行 6')
  await assert.rejects(createSource(ctx, { ...app, org: root.id }), (error) => {
    return error instanceof Problem && error.code === 'catalog.project_taken' && error.fields[0]?.field === 'project'
  })
})

test('a branch sees and makes sources of its own only; the doors know all of them', async (t) => {
  const { ctx, east, west, worksAt } = await bank(t)
  const inEast = worksAt(east)
  const theirs = await createSource(ctx, { ...app, org: west.id })
  const ours = await createSource(inEast, { ...app, project: 'east', org: east.id })
  assert.deepEqual(
    (await listSources(inEast, {})).items.map(({ id }) => id),
    [ours.id],
  )
  await assert.rejects(getSource(inEast, theirs.id), refused('source.missing'))
  await assert.rejects(rotateWriteKey(inEast, theirs.id, 1), refused('source.missing'))
  await assert.rejects(createSource(inEast, { ...app, project: 'w2', org: west.id }), refused('catalog.unknown_org'))
  await assert.rejects(editSource(inEast, ours.id, { version: 1, org: west.id }), refused('catalog.unknown_org'))
  await assert.rejects(createSource(inEast, { ...app, org: east.id }), refused('catalog.project_taken'))
  assert.equal((await findSource(inEast, theirs.writeKey))?.id, theirs.id)
})

test('the first start makes the default source at the head office, once, whoever else starts too', async (t) => {
  const ctx = await testCtx(t)
  await ensureDefaultSource(ctx)
  assert.equal(await findSource(ctx, 'default'), undefined)
  const root = await ensureRoot(ctx, { code: 'HQ', name: '总行' })
  const starting = [1, 2, 3].map(() => ensureDefaultSource(ctx as Ctx))
  await Promise.all(starting)
  await ensureDefaultSource(ctx)
  assert.equal((await findSource(ctx, 'default'))?.org, root.id)
  assert.equal((await listSources(ctx, {})).items.length, 1)
})

test('sources are searched, filtered, sorted and paged', async (t) => {
  const { ctx, root } = await bank(t)
  for (const [i, kind] of (['web', 'app', 'server'] as const).entries())
    await createSource(ctx as TestCtx, {
      name: `源${i}`,
      project: `p-${i}`,
      kind,
      org: root.id,
      note: i === 1 ? '100%' : '',
    })
  const names = async (query: Parameters<typeof listSources>[1]) =>
    (await listSources(ctx, query)).items.map(({ project }) => project)
  assert.deepEqual(await names({ sort: 'name' }), ['p-0', 'p-1', 'p-2'])
  assert.deepEqual(await names({ q: '0%' }), ['p-1'])
  assert.deepEqual(await names({ kind: 'server' }), ['p-2'])
  const first = await listSources(ctx, { sort: 'name', limit: 2 })
  assert.deepEqual(await names({ sort: 'name', limit: 2, cursor: first.next ?? '' }), ['p-2'])
})
