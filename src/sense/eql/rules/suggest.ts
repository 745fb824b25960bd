/**
 * Optimal string alignment: how many letters to change, add, drop or swap; `most + 1` as soon as it is more than `most`.
 * Only the diagonal that can still matter is counted, in rows that are used again: catalogues have thousands of names.
 */
function distance(a: string, b: string, most: number): number {
  if (Math.abs(a.length - b.length) > most) return most + 1
  let [before, row, next] = [new Int32Array(b.length + 1), new Int32Array(b.length + 1), new Int32Array(b.length + 1)]
  for (let j = 0; j <= b.length; j += 1) row[j] = j
  for (let i = 1; i <= a.length; i += 1) {
    const from = Math.max(1, i - most)
    const to = Math.min(b.length, i + most)
    next.fill(most + 1)
    if (from === 1) next[0] = i
    let least = most + 1
    for (let j = from; j <= to; j += 1) {
      const same = a.charCodeAt(i - 1) === b.charCodeAt(j - 1)
      let best = Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + (same ? 0 : 1))
      const swapped =
        i > 1 && j > 1 && a.charCodeAt(i - 1) === b.charCodeAt(j - 2) && a.charCodeAt(i - 2) === b.charCodeAt(j - 1)
      if (swapped) best = Math.min(best, (before[j - 2] ?? 0) + 1)
      next[j] = best
      least = Math.min(least, best)
    }
    if (least > most) return most + 1
    ;[before, row, next] = [row, next, before]
  }
  return row[b.length] ?? most + 1
}

/** The names nearest to what was written, best first: by spelling, or because one holds the other. At most three. */
export function nearest(written: string, names: Iterable<string>): string[] {
  const wanted = written.slice(0, 60).toLowerCase()
  const most = wanted.length <= 2 ? 1 : Math.max(1, Math.floor(wanted.length / 3))
  let best: { name: string; score: number }[] = []
  for (const name of names) {
    const lower = name.toLowerCase()
    if (lower.length > 100) continue
    // Three are told: a name must be as near as the third to be of interest.
    const enough = Math.min(most, best[2]?.score ?? most)
    let score = distance(wanted, lower, Math.floor(enough))
    const holds = wanted.length >= 2 && lower.length >= 2 && (lower.includes(wanted) || wanted.includes(lower))
    if (score > enough && holds) score = most + 0.5
    else if (score > enough) continue
    if (best.some((each) => each.name === name)) continue
    best.push({ name, score })
    best.sort((a, b) => a.score - b.score || (a.name < b.name ? -1 : 1))
    best = best.slice(0, 3)
  }
  return best.map(({ name }) => name)
}
