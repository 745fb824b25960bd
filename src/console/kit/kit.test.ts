import assert from 'node:assert/strict'
import { test } from 'node:test'
import { changesBetween } from './changes.ts'
import { formatsFor } from './format.ts'
import { cell } from './tableExport.ts'
import { questionOf, readState } from './tableState.ts'
import { branchesOf, withWords } from './tree.ts'

test('a table opens with the question that stands in its address', () => {
  const state = readState(
    new URLSearchParams('q=张&sort=-name&limit=50&state=active&state=locked&other=1&cursor=c1'),
    ['state', 'org'],
    'name',
  )
  assert.deepEqual(state, { q: '张', sort: '-name', limit: 50, cursor: 'c1', filters: { state: ['active', 'locked'] } })
  assert.deepEqual(questionOf(state), { q: '张', sort: '-name', limit: 50, cursor: 'c1', state: ['active', 'locked'] })
})

test('an address with a page size that is not offered opens with the usual one', () => {
  for (const limit of ['7', '100000', 'many', ''])
    assert.equal(readState(new URLSearchParams({ limit }), [], 'name').limit, 20)
})

test('an exported cell is quoted where needed and never run as a formula by a spreadsheet', () => {
  const cases: [string, string][] = [
    ['江城分行', '江城分行'],
    ['a,b', '"a,b"'],
    ['he said "no"', '"he said ""no"""'],
    ['two\nlines', '"two\nlines"'],
    ['=HYPERLINK("http://x")', '"\'=HYPERLINK(""http://x"")"'],
    ['+86138', "'+86138"],
    ['@sum', "'@sum"],
    ['-12.5', '-12.5'],
    ['-1+1', "'-1+1"],
  ]
  for (const [value, written] of cases) assert.equal(cell(value), written)
})

test('money keeps every cent of sums that a number could not hold', () => {
  const { money } = formatsFor('zh')
  assert.equal(money('123456789012345678901', 'CNY'), '¥1,234,567,890,123,456,789.01')
  assert.equal(money(5n, 'CNY'), '¥0.05')
  assert.equal(money(-5n, 'CNY'), '-¥0.05')
  assert.equal(money('1500', 'JPY'), 'JP¥1,500')
})

test('times are those of the bank, wherever the screen is', () => {
  const { time, day, second } = formatsFor('en')
  assert.equal(time('2026-01-04T17:30:05Z'), '2026-01-05 01:30')
  assert.equal(second('2026-01-04T17:30:05Z'), '2026-01-05 01:30:05')
  assert.equal(day('2026-01-04T17:30:05Z'), '2026-01-05')
  assert.equal(time(null), '—')
})

test('lengths of time and sizes are said as a person would', () => {
  const [zh, en] = [formatsFor('zh'), formatsFor('en')]
  assert.equal(zh.span(90_000), '1 分 30 秒')
  assert.equal(en.span(3 * 3_600_000 + 5 * 60_000), '3 h 5 min')
  assert.equal(en.span(12), '12 ms')
  assert.equal(en.bytes(0), '0 B')
  assert.equal(en.bytes(1536), '1.5 KiB')
  assert.equal(en.bytes(300 * 1024 ** 2), '300 MiB')
})

test('an audit entry shows each field that differs, with nested ones by their path', () => {
  const before = { name: '甲', address: { city: '江城', zip: 1 }, tags: ['a'], same: true }
  const after = { name: '乙', address: { city: '江城', zip: 2 }, tags: ['a', 'b'], same: true }
  assert.deepEqual(changesBetween(before, after), [
    { field: 'name', before: '甲', after: '乙' },
    { field: 'address.zip', before: 1, after: 2 },
    { field: 'tags', before: ['a'], after: ['a', 'b'] },
  ])
  assert.deepEqual(changesBetween(undefined, { name: '甲' }), [{ field: 'name', before: undefined, after: '甲' }])
  assert.deepEqual(changesBetween({ name: '甲' }, undefined), [{ field: 'name', before: '甲', after: undefined }])
  assert.deepEqual(changesBetween(before, { ...before }), [])
})

const lines = [
  { id: 'head', parent: null, name: '总行', code: '000' },
  { id: 'east', parent: 'head', name: '东屏分行', code: 'B08' },
  { id: 'lake', parent: 'east', name: '湖滨支行', code: 'S81' },
  { id: 'west', parent: 'head', name: '西川分行', code: 'B07' },
]

test('a branch operator, who sees nothing above his branch, finds it at the top of the tree', () => {
  const [top, ...others] = branchesOf(lines.slice(1, 3))
  assert.equal(top?.title, '东屏分行')
  assert.deepEqual(
    top?.children.map(({ key }) => key),
    ['lake'],
  )
  assert.deepEqual(others, [])
})

test('searching the tree keeps what was found and the way down to it', () => {
  assert.deepEqual(
    withWords(lines, '湖滨').map(({ id }) => id),
    ['head', 'east', 'lake'],
  )
  assert.deepEqual(
    withWords(lines, ' b07 ').map(({ id }) => id),
    ['head', 'west'],
  )
  assert.deepEqual(withWords(lines, '没有'), [])
  assert.equal(withWords(lines, '  ').length, 4)
})
