import assert from 'node:assert/strict'
import { readdir } from 'node:fs/promises'
import { test } from 'node:test'
import { read } from '../../platform/change.ts'
import { withCtx } from '../../platform/ctx.ts'
import { lineageOf } from '../catalog/catalog.ts'
import type { Mapping } from './contract.ts'
import { importBank } from './testing/testing.ts'

const customers = `客户号,姓名,手机号,性别,出生日期,开户机构,AUM
C001,测试甲,19900000001,男,1990/1/5,上海分行,"1,234.50"
C002,测试乙,19900000002,女,1991年2月3日,北京分行,12万
C003,测试丙,19900000003,男,1992-13-01,上海分行,5
,,,女,19930101,上海分行,6
C005,测试戊,19900000005,男,33239,上海分行,７８９
`

test('a file of customers: previewed masked, mapped by its headers, checked, and its good rows imported', async (t) => {
  const { ctx, imports, log, upload, map } = await importBank(t)
  const { id, state, format, reading } = await upload(customers, '客户.csv')
  assert.deepEqual([state, format, reading], ['uploaded', 'csv', { encoding: 'utf-8', delimiter: ',', header: 1 }])

  const preview = await imports.preview(ctx, id, {})
  assert.deepEqual(
    preview.suggestion.columns.map(({ as, kind, name, type }) => [as, kind ?? name, ...(as === 'value' ? [type] : [])]),
    [
      ['identity', 'customer_no'],
      ['value', 'name', 'text'],
      ['identity', 'mobile'],
      ['value', 'gender', 'text'],
      ['value', 'birthday', 'text'],
      ['value', 'open_org', 'text'],
      ['value', 'aum', 'money'],
    ],
    'one birthday of five is wrong: it is left as text, and a person may say otherwise',
  )
  const shown = JSON.stringify(preview)
  for (const clear of ['19900000001', '测试甲']) assert.ok(!shown.includes(clear), `${clear} is masked`)
  assert.ok(shown.includes('上海分行'))

  const mapping: Mapping = {
    ...preview.suggestion,
    columns: preview.suggestion.columns.map((column) =>
      column.name === 'birthday' ? { ...column, type: 'day' as const } : column,
    ),
  }
  await map(id, mapping)
  const checked = await imports.checkNow(ctx, id)
  assert.deepEqual([checked.state, checked.checked], ['checked', { rows: 5, good: 3, bad: 2, revision: 2 }])
  assert.equal(log.kept.size, 0, 'a check sends nothing')
  assert.deepEqual(
    checked.reasons.map(({ reason, count, lines }) => [reason.zh, count, lines]),
    [
      ['出生日期:不是有效的日期', 1, [4]],
      ['没有任何客户标识', 1, [5]],
    ],
  )
  await assert.rejects(imports.run(ctx, id, { mode: 'all' }), /2 bad rows/)

  const done = await imports.runNow(ctx, id, { mode: 'good' })
  assert.deepEqual(done.counts, { read: 5, accepted: 3, duplicates: 0, resent: 0, rejected: 0, bad: 2 })
  const [first] = [...log.kept.values()]
  assert.deepEqual(first, {
    kind: 'profile',
    time: ctx.now.getTime(),
    history: true,
    props: {},
    ids: [
      { kind: 'customer_no', value: 'C001' },
      { kind: 'mobile', value: '19900000001' },
    ],
    profile: {
      op: 'set',
      values: { name: '测试甲', gender: '男', birthday: '1990-01-05', open_org: '上海分行', aum: 123_450 },
    },
  })
  const aum = [...log.kept.values()].map((one) => one.profile?.values.aum)
  assert.deepEqual(aum, [123_450, 12_000_000, 78_900])
  assert.equal([...log.kept.values()][2]?.profile?.values.birthday, '1991-01-01', 'a serial of a spreadsheet')
})

test('the same file again changes nothing; a value that comes back in the next file is news', async (t) => {
  const { ctx, imports, log, mapped } = await importBank(t)
  const january = 'customer_no,aum\nC1,100\nC2,200\nC2,200\n'
  const one = await mapped(january)
  const first = await imports.runNow(ctx, one.id, { mode: 'good' })
  assert.deepEqual([first.counts.accepted, first.counts.duplicates], [2, 1], 'a row that stands twice is stored once')
  const two = await mapped(january)
  const second = await imports.runNow(ctx, two.id, { mode: 'good' })
  assert.deepEqual([second.counts.accepted, second.counts.duplicates], [0, 3])
  const again = await imports.runNow(ctx, one.id, { mode: 'good' })
  assert.deepEqual([again.state, again.counts.duplicates], ['done', 3])
  await imports.runNow(ctx, (await mapped('customer_no,aum\nC1,150\n')).id, { mode: 'good' })
  const back = await imports.runNow(ctx, (await mapped('customer_no,aum\nC1,100\nC3,1\n')).id, { mode: 'good' })
  assert.equal(back.counts.accepted, 2)
  assert.equal(log.kept.size, 5)
})

