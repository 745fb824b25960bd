/** What each tag reads. */
export type Reads = ReadonlyMap<string, readonly string[]>

/** The way by which a tag with these reads would come to read itself, from it to it again, or undefined. */
export function circleOf(tag: string, own: readonly string[], reads: Reads): string[] | undefined {
  const way: { tag: string; left: string[] }[] = [{ tag, left: [...own] }]
  const seen = new Set<string>()
  for (let top = way.at(-1); top; top = way.at(-1)) {
    const next = top.left.pop()
    if (next === undefined) way.pop()
    else if (next === tag) return [...way.map((one) => one.tag), tag]
    else if (!seen.has(next)) {
      seen.add(next)
      way.push({ tag: next, left: [...(reads.get(next) ?? [])] })
    }
  }
  return undefined
}

/** What must be computed for a tag, each once, whatever is read before who reads it; itself last. */
export function orderOf(tag: string, reads: Reads): string[] {
  const order: string[] = []
  const seen = new Set([tag])
  const way: { tag: string; left: string[] }[] = [{ tag, left: [...(reads.get(tag) ?? [])] }]
  for (let top = way.at(-1); top; top = way.at(-1)) {
    const next = top.left.shift()
    if (next === undefined) {
      order.push(top.tag)
      way.pop()
    } else if (!seen.has(next)) {
      seen.add(next)
      way.push({ tag: next, left: [...(reads.get(next) ?? [])] })
    }
  }
  return order
}
