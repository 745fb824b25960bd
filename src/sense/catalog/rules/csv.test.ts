import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Problem } from '../../../platform/problem.ts'
import { readPlan, type Sheet, writePlan } from './csv.ts'

const sheet: Sheet = {
  events: [
    { name: '=cmd()', zh: '购买,"理财"', en: 'Buy', mode: 'strict', owner: "'李强", description: '第一行\n第二行' },
    { name: 'empty', zh: '', en: '', mode: 'off', owner: '', description: '' },
  ],
  properties: [
    {
      ...{ event: '', name: 'version', zh: '版本', en: 'Version', type: 'text', codes: null },
      ...{ unit: '', required: false, personal: null, description: '' },
    },
    {
      ...{ event: '=cmd()', name: 'channel', zh: '渠道', en: 'Channel', type: 'text', codes: ['app', 'web'] },
      ...{ unit: '', required: true, personal: null, description: '来源' },
    },
    {
      ...{ event: '=cmd()', name: 'mobile', zh: '', en: '', type: 'text', codes: null },
      ...{ unit: '', required: false, personal: 'mobile', description: '' },
    },
  ],
}

test('a plan comes back from its sheet as it was, in either language, and no cell is a formula', () => {
  for (const lang of ['zh', 'en'] as const) {
    const written = writePlan(sheet, lang)
    assert.equal(written[0], '\ufeff')
    assert.doesNotMatch(written, /(^|,)[=+@]/m)
    assert.deepEqual(readPlan(written), sheet)
  }
})

test('every wrong line of a sheet is named, and nothing is read from it', () => {
  const head = '事件名,属性名,类型,校验方式,个人信息,可取值\n'
  const wrong: [string, RegExp][] = [
    ['buy,a,date,,,\n', /第 2 行.*类型/],
    ['buy,a,text,loud,,\n', /第 2 行.*校验方式/],
    ['buy,a,text,,phone,\n', /第 2 行.*个人信息/],
    ['buy,a,,,,\nbuy,a,,,,\n', /第 3 行.*重复/],
    [',,text,,,\n', /都为空/],
    ['a\u0001b,,,,,\n', /可见字符/],
    ['buy,a,text,,,x||y\n', /可取值/],
    ['"buy,a\n', /引号/],
    ['', /没有内容/],
  ]
  for (const [lines, says] of wrong)
    assert.throws(
      () => readPlan(head + lines),
      (error) => error instanceof Problem && error.kind === 'invalid' && says.test(error.fields[0]?.message.zh ?? ''),
      lines,
    )
  assert.throws(() => readPlan('name,type\nx,y'), /event is missing/)
})

test('a sheet made by hand needs only names: the rest has its usual value', () => {
  const read = readPlan('event,property\r\nbuy,amount\r\n\r\n,app_version\r\n')
  assert.deepEqual(
    [
      read.events.map(({ name, mode }) => [name, mode]),
      read.properties.map(({ event, name, type }) => [event, name, type]),
    ],
    [
      [['buy', 'warn']],
      [
        ['buy', 'amount', 'text'],
        ['', 'app_version', 'text'],
      ],
    ],
  )
})
