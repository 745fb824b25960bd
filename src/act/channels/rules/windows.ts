import type { Window } from '../contract.ts'

/** `day`: Monday is 1; `clock`: minutes of the day, both in the bank's zone. */
export type Moment = { day: number; clock: number }

const minutes = (clock: string) => {
  const [hours = 0, rest = 0] = clock.split(':').map(Number)
  return hours * 60 + rest
}

/** Whether an account may send now. A window that ends before it begins goes on into the next day. */
export function isOpen(windows: readonly Window[], { day, clock }: Moment): boolean {
  if (windows.length === 0) return true
  return windows.some(({ days, from, until }) => {
    const onDay = (one: number) => days.length === 0 || days.includes(one)
    const [begins, ends] = [minutes(from), minutes(until)]
    if (begins < ends) return onDay(day) && clock >= begins && clock < ends
    return (onDay(day) && clock >= begins) || (onDay(day === 1 ? 7 : day - 1) && clock < ends)
  })
}

/** Minutes until one of them opens, at most a week; 0 when it is open. */
export function opensIn(windows: readonly Window[], now: Moment): number {
  for (let after = 0; after <= 7 * 1440; after++) {
    const clock = now.clock + after
    if (isOpen(windows, { day: ((now.day - 1 + Math.floor(clock / 1440)) % 7) + 1, clock: clock % 1440 })) return after
  }
  return 7 * 1440
}
