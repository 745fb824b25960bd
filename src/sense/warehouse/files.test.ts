import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, symlink, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import S3rver from '@20minutes/s3rver'
import { parquetWriteBuffer } from 'hyparquet-writer'
import { Problem } from '../../platform/problem.ts'
import { allow, customerColumns, warehouseBank } from './testing/testing.ts'

function parquet(rows: [string, number][]): Buffer {
  return Buffer.from(
    parquetWriteBuffer({
      columnData: [
        { name: 'no', data: rows.map(([no]) => no), type: 'STRING' },
        { name: 'aum', data: rows.map(([, aum]) => aum), type: 'DOUBLE' },
      ],
    }),
  )
}

async function folderOf(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'zhixing-lake-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  return folder
}

test('Parquet on disk: files of a path arrive, then those that are new', async (t) => {
  const bank = await warehouseBank(t)
  const folder = await folderOf(t)
  await mkdir(join(folder, 'day=1'))
  await writeFile(
    join(folder, 'day=1/part-1.parquet'),
    parquet([
      ['C1', 1.5],
      ['C2', 2],
    ]),
  )
  await writeFile(join(folder, 'day=1/notes.txt'), 'nothing')
  await allow(bank.ctx, 'warehouse.folders', [folder])
  const { id } = await bank.connect({ name: '湖', kind: 'folder', settings: { path: folder } })
  const mapping = await bank.mapped(id, {
    from: { kind: 'files', path: 'day=*/*.parquet' },
    columns: customerColumns,
    load: { how: 'incremental' },
  })
  assert.equal((await bank.run(mapping.id)).counts.changed, 2)
  await mkdir(join(folder, 'day=2'))
  await writeFile(
    join(folder, 'day=2/part-1.parquet'),
    parquet([
      ['C2', 3],
      ['C3', 4],
    ]),
  )
  await utimes(join(folder, 'day=1/part-1.parquet'), new Date(0), new Date(0))
  const two = await bank.run(mapping.id)
  assert.deepEqual([two.counts.read, two.counts.changed], [2, 2])
  assert.deepEqual(
    [...bank.log.kept.values()].map((one) => one.profile?.values.aum),
    [150, 200, 300, 400],
  )
  const stepped = await bank.warehouse.look(bank.ctx, {
    connection: id,
    from: { kind: 'files', path: '**/*.parquet' },
    step: { sql: 'SELECT no, sum(aum) AS aum FROM source GROUP BY no ORDER BY no', uses: [] },
  })
  assert.deepEqual(
    stepped.rows.map(({ cells }) => cells),
    [
      ['C1', '1.5'],
      ['C2', '5'],
      ['C3', '4'],
    ],
  )
})

test('a folder is read only where an administrator allowed it, and no link leads out', async (t) => {
  const bank = await warehouseBank(t)
  const [folder, other] = [await folderOf(t), await folderOf(t)]
  await writeFile(join(other, 'secret.csv'), 'no,aum\nX,1\n')
  await symlink(join(other, 'secret.csv'), join(folder, 'link.csv'))
  await symlink(other, join(folder, 'out'))
  await writeFile(join(folder, 'own.csv'), 'no,aum\nC1,1\nbroken\n')
  const connect = (path: string) => bank.connect({ name: '湖', kind: 'folder', settings: { path } })
  await assert.rejects(connect(folder), /may not be read/)
  await allow(bank.ctx, 'warehouse.folders', [folder])
  await assert.rejects(connect(other), /may not be read/)
  await assert.rejects(connect(join(folder, 'out')), /may not be read/)
  await assert.rejects(connect(join(folder, '../..')), /may not be read/)
  const { id } = await connect(folder)
  assert.deepEqual((await bank.warehouse.listTables(bank.ctx, id)).items, ['*.csv', 'own.csv'])
  for (const path of ['link.csv', 'out/secret.csv', '../*/secret.csv'])
    await assert.rejects(
      bank.warehouse.look(bank.ctx, { connection: id, from: { kind: 'files', path } }),
      /No file matches/,
    )
  const mapping = await bank.mapped(id, { from: { kind: 'files', path: '*.csv' }, columns: customerColumns })
  const run = await bank.run(mapping.id)
  assert.deepEqual([run.counts.changed, run.counts.bad, run.reasons[0]?.code], [1, 1, 'row.columns'])
  await allow(bank.ctx, 'warehouse.folders', [])
  const later = await bank.warehouse.beginRun(bank.ctx, mapping.id, {})
  await assert.rejects(bank.warehouse.workRun(bank.ctx, later.id), /may not be read/, 'also when it was allowed once')
})

