import assert from 'node:assert/strict'
import { test } from 'node:test'
import postgres from 'postgres'
import { change } from '../../platform/change.ts'
import { withCtx } from '../../platform/ctx.ts'
import { newId } from '../../platform/ids.ts'
import { at } from '../../platform/testing/testing.ts'
import { chainStatus, getEntry, listEntries, recordView, verify, verifyAudit } from './audit.ts'
import { auditedCtx, sealAll } from './testing/testing.ts'

test('a change leaves one entry that says who did what to which object, before and after', async (t) => {
  const { ctx } = await auditedCtx(t)
  const wang = withCtx(ctx, {
    who: { kind: 'user', id: newId('usr', ctx.now), name: '王芳' },
    origin: { requestId: 'request-1', ip: '10.1.2.3', agent: 'Firefox' },
  })
  await change(wang, 'orgs.rename', { kind: 'org', id: 'org-1', name: '上海分行' }, async (tx) => {
    tx.before({ name: '上海支行', zone: 'Asia/Shanghai' })
    return { name: '上海分行', zone: 'Asia/Shanghai' }
  })
  const { items } = await listEntries(ctx, {})
  assert.equal(items.length, 1)
  const entry = await getEntry(ctx, items[0]?.id ?? '')
  assert.deepEqual(entry.who, { kind: 'user', id: wang.who.id, name: '王芳' })
  assert.equal(entry.action, 'orgs.rename')
  assert.deepEqual(entry.target, { kind: 'org', id: 'org-1', name: '上海分行' })
  assert.deepEqual(entry.before, { name: '上海支行', zone: 'Asia/Shanghai' })
  assert.deepEqual(entry.after, { name: '上海分行', zone: 'Asia/Shanghai' })
  assert.deepEqual(entry.changed, ['name'])
  assert.deepEqual(entry.origin, { requestId: 'request-1', ip: '10.1.2.3', agent: 'Firefox' })
  assert.equal(entry.at, at('2026-01-05 09:00').toISOString())
})

test('a change that fails leaves no entry', async (t) => {
  const { ctx } = await auditedCtx(t)
  await assert.rejects(
    change(ctx, 'orgs.rename', { kind: 'org', id: 'org-1' }, () => Promise.reject(new Error('no'))),
    /no/,
  )
  assert.deepEqual((await listEntries(ctx, {})).items, [])
})

test('a change whose entry cannot be written does not happen', async (t) => {
  const { ctx, superuserUrl } = await auditedCtx(t)
  const sql = postgres(superuserUrl, { max: 1 })
  t.after(() => sql.end())
  await sql`create schema desk`
  await sql`create table desk.note (text text)`
  await sql`grant all on schema desk to zhixing_app`
  await sql`grant all on desk.note to zhixing_app`
  const write = (text: string) =>
    change(ctx, 'desk.write', { kind: 'note', id: text }, async (tx) => {
      await tx`insert into desk.note values (${text})`
      return text
    })
  assert.equal(await write('before'), 'before')
  await sql`alter table audit.entry add constraint full_disk check (target_id <> 'lost')`
  await assert.rejects(write('lost'), /full_disk/)
  assert.equal(await write('after'), 'after')
  assert.deepEqual(
    (await sql`select text from desk.note order by text`).map(({ text }) => text),
    ['after', 'before'],
  )
  const { items } = await listEntries(ctx, { sort: 'at' })
  assert.deepEqual(items.map(({ target }) => target.id).sort(), ['after', 'before'])
})

test('a view of unmasked personal data is an entry that names the fields and not their values', async (t) => {
  const { ctx } = await auditedCtx(t)
  await recordView(ctx, {
    what: 'customer',
    target: { kind: 'customer', id: '1001' },
    reason: '客户 13800138000 来电核实',
    fields: ['mobile', 'name'],
  })
  const [item] = (await listEntries(ctx, { object: 'customer:1001' })).items
  const entry = await getEntry(ctx, item?.id ?? '')
  assert.equal(entry.action, 'privacy.view')
  assert.deepEqual(entry.after, { what: 'customer', reason: '客户 138****8000 来电核实', fields: ['mobile', 'name'] })
})

