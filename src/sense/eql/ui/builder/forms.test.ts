import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { eqlTypes, type SchemaField } from '../../contract.ts'
import { bank } from '../../testing/bank.ts'
import { amountOf, shifted } from './amount.ts'
import { readForBuilder } from './opening.ts'
import { arityOf, includesMissing, operatorsFor, testFor, withOperator } from './operators.ts'
import { fieldAt, search, thingsOf } from './things.ts'

test('an amount is shown in the unit in which it is short, and is the same amount', () => {
  assert.deepEqual(amountOf('500000'), { digits: '50', unit: 4 })
  assert.deepEqual(amountOf('125000000'), { digits: '1.25', unit: 8 })
  assert.deepEqual(amountOf('12345'), { digits: '12345', unit: 0 })
  assert.deepEqual(amountOf('-20000'), { digits: '-2', unit: 4 })
  assert.equal(shifted('0.5', 4), '5000')
  fc.assert(
    fc.property(fc.integer({ min: -9e12, max: 9e12 }), (yuan) => {
      const { digits, unit } = amountOf(String(yuan))
      assert.equal(shifted(digits, unit), String(yuan))
    }),
  )
})

test('of a personal value only whether it is known can be asked', () => {
  const field: SchemaField = { name: 'mobile', zh: '手机号', en: 'Mobile', type: 'text', onlyKnown: true }
  assert.deepEqual(operatorsFor({ type: 'text', field }, 'known'), ['known', 'missing'])
  assert.equal(testFor({ type: 'text', field }).op, 'known')
})

test('rule 13: the operators that hold for the unknown too are known to be so', () => {
  const all = [...new Set(eqlTypes.flatMap((type) => operatorsFor({ type, field: null }, 'known')))]
  const open = all.filter(includesMissing).toSorted()
  assert.deepEqual(open, ['!=', 'false', 'not-between', 'not-contains', 'not-contains-any', 'not-in', 'not-within'])
})

test('another operator keeps the values that still fit', () => {
  const one = { op: '=' as const, values: [{ kind: 'text' as const, value: 'gold' }], window: null }
  const many = withOperator(one, 'in')
  assert.deepEqual(many.values, [{ kind: 'list', items: one.values }])
  assert.deepEqual(withOperator(many, '!=').values, one.values)
  assert.deepEqual(withOperator(one, 'known').values, [])
  for (const type of eqlTypes)
    for (const op of operatorsFor({ type, field: null }, 'known'))
      assert.equal(withOperator(one, op).window !== null, arityOf(op) === 'window')
})

test('what there is is found by its Chinese title, its English one or its name; parts of things only when looked for', () => {
  const things = thingsOf(bank)
  const keys = (typed: string) => search(things, typed).map(({ key }) => key)
  assert.equal(keys('金融资产')[0], 'attribute aum')
  assert.equal(keys('birthday')[0], 'attribute birthday')
  assert.ok(keys('到期日').includes('relation holdings.matures_on'))
  assert.ok(!keys('').includes('relation holdings.matures_on'))
  assert.deepEqual(keys('没有这种东西'), [])
  assert.equal(new Set(keys('')).size, keys('').length)
  const codes = things.filter(({ kind }) => kind === 'attribute').map(({ key }) => key)
  assert.ok(codes.indexOf('attribute aum') < codes.indexOf('attribute mobile'), 'personal values stand last')
  assert.equal(fieldAt(bank, 'holding', ['product', 'category'])?.entity, 'product')
  assert.equal(fieldAt(bank, 'holding', ['product', 'none']), null)
})

test('a text that cannot be read to its end is not opened, one whose names are gone is', () => {
  assert.deepEqual(readForBuilder('  ', bank), { rule: null })
  assert.equal(readForBuilder('aum > 5 and', bank), null)
  assert.equal(readForBuilder('aum > 5 level', bank), null)
  assert.equal(readForBuilder('(aum > 5 or score = 2', bank), null)
  assert.ok(readForBuilder('aum > 5 and nothing_there = 2', bank)?.rule)
  assert.ok(readForBuilder('aum > \'many\' and in segment "nowhere"', bank)?.rule)
})
