// Amounts as people write them: 50 万元. Digits stay text, so that none is rounded on the way.

export const amountUnits = [0, 4, 8] as const
export type AmountUnit = (typeof amountUnits)[number]

/** Moves the decimal point: `shifted('1.5', 4)` is `15000`, `shifted('15000', -4)` is `1.5`. */
export function shifted(digits: string, places: number): string {
  const found = /^(-?)(\d*)(?:\.(\d*))?$/.exec(digits.trim())
  if (!found) return ''
  const [, sign = '', whole = '', part = ''] = found
  const all = whole + part
  if (all === '') return ''
  const point = whole.length + places
  const padded = point <= 0 ? '0'.repeat(1 - point) + all : all.padEnd(point, '0')
  const at = Math.max(1, point)
  const left = padded.slice(0, at).replace(/^0+(?=\d)/, '')
  const right = padded.slice(at).replace(/0+$/, '')
  return `${sign}${left}${right === '' ? '' : `.${right}`}`
}

/** An amount of yuan in the largest unit in which it is short. */
export function amountOf(yuan: string): { digits: string; unit: AmountUnit } {
  const size = Math.abs(Number(yuan))
  for (const unit of [8, 4] as const) {
    const digits = shifted(yuan, -unit)
    const [, part = ''] = digits.split('.')
    if (size >= 10 ** unit && part.length <= 2) return { digits, unit }
  }
  return { digits: yuan, unit: 0 }
}
