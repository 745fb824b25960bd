import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import ExcelJS from 'exceljs'
import { parquetWriteBuffer } from 'hyparquet-writer'
import type { Reading } from '../contract.ts'
import type { Limits } from './bytes.ts'
import { openFile } from './reader.ts'

const limits: Limits = { expandedBytes: 1024 ** 3 }

async function fileOf(t: TestContext, content: Buffer | string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'zhixing-read-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  const path = join(folder, 'file')
  await writeFile(path, content)
  return path
}

async function readAll(t: TestContext, content: Buffer | string, reading: Reading = {}, size = 1000) {
  const opened = await openFile(await fileOf(t, content), reading, limits)
  const rows = []
  for await (const piece of opened.pieces(0, size)) rows.push(...piece)
  return { opened, rows, cells: rows.map((row) => ('cells' in row ? row.cells : row.fault.code)) }
}

test('a comma file with a header is read with its lines', async (t) => {
  const { opened, rows } = await readAll(t, '客户号,姓名\r\n1,甲\r\n\r\n2,"乙,丙"\r\n')
  assert.deepEqual(opened.reading, { encoding: 'utf-8', delimiter: ',', header: 1 })
  assert.deepEqual([opened.format, opened.columns], ['csv', ['客户号', '姓名']])
  assert.deepEqual(rows, [
    { line: 2, cells: ['1', '甲'] },
    { line: 4, cells: ['2', '乙,丙'] },
  ])
})

/** GB18030 for the few letters that the tests use; the engine only reads it. */
function gb18030(text: string): Buffer {
  const table = new Map<string, Buffer>()
  const decoder = new TextDecoder('gb18030')
  for (let high = 0x81; high <= 0xfe; high++)
    for (let low = 0x40; low <= 0xfe; low++) {
      if (low === 0x7f) continue
      table.set(decoder.decode(Buffer.from([high, low])), Buffer.from([high, low]))
    }
  return Buffer.concat([...text].map((letter) => table.get(letter) ?? Buffer.from(letter)))
}

test('the encoding is found, with a mark or without', async (t) => {
  const text = '客户号,姓名,开户机构\n1,张三,上海分行\n'
  const wide = Buffer.from(text, 'utf16le')
  const files: [encoding: string, content: Buffer][] = [
    ['utf-8', Buffer.from(text)],
    ['utf-8', Buffer.from(`\ufeff${text}`)],
    ['gb18030', gb18030(text)],
    ['utf-16le', Buffer.concat([Buffer.from([0xff, 0xfe]), wide])],
    ['utf-16be', Buffer.concat([Buffer.from([0xfe, 0xff]), Buffer.from(wide).swap16()])],
    ['utf-16le', Buffer.from('id,name,org\n1,zhang,shanghai\n', 'utf16le')],
  ]
  for (const [encoding, content] of files) {
    const { opened, cells } = await readAll(t, content)
    assert.equal(opened.reading.encoding, encoding)
    assert.equal(opened.columns.length, 3)
    assert.equal((cells[0] as string[])[0], '1')
  }
  const { cells } = await readAll(t, gb18030(text))
  assert.deepEqual(cells, [['1', '张三', '上海分行']])
})

test('a file read in the wrong encoding has bad rows, and no letters that nobody wrote', async (t) => {
  const { cells } = await readAll(t, gb18030('id,name\n1,张三\n2,Li\n'), { encoding: 'utf-8' })
  assert.deepEqual(cells, ['row.encoding', ['2', 'Li']])
})

test('the delimiter is found, and a header that is none is data', async (t) => {
  for (const delimiter of [',', ';', '\t', '|']) {
    const { opened, cells } = await readAll(t, `1${delimiter}2026-01-05\n2${delimiter}2026-01-06\n`)
    assert.deepEqual(
      [opened.reading.delimiter, opened.reading.header, opened.columns],
      [delimiter, 0, ['column_1', 'column_2']],
    )
    assert.equal(cells.length, 2)
  }
})

test('a row with broken quotes costs one line, and one that is never closed does not swallow the file', async (t) => {
  const many = Array.from({ length: 500 }, (_, i) => `${i},x`).join('\n')
  const { rows } = await readAll(t, `id,name\n1,"甲"乙\n2,"丙\n丁"\n3,"never closed\n${many}\n`)
  assert.deepEqual(rows.slice(0, 4), [
    { line: 2, fault: { code: 'row.quotes' }, raw: '1,"甲"乙' },
    { line: 3, cells: ['2', '丙\n丁'] },
    { line: 5, fault: { code: 'row.quotes' }, raw: '3,"never closed' },
    { line: 6, cells: ['0', 'x'] },
  ])
  assert.equal(rows.length, 503)
})

test('a row of another width than its header is bad; empty cells at its end are not', async (t) => {
  const { cells } = await readAll(t, 'a,b\n1,2,,\n1,2,3\n1\n')
  assert.deepEqual(cells, [['1', '2'], 'row.columns', 'row.columns'])
})

test('rows go on after those that were read before, in the same pieces', async (t) => {
  const lines = Array.from({ length: 50 }, (_, i) => `${i}`).join('\n')
  const opened = await openFile(await fileOf(t, `n\n${lines}\n`), { header: 1 }, limits)
  const pieces: number[][] = []
  for await (const piece of opened.pieces(20, 8))
    pieces.push(piece.map((row) => Number('cells' in row && row.cells[0])))
  assert.deepEqual(pieces[0], [20, 21, 22, 23, 24, 25, 26, 27])
  assert.deepEqual(pieces.at(-1), [44, 45, 46, 47, 48, 49])
})

