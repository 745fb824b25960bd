import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type PersonalKind, personalKinds } from '../contract.ts'
import { mask } from './mask.ts'

const table: Record<PersonalKind, [string, string][]> = {
  mobile: [
    ['13800000000', '138****0000'],
    ['+86 138 0000 0000', '138****0000'],
    ['+85291234567', '+852****4567'],
    ['010-12345678', '01*******78'],
    ['10086', '***86'],
  ],
  name: [
    ['张三', '张*'],
    ['王小明', '王**'],
    ['欧阳娜娜', '欧阳**'],
    ['司马光', '司马*'],
    ['欧阳', '欧*'],
    ['张', '*'],
    ['阿卜杜拉·买买提', '阿***·***'],
    ['𠮷田', '𠮷*'],
    ['Zhang San', 'Z***'],
    ['Li', 'L***'],
  ],
  certificate: [
    ['110101199003071234', '110***********1234'],
    ['11010119900307123X', '110***********123X'],
    ['110101900307123', '1************23'],
    ['E12345678', 'E******78'],
    ['AB', '*B'],
  ],
  card: [
    ['6222021234561234', '6222 **** **** 1234'],
    ['6222 0212 3456 7891 234', '6222 **** **** 1234'],
    ['1234', '**34'],
  ],
  email: [
    ['alice@x.com', 'a***@x.com'],
    ['a@x.com', '***@x.com'],
    ['"a@b"@x.com', '"***@x.com'],
    ['no mail', '***'],
    ['@x.com', '***'],
  ],
  address: [
    ['北京市朝阳区建国路88号3栋1201', '北京市朝阳区****'],
    ['广东省深圳市南山区科技园南路1号', '广东省深圳市南山区****'],
    ['新疆维吾尔自治区喀什地区疏附县团结路12号院', '新疆维吾尔自治区喀什地区疏附县****'],
    ['阳光小区3号楼1201室', '阳光小****'],
    ['北京市朝阳区', '北****'],
    ['5 Main Street, Springfield', '5 Main****'],
    ['三楼', '****'],
  ],
  openid: [
    ['oABCD1234567890abcdefghijklm', 'oABC****jklm'],
    ['short', '****'],
  ],
}

for (const kind of personalKinds) {
  test(`what is shown of the ${kind} of a customer is masked`, () => {
    for (const [value, shown] of table[kind]) assert.equal(mask(kind, value), shown, value)
  })
}

test('what is blank stays blank, and blanks around a value change nothing', () => {
  for (const kind of personalKinds) {
    assert.equal(mask(kind, ' '), '')
    for (const [value, shown] of table[kind]) assert.equal(mask(kind, ` ${value} `), shown)
  }
})

test('no mask ever shows all of a value, whatever was typed into the field', () => {
  const letters = (shown: string) => [...shown.replace(/[*\s]/g, '')].length
  fc.assert(
    fc.property(fc.constantFrom(...personalKinds), fc.string({ unit: 'grapheme', minLength: 1 }), (kind, value) => {
      fc.pre(letters(value) > 0 && !value.includes('*'))
      assert.ok(letters(mask(kind, value)) < letters(value), mask(kind, value))
    }),
    { numRuns: 2000 },
  )
})

test('of any mobile, certificate or card at most half is shown beyond its fixed form', () => {
  const digits = fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: 1, maxLength: 30 })
  fc.assert(
    fc.property(digits, (value) => {
      const seen = (kind: PersonalKind) => mask(kind, value).replace(/[* ]/g, '').length
      assert.ok(seen('certificate') <= value.length / 2)
      assert.ok(seen('card') <= Math.max(value.length / 2, value.length >= 12 ? 8 : 0))
      assert.ok(seen('mobile') <= Math.max(value.length / 2, 7))
    }),
  )
})
