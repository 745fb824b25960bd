import assert from 'node:assert/strict'
import { mkdir, readdir, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { read, unauditedChange } from '../../platform/change.ts'
import { withCtx } from '../../platform/ctx.ts'
import { lineageOf } from '../catalog/catalog.ts'
import { sweep } from './sweep.ts'
import { bankDatabase, customerColumns, warehouseBank } from './testing/testing.ts'

const table = { from: { kind: 'table' as const, table: 'public.customer' }, columns: customerColumns }

async function people(sql: Awaited<ReturnType<typeof bankDatabase>>['sql'], count: number) {
  await sql`create table customer (no text primary key, aum numeric(18, 2), at timestamptz not null)`
  await sql`
    insert into customer select 'C' || lpad(i::text, 6, '0'), i * 1.5, '2026-01-04 00:00:00+08'::timestamptz + i * interval '1 second'
    from generate_series(1, ${count}) i`
}

test('a table of the bank arrives once: what says the same again is not sent again', async (t) => {
  const bank = await warehouseBank(t)
  const { sql, given } = await bankDatabase(t)
  await people(sql, 4500)
  const { id } = await bank.connect(given)
  const mapping = await bank.mapped(id, table)
  const one = await bank.run(mapping.id)
  assert.deepEqual(
    [one.state, one.counts],
    ['done', { read: 4500, done: 4500, changed: 4500, same: 0, rejected: 0, bad: 0 }],
  )
  const two = await bank.run(mapping.id)
  assert.deepEqual(two.counts, { read: 4500, done: 4500, changed: 0, same: 4500, rejected: 0, bad: 0 })
  await sql`update customer set aum = 7 where no <= 'C000003'`
  assert.equal((await bank.run(mapping.id)).counts.changed, 3)
  await sql`update customer set aum = 1.5 where no = 'C000001'`
  assert.equal((await bank.run(mapping.id)).counts.changed, 1, 'a value that comes back is news')
  assert.equal(bank.log.kept.size, 4504)
  assert.deepEqual([...bank.log.kept.values()][0], {
    kind: 'profile',
    time: bank.ctx.now.getTime(),
    history: true,
    props: {},
    ids: [{ kind: 'customer_no', value: 'C000001' }],
    profile: { op: 'set', values: { aum: 150 } },
  })
  assert.deepEqual(await readdir(join(bank.folder, 'spool')), [], 'nothing of the rows is left on disk')
})

test('reloading from scratch sends all of it again, but never an event twice', async (t) => {
  const bank = await warehouseBank(t)
  const { sql, given } = await bankDatabase(t)
  await people(sql, 10)
  const { id } = await bank.connect(given)
  const customers = await bank.mapped(id, table)
  await bank.run(customers.id)
  assert.equal((await bank.run(customers.id, true)).counts.changed, 10)
  const events = await bank.mapped(id, {
    from: table.from,
    columns: {
      target: 'events',
      event: 'transfer',
      key: ['no'],
      columns: [
        { column: 'no', as: 'identity', kind: 'customer_no' },
        { column: 'at', as: 'time' },
        { column: 'aum', as: 'value', name: 'amount', type: 'money' },
      ],
    },
  })
  assert.equal((await bank.run(events.id)).counts.changed, 10)
  assert.deepEqual((await bank.run(events.id, true)).counts.same, 10)
  const kept = [...bank.log.kept.values()].filter(({ kind }) => kind === 'event')
  assert.equal(kept.length, 10)
  assert.equal(kept[0]?.time, Date.parse('2026-01-03T16:00:01Z'), 'an instant keeps its own zone')
})

test('a watermark reads what is new, rows that share it, and rows that come late', async (t) => {
  const bank = await warehouseBank(t)
  const { sql, given } = await bankDatabase(t)
  await people(sql, 5)
  const { id } = await bank.connect(given)
  const load = { how: 'incremental' as const, column: 'at', overlap: 60 }
  const mapping = await bank.mapped(id, { ...table, load })
  const one = await bank.run(mapping.id)
  assert.deepEqual([one.counts.changed, one.watermarkFrom, one.watermarkTo], [5, null, '2026-01-03T16:00:05+00:00'])
  await sql`insert into customer values ('T1', 1, '2026-01-04 00:00:05+08'), ('T2', 1, '2026-01-04 00:00:05.000001+08')`
  const two = await bank.run(mapping.id)
  assert.equal(two.counts.changed, 2, 'a row with the very watermark, and one a microsecond behind it')
  assert.equal(two.watermarkTo, '2026-01-03T16:00:05.000001+00:00')
  await sql`insert into customer values ('L1', 1, '2026-01-03 23:59:30+08'), ('L2', 1, '2026-01-03 23:00:00+08')`
  const three = await bank.run(mapping.id)
  assert.equal(three.counts.changed, 1, 'late by less than the overlap is found, by more is not')
  assert.equal((await bank.run(mapping.id)).counts.changed, 0)
  assert.equal((await bank.run(mapping.id, true)).counts.changed, 9, 'all of it from scratch')
})

test('a run that is killed in the middle goes on at its row, and nothing comes twice', async (t) => {
  const bank = await warehouseBank(t)
  const { sql, given } = await bankDatabase(t)
  await people(sql, 7000)
  const { id } = await bank.connect(given)
  const mapping = await bank.mapped(id, table)
  const run = await bank.warehouse.beginRun(bank.ctx, mapping.id, {})
  // As a kill leaves it: the piece is in the log, and nobody has noted that.
  bank.log.after = (call) => {
    if (call === 2) throw new Error('killed')
  }
  await assert.rejects(bank.warehouse.workRun(bank.ctx, run.id), /killed/)
  assert.equal((await bank.warehouse.getRun(bank.ctx, run.id)).counts.done, 2000)
  await sql`delete from customer`
  bank.log.after = () => {}
  await bank.warehouse.workRun(bank.ctx, run.id)
  const done = await bank.warehouse.getRun(bank.ctx, run.id)
  assert.deepEqual(
    [done.state, done.counts.changed, bank.log.kept.size],
    ['done', 7000, 7000],
    'what was read is what is sent',
  )
})

test('bad rows are kept with their reason, sealed, and leave only as a file', async (t) => {
  const bank = await warehouseBank(t)
  const { sql, given } = await bankDatabase(t)
  await sql`create table customer (no text, aum text)`
  await sql`insert into customer values ('C1', '5'), ('C2', 'many'), (null, '1'), ('C4', '=1+1')`
  const { id } = await bank.connect(given)
  const mapping = await bank.mapped(id, table)
  const run = await bank.run(mapping.id)
  assert.deepEqual([run.counts.changed, run.counts.bad], [1, 3])
  const page = await bank.warehouse.listBadRows(bank.ctx, run.id, {})
  assert.deepEqual(
    page.items.map(({ line, code }) => [line, code]),
    [
      [2, 'value.money'],
      [3, 'identity.none'],
      [4, 'value.money'],
    ],
  )
  let sheet = ''
  for await (const part of await bank.warehouse.exportBadRows(withCtx(bank.ctx, { lang: 'en' }), run.id)) sheet += part
  assert.match(sheet, /^\ufeffline,reason,no,aum\r\n2,aum: Not an amount,C2,many\r\n/)
  assert.match(sheet, /'=1\+1/)
  assert.ok(bank.ctx.recorded.some(({ action }) => action === 'warehouse.bad_row.export'))
})

test('a check that says stop lets nothing through, and what stands there stays', async (t) => {
  const bank = await warehouseBank(t)
  const { sql, given } = await bankDatabase(t)
  await people(sql, 10)
  const { id } = await bank.connect(given)
  const mapping = await bank.mapped(id, {
    ...table,
    checks: [
      { kind: 'rows', act: 'stop', min: 5, max: null },
      { kind: 'nulls', act: 'warn', column: 'aum', max: 10 },
      { kind: 'unique', act: 'stop', columns: ['no'] },
    ],
  })
  assert.equal((await bank.run(mapping.id)).state, 'done')
  await sql`delete from customer where no > 'C000002'`
  await sql`update customer set aum = null where no = 'C000001'`
  const run = await bank.run(mapping.id)
  assert.deepEqual(
    [run.state, run.counts.changed, run.checks.map(({ ok }) => ok)],
    ['stopped', 0, [false, false, true]],
  )
  assert.equal(bank.log.kept.size, 10)
  const alerts = await bank.warehouse.listAlerts(bank.ctx, { state: 'open' })
  assert.deepEqual(alerts.items.map(({ act }) => act).sort(), ['stop', 'warn'])
  assert.deepEqual(
    alerts.items[0]?.downstream.map(({ kind, id }) => [kind, id]),
    [['attribute', 'customer aum']],
    'an alert says what is made of the data',
  )
  await sql`insert into customer select 'D' || i, i, now() from generate_series(1, 20) i`
  assert.equal((await bank.run(mapping.id)).state, 'done')
  assert.deepEqual(
    (await bank.warehouse.listAlerts(bank.ctx, { state: 'open' })).items,
    [],
    'what is right again is closed',
  )
})

test('a column that was renamed, a wrong type and a rotated password are said at once', async (t) => {
  const bank = await warehouseBank(t)
  const { sql, user, given } = await bankDatabase(t)
  await people(sql, 3)
  const { id } = await bank.connect(given)
  const mapping = await bank.mapped(id, { ...table, load: { how: 'incremental', column: 'at' } })
  await bank.run(mapping.id)
  const failing = async () => {
    const run = await bank.warehouse.beginRun(bank.ctx, mapping.id, {})
    const error = await bank.warehouse.workRun(bank.ctx, run.id).then(
      () => undefined,
      (error) => error,
    )
    await bank.warehouse.cancelRun(bank.ctx, run.id)
    return [error?.kind, error?.text.zh]
  }
  await sql`alter table customer rename column aum to balance`
  assert.deepEqual(await failing(), ['invalid', '文件中没有列“aum”'])
  await sql`alter table customer rename column balance to aum`
  await sql`alter table customer rename column at to changed_at`
  assert.deepEqual(await failing(), ['invalid', '来源中没有水位列“at”'])
  await sql`alter table customer rename column changed_at to at`
  await sql.unsafe(`alter role ${user} password 'geheim-2'`)
  const [kind, says] = await failing()
  assert.equal(kind, 'invalid')
  assert.match(says, /拒绝登录/)
  const { version } = await bank.warehouse.getConnection(bank.ctx, id)
  await bank.warehouse.editConnection(bank.ctx, id, { version, secret: 'geheim-2' })
  assert.equal((await bank.run(mapping.id)).state, 'done')
})

test('a mapping that is edited during a run: the run goes on as it began', async (t) => {
  const bank = await warehouseBank(t)
  const { sql, given } = await bankDatabase(t)
  await people(sql, 5000)
  const { id } = await bank.connect(given)
  const mapping = await bank.mapped(id, { ...table, load: { how: 'incremental', column: 'at' } })
  const run = await bank.warehouse.beginRun(bank.ctx, mapping.id, {})
  await assert.rejects(bank.warehouse.beginRun(bank.ctx, mapping.id, {}), /under way/)
  bank.log.before = async (call) => {
    if (call !== 2) return
    const definition = { ...mapping.definition, load: { how: 'incremental' as const, column: 'no' } }
    await bank.warehouse.editMapping(bank.ctx, mapping.id, { version: mapping.version, definition })
  }
  await bank.warehouse.workRun(bank.ctx, run.id)
  const done = await bank.warehouse.getRun(bank.ctx, run.id)
  assert.deepEqual([done.state, done.version, done.counts.changed], ['done', mapping.version, 5000])
  assert.equal(
    (await bank.warehouse.getMapping(bank.ctx, mapping.id)).watermark,
    null,
    'its watermark is of another column',
  )
})

test('a run that is cancelled stops after its piece, and the watermark stays', async (t) => {
  const bank = await warehouseBank(t)
  const { sql, given } = await bankDatabase(t)
  await people(sql, 5000)
  const { id } = await bank.connect(given)
  const mapping = await bank.mapped(id, { ...table, load: { how: 'incremental', column: 'at' } })
  const run = await bank.warehouse.beginRun(bank.ctx, mapping.id, {})
  bank.log.after = async (call) => {
    if (call === 1) await bank.warehouse.cancelRun(bank.ctx, run.id)
  }
  assert.equal(await bank.warehouse.workRun(bank.ctx, run.id), 'left')
  const left = await bank.warehouse.getRun(bank.ctx, run.id)
  assert.deepEqual([left.state, left.counts.done], ['cancelled', 0])
  assert.equal((await bank.warehouse.getMapping(bank.ctx, mapping.id)).watermark, null)
  const next = await bank.run(mapping.id)
  assert.deepEqual([next.state, next.counts.read], ['done', 5000])
})

test('nothing about a row or a secret can be read from what is kept of them', async (t) => {
  const bank = await warehouseBank(t)
  const { sql, given } = await bankDatabase(t)
  await sql`create table customer (no text, aum text)`
  await sql`insert into customer values ('19900000001', 'x')`
  const { id } = await bank.connect(given)
  const mapping = await bank.mapped(id, table)
  await bank.run(mapping.id)
  const kept = await read(bank.ctx, async (tx) =>
    Promise.all(
      ['connection', 'mapping', 'run', 'bad_row', 'row_state'].map(
        (name) => tx<{ whole: string }[]>`select row_to_json(one)::text as whole from ${tx(`warehouse.${name}`)} one`,
      ),
    ),
  )
  for (const whole of [...kept.flat().map((one) => one.whole), JSON.stringify(bank.ctx.recorded)])
    for (const clear of ['geheim-1', '19900000001', Buffer.from('19900000001').toString('hex')])
      assert.ok(!whole.includes(clear), `${clear} in ${whole.slice(0, 80)}`)
})

test('rows in clear that a killed process left are swept away, those of a run under way are not', async (t) => {
  const bank = await warehouseBank(t)
  const { sql, given } = await bankDatabase(t)
  await people(sql, 1)
  const { id } = await bank.connect(given)
  const mapping = await bank.mapped(id, table)
  const run = await bank.warehouse.beginRun(bank.ctx, mapping.id, {})
  const [spool, temporary] = [join(bank.folder, 'spool'), join(bank.folder, 'temporary')]
  for (const path of [spool, join(temporary, 'zhixing-step-old'), join(temporary, 'other')])
    await mkdir(path, { recursive: true })
  for (const name of [run.id, 'run_00000000000000000000000000']) await writeFile(join(spool, name), '["C1"]')
  const old = new Date(bank.ctx.now.getTime() - 3 * 86_400_000)
  await utimes(join(temporary, 'zhixing-step-old'), old, old)
  assert.equal(await sweep(bank.ctx, spool, temporary), 2)
  assert.deepEqual([await readdir(spool), await readdir(temporary)], [[run.id], ['other']])
})

test('a unique key is told by all of it, however long', async (t) => {
  const bank = await warehouseBank(t)
  const { sql, given } = await bankDatabase(t)
  await sql`create table customer (no text, aum int)`
  await sql`insert into customer select repeat('x', 100) || i, i from generate_series(1, 3) i`
  const { id } = await bank.connect(given)
  const mapping = await bank.mapped(id, { ...table, checks: [{ kind: 'unique', act: 'stop', columns: ['no'] }] })
  assert.equal((await bank.run(mapping.id)).state, 'done')
  await sql`insert into customer values (repeat('x', 100) || 1, 9)`
  assert.equal((await bank.run(mapping.id)).state, 'stopped')
})

test('a branch sees the connections and mappings of its own organisations only', async (t) => {
  const bank = await warehouseBank(t)
  const { sql, given } = await bankDatabase(t)
  await people(sql, 1)
  const { id } = await bank.connect(given)
  const mapping = await bank.mapped(id, table)
  await bank.run(mapping.id)
  const elsewhere = withCtx(bank.ctx, { scope: { path: `${bank.org.path}.org_00000000000000000000000000` } })
  assert.deepEqual((await bank.warehouse.listConnections(elsewhere, {})).items, [])
  await assert.rejects(bank.warehouse.getMapping(elsewhere, mapping.id), /No such mapping/)
  await assert.rejects(bank.warehouse.look(elsewhere, { connection: id, from: table.from }), /No such connection/)
  const seen = await lineageOf(elsewhere, { kind: 'attribute', id: 'customer aum' })
  const shown = seen.nodes.find(({ kind }) => kind === 'mapping')
  assert.deepEqual([shown?.title, shown?.hidden], ['***', true], 'that there is a source is told, its name is not')
})

test('lineage says where an attribute comes from, and ends with the mapping', async (t) => {
  const bank = await warehouseBank(t)
  const { sql, given } = await bankDatabase(t)
  await people(sql, 1)
  const { id } = await bank.connect(given)
  const mapping = await bank.mapped(id, table)
  const up = await lineageOf(bank.ctx, { kind: 'attribute', id: 'customer aum' })
  assert.deepEqual(
    up.nodes.map(({ kind, level, title }) => [kind, level, title]).sort(),
    [
      ['attribute', 0, '客户 · 金融资产余额'],
      ['connection', -2, '核心'],
      ['mapping', -1, mapping.name],
    ].sort(),
  )
  const down = await lineageOf(bank.ctx, { kind: 'connection', id })
  assert.deepEqual(
    down.nodes.map(({ kind, level }) => [kind, level]),
    [
      ['connection', 0],
      ['mapping', 1],
      ['attribute', 2],
    ],
  )
  await bank.warehouse.removeMapping(bank.ctx, mapping.id)
  const after = await lineageOf(bank.ctx, { kind: 'attribute', id: 'customer aum' })
  assert.deepEqual(after.edges, [])
  const [row] = await unauditedChange(
    bank.ctx,
    'to look',
    (tx) => tx`select count(*)::int as n from catalog.lineage where ended_at is not null`,
  )
  assert.equal(row?.n, 2, 'what was so once is kept')
})