test('events are told apart by their key columns, or by all they say', async (t) => {
  const { ctx, imports, log, upload, map } = await importBank(t)
  const file =
    '流水号,客户号,交易时间,金额\nT1,C1,2026-01-05 09:00:00,5\nT1,C1,2026-01-05 09:00:00,6\nT2,C1,2026-01-05 09:00:00,5\n'
  const columns: Mapping['columns'] = [
    { column: '流水号', as: 'skip' },
    { column: '客户号', as: 'identity', kind: 'customer_no' },
    { column: '交易时间', as: 'time' },
    { column: '金额', as: 'value', name: 'amount', type: 'money' },
  ]
  const keyed = await upload(file)
  await map(keyed.id, { target: 'events', event: 'transfer', key: ['流水号'], columns })
  assert.deepEqual((await imports.runNow(ctx, keyed.id, { mode: 'good' })).counts.accepted, 2)
  assert.deepEqual([...log.kept.values()][0], {
    kind: 'event',
    name: 'transfer',
    time: Date.parse('2026-01-05T01:00:00Z'),
    history: true,
    ids: [{ kind: 'customer_no', value: 'C1' }],
    props: { amount: 500 },
  })
  const plain = await upload(file)
  await map(plain.id, { target: 'events', event: 'transfer', columns })
  const { counts } = await imports.runNow(ctx, plain.id, { mode: 'good' })
  assert.deepEqual([counts.accepted, counts.duplicates], [2, 1], 'two rows that say the same are one event')
})

test('items of an entity type carry their id and values', async (t) => {
  const { ctx, imports, log, mapped } = await importBank(t)
  const { id, mapping } = await mapped('产品代码,产品名称,起购金额\nP1,测试理财,"1万"\n,无编号,5\n')
  assert.equal(mapping?.target, 'items')
  const done = await imports.runNow(ctx, id, { mode: 'good' })
  assert.deepEqual([done.counts.accepted, done.reasons[0]?.code], [1, 'item.no_id'])
  assert.deepEqual([...log.kept.values()][0]?.item, {
    type: 'product',
    id: 'P1',
    op: 'set',
    values: { column_2: '测试理财', column_3: 1_000_000 },
  })
})

test('all rows or none: needs a check of this very mapping without a bad row', async (t) => {
  const { ctx, imports, log, mapped, map } = await importBank(t)
  const { id, mapping } = await mapped('customer_no,aum\nC1,100\nC2,200\n')
  await assert.rejects(imports.run(ctx, id, { mode: 'all' }), /check the file first/)
  await imports.checkNow(ctx, id)
  await map(id, mapping as Mapping)
  await assert.rejects(imports.run(ctx, id, { mode: 'all' }), /check the file first/)
  await imports.checkNow(ctx, id)
  assert.equal((await imports.runNow(ctx, id, { mode: 'all' })).counts.accepted, 2)
  assert.equal(log.kept.size, 2)
})

test('a mapping that makes no sense is refused beside its fields', async (t) => {
  const { ctx, imports, upload, map } = await importBank(t)
  const { id } = await upload('客户号,手机号,时间\nC1,19900000001,2026-01-05\n')
  const refused = async (mapping: Mapping) => {
    const error = await map(id, mapping).then(
      () => undefined,
      (error) => error,
    )
    return (error?.fields ?? []).map((one: { field: string }) => one.field)
  }
  const identity = { column: '客户号', as: 'identity' as const, kind: 'customer_no' }
  assert.deepEqual(await refused({ target: 'customers', columns: [{ ...identity, column: '没有' }] }), [
    'mapping.columns.0',
    'mapping.columns',
  ])
  assert.deepEqual(await refused({ target: 'events', columns: [identity] }), ['mapping.columns', 'mapping.event'])
  const mobile = {
    column: '手机号',
    as: 'value' as const,
    name: 'mobile',
    type: 'text' as const,
    personal: 'mobile' as const,
  }
  const time = { column: '时间', as: 'time' as const }
  assert.deepEqual(
    await refused({ target: 'events', event: 'x', columns: [identity, time, mobile] }),
    ['mapping.columns.2'],
    'personal data is no property of an event: it would lie in clear among the facts',
  )
  const { revision } = await imports.get(ctx, id)
  const right = { reading: {}, mapping: { target: 'customers' as const, columns: [identity, mobile] } }
  await imports.save(ctx, id, { ...right, revision })
  await assert.rejects(imports.save(ctx, id, { ...right, revision }), /Someone else changed/)
})

