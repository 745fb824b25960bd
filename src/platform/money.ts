import { type Static, Type } from 'typebox'
import { invalidField, text } from './problem.ts'

/**
 * Digits after the point (ISO 4217 minor units) and the sign shown before an amount, for the currencies banks here
 * hold accounts and settle in. A currency is one line.
 */
export const currencies = {
  CNY: { digits: 2, sign: '¥' },
  HKD: { digits: 2, sign: 'HK$' },
  MOP: { digits: 2, sign: 'MOP$' },
  TWD: { digits: 2, sign: 'NT$' },
  USD: { digits: 2, sign: 'US$' },
  EUR: { digits: 2, sign: '€' },
  GBP: { digits: 2, sign: '£' },
  JPY: { digits: 0, sign: 'JP¥' },
  KRW: { digits: 0, sign: '₩' },
  VND: { digits: 0, sign: '₫' },
  SGD: { digits: 2, sign: 'S$' },
  AUD: { digits: 2, sign: 'A$' },
  NZD: { digits: 2, sign: 'NZ$' },
  CAD: { digits: 2, sign: 'CA$' },
  CHF: { digits: 2, sign: 'CHF ' },
  SEK: { digits: 2, sign: 'SEK ' },
  NOK: { digits: 2, sign: 'NOK ' },
  DKK: { digits: 2, sign: 'DKK ' },
  THB: { digits: 2, sign: '฿' },
  MYR: { digits: 2, sign: 'RM ' },
  IDR: { digits: 2, sign: 'IDR ' },
  PHP: { digits: 2, sign: '₱' },
  INR: { digits: 2, sign: '₹' },
  PKR: { digits: 2, sign: 'PKR ' },
  RUB: { digits: 2, sign: '₽' },
  KZT: { digits: 2, sign: '₸' },
  MNT: { digits: 2, sign: '₮' },
  LAK: { digits: 2, sign: '₭' },
  KHR: { digits: 2, sign: 'KHR ' },
  MMK: { digits: 2, sign: 'MMK ' },
  AED: { digits: 2, sign: 'AED ' },
  SAR: { digits: 2, sign: 'SAR ' },
  ZAR: { digits: 2, sign: 'R ' },
  BRL: { digits: 2, sign: 'R$' },
  MXN: { digits: 2, sign: 'MX$' },
  TRY: { digits: 2, sign: '₺' },
  PLN: { digits: 2, sign: 'PLN ' },
  CZK: { digits: 2, sign: 'CZK ' },
  HUF: { digits: 2, sign: 'HUF ' },
  KWD: { digits: 3, sign: 'KWD ' },
  BHD: { digits: 3, sign: 'BHD ' },
  OMR: { digits: 3, sign: 'OMR ' },
  JOD: { digits: 3, sign: 'JOD ' },
  TND: { digits: 3, sign: 'TND ' },
} as const satisfies Record<string, { digits: 0 | 2 | 3; sign: string }>

export type Currency = keyof typeof currencies

/** `amount` counts minor units: fen, cents, whole yen, fils. Never a float, never negative zero. */
export type Money = { readonly amount: bigint; readonly currency: Currency }

/** On the wire: minor units as text, because JSON numbers lose cents above 2^53. `{ "amount": "123456", "currency": "CNY" }` is ¥1,234.56. */
export const MoneyWire = Type.Object(
  {
    amount: Type.String({ pattern: '^(0|-?[1-9][0-9]{0,18})$', description: 'Minor units (fen, cents), as text' }),
    currency: Type.Enum(Object.keys(currencies) as Currency[], { description: 'ISO 4217 code' }),
  },
  { title: 'Money' },
)
export type MoneyWire = Static<typeof MoneyWire>

/** What a PostgreSQL bigint can hold: nothing that leaves this range could be stored. */
const most = 2n ** 63n - 1n

export function isCurrency(code: string): code is Currency {
  return Object.hasOwn(currencies, code)
}

/** @throws RangeError beyond what a bigint column holds. */
export function money(amount: bigint, currency: Currency): Money {
  if (amount > most || amount < -most) throw new RangeError(`amount beyond 64 bits: ${amount} ${currency}`)
  return { amount, currency }
}

export function zero(currency: Currency): Money {
  return { amount: 0n, currency }
}

export function moneyToWire(value: Money): MoneyWire {
  return { amount: value.amount.toString(), currency: value.currency }
}

