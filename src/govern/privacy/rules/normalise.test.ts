import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type PersonalKind, personalKinds } from '../contract.ts'
import { normalise } from './normalise.ts'

const same: Record<PersonalKind, string[][]> = {
  mobile: [
    [
      '13800000000',
      '138 0000 0000',
      '138-0000-0000',
      '+8613800000000',
      '+86 138 0000 0000',
      '8613800000000',
      '008613800000000',
      '０086-13800000000',
      '１３８００００００００',
      ' (+86)13800000000 ',
    ],
    ['+85291234567', '00852 9123 4567', '+852-9123-4567'],
    ['01012345678', '010-12345678', '(010) 1234 5678'],
  ],
  name: [
    ['张三', ' 张三 ', '张三　'],
    ['阿卜杜拉·买买提', '阿卜杜拉•买买提', '阿卜杜拉 · 买买提', '阿卜杜拉・买买提'],
    ['ZHANG SAN', 'Zhang  San', 'zhang san', 'Ｚｈａｎｇ Ｓａｎ'],
  ],
  certificate: [['11010119900307123X', '11010119900307123x', '110101 19900307 123X', '１１０１０１19900307123Ｘ']],
  card: [['6222021234561234', '6222 0212 3456 1234', '6222-0212-3456-1234']],
  email: [['alice@x.com', 'Alice@X.COM', ' alice@x.com', 'ａlice@x.com']],
  address: [['北京市朝阳区建国路88号', '北京市 朝阳区 建国路８８号', '北京市，朝阳区，建国路88号']],
  openid: [['oAbC_123', ' oAbC_123 ']],
}

for (const kind of personalKinds) {
  test(`the ${kind} of a customer is found however it was typed`, () => {
    for (const [form = '', ...others] of same[kind])
      for (const typed of others) assert.equal(normalise(kind, typed), form, typed)
  })
}

test('what is another value stays another value', () => {
  assert.notEqual(normalise('openid', 'oABC'), normalise('openid', 'oAbC'))
  assert.notEqual(normalise('name', '张三'), normalise('name', '张 三'))
  assert.notEqual(normalise('mobile', '13800000000'), normalise('mobile', '+85213800000'))
  assert.notEqual(normalise('mobile', '+8601012345678'), normalise('mobile', '13800000000'))
})

test('the normal form of a normal form is itself, so that an index can be made again from kept values', () => {
  fc.assert(
    fc.property(fc.constantFrom(...personalKinds), fc.string({ unit: 'grapheme' }), (kind, value) => {
      const form = normalise(kind, value)
      assert.equal(normalise(kind, form), form)
    }),
    { numRuns: 2000 },
  )
})
