import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { crc32, deflateRawSync } from 'node:zlib'
import { recordsOf } from './readers/csv.ts'
import { openFile } from './readers/reader.ts'
import { importBank } from './testing/testing.ts'

const limits = { expandedBytes: 64 * 1024 ** 3 }

async function folderOf(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'zhixing-hostile-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  return folder
}

/** A minimal archive; `claims` is the size its directory says, whatever comes out. */
function zipOf(entries: { name: string; content: Buffer; claims?: number }[]): Buffer {
  const locals: Buffer[] = []
  const directory: Buffer[] = []
  let at = 0
  for (const { name, content, claims } of entries) {
    const packed = deflateRawSync(content)
    const shared = Buffer.alloc(26)
    shared.writeUInt16LE(20, 0)
    shared.writeUInt16LE(8, 4)
    shared.writeUInt32LE(crc32(content), 10)
    shared.writeUInt32LE(packed.length, 14)
    shared.writeUInt32LE(claims ?? content.length, 18)
    shared.writeUInt16LE(name.length, 22)
    const local = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), shared, Buffer.from(name), packed])
    const tail = Buffer.alloc(14)
    tail.writeUInt32LE(at, 10)
    directory.push(Buffer.from('PK\x01\x02\x14\x00', 'latin1'), shared, tail, Buffer.from(name))
    locals.push(local)
    at += local.length
  }
  const list = Buffer.concat(directory)
  const end = Buffer.alloc(22)
  end.write('PK\x05\x06', 'latin1')
  end.writeUInt16LE(entries.length, 8)
  end.writeUInt16LE(entries.length, 10)
  end.writeUInt32LE(list.length, 12)
  end.writeUInt32LE(at, 16)
  return Buffer.concat([...locals, list, end])
}

const book = {
  name: 'xl/workbook.xml',
  content: Buffer.from('<workbook xmlns:r="x"><sheets><sheet name="a" r:id="r1"/></sheets></workbook>'),
}
const relations = {
  name: 'xl/_rels/workbook.xml.rels',
  content: Buffer.from('<Relationships><Relationship Id="r1" Target="worksheets/sheet1.xml"/></Relationships>'),
}
const sheet = (content: string | Buffer, claims?: number) => ({
  name: 'xl/worksheets/sheet1.xml',
  content: Buffer.from(content),
  ...(claims === undefined ? {} : { claims }),
})

test('a workbook that unpacks to far more than it says is stopped, and its memory with it', async (t) => {
  const path = join(await folderOf(t), 'bomb')
  const rows = `<sheetData><row><c t="str"><v>a</v></c></row>${' '.repeat(5 * 1024 ** 2)}`
  await writeFile(path, zipOf([book, relations, sheet(rows, 1000)]))
  const before = process.memoryUsage().rss
  const opening = async () => {
    const opened = await openFile(path, { header: 1 }, limits)
    for await (const _ of opened.pieces(0, 1000));
  }
  await assert.rejects(opening(), /damaged|unpacks/)
  const rowsOnly = zipOf([
    book,
    relations,
    sheet(Buffer.from(`<sheetData>${`<row ${' '.repeat(10_000)}/>`.repeat(20_000)}`), 1000),
  ])
  await writeFile(path, rowsOnly)
  await assert.rejects(opening(), /unpacks/)
  assert.ok(process.memoryUsage().rss - before < 1.5 * 1024 ** 3)
})

test('a workbook with entities of its own, or cells beyond the last column, is refused', async (t) => {
  const path = join(await folderOf(t), 'file')
  const open = async (content: string) => {
    await writeFile(path, zipOf([book, relations, sheet(content)]))
    const opened = await openFile(path, { header: 0 }, limits)
    for await (const _ of opened.pieces(0, 10));
  }
  const entities = '<!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c SYSTEM "file:///etc/passwd">]><sheetData></sheetData>'
  await assert.rejects(open(entities), /damaged/)
  await assert.rejects(open('<sheetData><row r="1"><c r="ZZZ1"><v>1</v></c></row></sheetData>'), /damaged/)
  await open('<sheetData><row r="1"><c r="A1"><v>1</v></c></row></sheetData>')
})

