import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Value } from 'typebox/value'
import {
  add,
  allocate,
  type Currency,
  compare,
  currencies,
  divide,
  formatMoney,
  formatMoneyShort,
  isCurrency,
  MoneyWire,
  money,
  moneyDigits,
  moneyFromWire,
  moneyToWire,
  negate,
  parseMoney,
  type Rounding,
  subtract,
  sum,
  timesBasisPoints,
  zero,
} from './money.ts'
import { Problem } from './problem.ts'

const codes = Object.keys(currencies).filter(isCurrency)
const anyCurrency = fc.constantFrom(...codes)
const anyAmount = fc.bigInt({ min: -(2n ** 62n), max: 2n ** 62n })
const anyMoney = fc.tuple(anyAmount, anyCurrency).map(([amount, currency]) => money(amount, currency))
const cny = (amount: bigint) => money(amount, 'CNY')

const refused = (code: string) => (error: unknown) =>
  error instanceof Problem && error.kind === 'invalid' && error.code === code && error.fields[0]?.field === 'amount'

test('an amount that was shown can be typed back without losing a cent', () => {
  fc.assert(
    fc.property(anyMoney, (value) => {
      assert.deepEqual(parseMoney(formatMoney(value), value.currency), value)
      assert.deepEqual(parseMoney(moneyDigits(value), value.currency), value)
      assert.deepEqual(parseMoney(`${value.currency} ${moneyDigits(value)}`, value.currency), value)
    }),
  )
})

test('an amount crosses the wire as text and comes back the same, beyond what a JSON number holds', () => {
  fc.assert(
    fc.property(anyMoney, (value) => {
      const wire = JSON.parse(JSON.stringify(moneyToWire(value)))
      assert.ok(Value.Check(MoneyWire, wire))
      assert.deepEqual(moneyFromWire(wire), value)
    }),
  )
  assert.deepEqual(moneyToWire(cny(123_456n)), { amount: '123456', currency: 'CNY' })
})

test('the wire refuses decimals, leading zeros, minus zero, numbers and unknown currencies', () => {
  for (const amount of ['12.5', '007', '-0', '', '1e3', ' 1', 12]) {
    assert.equal(Value.Check(MoneyWire, { amount, currency: 'CNY' }), false, String(amount))
  }
  assert.equal(Value.Check(MoneyWire, { amount: '1', currency: 'XXX' }), false)
  assert.throws(() => moneyFromWire({ amount: '9999999999999999999', currency: 'CNY' }), refused('money.range'))
})

test('adding and taking away are exact and undo each other', () => {
  fc.assert(
    fc.property(anyAmount, anyAmount, anyCurrency, (x, y, currency) => {
      const a = money(x / 2n, currency)
      const b = money(y / 2n, currency)
      assert.deepEqual(subtract(add(a, b), b), a)
      assert.deepEqual(add(a, b), add(b, a))
      assert.deepEqual(add(a, negate(a)), zero(currency))
      assert.equal(compare(a, b), compare(negate(b), negate(a)))
      assert.deepEqual(sum([a, b, negate(a)], currency), b)
    }),
  )
  assert.deepEqual(sum([], 'JPY'), zero('JPY'))
})

test('two currencies are never added or compared, and nothing is kept that the database could not hold', () => {
  const dollars = money(1n, 'USD')
  for (const act of [add, subtract, compare]) assert.throws(() => act(cny(1n), dollars), RangeError)
  assert.throws(() => add(cny(2n ** 63n - 1n), cny(1n)), RangeError)
})

test('a fraction of a cent is settled as the rounding says', () => {
  const cases: [bigint, bigint, bigint, bigint, bigint][] = [
    // numerator, denominator, half-up, half-even, down
    [5n, 10n, 1n, 0n, 0n],
    [15n, 10n, 2n, 2n, 1n],
    [25n, 10n, 3n, 2n, 2n],
    [-5n, 10n, -1n, 0n, 0n],
    [-15n, 10n, -2n, -2n, -1n],
    [-25n, 10n, -3n, -2n, -2n],
    [24n, 10n, 2n, 2n, 2n],
    [26n, 10n, 3n, 3n, 2n],
    [7n, 3n, 2n, 2n, 2n],
    [8n, 3n, 3n, 3n, 2n],
    [0n, 7n, 0n, 0n, 0n],
  ]
  for (const [numerator, denominator, halfUp, halfEven, down] of cases) {
    const of = `${numerator}/${denominator}`
    assert.equal(divide(numerator, denominator), halfUp, of)
    assert.equal(divide(numerator, denominator, 'half-even'), halfEven, of)
    assert.equal(divide(numerator, denominator, 'down'), down, of)
  }
  assert.throws(() => divide(1n, 0n), RangeError)
})

test('interest and its reversal cancel out, and are off by at most half a cent', () => {
  const roundings = fc.constantFrom<Rounding[]>('half-up', 'half-even', 'down')
  fc.assert(
    fc.property(fc.bigInt(-(10n ** 15n), 10n ** 15n), fc.integer({ min: 0, max: 100_000 }), roundings, (x, bp, way) => {
      const interest = timesBasisPoints(cny(x), bp, way)
      assert.deepEqual(timesBasisPoints(cny(-x), bp, way), negate(interest))
      const off = interest.amount * 10_000n - x * BigInt(bp)
      const size = off < 0n ? -off : off
      assert.ok(way === 'down' ? size < 10_000n : size <= 5_000n)
    }),
  )
  assert.deepEqual(timesBasisPoints(cny(10_001n), 250), cny(250n), '2.5 % of ¥100.01')
  assert.deepEqual(timesBasisPoints(cny(99n), 10_000), cny(99n))
})