test('a gzipped file is read as it is, and one that unpacks to too much is stopped', async (t) => {
  const { opened, cells } = await readAll(t, gzipSync('id,name\n1,甲\n'))
  assert.deepEqual([opened.compressed, cells], [true, [['1', '甲']]])
  const bomb = await fileOf(t, gzipSync(`id,name\n${'1,aaaaaaaaaaaaaaaaaaaaaaa\n'.repeat(400_000)}`))
  const small = await openFile(bomb, {}, { expandedBytes: 4 * 1024 * 1024 })
  await assert.rejects(async () => {
    for await (const _ of small.pieces(0, 1000));
  }, /unpacks to more than/)
  const cut = gzipSync(`id,name\n${Array.from({ length: 50_000 }, (_, i) => `${i},${i * 7919}`).join('\n')}`)
  await assert.rejects(async () => {
    const half = await openFile(await fileOf(t, cut.subarray(0, cut.length / 2)), {}, limits)
    for await (const _ of half.pieces(0, 1000));
  }, /damaged/)
})

test('JSON lines: objects are opened, long numbers keep their digits, what is no object is bad', async (t) => {
  const { opened, cells } = await readAll(
    t,
    '{"id": 110101199001011234, "value": {"offer id": "a", "n": 1.5}}\n{"id": 2, "tags": ["x", "y"]}\n[1]\n{"id": \n',
  )
  assert.equal(opened.format, 'jsonl')
  assert.deepEqual(opened.columns, ['id', 'value.offer id', 'value.n', 'tags'])
  assert.deepEqual(cells, [
    ['110101199001011234', 'a', 1.5, null],
    [2, null, null, ['x', 'y']],
    'row.not_object',
    'row.json',
  ])
})

test('a workbook: shared texts, days, times, booleans, gaps and the sheet that is asked for', async (t) => {
  const book = new ExcelJS.Workbook()
  const first = book.addWorksheet('客户')
  first.addRow(['客户号', '姓名', '开户日期', '时间', 'AUM', '有效'])
  first.addRow(['C1', '甲 & <乙>', new Date('2026-01-05'), new Date('2026-01-05T09:30:00Z'), 1234.5, true])
  first.addRow([])
  first.addRow([20001, null, null, null, { formula: '1+1', result: 2 }, false])
  first.getColumn(3).numFmt = 'yyyy-mm-dd'
  first.getColumn(4).numFmt = 'yyyy-mm-dd hh:mm:ss'
  book.addWorksheet('别的').addRow(['x', 'y'])
  const content = Buffer.from(await book.xlsx.writeBuffer())
  const { opened, rows } = await readAll(t, content)
  assert.deepEqual(
    [opened.format, opened.sheets, opened.reading],
    ['excel', ['客户', '别的'], { sheet: '客户', header: 1 }],
  )
  assert.deepEqual(opened.columns, ['客户号', '姓名', '开户日期', '时间', 'AUM', '有效'])
  assert.deepEqual(rows, [
    { line: 2, cells: ['C1', '甲 & <乙>', '2026-01-05', '2026-01-05 09:30:00', 1234.5, true] },
    { line: 4, cells: [20001, null, null, null, 2, false] },
  ])
  const other = await readAll(t, content, { sheet: '别的', header: 0 })
  assert.deepEqual(other.cells, [['x', 'y']])
  await assert.rejects(readAll(t, content, { sheet: 'none' }), /no sheet none/)
})

test('Parquet: days, times and numbers by their types, from any row on', async (t) => {
  const count = 5000
  const buffer = parquetWriteBuffer({
    columnData: [
      { name: 'id', data: Array.from({ length: count }, (_, i) => BigInt(i)), type: 'INT64' },
      { name: 'name', data: Array.from({ length: count }, (_, i) => (i % 2 ? `客户${i}` : null)), type: 'STRING' },
      { name: 'at', data: Array.from({ length: count }, () => new Date('2026-01-05T01:00:00Z')), type: 'TIMESTAMP' },
      { name: 'aum', data: Array.from({ length: count }, (_, i) => i / 4), type: 'DOUBLE' },
    ],
    rowGroupSize: 2000,
  })
  const { opened, rows } = await readAll(t, Buffer.from(buffer), {}, 700)
  assert.deepEqual([opened.format, opened.total, opened.columns], ['parquet', count, ['id', 'name', 'at', 'aum']])
  assert.equal(rows.length, count)
  assert.deepEqual(rows[2001], { line: 2002, cells: [2001n, '客户2001', '2026-01-05T01:00:00.000Z', 500.25] })
  const late = []
  for await (const piece of opened.pieces(4500, 1000)) late.push(...piece)
  assert.deepEqual([late.length, late[0]?.line], [500, 4501])
})

test('what a file is, its content says: what cannot be read is refused with what to do', async (t) => {
  const files: [content: Buffer | string, said: RegExp][] = [
    ['', /empty/],
    [Buffer.from('d0cf11e0a1b11ae1', 'hex'), /\.xls\)? or protected/],
    ['<html><table><tr><td>1</td></tr></table>', /web page/],
    ['[{"id": 1}]', /JSON array/],
    [Buffer.from(Array.from({ length: 4000 }, (_, i) => (i * 7919) % 29)), /Not a CSV/],
    [Buffer.from('PK\x03\x04not a real archive', 'latin1'), /damaged/],
    [Buffer.from('PAR1 not a real file PAR1'), /damaged/],
  ]
  for (const [content, said] of files) await assert.rejects(readAll(t, content), said)
})
