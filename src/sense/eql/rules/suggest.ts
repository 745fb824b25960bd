/** Optimal string alignment: how many letters to change, add, drop or swap; more than `most` is not counted out. */
function distance(a: readonly string[], b: readonly string[], most: number): number {
  if (Math.abs(a.length - b.length) > most) return most + 1
  let before: number[] = []
  let row = b.map((_, j) => j + 1)
  row.unshift(0)
  for (const [i, char] of a.entries()) {
    const next = [i + 1]
    for (const [j, other] of b.entries()) {
      const same = char === other ? 0 : 1
      let best = Math.min((row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1, (row[j] ?? 0) + same)
      if (i > 0 && j > 0 && char === b[j - 1] && a[i - 1] === other) best = Math.min(best, (before[j - 1] ?? 0) + 1)
      next.push(best)
    }
    before = row
    row = next
  }
  return row[b.length] ?? most + 1
}

/** The names nearest to what was written, best first: by spelling, or because one holds the other. At most three. */
export function nearest(written: string, names: Iterable<string>): string[] {
  const wanted = [...written.slice(0, 60).toLowerCase()]
  const most = wanted.length <= 2 ? 1 : Math.max(1, Math.floor(wanted.length / 3))
  const found: { name: string; score: number }[] = []
  for (const name of names) {
    const lower = name.toLowerCase()
    if (lower.length > 100) continue
    let score = distance(wanted, [...lower], most)
    if (score > most && wanted.length >= 2 && (lower.includes(wanted.join('')) || wanted.join('').includes(lower))) {
      score = lower.length >= 2 ? most + 0.5 : most + 1
    }
    if (score <= most + 0.5) found.push({ name, score })
  }
  found.sort((a, b) => a.score - b.score || (a.name < b.name ? -1 : 1))
  return [...new Set(found.map(({ name }) => name))].slice(0, 3)
}