test('a split amount adds up to the whole, and no part is further than one unit from its share', () => {
  const weights = fc
    .array(fc.integer({ min: 0, max: 1_000_000 }), { minLength: 1, maxLength: 20 })
    .filter((all) => all.some((weight) => weight > 0))
  fc.assert(
    fc.property(fc.bigInt(-(10n ** 15n), 10n ** 15n), weights, (amount, shares) => {
      const parts = allocate(cny(amount), shares)
      assert.deepEqual(sum(parts, 'CNY'), cny(amount))
      const whole = shares.reduce((a, b) => a + b, 0)
      for (const [index, part] of parts.entries()) {
        const share = shares[index] ?? 0
        const off = part.amount * BigInt(whole) - amount * BigInt(share)
        assert.ok((off < 0n ? -off : off) < BigInt(whole))
        if (share === 0) assert.equal(part.amount, 0n)
      }
      assert.deepEqual(allocate(cny(-amount), shares), parts.map(negate))
    }),
  )
})

test('what a split leaves over goes to the largest remainders, then to the earlier branch', () => {
  assert.deepEqual(
    allocate(cny(100n), [1, 1, 1]).map((part) => part.amount),
    [34n, 33n, 33n],
  )
  assert.deepEqual(
    allocate(cny(10n), [50, 33, 17]).map((part) => part.amount),
    [5n, 3n, 2n],
  )
  assert.deepEqual(
    allocate(money(5n, 'JPY'), [1, 0, 3]).map((part) => part.amount),
    [1n, 0n, 4n],
  )
  for (const weights of [[], [0, 0], [2, -1]]) assert.throws(() => allocate(cny(1n), weights), RangeError)
})

test('amounts read as a bank statement shows them, with the decimals their currency has', () => {
  const cases: [bigint, Currency, string][] = [
    [123_456n, 'CNY', '¥1,234.56'],
    [-5n, 'CNY', '-¥0.05'],
    [0n, 'CNY', '¥0.00'],
    [100_000_000n, 'CNY', '¥1,000,000.00'],
    [1_234n, 'JPY', 'JP¥1,234'],
    [1_234_567n, 'KWD', 'KWD 1,234.567'],
    [500n, 'USD', 'US$5.00'],
  ]
  for (const [amount, currency, shown] of cases) assert.equal(formatMoney(money(amount, currency)), shown)
})

test('no two currencies are shown with the same sign', () => {
  assert.equal(new Set(Object.values(currencies).map((currency) => currency.sign)).size, codes.length)
})

test('a tile shows 万 and 亿 in Chinese, K and M in English, and carries into the next unit', () => {
  const cases: [bigint, string, string][] = [
    [999_900n, '¥9,999.00', '¥10K'],
    [9_996_000_000n, '¥9,996万', '¥99.96M'],
    [99_999_999_00n, '¥1亿', '¥100M'],
    [1_000_000n, '¥1万', '¥10K'],
    [123_456_789n, '¥123.46万', '¥1.23M'],
    [9_999_999_900n, '¥1亿', '¥100M'],
    [-120_000_000_00n, '-¥1.2亿', '-¥120M'],
    [1_234_500_000_000_000_00n, '¥1,234.5万亿', '¥1,234.5T'],
    [99n, '¥0.99', '¥0.99'],
  ]
  for (const [amount, zh, en] of cases) {
    assert.equal(formatMoneyShort(cny(amount), 'zh'), zh)
    assert.equal(formatMoneyShort(cny(amount), 'en'), en)
  }
  assert.equal(formatMoneyShort(money(25_000n, 'JPY'), 'zh'), 'JP¥2.5万')
})

test('an amount is understood however it was typed', () => {
  const cases: [string, bigint][] = [
    ['1234.56', 123_456n],
    [' ¥ 1,234.56 ', 123_456n],
    ['￥１，２３４．５６', 123_456n],
    ['CNY 12', 1_200n],
    ['cny12', 1_200n],
    ['-¥5', -500n],
    ['¥-5', -500n],
    ['−5.00', -500n],
    ['+5', 500n],
    ['12元', 1_200n],
    ['1.5万', 1_500_000n],
    ['1.23456789 亿元', 12_345_678_900n],
    ['2百万', 200_000_000n],
    ['5.1000', 510n],
    ['-0', 0n],
  ]
  for (const [typed, amount] of cases) assert.deepEqual(parseMoney(typed, 'CNY'), cny(amount), typed)
  assert.deepEqual(parseMoney('US$5', 'USD'), money(500n, 'USD'))
  assert.deepEqual(parseMoney('1.234', 'KWD'), money(1_234n, 'KWD'))
})

test('an amount that could mean two things, or half a cent, is refused beside its field', () => {
  for (const typed of ['', '-', '1,23', '1,2345', '1.2.3', '--5', '-¥-5', '12 34', '1e3', 'US$5', '五元', '1.', '.5']) {
    assert.throws(() => parseMoney(typed, 'CNY'), refused('money.unreadable'), typed)
  }
  assert.throws(() => parseMoney('¥5', 'JPY'), refused('money.unreadable'))
  assert.throws(() => parseMoney('1.234', 'CNY'), refused('money.decimals'))
  assert.throws(() => parseMoney('1.5', 'JPY'), refused('money.decimals'))
  assert.throws(() => parseMoney('1.000001万', 'JPY'), refused('money.decimals'))
  assert.throws(() => parseMoney('1000000万亿', 'CNY'), refused('money.range'))
})