test('passwords and mobiles that pass through a change are not kept in the audit', async (t) => {
  const { ctx, superuserUrl } = await auditedCtx(t)
  await change(ctx, 'access.user.create', { kind: 'user', id: 'u1', name: 'li@bank.example' }, async () => ({
    password: 'correct horse',
    mobile: '13912345678',
    note: '备用 139 1234 5678',
  }))
  const sql = postgres(superuserUrl, { max: 1 })
  t.after(() => sql.end())
  const [row] = await sql`select row_to_json(entry)::text as text from audit.entry`
  assert.doesNotMatch(row?.text, /horse|12345678|1234 5678|li@/)
})

test('entries are found by object, person, action, time and text, page by page', async (t) => {
  const { ctx } = await auditedCtx(t)
  const clock = ctx.clock as unknown as { advance(ms: number): Promise<void> }
  const wang = withCtx(ctx, { who: { kind: 'user', id: 'usr_wang' as never, name: '王芳' } })
  for (let i = 0; i < 12; i++) {
    const who = i % 3 === 0 ? wang : ctx
    await change(
      who,
      i % 2 ? 'orgs.move' : 'orgs.rename',
      { kind: 'org', id: `org-${i % 4}`, name: `网点${i}` },
      async () => ({}),
    )
    await clock.advance(60_000)
  }
  const names = async (query: Parameters<typeof listEntries>[1]) =>
    (await listEntries(ctx, query)).items.map((entry) => entry.target.name)
  assert.deepEqual(await names({ object: 'org-1' }), ['网点9', '网点5', '网点1'])
  assert.deepEqual(await names({ object: 'user:org-1' }), [])
  assert.deepEqual(await names({ actor: 'usr_wang' }), ['网点9', '网点6', '网点3', '网点0'])
  assert.deepEqual(await names({ actor: 'usr_wang', action: 'orgs.move' }), ['网点9', '网点3'])
  assert.deepEqual(await names({ q: '点11' }), ['网点11'])
  assert.deepEqual(await names({ q: '100%' }), [])
  assert.deepEqual(
    await names({ from: at('2026-01-05 09:03').toISOString(), to: at('2026-01-05 09:05').toISOString(), sort: 'at' }),
    ['网点3', '网点4'],
  )
  const walked: unknown[] = []
  let cursor: string | undefined
  do {
    const page = await listEntries(ctx, { limit: 5, cursor })
    walked.push(...page.items.map((entry) => entry.target.name))
    cursor = page.next ?? undefined
  } while (cursor)
  assert.deepEqual(
    walked,
    Array.from({ length: 12 }, (_, i) => `网点${11 - i}`),
  )
})

test('a search that looked through its share answers what it found, and goes on from there', async (t) => {
  const { ctx, superuserUrl } = await auditedCtx(t)
  const sql = postgres(superuserUrl, { max: 1 })
  t.after(() => sql.end())
  await change(ctx, 'orgs.rename', { kind: 'org', id: 'needle' }, async () => ({}))
  await sql`
    insert into audit.entry (id, at, who_kind, who_id, who_name, action, target_kind, target_id, mac)
    select 'aud_1' || lpad(n::text, 25, '0'), now(), 'machine', 'm', 'm', 'a.b', 'hay', 'hay', ''
    from generate_series(1, 50010) n`
  const first = await listEntries(ctx, { q: 'needle' })
  assert.deepEqual([first.items.length, typeof first.next], [0, 'string'])
  const second = await listEntries(ctx, { q: 'needle', cursor: first.next ?? '' })
  assert.deepEqual([second.items.map((entry) => entry.target.id), second.next], [['needle'], null])
})