async function storage(t: TestContext) {
  const folder = await folderOf(t)
  const server = new S3rver({
    address: '127.0.0.1',
    port: 0,
    silent: true,
    directory: folder,
    configureBuckets: [{ name: 'lake' }],
  })
  const { port } = await server.run()
  t.after(() => server.close())
  /** Without a signature, which this server allows: what is tested is how the product reads. */
  const put = async (key: string, body: Buffer) => {
    const answer = await fetch(`http://127.0.0.1:${port}/lake/${encodeURIComponent(key).replaceAll('%2F', '/')}`, {
      method: 'PUT',
      body: new Uint8Array(body),
    })
    assert.equal(answer.status, 200, await answer.text())
  }
  return { port, put }
}

test('Parquet on S3-compatible storage, signed; a wrong key is refused', async (t) => {
  const bank = await warehouseBank(t)
  const { port, put } = await storage(t)
  await put(
    'dw/day=1/part 1+a.parquet',
    parquet([
      ['C1', 1.5],
      ['C2', 2],
    ]),
  )
  await put('dw/readme.txt', Buffer.from('x'))
  const settings = {
    endpoint: `http://127.0.0.1:${port}`,
    bucket: 'lake',
    region: 'us-east-1',
    user: 'S3RVER',
    tls: 'off' as const,
  }
  const { id } = await bank.connect({ name: '湖', kind: 's3', settings, secret: 'S3RVER' })
  const tested = await bank.warehouse.testConnection(bank.ctx, id)
  assert.deepEqual([tested.ok, tested.steps.map(({ step }) => step)], [true, ['name', 'port', 'sign-in', 'permission']])
  const mapping = await bank.mapped(id, { from: { kind: 'files', path: 'dw/**/*.parquet' }, columns: customerColumns })
  assert.equal((await bank.run(mapping.id)).counts.changed, 2)
  const wrong = await bank.connect({ name: '湖 2', kind: 's3', settings, secret: 'falsch' })
  const refused = await bank.warehouse.testConnection(bank.ctx, wrong.id)
  assert.deepEqual([refused.ok, refused.steps.at(-1)?.step], [false, 'sign-in'])
})

test('an address that is special is refused unless it is listed by itself', async (t) => {
  const bank = await warehouseBank(t)
  const connect = (host: string) =>
    bank.connect({
      name: host,
      kind: 'postgres',
      settings: { host, port: 5432, database: 'x', user: 'x', tls: 'off' },
      secret: 'x',
    })
  await allow(bank.ctx, 'warehouse.networks', [])
  for (const host of [
    '169.254.169.254',
    '127.0.0.1',
    '::1',
    '::ffff:169.254.169.254',
    '100.100.100.200',
    '0.0.0.0',
    'localhost',
  ]) {
    const { id } = await connect(host)
    const tested = await bank.warehouse.testConnection(bank.ctx, id)
    assert.deepEqual([tested.ok, tested.steps[0]?.step], [false, 'name'], host)
  }
  await allow(bank.ctx, 'warehouse.networks', ['localhost'])
  const { id } = await connect('localhost')
  assert.equal((await bank.warehouse.testConnection(bank.ctx, id)).ok, false, 'a name could be made to point at it')
})

test('a secret is not sent to another host by one who does not know it', async (t) => {
  const bank = await warehouseBank(t)
  const settings = { host: '10.0.0.1', port: 5432, database: 'x', user: 'x', tls: 'verify' as const }
  const { id, version } = await bank.connect({ name: 'x', kind: 'postgres', settings, secret: 'geheim' })
  const elsewhere = { version, settings: { ...settings, host: '10.0.0.2' } }
  const error = await bank.warehouse.editConnection(bank.ctx, id, elsewhere).catch((error) => error)
  assert.ok(error instanceof Problem)
  assert.equal(error.fields[0]?.field, 'secret')
  const weaker = { version, settings: { ...settings, tls: 'off' as const } }
  await assert.rejects(bank.warehouse.editConnection(bank.ctx, id, weaker), Problem)
  const known = await bank.warehouse.editConnection(bank.ctx, id, { ...elsewhere, secret: 'geheim' })
  assert.deepEqual([known.settings.host, known.hasSecret, 'secret' in known], ['10.0.0.2', true, false])
})