test('bad rows are kept sealed, and their file runs no formula', async (t) => {
  const { ctx, imports, mapped } = await importBank(t)
  const { id } = await mapped(
    'customer_no,name,aum\nC1,测试甲,"=HYPERLINK(""http://x"")"\nC2,@SUM(A1),many\nC3,"x"y,1\nC4,ok,5\n',
  )
  // The column of amounts holds words in most rows: said to be money all the same.
  const before = await imports.get(ctx, id)
  const columns =
    before.mapping?.columns.map((one) => (one.name === 'aum' ? { ...one, type: 'money' as const } : one)) ?? []
  await imports.save(ctx, id, {
    revision: before.revision,
    reading: before.reading,
    mapping: { target: 'customers', columns },
  })
  await imports.checkNow(ctx, id)
  const page = await imports.badRows(ctx, id, {})
  assert.deepEqual(
    page.items.map(({ line, code }) => [line, code]),
    [
      [2, 'value.money'],
      [3, 'value.money'],
      [4, 'row.quotes'],
    ],
  )
  const stored = await read(ctx, (tx) => tx<{ content: Buffer }[]>`select content from imports.bad_row`)
  assert.ok(stored.every(({ content }) => !content.toString('utf8').includes('测试甲')))
  let sheet = ''
  for await (const piece of await imports.exportBadRows(withCtx(ctx, { lang: 'en' }), id)) sheet += piece
  assert.equal(
    sheet,
    `\ufeff` +
      [
        'line,reason,customer_no,name,aum',
        `2,aum: Not an amount,C1,测试甲,"'=HYPERLINK(""http://x"")"`,
        "3,aum: Not an amount,C2,'@SUM(A1),many",
        '4,The quotes do not match,"C3,""x""y,1"',
        '',
      ].join('\r\n'),
  )
  assert.ok(ctx.recorded.some(({ action }) => action === 'imports.bad_row.export'))
})

test('lineage says which import brought an attribute', async (t) => {
  const { ctx, imports, mapped } = await importBank(t)
  const { id, name } = await mapped('customer_no,aum\nC1,1\n')
  const up = async () =>
    (await lineageOf(ctx, { kind: 'attribute', id: 'customer aum' })).nodes.filter((one) => one.level < 0)
  assert.deepEqual(await up(), [], 'a file that was only looked at brings nothing')
  await imports.runNow(ctx, id, { mode: 'good' })
  assert.deepEqual(
    (await up()).map(({ kind, title }) => [kind, title]),
    [['import', name]],
  )
})

test('a branch sees the imports of its own organisations only', async (t) => {
  const { ctx, imports, org, upload } = await importBank(t)
  const { id } = await upload('customer_no,aum\nC1,1\n')
  const elsewhere = withCtx(ctx, { scope: { path: `${org.path}.org_00000000000000000000000000` } })
  assert.deepEqual((await imports.list(elsewhere, {})).items, [])
  await assert.rejects(imports.get(elsewhere, id), /No such import/)
  assert.equal((await imports.list(withCtx(ctx, { scope: { path: org.path } }), {})).items[0]?.orgName, '总行')
})

test('a name never becomes a path, and a file goes on where its upload broke off', async (t) => {
  const { ctx, imports, folder } = await importBank(t)
  const bytes = Buffer.from('customer_no,aum\nC1,1\n')
  const { id, fileName } = await imports.create(ctx, {
    fileName: '../../etc/\u202ecrontab\u0000.csv',
    size: bytes.length,
  })
  assert.equal(fileName, 'crontab.csv')
  assert.deepEqual(await imports.addPart(ctx, id, 0, bytes.subarray(0, 5)), { received: 5 })
  assert.deepEqual(await imports.addPart(ctx, id, 0, bytes.subarray(0, 5)), { received: 5 })
  assert.deepEqual(await imports.addPart(ctx, id, 12, bytes.subarray(12)), { received: 5 })
  await assert.rejects(imports.finishUpload(ctx, id), /not here as a whole/)
  assert.deepEqual(await imports.addPart(ctx, id, 5, bytes.subarray(5)), { received: bytes.length })
  assert.equal((await imports.finishUpload(ctx, id)).state, 'uploaded')
  assert.deepEqual(await readdir(folder), [id])
  const huge = imports.create(ctx, { fileName: 'x.csv', size: 5000 * 1024 ** 2 })
  await assert.rejects(huge, /larger than 4096 MiB/)
})

test('files are taken away after their time; figures and bad rows stay', async (t) => {
  const { ctx, imports, folder, mapped } = await importBank(t)
  const { id } = await mapped('customer_no,aum\nC1,1\n')
  await imports.runNow(ctx, id, { mode: 'good' })
  assert.equal(await imports.sweep(ctx), 0)
  await ctx.clock.advance(8 * 86_400_000)
  assert.equal(await imports.sweep(ctx), 1)
  assert.deepEqual(await readdir(folder), [])
  const left = await imports.get(ctx, id)
  assert.deepEqual([left.state, left.fileGone, left.counts.accepted], ['done', true, 1])
  await assert.rejects(imports.run(ctx, id, { mode: 'good' }), /taken away/)
  await imports.remove(ctx, id)
  await assert.rejects(imports.get(ctx, id), /No such import/)
})

test('a file that cannot be read is refused with what to do, and does not stay', async (t) => {
  const { ctx, imports, folder, upload } = await importBank(t)
  await assert.rejects(upload('<html><table></table></html>', 'report.xls'), /web page/)
  const [failed] = (await imports.list(ctx, {})).items
  assert.deepEqual(
    [failed?.state, failed?.fileGone, failed?.error?.zh],
    ['failed', true, '这是网页或 XML,不是数据文件'],
  )
  assert.deepEqual(await readdir(folder), [])
})
