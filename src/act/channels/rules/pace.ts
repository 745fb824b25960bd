/** How many letters an account may send; undefined: any number. */
export type Limits = { perSecond?: number | null; perMinute?: number | null; perDay?: number | null }

/** What was granted of late, in slices of time: `[slice, count]`, oldest first; and how many on the day. */
export type Spent = { tenths?: [number, number][]; seconds?: [number, number][]; day?: [string, number] }

export type Granted = { granted: number; spent: Spent; again: Date | undefined }

const sum = (slices: [number, number][]) => slices.reduce((all, [, count]) => all + count, 0)

/**
 * Grants as many of `wanted` as every limit allows, at once. In no stretch of a second, a minute or a day are more granted
 * than agreed, wherever it begins: time is counted in slices (tenths of a second, seconds), and a slice counts for as
 * long as any part of it may lie in the stretch. A bucket that fills steadily would let twice the rate through at first.
 */
export function grant(spent: Spent, limits: Limits, wanted: number, now: Date, day: string): Granted {
  const ms = now.getTime()
  const tenth = Math.floor(ms / 100)
  const second = Math.floor(ms / 1000)
  const tenths = (spent.tenths ?? []).filter(([slice]) => slice >= tenth - 10)
  const seconds = (spent.seconds ?? []).filter(([slice]) => slice >= second - 60)
  const today = spent.day?.[0] === day ? spent.day[1] : 0
  const left = [
    limits.perSecond ? limits.perSecond - sum(tenths) : wanted,
    limits.perMinute ? limits.perMinute - sum(seconds) : wanted,
    limits.perDay ? limits.perDay - today : wanted,
  ]
  const granted = Math.max(0, Math.min(wanted, ...left))
  return {
    granted,
    spent: {
      ...(limits.perSecond ? { tenths: added(tenths, tenth, granted) } : {}),
      ...(limits.perMinute ? { seconds: added(seconds, second, granted) } : {}),
      day: [day, today + granted],
    },
    again: granted === wanted ? undefined : nextTime(left, tenths, seconds, ms),
  }
}

function added(slices: [number, number][], slice: number, count: number): [number, number][] {
  if (count === 0) return slices
  const last = slices.at(-1)
  if (last && last[0] === slice) return [...slices.slice(0, -1), [slice, last[1] + count]]
  return [...slices, [slice, count]]
}

/** When the oldest slice of what is exhausted has passed; the next day is asked for again in an hour. */
function nextTime(left: number[], tenths: [number, number][], seconds: [number, number][], ms: number): Date {
  const [second = 1, minute = 1, day = 1] = left
  if (day <= 0) return new Date(ms + 3_600_000)
  if (minute <= 0 && seconds[0]) return new Date((seconds[0][0] + 61) * 1000)
  if (second <= 0 && tenths[0]) return new Date((tenths[0][0] + 11) * 100)
  return new Date(ms + 100)
}
