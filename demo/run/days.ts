/** China has one zone and no summer time. */
const offsetMs = 8 * 3_600_000
export const dayMs = 86_400_000

/** Midnight in China at which the day begins. */
export function startOf(date: string): number {
  return Date.parse(`${date}T00:00:00Z`) - offsetMs
}

export function dateAt(at: number): string {
  return new Date(at + offsetMs).toISOString().slice(0, 10)
}

/** How many days after `from`. */
export function dayNumber(from: string, at: number): number {
  return Math.floor((at - startOf(from)) / dayMs)
}

export function dateOf(from: string, day: number): string {
  return dateAt(startOf(from) + day * dayMs)
}