test('a line of a thousand million letters is one bad row, and holds no memory', async () => {
  const chunk = Buffer.alloc(4 * 1024 * 1024, 'x')
  async function* content() {
    yield Buffer.from('customer_no,aum\nC1,1\n')
    for (let i = 0; i < 256; i++) yield chunk
    yield Buffer.from('\nC2,2\n')
  }
  const before = process.memoryUsage().rss
  const rows = []
  for await (const set of recordsOf(content(), 'utf-8', ',')) rows.push(...set)
  assert.deepEqual(
    rows.map((row) => [row.line, 'fault' in row ? row.fault.code : row.cells]),
    [
      [1, ['customer_no', 'aum']],
      [2, ['C1', '1']],
      [3, 'row.too_long'],
      [4, ['C2', '2']],
    ],
  )
  assert.ok(process.memoryUsage().rss - before < 300 * 1024 ** 2)
})

test('two hundred thousand rows pass through in pieces', async (t) => {
  const { ctx, imports, log, mapped } = await importBank(t)
  const columns = Array.from({ length: 20 }, (_, i) => `value_${i}`)
  const lines = [`customer_no,mobile,open_date,${columns.join(',')}`]
  for (let i = 0; i < 200_000; i++)
    lines.push(
      `C${i},199${String(i).padStart(8, '0')},2026-01-05,${columns.map((_, c) => (i * 7 + c) % 1000).join(',')}`,
    )
  const { id } = await mapped(`${lines.join('\n')}\n`)
  lines.length = 0
  // The log that stands for the collection must not be what fills the memory.
  log.after = () => log.kept.clear()
  let most = 0
  const before = process.memoryUsage().rss
  const done = await imports.runNow(ctx, id, { mode: 'good' }, () => {
    most = Math.max(most, process.memoryUsage().rss)
  })
  assert.equal(done.counts.accepted, 200_000)
  assert.ok(most - before < 400 * 1024 ** 2, `${Math.round((most - before) / 1024 ** 2)} MiB more`)
})

const shared = process.env.ZHIXING_SHARED_DATA ?? join(import.meta.dirname, '../../../../shared/data')

const real: [file: string, rows: number, identity: string | undefined][] = [
  ['bank-churn/Churn_Modelling.csv.gz', 10_000, 'CustomerId'],
  ['hillstrom/hillstrom.csv.gz', 64_000, undefined],
  ['german-credit/german.csv.gz', 1000, undefined],
]

for (const [file, rows, identity] of real)
  test(`real data comes through by the mapping that is suggested: ${file}`, async (t) => {
    const path = join(shared, file)
    if (!existsSync(path)) return t.skip(`no ${path}`)
    const { ctx, imports, log, upload, map } = await importBank(t)
    const { id } = await upload(await readFile(path), file)
    const { suggestion, compressed } = await imports.preview(ctx, id, {})
    assert.equal(compressed, true)
    const [first, ...others] = suggestion.columns
    // A file without a number of the customer: its rows are items under whatever stands first.
    const items = {
      target: 'items' as const,
      item: 'row',
      columns: [{ column: first?.column ?? '', as: 'id' as const }, ...others],
    }
    await map(id, identity ? suggestion : items)
    const checked = await imports.checkNow(ctx, id)
    assert.deepEqual([checked.checked?.rows, checked.checked?.bad], [rows, 0])
    const done = await imports.runNow(ctx, id, { mode: 'all' })
    assert.equal(done.counts.accepted + done.counts.duplicates, rows)
    if (!identity) return
    assert.equal(suggestion.columns.find(({ column }) => column === identity)?.as, 'identity')
    const churned = [...log.kept.values()].reduce((sum, one) => sum + Number(one.profile?.values.exited), 0)
    assert.equal(churned, 2037, 'the published figure')
    const again = await imports.runNow(ctx, id, { mode: 'all' })
    assert.deepEqual([again.counts.accepted, again.counts.duplicates], [0, rows])
  })
