import assert from 'node:assert/strict'
import { test } from 'node:test'
import { homeZone, zone } from '../../../platform/time/zone.ts'
import type { ValueType } from '../contract.ts'
import type { Cell } from './row.ts'
import { identityOf, instantOf, understand } from './value.ts'

const read = (type: ValueType, cell: Cell) => {
  const found = understand(type, cell, homeZone)
  return found && ('value' in found ? found.value : found.fault)
}

const days: [given: Cell, day: string | undefined][] = [
  ['2026-01-05', '2026-01-05'],
  ['2026/1/5', '2026-01-05'],
  ['2026.1.5', '2026-01-05'],
  ['2026年1月5日', '2026-01-05'],
  ['２０２６年１月５日', '2026-01-05'],
  ['20260105', '2026-01-05'],
  [20260105, '2026-01-05'],
  [46027, '2026-01-05'],
  ['46027', '2026-01-05'],
  ['46027.5', '2026-01-05'],
  ['2026-01-05 09:30:00', '2026-01-05'],
  ['9999-12-31', '9999-12-31'],
  ['2026-02-30', 'value.day'],
  ['2026-1/5', 'value.day'],
  ['05/01/2026', 'value.day'],
  ['2026-01-05 lunch', 'value.day'],
  ['12', 'value.day'],
  ['', undefined],
  ['NULL', undefined],
  [null, undefined],
]

test('a day is read however banks and spreadsheets write it, and never guessed', () => {
  for (const [given, day] of days) assert.equal(read('day', given), day, String(given))
})

const times: [given: string, shanghai: string | undefined][] = [
  ['2026-01-05 09:00:00', '2026-01-05T01:00:00.000Z'],
  ['2026/1/5 9:00', '2026-01-05T01:00:00.000Z'],
  ['2026年1月5日 9时30分', '2026-01-05T01:30:00.000Z'],
  ['2026年1月5日下午3:05', '2026-01-05T07:05:00.000Z'],
  ['2026-01-05 上午12:30', '2026-01-04T16:30:00.000Z'],
  ['20260105093000', '2026-01-05T01:30:00.000Z'],
  ['2026-01-05T01:00:00Z', '2026-01-05T01:00:00.000Z'],
  ['2026-01-05T09:00:00+08:00', '2026-01-05T01:00:00.000Z'],
  ['2026-01-05 09:00:00.123456', '2026-01-05T01:00:00.123Z'],
  ['1767574800', '2026-01-05T01:00:00.000Z'],
  ['1767574800000', '2026-01-05T01:00:00.000Z'],
  ['46027.375', '2026-01-05T01:00:00.000Z'],
  ['2026-01-05', '2026-01-04T16:00:00.000Z'],
  ['２０２６－０１－０５　０９：００', '2026-01-05T01:00:00.000Z'],
  ['2026-01-05 25:00', undefined],
  ['2026-13-05 09:00', undefined],
  ['yesterday', undefined],
]

test('a time without an offset is one on the wall of the zone', () => {
  for (const [given, iso] of times) {
    const found = instantOf(given, homeZone)
    assert.equal(found === undefined ? undefined : new Date(found).toISOString(), iso, given)
  }
  // Clocks went forward in New York on 8 March 2026: the day has 23 hours.
  const there = (text: string) => new Date(instantOf(text, zone('America/New_York')) ?? 0).toISOString()
  assert.equal(there('2026-03-08 01:30'), '2026-03-08T06:30:00.000Z')
  assert.equal(there('2026-03-08 12:00'), '2026-03-08T16:00:00.000Z')
})

const numbers: [type: ValueType, given: Cell, value: unknown][] = [
  ['integer', '１２３４', 1234],
  ['integer', '1,234', 1234],
  ['integer', '12.5', 'value.integer'],
  ['number', '-0.5', -0.5],
  ['number', '12%', 0.12],
  ['number', '(1,234.50)', -1234.5],
  ['number', '1,23', 'value.number'],
  ['number', '--', 'value.number'],
  ['number', '12345678901234567890', 'value.rounded'],
  ['number', '100000000000000000000', 100000000000000000000],
  ['money', '¥1,234.50元', 123_450],
  ['money', '￥１２３４．５', 123_450],
  ['money', '12.5万', 12_500_000],
  ['money', '0.1234567万', 'value.money_parts'],
  ['money', '0.123456万', 123_456],
  ['money', '人民币3亿元', 30_000_000_000],
  ['money', '-¥5', -500],
  ['money', '(1,234.00)', -123_400],
  ['money', '0.1', 10],
  ['money', '.29', 29],
  ['money', '-0.00', 0],
  ['money', '1.005', 'value.money_parts'],
  ['money', '1.0050000', 'value.money_parts'],
  ['money', '1.50000', 150],
  ['money', '1.5e3', 150_000],
  ['money', '1.5e-3', 'value.money_parts'],
  ['money', '1e300', 'value.money_parts'],
  ['money', '12%', 'value.money'],
  ['money', '90071992547409.91', 9_007_199_254_740_991],
  ['money', '90071992547409.92', 'value.rounded'],
  ['money', '1-2', 'value.money'],
  ['money', '面议', 'value.money'],
  ['boolean', '是', true],
  ['boolean', 'N', false],
  ['boolean', true, true],
  ['boolean', '也许', 'value.boolean'],
  ['list', '理财、基金;保险', ['理财', '基金', '保险']],
  ['list', ['a', 'b'], ['a', 'b']],
  ['text', '  张三 ', '张三'],
  ['text', 'a\u0000b', 'value.control'],
  ['text', 'x'.repeat(8192), 'value.too_long'],
]

test('numbers, amounts and answers come as they are meant, or the row is bad', () => {
  for (const [type, given, value] of numbers) assert.deepEqual(read(type, given), value, `${type} ${String(given)}`)
})

test('an identity that a spreadsheet has rounded is nobody', () => {
  const id = (cell: Cell) => {
    const found = identityOf(cell)
    return found && ('value' in found ? found.value : found.fault)
  }
  assert.equal(id('１９９００００００１'), '1990000001')
  assert.equal(id(' 19900000001 '), '19900000001')
  assert.equal(id(100123), '100123')
  assert.equal(id('1.10101E+17'), 'value.rounded')
  assert.equal(id(110101199001011000), 'value.rounded')
  assert.equal(id(110101199001011234n), '110101199001011234')
  assert.equal(id('  '), undefined)
  assert.equal(id('无'), undefined)
})

test('half a mobile number, or two in one cell, names nobody', () => {
  const mobile = (cell: Cell) => {
    const found = identityOf(cell, 'mobile')
    return found && ('value' in found ? 'taken' : found.fault)
  }
  for (const right of [
    '19900000001',
    '+86 199 0000 0001',
    '0086-19900000001',
    '8619900000001',
    19900000001,
    '+85290000001',
  ])
    assert.equal(mobile(right), 'taken', String(right))
  for (const wrong of ['1990000', '19900000001/19900000002', '019900000001', '199000000012', '010-12345678', '+86123'])
    assert.equal(mobile(wrong), 'identity.mobile', wrong)
  assert.deepEqual(identityOf('a@b@c', 'email'), { fault: 'identity.email' })
  assert.deepEqual(identityOf('a@example.com', 'email'), { value: 'a@example.com' })
})
