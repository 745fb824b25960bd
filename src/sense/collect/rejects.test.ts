import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createOrg, ensureRoot } from '../../govern/orgs/orgs.ts'
import { read } from '../../platform/change.ts'
import { withCtx } from '../../platform/ctx.ts'
import { createSource } from '../catalog/catalog.ts'
import {
  collectStatus,
  dismissRejects,
  getReject,
  listRejects,
  receive,
  replayRejects,
  summariseRejects,
  watchArriving,
} from './collect.ts'
import { collectCtx, event, recordingStep, workNext } from './testing/testing.ts'

const source = { id: 'src_web' }

test('rejects are found by reason and event, and shown masked to who may not see personal data', async (t) => {
  const ctx = await collectCtx(t)
  await receive(ctx, source, [
    event('a', 'pay', { ids: [], props: { mobile: '19900000001', note: '致电19900000001', amount: 5 } }),
    event('b', 'pay', { ids: [] }),
    event('c', 'view', { time: -1 }),
  ])
  const page = await listRejects(ctx, { limit: 2 })
  assert.equal(page.items.length, 2)
  const rest = await listRejects(ctx, { limit: 2, ...(page.next ? { cursor: page.next } : {}) })
  assert.deepEqual([rest.items.length, rest.next], [1, null])
  assert.equal((await listRejects(ctx, { event: 'view' })).items[0]?.code, 'collect.bad_time')
  assert.equal((await listRejects(ctx, { q: '身份' })).items.length, 2)
  const summary = await summariseRejects(ctx)
  assert.deepEqual(
    [summary.items[0]?.code, summary.items[0]?.event, summary.items[0]?.count],
    ['collect.no_identity', 'pay', 2],
  )

  const pays = await Promise.all(
    (await listRejects(ctx, { event: 'pay', sort: 'at' })).items.map(({ id }) => getReject(ctx, id)),
  )
  const masked = pays.find(({ message }) => (message as { props: { amount: number } }).props.amount === 5)
  assert.ok(masked)
  assert.equal(masked.masked, true)
  assert.deepEqual((masked.message as { props: unknown }).props, {
    mobile: '199****0001',
    note: '致电199****0001',
    amount: 5,
  })
  const clear = await getReject(withCtx(ctx, { permissions: new Set(['privacy.reveal']) }), masked.id)
  assert.equal((clear.message as { props: { mobile: string } }).props.mobile, '19900000001')
  assert.deepEqual(
    ctx.recorded.map((entry) => entry.action),
    ['privacy.view'],
    'seeing it in clear is on the record',
  )
})

test('a rejected message is mended and replayed once, whoever clicks twice', async (t) => {
  const ctx = await collectCtx(t)
  await receive(ctx, source, [event('a', 'pay', { ids: [] })])
  const [reject] = (await listRejects(ctx, {})).items
  const id = reject?.id ?? ''
  const mended = { kind: 'event', name: 'pay', time: Date.UTC(2026, 0, 5), ids: [], props: {} }
  await assert.rejects(replayRejects(ctx, [id], mended), { code: 'collect.no_identity' })
  await assert.rejects(replayRejects(ctx, [id], { ...mended, ids: [{ kind: 1 }] }), { code: 'collect.bad_envelope' })
  await assert.rejects(replayRejects(ctx, [id, 'other'], mended), { code: 'collect.one_at_a_time' })
  const whole = { ...mended, ids: [{ kind: 'login_id', value: 'u1' }] }
  assert.deepEqual(await replayRejects(ctx, [id], whole), { replayed: 1, left: 0 })
  await assert.rejects(replayRejects(ctx, [id], whole), { code: 'collect.nothing_to_replay' })
  const step = recordingStep()
  assert.equal(await workNext(ctx, [step]), 1)
  assert.equal((await getReject(ctx, id)).state, 'replayed')
  assert.equal(ctx.recorded[0]?.action, 'collect.reject.replay')
})