/** @throws invalid `money.range` when the text passes the schema's pattern but no 64 bits hold it. */
export function moneyFromWire(wire: MoneyWire, field = 'amount'): Money {
  const amount = BigInt(wire.amount)
  if (amount > most || amount < -most) throw tooLarge(field)
  return { amount, currency: wire.currency }
}

function tooLarge(field: string) {
  return invalidField(field, 'money.range', text('金额超出范围', 'The amount is out of range'))
}

/** Two currencies are never added: an exchange is a decision with a rate and a date, not arithmetic. */
function sameCurrency(a: Money, b: Money): void {
  if (a.currency !== b.currency) throw new RangeError(`different currencies: ${a.currency} and ${b.currency}`)
}

/** @throws RangeError for different currencies. */
export function add(a: Money, b: Money): Money {
  sameCurrency(a, b)
  return money(a.amount + b.amount, a.currency)
}

/** @throws RangeError for different currencies. */
export function subtract(a: Money, b: Money): Money {
  sameCurrency(a, b)
  return money(a.amount - b.amount, a.currency)
}

/** The sum of any number of amounts, also of none, which is why the currency is said. */
export function sum(amounts: Iterable<Money>, currency: Currency): Money {
  let total = zero(currency)
  for (const each of amounts) total = add(total, each)
  return total
}

export function negate(value: Money): Money {
  return money(-value.amount, value.currency)
}

/** Below, at or above zero as `a` is less than, equal to or more than `b`. @throws RangeError for different currencies. */
export function compare(a: Money, b: Money): -1 | 0 | 1 {
  sameCurrency(a, b)
  return a.amount < b.amount ? -1 : a.amount > b.amount ? 1 : 0
}

/**
 * How a fraction of a cent is settled. `half-up` is 四舍五入, away from zero, so that a reversal mirrors what it
 * reverses; it is the default because it is how interest and fees are settled with customers. `half-even` keeps long
 * sums free of drift; `down` drops the fraction (towards zero), for a promise that must not be exceeded.
 */
export type Rounding = 'half-up' | 'half-even' | 'down'

/** `numerator / denominator` as a whole number; `denominator` above zero. */
export function divide(numerator: bigint, denominator: bigint, rounding: Rounding = 'half-up'): bigint {
  if (denominator <= 0n) throw new RangeError('a denominator is above zero')
  const negative = numerator < 0n
  const size = negative ? -numerator : numerator
  const whole = size / denominator
  const twice = (size % denominator) * 2n
  const up =
    rounding !== 'down' &&
    (twice > denominator || (twice === denominator && (rounding === 'half-up' || whole % 2n === 1n)))
  const rounded = up ? whole + 1n : whole
  return negative ? -rounded : rounded
}

/** A share or a rate of an amount: 10,000 basis points are the whole, 250 are 2.5 %. */
export function timesBasisPoints(value: Money, basisPoints: bigint | number, rounding: Rounding = 'half-up'): Money {
  return money(divide(value.amount * BigInt(basisPoints), 10_000n, rounding), value.currency)
}

/**
 * Splits an amount in proportion to whole, non-negative weights so that the parts add up to it exactly. What the
 * division leaves over (always fewer units than parts) goes one unit each to the largest remainders, to the earlier
 * part when they tie (Hamilton's method). A part of weight zero gets nothing.
 * @throws RangeError without a weight above zero.
 */
export function allocate(value: Money, weights: readonly (bigint | number)[]): Money[] {
  const shares = weights.map(BigInt)
  const whole = shares.reduce((a, b) => a + b, 0n)
  if (whole <= 0n || shares.some((share) => share < 0n))
    throw new RangeError('weights are whole, and one is above zero')
  const sign = value.amount < 0n ? -1n : 1n
  const size = value.amount * sign
  const parts = shares.map((share, index) => ({ index, units: (size * share) / whole, rest: (size * share) % whole }))
  let left = size - parts.reduce((a, part) => a + part.units, 0n)
  const byRest = [...parts].sort((a, b) => (a.rest === b.rest ? a.index - b.index : a.rest > b.rest ? -1 : 1))
  for (const part of byRest) {
    if (left === 0n) break
    part.units += 1n
    left -= 1n
  }
  return parts.map((part) => money(part.units * sign, value.currency))
}

/** `1234.56`: plain, for files and inputs. */
export function moneyDigits(value: Money): string {
  const { digits } = currencies[value.currency]
  const size = value.amount < 0n ? -value.amount : value.amount
  const all = size.toString().padStart(digits + 1, '0')
  const plain = digits === 0 ? all : `${all.slice(0, -digits)}.${all.slice(-digits)}`
  return value.amount < 0n ? `-${plain}` : plain
}

