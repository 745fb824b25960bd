import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { createHttp } from '../../platform/http/server.ts'
import { createMetrics } from '../../platform/metrics.ts'
import { partBytes, permissions } from './contract.ts'
import { importsRoutes } from './routes.ts'
import { importBank } from './testing/testing.ts'

async function server(t: TestContext, held: readonly string[] = permissions.map(({ id }) => id)) {
  const bank = await importBank(t)
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
  importsRoutes(app, bank.imports)
  async function call(method: 'GET' | 'POST' | 'PUT' | 'DELETE', url: string, payload?: object | Buffer) {
    const answer = await app.inject({
      method,
      url: `/api/imports${url}`,
      ...(payload ? { payload } : {}),
      ...(Buffer.isBuffer(payload) ? { headers: { 'content-type': 'application/octet-stream' } } : {}),
    })
    const json = String(answer.headers['content-type']).includes('json')
    return { status: answer.statusCode, text: answer.body, body: json ? answer.json() : undefined }
  }
  return { ...bank, call }
}

test('a file is sent in parts, mapped, checked and its bad rows fetched by the public doors alone', async (t) => {
  const { call, imports, ctx } = await server(t)
  const bytes = Buffer.from('客户号,AUM\nC1,100\nC2,很多\n')
  const made = await call('POST', '', { fileName: '客户.csv', size: bytes.length })
  const { id } = made.body
  assert.deepEqual([made.status, made.body.state, made.body.by, made.body.orgName], [200, 'uploading', '李强', '总行'])
  for (const [from, to] of [
    [0, 10],
    [10, bytes.length],
  ] as const)
    assert.deepEqual((await call('PUT', `/${id}/part?offset=${from}`, bytes.subarray(from, to))).body, { received: to })
  assert.equal((await call('POST', `/${id}/uploaded`, {})).body.state, 'uploaded')
  const preview = await call('GET', `/${id}/preview?header=1&encoding=utf-8`)
  assert.deepEqual(
    preview.body.columns.map((one: { name: string }) => one.name),
    ['客户号', 'AUM'],
  )
  const mapping = {
    target: 'customers',
    columns: [
      { column: '客户号', as: 'identity', kind: 'customer_no' },
      { column: 'AUM', as: 'value', name: 'aum', type: 'money' },
    ],
  }
  const saved = await call('PUT', `/${id}/mapping`, { revision: 1, reading: preview.body.reading, mapping })
  assert.deepEqual([saved.status, saved.body.state], [200, 'mapped'])
  const wrong = await call('PUT', `/${id}/mapping`, {
    revision: 2,
    reading: {},
    mapping: { ...mapping, target: 'events' },
  })
  assert.deepEqual(
    [wrong.status, wrong.body.fields.map((one: { field: string }) => one.field)],
    [400, ['mapping.columns', 'mapping.event']],
  )
  assert.equal((await call('POST', `/${id}/check`, {})).body.state, 'checking')
  assert.equal((await call('POST', `/${id}/run`, { mode: 'good' })).status, 409)
  assert.equal((await call('POST', `/${id}/cancel`, {})).body.state, 'mapped')
  await imports.checkNow(ctx, id)
  const rows = await call('GET', `/${id}/bad-rows`)
  assert.deepEqual(
    rows.body.items.map(({ line, reason }: { line: number; reason: { zh: string } }) => [line, reason.zh]),
    [[3, 'AUM:不是金额']],
  )
  assert.match((await call('POST', `/${id}/bad-rows/export`, {})).text, /3,AUM:不是金额,C2,很多/)
  assert.equal((await call('GET', '?state=checked')).body.items.length, 1)
  assert.equal((await call('DELETE', `/${id}`)).status, 204)
  assert.equal((await call('GET', `/${id}`)).status, 404)
})

test('who may only look neither uploads nor fetches bad rows, and no part is larger than said', async (t) => {
  const reader = await server(t, ['imports.read'])
  assert.equal((await reader.call('POST', '', { fileName: 'a.csv', size: 1 })).status, 403)
  const { id } = await reader.mapped('customer_no,aum\nC1,1\n')
  assert.equal((await reader.call('GET', `/${id}`)).status, 200)
  assert.equal((await reader.call('POST', `/${id}/bad-rows/export`, {})).status, 403)
  const writer = await server(t)
  const made = await writer.call('POST', '', { fileName: 'a.csv', size: partBytes * 2 })
  const large = await writer.call('PUT', `/${made.body.id}/part?offset=0`, Buffer.alloc(partBytes + 1))
  assert.equal(large.status, 413)
})
