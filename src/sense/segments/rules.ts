import type { Expr } from '../eql/contract.ts'

/** Of a segment, at one version or, with null, at whichever is the latest. */
export type Ref = { segment: string; version: number | null }

/** What the latest version of a segment reads (`version` null), or one of its earlier ones. */
export type Reads = (of: Ref) => readonly Ref[]

/** What the versions read; that of the latest answers for the segment as such too. */
export function readsOf(
  edges: readonly { segment: string; version: number; latest: boolean; uses: readonly Ref[] }[],
): Reads {
  const known = new Map<string, readonly Ref[]>()
  for (const { segment, version, latest, uses } of edges) {
    known.set(keyOf({ segment, version }), uses)
    if (latest) known.set(keyOf({ segment, version: null }), uses)
  }
  return (ref) => known.get(keyOf(ref)) ?? []
}

/**
 * The way by which a segment with these reads would come to ask for itself, from it to it again, or undefined. An earlier
 * version of itself is another question, and no circle (rule 16).
 */
export function circleOf(segment: string, reads: readonly Ref[], of: Reads): string[] | undefined {
  const way: { ref: Ref; left: Ref[] }[] = [{ ref: { segment, version: null }, left: [...reads] }]
  const seen = new Set<string>()
  for (let top = way.at(-1); top; top = way.at(-1)) {
    const next = top.left.pop()
    if (next === undefined) {
      way.pop()
      continue
    }
    if (next.segment === segment && next.version === null) return [...way.map(({ ref }) => ref.segment), segment]
    if (seen.has(keyOf(next))) continue
    seen.add(keyOf(next))
    way.push({ ref: next, left: [...of(next)] })
  }
  return undefined
}

/** What must be computed for a segment, each once, whatever is read before who reads it; itself last. */
export function orderOf(start: Ref, of: Reads): Ref[] {
  const order: Ref[] = []
  const seen = new Set<string>([keyOf(start)])
  const way: { ref: Ref; left: Ref[] }[] = [{ ref: start, left: [...of(start)] }]
  for (let top = way.at(-1); top; top = way.at(-1)) {
    const next = top.left.shift()
    if (next === undefined) {
      order.push(top.ref)
      way.pop()
    } else if (!seen.has(keyOf(next))) {
      seen.add(keyOf(next))
      way.push({ ref: next, left: [...of(next)] })
    }
  }
  return order
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

/** Of how many customers one is asked in a sample of about `wanted`; 1: all of them. */
export function partOf(customers: number, wanted: number): number {
  return Math.max(1, Math.floor(customers / wanted))
}

/** The condition or group at a place of a rule, through `and`, `or` and `not` alone: what customers can be counted by. */
export function partAt(body: Expr, path: string): { path: string; expr: Expr } | undefined {
  if (!/^body(\.item|\.items\.\d{1,4})*$/.test(path)) return undefined
  let expr: Expr | undefined = body
  for (const [, place] of path.matchAll(/\.items\.(\d+)|\.item(?!s)/g)) {
    if (place === undefined) expr = expr?.kind === 'not' ? expr.item : undefined
    else expr = expr?.kind === 'and' || expr?.kind === 'or' ? expr.items[Number(place)] : undefined
  }
  return expr && { path, expr }
}