test('what was understood is replayed as it is after the plan was changed; what was not is left for a person', async (t) => {
  const ctx = await collectCtx(t)
  const refusing = {
    name: 'plan',
    check: async (_ctx: unknown, batch: { arrived: readonly { refused?: unknown }[] }) => {
      for (const one of batch.arrived) one.refused = { code: 'plan.unknown', zh: '未定义', en: 'unknown' }
    },
  } as never
  await receive(ctx, source, [event('a', 'pay'), { key: 'b', refused: { code: 'x', zh: '坏', en: 'bad' }, raw: '?' }])
  await workNext(ctx, [refusing])
  const ids = (await listRejects(ctx, {})).items.map((one) => one.id)
  assert.deepEqual(await replayRejects(ctx, ids), { replayed: 1, left: 1 })
  assert.equal(await workNext(ctx, [recordingStep()]), 1)
  await dismissRejects(ctx, ids)
  const rows = await read(ctx, (tx) => tx`select state from collect.reject order by state`)
  assert.deepEqual(
    rows.map((row) => row.state),
    ['dismissed', 'replayed'],
  )
})

test('who watches sees what arrives from then on, what he asks for only, and nothing personal', async (t) => {
  const ctx = await collectCtx(t)
  await receive(ctx, source, [event('before', 'pay')])
  const stop = new AbortController()
  const watching = watchArriving(ctx, { event: 'pay' }, stop.signal)
  assert.equal((await watching.next()).value?.event, 'watching')
  const first = watching.next()
  await receive(ctx, source, [
    event('other', 'view'),
    event('mine', 'pay', {
      ids: [{ kind: 'mobile', value: '19900000001' }],
      props: { email: 'a.person@bank.example' },
    }),
  ])
  const seen = (await first).value
  assert.equal(seen?.data.messages.length, 1)
  assert.deepEqual(seen?.data.messages[0]?.ids, [{ kind: 'mobile', value: '199****0001' }])
  assert.ok(!JSON.stringify(seen).includes('person@bank'))
  stop.abort()
  assert.equal((await watching.next()).done, true)
})

test('a branch sees the rejects, figures and messages of its own sources only', async (t) => {
  const ctx = await collectCtx(t)
  const root = await ensureRoot(ctx, { code: 'HQ', name: '总行' })
  const branch = await createOrg(ctx, { code: 'B01', name: '江城分行', parent: root.id, kind: 'branch', sort: 0 })
  const [ofBank, ofBranch] = await Promise.all(
    [root.id, branch.id].map((org, i) => createSource(ctx, { name: `s${i}`, project: `p${i}`, kind: 'web', org })),
  )
  const sees = (path: string) => withCtx(ctx, { scope: { path } })
  const stop = new AbortController()
  const watching = watchArriving(sees(`${root.id}.${branch.id}`), {}, stop.signal)
  await watching.next()
  const first = watching.next()
  for (const [i, of] of [ofBank, ofBranch].entries())
    await receive(ctx, { id: of?.id ?? '' }, [event(`good ${i}`, `seen_${i}`), event(`bad ${i}`, 'pay', { ids: [] })])
  assert.deepEqual(
    (await first).value?.data.messages.map((one: { event: string | null }) => one.event),
    ['seen_1'],
  )
  stop.abort()
  assert.equal((await listRejects(sees(root.id), {})).items.length, 2)
  const own = (await listRejects(sees(`${root.id}.${branch.id}`), {})).items
  assert.deepEqual(
    own.map((one) => one.source),
    [ofBranch?.id],
  )
  assert.equal((await summariseRejects(sees(`${root.id}.${branch.id}`))).items[0]?.count, 1)
  assert.equal((await collectStatus(sees(`${root.id}.${branch.id}`))).stored, 1)
  const other = (await listRejects(sees(root.id), { source: ofBank?.id ?? '' })).items[0]?.id ?? ''
  await assert.rejects(getReject(sees(`${root.id}.${branch.id}`), other), { kind: 'missing' })
  await assert.rejects(replayRejects(sees(`${root.id}.${branch.id}`), [other]), { code: 'collect.nothing_to_replay' })
})
