import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { change } from '../../platform/change.ts'
import { createHttp } from '../../platform/http/server.ts'
import { createMetrics } from '../../platform/metrics.ts'
import { getEntry, recordView } from './audit.ts'
import { permissions } from './contract.ts'
import { auditRoutes } from './routes.ts'
import { auditedCtx, sealAll } from './testing/testing.ts'

async function auditServer(t: TestContext, allowed: readonly string[] = permissions.map(({ id }) => id)) {
  const audited = await auditedCtx(t)
  const app = await createHttp({
    ctx: audited.ctx,
    authenticate: async () => ({
      who: { kind: 'user', id: 'usr_wang', name: '王芳' },
      scope: 'everything',
      permissions: new Set(allowed),
    }),
    metrics: createMetrics(),
    publicUrl: 'http://localhost',
    trustProxy: false,
    requestsPerMinute: 1000,
  })
  t.after(() => app.close())
  auditRoutes(app, audited.audit)
  return { app, ...audited }
}

test('the audit is read, page by page and entry by entry, as it is kept', async (t) => {
  const { app, ctx, audit } = await auditServer(t)
  for (let i = 0; i < 3; i++)
    await change(ctx, 'orgs.rename', { kind: 'org', id: `org-${i}` }, async (tx) => {
      tx.before({ name: 'a', list: [1, { deep: true }], none: null })
      return { name: 'b', list: [], none: null }
    })
  await recordView(ctx, { what: 'customer', target: { kind: 'customer', id: '7' }, reason: '来电', fields: ['mobile'] })
  await sealAll(ctx, audit)
  const first = (await app.inject({ url: '/api/audit/entries?limit=3' })).json()
  assert.deepEqual([first.items.length, typeof first.next], [3, 'string'])
  const second = (await app.inject({ url: `/api/audit/entries?limit=3&cursor=${first.next}` })).json()
  assert.deepEqual([second.items.length, second.next], [1, null])
  assert.deepEqual(
    (await app.inject({ url: '/api/audit/entries?action=privacy.&from=2026-01-05T00:00:00Z' })).json().items.length,
    1,
  )
  const { id } = second.items[0]
  assert.deepEqual((await app.inject({ url: `/api/audit/entries/${id}` })).json(), { ...(await getEntry(ctx, id)) })
  assert.equal((await app.inject({ url: '/api/audit/entries/aud_none' })).statusCode, 404)
  assert.equal((await app.inject({ url: '/api/audit/entries?from=yesterday' })).statusCode, 400)
})

test('the chain is checked on request, and the check stands in the audit under the name of who asked', async (t) => {
  const { app, ctx, audit } = await auditServer(t)
  await change(ctx, 'orgs.rename', { kind: 'org', id: 'org-1' }, async () => ({}))
  await sealAll(ctx, audit)
  const result = (await app.inject({ method: 'POST', url: '/api/audit/verify', payload: {} })).json()
  assert.deepEqual([result.ok, result.whole, result.checked, result.faults, result.notes], [true, true, 1, [], []])
  const chain = (await app.inject({ url: '/api/audit/chain' })).json()
  assert.deepEqual([chain.sealed, chain.unsealed, chain.anchor.holds], [1, 1, true])
  assert.deepEqual([chain.lastVerified.by, chain.lastVerified.ok], ['王芳', true])
})

test('who may read the audit may not for that have it checked', async (t) => {
  const { app } = await auditServer(t, ['audit.entry.read'])
  assert.equal((await app.inject({ method: 'POST', url: '/api/audit/verify', payload: {} })).statusCode, 403)
})
