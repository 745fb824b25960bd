import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { type Authenticate, createHttp } from '../../platform/http/server.ts'
import { createMetrics } from '../../platform/metrics.ts'
import { identityRoutes } from './routes.ts'
import { openHouse } from './testing/house.ts'

/** The bearer names the permissions. */
const whoever: Authenticate = async (_ctx, request) => {
  const [, permissions] = /^Bearer (.+)$/.exec(request.headers.authorization ?? '') ?? []
  if (!permissions) return undefined
  const who = { kind: 'user', id: 'usr_1', name: '王芳' } as const
  return { who, scope: 'everything', permissions: new Set(permissions.split(',')) }
}

async function server(t: TestContext) {
  const house = await openHouse(t)
  const app = await createHttp({
    ctx: house.ctx,
    authenticate: whoever,
    metrics: createMetrics(),
    publicUrl: 'http://localhost',
    trustProxy: false,
    requestsPerMinute: 10_000,
  })
  house.bank.first(() => app.close())
  identityRoutes(app)
  const call = (permissions: string, method: 'GET' | 'POST' | 'PUT', url: string, payload?: object) =>
    app.inject({ method, url, headers: { authorization: `Bearer ${permissions}` }, ...(payload ? { payload } : {}) })
  return { house, call }
}

test('the graph, merges and conflicts need the right to see merges; deciding needs more; clear values need their own', async (t) => {
  const { house, call } = await server(t)
  await house.say([['event', 'customer_no=1 mobile=19900000001'], ['event', 'device_id=d'], ['bind', 'customer_no=1 device_id=d']]) // biome-ignore format: a table
  const read = ['/api/identity/customers/2', '/api/identity/merges', '/api/identity/conflicts']
  for (const url of read) {
    assert.equal((await call('customers.read', 'GET', url)).statusCode, 403, url)
    assert.equal((await call('identity.merge.read', 'GET', url)).statusCode, 200, url)
  }
  const graph = (await call('identity.merge.read', 'GET', '/api/identity/customers/2')).json()
  assert.deepEqual([graph.customer, graph.members.length], [1, 2])
  assert.doesNotMatch(JSON.stringify(graph), /19900000001/)
  const found = await call('identity.merge.read', 'POST', '/api/identity/find', { q: '199-0000-0001' })
  assert.equal(found.json().items[0].by.value, '199****0001')
  const merge = (await call('identity.merge.read', 'GET', '/api/identity/merges')).json().items[0]
  const undo = `/api/identity/merges/${merge.id}/undo`
  assert.equal((await call('identity.merge.read', 'POST', undo, { reason: 'x' })).statusCode, 403)
  assert.equal((await call('identity.merge.edit', 'POST', undo, { reason: '' })).statusCode, 400)
  assert.ok((await call('identity.merge.edit', 'POST', undo, { reason: '误并' })).json().undone)
  const reveal = '/api/identity/customers/1/reveal'
  assert.equal((await call('identity.merge.edit', 'POST', reveal, { reason: '核实' })).statusCode, 403)
  const clear = (await call('privacy.reveal', 'POST', reveal, { reason: '核实' })).json()
  assert.deepEqual(clear.items, [{ id: graph.identities[1].id, kind: 'mobile', clear: '19900000001' }])
})

test('what is not a customer is missing, and a number beyond all is refused', async (t) => {
  const { call } = await server(t)
  assert.equal((await call('identity.merge.read', 'GET', '/api/identity/customers/1')).statusCode, 404)
  assert.equal((await call('identity.merge.read', 'GET', '/api/identity/customers/99999999999')).statusCode, 400)
  const merge = { winner: 1, loser: 2, reason: 'x' }
  const refused = await call('identity.merge.edit', 'POST', '/api/identity/merges', merge)
  assert.deepEqual([refused.statusCode, refused.json().fields[0].field], [400, 'winner'])
})

test('a bank adds a kind of its own, which is used from the next batch on', async (t) => {
  const { house, call } = await server(t)
  const kind = { id: 'wecom_id', name: { zh: '企微客户', en: 'WeCom' }, strength: 'weak', priority: 75, many: true, limit: 3, overflow: 'refuse', shared: false, enabled: true, junk: [] } // biome-ignore format: a record
  assert.equal((await call('identity.kind.read', 'POST', '/api/identity/kinds', kind)).statusCode, 403)
  assert.equal((await call('identity.kind.edit', 'POST', '/api/identity/kinds', kind)).statusCode, 200)
  const twice = await call('identity.kind.edit', 'POST', '/api/identity/kinds', kind)
  assert.deepEqual([twice.statusCode, twice.json().fields[0].field], [400, 'id'])
  const shared = await call('identity.kind.edit', 'POST', '/api/identity/kinds', { ...kind, id: 'pad', strength: 'strong', shared: true }) // biome-ignore format: long
  assert.equal(shared.json().code, 'identity.strong_shared')
  assert.deepEqual(await house.say([['event', 'wecom_id=w1']]), [1])
  assert.equal((await call('identity.kind.read', 'GET', '/api/identity/kinds?q=企微')).json().items.length, 1)
})
