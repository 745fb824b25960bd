const dayMs = 86_400_000

export type Drawn = {
  /** Of an SVG path: steps, because a value stays until another is said. Several where it was taken away in between. */
  path: string
  least: number
  most: number
}

/** The line of a value in a box of that size, from the first day asked for until the end of the last. */
export function lineOf(
  { from, until, points }: { from: string; until: string; points: readonly { day: string; value: string | null }[] },
  width: number,
  height: number,
): Drawn | undefined {
  const said = points.flatMap((point) => (point.value === null ? [] : [Number(point.value)]))
  if (said.length === 0) return undefined
  const [least, most] = [Math.min(...said), Math.max(...said)]
  const start = Date.parse(from)
  const long = Date.parse(until) + dayMs - start
  const x = (day: string) => round(((Date.parse(day) - start) / long) * width)
  const y = (value: number) => round(most === least ? height / 2 : height - ((value - least) / (most - least)) * height)
  let path = ''
  let open = false
  for (const [i, { day, value }] of points.entries()) {
    if (value === null) {
      open = false
      continue
    }
    path += `${open ? 'V' : `M${x(day)},`}${y(Number(value))}`
    const next = points[i + 1]
    path += `H${next ? x(next.day) : width}`
    open = true
  }
  return { path, least, most }
}

const round = (value: number) => Math.round(value * 10) / 10

/** What stood on that day, at a place between 0 and 1 of the width. */
export function pointAt<Point extends { day: string }>(
  { from, until, points }: { from: string; until: string; points: readonly Point[] },
  part: number,
): { day: string; point: Point | undefined } {
  const start = Date.parse(from)
  const days = (Date.parse(until) - start) / dayMs
  const day = new Date(start + Math.round(Math.min(1, Math.max(0, part)) * days) * dayMs).toISOString().slice(0, 10)
  return { day, point: points.findLast((one) => one.day <= day) }
}
