/** Fen for so many units at so many ten-thousandths of a yuan, rounded up: as text, as money goes over the wire. */
export function costOf(units: number, price: number): string {
  const whole = BigInt(Math.round(units)) * BigInt(price)
  return ((whole + 99n) / 100n).toString()
}