function grouped(plain: string): string {
  const [whole = '', fraction] = plain.split('.')
  const spaced = whole.replace(/\B(?=(\d{3})+$)/g, ',')
  return fraction === undefined ? spaced : `${spaced}.${fraction}`
}

/** `¥1,234.56`, `-US$5.00`, `JP¥120`: the same in both languages, and no two currencies look alike. */
export function formatMoney(value: Money): string {
  const { sign } = currencies[value.currency]
  const size = value.amount < 0n ? negate(value) : value
  return `${value.amount < 0n ? '-' : ''}${sign}${grouped(moneyDigits(size))}`
}

const steps = {
  zh: [
    { power: 12, unit: '万亿' },
    { power: 8, unit: '亿' },
    { power: 4, unit: '万' },
  ],
  en: [
    { power: 12, unit: 'T' },
    { power: 9, unit: 'B' },
    { power: 6, unit: 'M' },
    { power: 3, unit: 'K' },
  ],
} as const

/**
 * For tiles and axes: `¥123.46万`, `¥1.2亿`, `¥1.23M`; two decimals at most, half up, zeros at the end dropped.
 * Below the first step the amount is shown whole.
 */
export function formatMoneyShort(value: Money, lang: 'zh' | 'en'): string {
  const { digits, sign } = currencies[value.currency]
  const size = value.amount < 0n ? -value.amount : value.amount
  const units = steps[lang]
  let step = units.findIndex(({ power }) => size >= 10n ** BigInt(power + digits))
  if (step === -1) return formatMoney(value)
  const inStep = () => divide(size * 100n, 10n ** BigInt((units[step]?.power ?? 0) + digits))
  // Rounding may carry into the next step: 9,999.999 万 reads 1 亿.
  const next = units[step - 1]
  if (next && inStep() >= 10n ** BigInt(next.power - (units[step]?.power ?? 0) + 2)) step -= 1
  const hundredths = inStep()
  const fraction = (hundredths % 100n).toString().padStart(2, '0').replace(/0+$/, '')
  const shown = `${grouped((hundredths / 100n).toString())}${fraction ? `.${fraction}` : ''}${units[step]?.unit ?? ''}`
  return `${value.amount < 0n ? '-' : ''}${sign}${shown}`
}

const multiples: Record<string, number> = { 千: 3, 万: 4, 百万: 6, 千万: 7, 亿: 8, 万亿: 12 }
const quantity = String.raw`(\d{1,3}(?:,\d{3})+|\d+)(?:\.(\d+))?\s*(百万|千万|万亿|千|万|亿)?\s*[元圆]?`

/**
 * Reads what a person typed or a file holds: `1234.56`, `¥1,234.56`, `１２３．５`, `-5`, `CNY 12`, `1.5万`, `3亿元`.
 * More decimals than the currency has are refused, not rounded: nobody typed half a cent on purpose.
 * @throws invalid `money.unreadable`, `money.decimals`, `money.range`, beside `field`.
 */
export function parseMoney(typed: string, currency: Currency, field = 'amount'): Money {
  const { digits, sign } = currencies[currency]
  const bare = typed.normalize('NFKC').replaceAll('−', '-').trim().toUpperCase()
  const mark = `(?:${currency}|${sign.trim().normalize('NFKC').toUpperCase().replaceAll('$', '\\$')})?`
  const match = new RegExp(`^([+-]?)\\s*${mark}\\s*([+-]?)${quantity}$`).exec(bare)
  if (!match || (match[1] && match[2])) {
    throw invalidField(field, 'money.unreadable', text('请输入金额,如 1234.56', 'Enter an amount, such as 1234.56'))
  }
  const [, before, after, whole = '', fraction = '', multiple = ''] = match
  const shift = digits + (multiples[multiple] ?? 0)
  const kept = fraction.replace(/0+$/, '')
  if (kept.length > shift) {
    throw invalidField(
      field,
      'money.decimals',
      text(`${currency} 最多 ${digits} 位小数`, `${currency} has at most ${digits} decimals`),
    )
  }
  const amount = BigInt(whole.replaceAll(',', '') + kept.padEnd(shift, '0'))
  if (amount > most) throw tooLarge(field)
  return money(before === '-' || after === '-' ? -amount : amount, currency)
}
