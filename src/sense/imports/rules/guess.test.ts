import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Mapping } from '../contract.ts'
import { guessColumn, isCard, isCertificate, suggestMapping } from './guess.ts'
import { safeCell } from './sheet.ts'

const columns: [name: string, cells: (string | number | null)[], type: string, personal: string | null][] = [
  ['c', ['1', '2', '3'], 'integer', null],
  ['c', ['1.5', '2', '3'], 'number', null],
  ['余额', ['100', '2'], 'money', null],
  ['c', ['¥1', '¥2.50'], 'money', null],
  ['c', ['是', '否', '是'], 'boolean', null],
  ['flag', ['0', '1', '1'], 'integer', null],
  ['c', ['2026/1/5', '2026/12/31'], 'day', null],
  ['c', ['20260105', '20251231'], 'day', null],
  ['c', ['2026-01-05 09:00:00'], 'time', null],
  ['c', ['00123', '00456'], 'text', null],
  ['c', ['110101199001011234567', '110101199001011234568'], 'text', null],
  ['c', ['理财、基金', '保险、基金'], 'list', null],
  ['c', ['19900000001', '19900000002'], 'text', 'mobile'],
  ['c', ['a@example.com', 'b@example.com'], 'text', 'email'],
  ['姓名', ['测试甲'], 'text', 'name'],
  ['客户号', ['100001', '100002'], 'text', null],
  ['订单金额', [], 'text', null],
]

test('a column is what nearly all of its values are, and what its name says where that could mislead', () => {
  for (const [name, cells, type, personal] of columns) {
    const guess = guessColumn(name, cells)
    assert.deepEqual([guess.type, guess.personal], [type, personal], `${name} ${cells.join(' ')}`)
  }
})

test('a certificate and a card are told by their check digits', () => {
  assert.equal(isCertificate('11010519491231002X'), true, 'the example of the standard')
  assert.equal(isCertificate('110105194912310021'), false)
  assert.equal(isCard('4111111111111111'), true)
  assert.equal(isCard('4111111111111112'), false)
})

test('headers in Chinese and English give a mapping to begin with', () => {
  const uses = (headers: Record<string, string[]>): [Mapping['target'], string[]] => {
    const seen = Object.entries(headers).map(([name, cells]) => ({ name, ...guessColumn(name, cells) }))
    const { target, columns } = suggestMapping(seen, [{ name: 'preferred_channel', title: '渠道偏好' }])
    return [target, columns.map(({ as, kind, name }) => [as, kind ?? name].filter(Boolean).join(' '))]
  }
  const day = ['2026-01-05']
  assert.deepEqual(
    uses({ 客户号: ['C1'], 姓名: ['甲'], '手机号(主)': ['19900000001'], 渠道偏好: ['短信'], 统计日期: day }),
    ['customers', ['identity customer_no', 'value name', 'identity mobile', 'value preferred_channel', 'time']],
  )
  assert.deepEqual(uses({ CustomerId: ['1'], event_name: ['x'], event_time: ['2026-01-05 09:00'], Amount: ['5'] }), [
    'events',
    ['identity customer_no', 'event', 'time', 'value amount'],
  ])
  assert.deepEqual(uses({ product_code: ['P1'], 名称: ['x'], 手机: ['19900000001'] }), [
    'customers',
    ['value product_id', 'value column_2', 'identity mobile'],
  ])
  assert.deepEqual(uses({ product_code: ['P1'], productName: ['x'] }), ['items', ['id', 'value product_name']])
})

test('nothing in a sheet runs as a formula, and numbers stay numbers', () => {
  const cells: [string, string][] = [
    ['=1+1', "'=1+1"],
    ['+SUM(A1)', "'+SUM(A1)"],
    ['-2+3', "'-2+3"],
    ['@x', "'@x"],
    ['\t=1', "'\t=1"],
    [' =1', "' =1"],
    ['＝1', "'＝1"],
    ['-12.5', '-12.5'],
    ['a"b', '"a""b"'],
  ]
  for (const [given, safe] of cells) assert.equal(safeCell(given), safe)
})
