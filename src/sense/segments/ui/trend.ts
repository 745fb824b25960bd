type Sized = { at: string; size: number }

const edge = 4

/** Where each size stands in a box: by its moment from left to right, from nothing at the bottom. */
export function pointsOf(of: readonly Sized[], width: number, height: number): { x: number; y: number }[] {
  const times = of.map(({ at }) => Date.parse(at))
  const [from, until] = [times[0] ?? 0, times.at(-1) ?? 0]
  const most = Math.max(1, ...of.map(({ size }) => size))
  const points = of.map(({ size }, i) => ({
    x: until > from ? (((times[i] ?? 0) - from) / (until - from)) * width : width,
    y: Math.round((height - edge - (size / most) * (height - 2 * edge)) * 10) / 10,
  }))
  const [only] = points
  return points.length === 1 && only ? [{ x: 0, y: only.y }, only] : points
}
