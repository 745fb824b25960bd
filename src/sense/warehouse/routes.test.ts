import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { createHttp } from '../../platform/http/server.ts'
import { createMetrics } from '../../platform/metrics.ts'
import { permissions } from './contract.ts'
import { warehouseRoutes } from './routes.ts'
import { bankDatabase, customerColumns, warehouseBank } from './testing/testing.ts'

async function server(t: TestContext, held: readonly string[] = permissions.map(({ id }) => id)) {
  const bank = await warehouseBank(t)
  const app = await createHttp({
    ctx: bank.ctx,
    authenticate: async () => ({
      who: { kind: 'user', id: 'usr_li', name: '李强' },
      scope: { path: bank.org.path },
      permissions: new Set(held),
    }),
    metrics: createMetrics(),
    publicUrl: 'http://localhost',
    trustProxy: false,
    requestsPerMinute: 1000,
  })
  bank.first(() => app.close())
  warehouseRoutes(app, bank.warehouse)
  async function call(method: 'GET' | 'POST' | 'PATCH' | 'DELETE', url: string, payload?: object) {
    const answer = await app.inject({ method, url: `/api/warehouse${url}`, ...(payload ? { payload } : {}) })
    const json = String(answer.headers['content-type']).includes('json')
    return { status: answer.statusCode, text: answer.body, body: json ? answer.json() : undefined }
  }
  return { ...bank, call }
}

test('a connection is made, tried and looked through, a mapping runs and its bad rows leave, by the public doors alone', async (t) => {
  const { call, org, warehouse, ctx } = await server(t)
  const { sql, given } = await bankDatabase(t)
  await sql`create table customer (no text, aum text)`
  await sql`insert into customer values ('C1', '1'), ('C2', 'many')`
  const made = await call('POST', '/connections', { ...given, org: org.id })
  assert.deepEqual([made.status, made.body.hasSecret, made.body.by], [200, true, '李强'])
  assert.ok(!made.text.includes('geheim'), 'a secret never comes back')
  const { id } = made.body
  assert.equal((await call('POST', `/connections/${id}/test`, {})).body.ok, true)
  assert.deepEqual((await call('GET', `/connections/${id}/tables`)).body.items, ['public.customer'])
  const from = { kind: 'table', table: 'public.customer' }
  const looked = await call('POST', '/look', { connection: id, from })
  assert.deepEqual(looked.body.source[1], { name: 'aum', type: 'text' })
  const definition = { from, columns: customerColumns, load: { how: 'full' }, timetable: { kind: 'hand' }, checks: [] }
  const wrong = await call('POST', '/mappings', {
    name: '客户',
    code: 'customers',
    connection: id,
    way: 'loaded',
    definition: {
      ...definition,
      load: { how: 'incremental' },
      timetable: { kind: 'cron', cron: 'soon' },
      checks: [{ kind: 'nulls', act: 'warn' }],
    },
  })
  assert.deepEqual(
    wrong.body.fields.map(({ field }: { field: string }) => field),
    ['definition.load.column', 'definition.timetable.cron', 'definition.checks.0.column'],
  )
  const mapping = await call('POST', '/mappings', {
    name: '客户',
    code: 'customers',
    connection: id,
    way: 'loaded',
    definition,
  })
  const taken = await call('POST', '/mappings', {
    name: '又',
    code: 'customers',
    connection: id,
    way: 'mapped',
    definition,
  })
  assert.deepEqual([taken.status, taken.body.fields[0].field], [400, 'code'])
  assert.equal((await call('DELETE', `/connections/${id}`)).status, 409, 'a mapping uses it')
  const run = await call('POST', `/mappings/${mapping.body.id}/run`, {})
  await warehouse.workRun(ctx, run.body.id)
  const done = await call('GET', `/runs/${run.body.id}`)
  assert.deepEqual([done.body.state, done.body.counts.changed, done.body.counts.bad], ['done', 1, 1])
  const sheet = await call('POST', `/runs/${run.body.id}/bad-rows/export`, {})
  assert.match(sheet.text, /C2,many/)
  assert.equal((await call('GET', '/alerts')).status, 200)
  assert.equal((await call('DELETE', `/mappings/${mapping.body.id}`)).status, 204)
  assert.equal((await call('DELETE', `/connections/${id}`)).status, 204)
})

test('each act needs its own permission', async (t) => {
  const { call, org } = await server(t, ['warehouse.read'])
  const { given } = await bankDatabase(t)
  const acts: ['GET' | 'POST' | 'PATCH' | 'DELETE', string, object?][] = [
    ['POST', '/connections', { ...given, org: org.id }],
    ['POST', '/connections/con_x/test', {}],
    ['GET', '/connections/con_x/tables'],
    ['POST', '/look', { connection: 'con_x', from: { kind: 'table', table: 'x' } }],
    ['POST', '/mappings/map_x/run', {}],
    ['POST', '/runs/run_x/cancel', {}],
    ['POST', '/runs/run_x/bad-rows/export', {}],
    ['POST', '/alerts/alr_x/close', {}],
    ['DELETE', '/mappings/map_x'],
    ['DELETE', '/connections/con_x'],
  ]
  for (const [method, url, body] of acts) assert.equal((await call(method, url, body)).status, 403, `${method} ${url}`)
  assert.equal((await call('GET', '/connections')).status, 200)
})
