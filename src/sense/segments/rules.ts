import type { Reads } from '../../platform/reads.ts'

/** Of a segment, at one version or, with null, at whichever is the latest. */
export type Ref = { segment: string; version: number | null }

/**
 * What the versions read; that of the latest answers for the segment as such (`version` null) too. An earlier version of itself
 * is another question, and no circle (rule 16).
 */
export function readsOf(
  edges: readonly { segment: string; version: number; latest: boolean; uses: readonly Ref[] }[],
): Reads<Ref> {
  const known = new Map<string, readonly Ref[]>()
  for (const { segment, version, latest, uses } of edges) {
    known.set(keyOf({ segment, version }), uses)
    if (latest) known.set(keyOf({ segment, version: null }), uses)
  }
  return (ref) => known.get(keyOf(ref)) ?? []
}

export function keyOf({ segment, version }: Ref): string {
  return `${segment} ${version ?? ''}`
}

type Dated = { id: string; at: Date }

/** The snapshots to take away: all but the newest `keep` and the first of each month. */
export function superfluous(snapshots: readonly Dated[], keep: number, monthOf: (at: Date) => string): string[] {
  const sorted = snapshots.toSorted((a, b) => a.at.getTime() - b.at.getTime())
  const months = new Set<string>()
  return sorted
    .filter(({ at }, i) => {
      const first = !months.has(monthOf(at))
      months.add(monthOf(at))
      return !first && i < sorted.length - keep
    })
    .map(({ id }) => id)
}
