import assert from 'node:assert/strict'
import { test } from 'node:test'
import { customerAt, makeBank } from '../../../demo/bank/bank.ts'
import { type DirtyFile, dirtyCustomers, dirtyHoldings } from '../../../demo/bank/dirty.ts'
import type { Envelope } from '../collect/contract.ts'
import type { Mapping } from './contract.ts'
import { importBank } from './testing/testing.ts'

// Two exports with the faults of real ones, as the practice bank makes them: each fault is told there with its line, and here
// what must become of it.

const bank = makeBank({ seed: 7, customers: 600, from: '2025-07-01', days: 120 })

/** Looks at a file as the screen does, takes what is suggested, runs the good rows. */
async function imported(t: Parameters<typeof importBank>[0], file: DirtyFile, change: (mapping: Mapping) => Mapping) {
  const { ctx, imports, upload, map, log } = await importBank(t)
  const { id } = await upload(Buffer.from(file.bytes), file.name)
  const { suggestion, reading } = await imports.preview(ctx, id, {})
  assert.equal(reading.encoding, file.encoding, 'found by looking, though some rows are in another')
  await map(id, change(suggestion), reading)
  await imports.runNow(ctx, id, { mode: 'good' })
  const { items } = await imports.badRows(ctx, id, { limit: 200 })
  return {
    counts: (await imports.get(ctx, id)).counts,
    stored: [...log.kept.values()],
    /** Why the rows with this fault were refused; `taken` where one was not. */
    reasons(fault: DirtyFile['faults'][number]['fault']): string[] {
      const lines = file.faults.filter((one) => one.fault === fault).map(({ line }) => line)
      assert.ok(lines.length > 0, fault)
      const codes = lines.map((line) => items.find((one) => one.line === line)?.code ?? 'taken')
      return [...new Set(codes)].sort()
    },
    others: items.filter(({ line }) => !file.faults.some((one) => one.line === line)),
  }
}

test('a customer list in GB18030 with rows in UTF-8: each fault is mended without loss, or refused with its line and reason', async (t) => {
  const file = dirtyCustomers(bank)
  const { counts, stored, reasons, others } = await imported(t, file, (suggestion) => suggestion)
  assert.deepEqual(others, [], 'no row without a fault is refused')
  assert.equal(counts.read, file.rows)
  assert.equal(counts.accepted + counts.bad, file.rows)

  for (const mended of ['full-width', 'other-date', 'spaces', 'rare-character', 'line-break', 'duplicate'] as const)
    assert.deepEqual(reasons(mended), ['taken'], mended)
  assert.deepEqual(reasons('wrong-date'), ['value.day'])
  assert.deepEqual(reasons('wrong-encoding'), ['row.encoding'])
  assert.deepEqual(reasons('too-few-columns'), ['row.columns'])
  assert.deepEqual(reasons('no-number'), ['taken'], 'known by certificate and mobile')
  const mobiles = reasons('broken-mobile')
  assert.ok(mobiles.includes('identity.mobile') && mobiles.every((code) => ['identity.mobile', 'taken'].includes(code)))

  const byNo = Map.groupBy(stored, (one) => idOf(one, 'customer_no') ?? '')
  for (const { fault, customer } of file.faults) {
    const index = Number(customer.slice(1)) - 1
    const { mobile, birthday, openedOn, name } = customerAt(bank, index)
    const rows = byNo.get(customer) ?? []
    if (fault === 'full-width')
      assert.ok(
        rows.some((one) => idOf(one, 'mobile') === mobile),
        'number and mobile as everywhere else',
      )
    if (fault === 'other-date')
      assert.ok(
        rows.some(({ profile }) => profile?.values.birthday === birthday && profile.values.open_date === openedOn),
      )
    if (fault === 'rare-character')
      assert.ok(
        rows.some(({ profile }) => /[䶮㛃𠮷]/u.test(String(profile?.values.name)) && profile?.values.name !== name),
      )
    if (fault === 'line-break')
      assert.ok(rows.some(({ profile }) => String(profile?.values.address).endsWith('\n(请勿致电)')))
    const first = file.faults.some((one) => one.customer === customer && one.fault !== 'duplicate') ? 0 : 1
    if (fault === 'duplicate') assert.ok(rows.length >= 1 + first, 'both are kept: the later says where he lives now')
  }
  const seen = stored.flatMap(({ ids }) => ids).filter(({ kind }) => kind === 'mobile')
  assert.ok(
    seen.every(({ value }) => /^1\d{10}$/.test(value)),
    'no half number, nor two in one, names anybody',
  )
  assert.ok(!stored.some(({ ids }) => ids.some(({ value }) => ['', 'NULL', '-', '无'].includes(value))))
})

test('holdings that a spreadsheet saved: signs of money are read, rounded numbers and impossible days are refused', async (t) => {
  const file = dirtyHoldings(bank)
  const columns: Mapping['columns'] = [
    { column: '持仓编号', as: 'id' },
    { column: '客户号', as: 'value', name: 'customer_no', type: 'text' },
    { column: '产品编号', as: 'value', name: 'product_no', type: 'text' },
    { column: '余额', as: 'value', name: 'balance', type: 'money' },
    { column: '起始日', as: 'value', name: 'opened_on', type: 'day' },
    { column: '到期日', as: 'value', name: 'matures_on', type: 'day' },
    { column: '更新时间', as: 'time' },
  ]
  const { counts, stored, reasons, others } = await imported(t, file, () => ({
    target: 'items',
    item: 'holding',
    columns,
  }))
  assert.deepEqual(others, [])
  assert.equal(counts.read, file.rows)
  assert.equal(counts.accepted + counts.bad + counts.duplicates, file.rows)

  for (const mended of ['full-width', 'amount-with-signs', 'other-date', 'duplicate', 'unknown-customer'] as const)
    assert.deepEqual(reasons(mended), ['taken'], mended)
  assert.deepEqual(reasons('wrong-date'), ['value.day'])
  assert.deepEqual(reasons('wrong-encoding'), ['row.encoding'])
  assert.deepEqual(reasons('scientific'), ['value.rounded'], 'two holdings would have become one')
  // What a sheet writes where there is nothing is nothing; two points in a number are a fault.
  assert.deepEqual(reasons('wrong-amount'), ['taken', 'value.money'])

  const lines = new TextDecoder('utf-8').decode(file.bytes).split('\r\n')
  const balances = new Map(stored.map(({ item }) => [item?.id, item?.values.balance]))
  for (const { line } of file.faults.filter(({ fault }) => fault === 'amount-with-signs' || fault === 'full-width')) {
    const [, no, , , shown = ''] = /^([^,]*),([^,]*),([^,]*),("[^"]*"|[^,]*),/.exec(lines[line - 1] ?? '') ?? []
    const fen = Number(
      shown
        .normalize('NFKC')
        .replace(/[^\d.]/g, '')
        .replace('.', ''),
    )
    assert.equal(balances.get(no), fen, `line ${line}: ${shown}`)
  }
})

function idOf({ ids }: Envelope, kind: string): string | undefined {
  return ids.find((one) => one.kind === kind)?.value
}
