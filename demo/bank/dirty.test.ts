import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dirtyCustomers, dirtyHoldings } from './dirty.ts'
import { gb18030 } from './gb18030.ts'
import { digest, sample } from './sample-testing.ts'

const files = [dirtyCustomers(sample), dirtyHoldings(sample)]

test('every character of names is written so that a reader of GB18030 reads it: two bytes, four, and beyond the plane', () => {
  const text = '王䶮、㛃与𠮷,ABC 123“引号”€—'
  assert.equal(new TextDecoder('gb18030', { fatal: true }).decode(gb18030(text)), text)
  assert.equal(gb18030('王').length, 2)
  assert.equal(gb18030('𠮷').length, 4)
})

test('a list in the encoding of its rows tells its header, and the faults are on the lines that are told', () => {
  for (const { bytes, encoding, header, faults, rows } of files) {
    const lines = new TextDecoder(encoding).decode(bytes).split(/\r?\n/)
    assert.equal(lines[0]?.split(',').join(), header.join())
    assert.equal(lines.length - 2, rows + faults.filter(({ fault }) => fault === 'line-break').length)
    for (const { line, fault } of faults) {
      const text = lines[line - 1] ?? ''
      const shown: Partial<Record<typeof fault, RegExp>> = {
        'full-width': /[０-９]/,
        'too-few-columns': /^([^,]*,){5}[^,]*$/,
        'line-break': /^[^"]*"[^"]*$/,
        'amount-with-signs': /,"?¥?[\d,]+\.\d\d元?"?,/,
        scientific: /^\d\.\d+e\+\d+,/,
        'rare-character': /[䶮㛃𠮷]/u,
        'unknown-customer': /,C9\d{7},/,
        'no-number': /^(NULL|-)?,/,
        // Letters of another encoding are nonsense or holes: never the words they were.
        'wrong-encoding': /[\ufffd\u9000-\u9fff鈥锛鐭浜锟]|\ufffd/,
      }
      const expected = shown[fault]
      if (expected) assert.match(text, expected, `${fault} on line ${line}`)
    }
  }
})

test('each kind of fault is there several times, and most rows are right', () => {
  const kinds = new Set(files.flatMap(({ faults }) => faults.map(({ fault }) => fault)))
  assert.equal(kinds.size, 15)
  for (const { faults, rows } of files) {
    assert.ok(rows >= 500 && faults.length > 0.1 * rows && faults.length < 0.3 * rows, `${faults.length} of ${rows}`)
    for (const kind of new Set(faults.map(({ fault }) => fault)))
      assert.ok(faults.filter(({ fault }) => fault === kind).length >= 2, kind)
  }
})

test('the same bank exports the same faults to the byte', () => {
  assert.equal(digest([...dirtyCustomers(sample).bytes]), digest([...(files[0]?.bytes ?? [])]))
})