test('nobody can change, remove or empty the audit through the product', async (t) => {
  const { ctx, audit } = await auditedCtx(t)
  await change(ctx, 'orgs.rename', { kind: 'org', id: 'org-1' }, async () => ({}))
  await sealAll(ctx, audit)
  for (const table of ['audit.entry', 'audit.link', 'audit.seal']) {
    const column = table === 'audit.entry' ? 'action' : 'hash'
    await assert.rejects(ctx.db.sql.unsafe(`update ${table} set ${column} = ${column}`), /append only/)
    await assert.rejects(ctx.db.sql.unsafe(`delete from ${table}`), /append only/)
    await assert.rejects(ctx.db.sql.unsafe(`truncate ${table}`), /append only/)
  }
})

test('a branch reads what was done in its own subtree; head office reads everything', async (t) => {
  const { ctx, superuserUrl } = await auditedCtx(t)
  const [head, east, west] = [newId('org', ctx.now), newId('org', ctx.now), newId('org', ctx.now)]
  const sql = postgres(superuserUrl, { max: 1 })
  t.after(() => sql.end())
  for (const [id, path, kind] of [
    [head, head, 'head'],
    [east, `${head}.${east}`, 'branch'],
    [west, `${head}.${west}`, 'branch'],
  ])
    await sql`insert into orgs.org (id, path, code, name, kind, zone, sort, state, version, created_at, updated_at)
      values (${id ?? ''}, ${path ?? ''}, ${id?.slice(-20) ?? ''}, ${id ?? ''}, ${kind ?? ''}, 'Asia/Shanghai', 0, 'open', 1, now(), now())`
  const act = (action: string, org: typeof head | undefined) =>
    change(
      withCtx(ctx, { scope: { path: `${head}.${east}` } }),
      action,
      { kind: 'org', id: 'x', org },
      async () => ({}),
    )
  await act('a.east', east)
  await act('a.west', west)
  await act('a.bank', undefined)
  const seenBy = async (scope: Parameters<typeof withCtx>[1]['scope']) =>
    (await listEntries(withCtx(ctx, { scope }), {})).items.map((entry) => entry.action).sort()
  assert.deepEqual(await seenBy({ path: `${head}.${east}` }), ['a.east'])
  assert.deepEqual(await seenBy({ path: head }), ['a.bank', 'a.east', 'a.west'])
  assert.deepEqual(await seenBy('everything'), ['a.bank', 'a.east', 'a.west'])
  assert.deepEqual(await seenBy('nothing'), [])
})

test('what is sealed has its place in the chain, and an untouched audit verifies', async (t) => {
  const { ctx, audit } = await auditedCtx(t)
  for (let i = 0; i < 30; i++) await change(ctx, 'orgs.rename', { kind: 'org', id: `org-${i}` }, async () => ({ i }))
  const before = await chainStatus(ctx, audit)
  assert.equal(before.unsealed, 30)
  assert.equal(before.sealed, 0)
  await sealAll(ctx, audit)
  const result = await verifyAudit(ctx, audit)
  assert.deepEqual(result.faults, [])
  assert.deepEqual([result.ok, result.whole, result.checked, result.unsealed, result.anchors], [true, true, 30, 0, 1])
  const status = await chainStatus(ctx, audit)
  assert.equal(status.sealed, 30)
  assert.equal(status.unsealed, 0)
  assert.deepEqual([status.anchor?.seq, status.anchor?.holds], [30, true])
  assert.equal(status.head, result.head)
  const { items } = await listEntries(ctx, { sort: 'at', limit: 200 })
  assert.equal(new Set(items.map((item) => item.seq)).size, 30)
})

test('a check of the chain is itself an entry with what was found', async (t) => {
  const { ctx, audit } = await auditedCtx(t)
  await change(ctx, 'orgs.rename', { kind: 'org', id: 'org-1' }, async () => ({}))
  await sealAll(ctx, audit)
  assert.equal((await verify(ctx, audit, {})).ok, true)
  const status = await chainStatus(ctx, audit)
  assert.deepEqual(status.lastVerified, { at: ctx.now.toISOString(), by: 'test', ok: true, checked: 1, whole: true })
})
