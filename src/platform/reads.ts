/** What each thing reads. */
export type Reads<T> = (thing: T) => readonly T[]
/** By what two things are the same; themselves, where they are texts. */
type Key<T> = (thing: T) => unknown
const itself = <T>(thing: T): unknown => thing

/** The way by which a thing with these reads would come to read itself, from it to it again, or undefined. */
export function circleOf<T>(start: T, own: readonly T[], reads: Reads<T>, key: Key<T> = itself): T[] | undefined {
  const way: { thing: T; left: T[] }[] = [{ thing: start, left: [...own] }]
  const seen = new Set<unknown>()
  for (let top = way.at(-1); top; top = way.at(-1)) {
    const next = top.left.pop()
    if (next === undefined) {
      way.pop()
      continue
    }
    if (key(next) === key(start)) return [...way.map(({ thing }) => thing), start]
    if (seen.has(key(next))) continue
    seen.add(key(next))
    way.push({ thing: next, left: [...reads(next)] })
  }
  return undefined
}

/** What must be worked for a thing, each once, whatever is read before who reads it; itself last. */
export function orderOf<T>(start: T, reads: Reads<T>, key: Key<T> = itself): T[] {
  const order: T[] = []
  const seen = new Set<unknown>([key(start)])
  const way: { thing: T; left: T[] }[] = [{ thing: start, left: [...reads(start)] }]
  for (let top = way.at(-1); top; top = way.at(-1)) {
    const next = top.left.shift()
    if (next === undefined) {
      order.push(top.thing)
      way.pop()
    } else if (!seen.has(key(next))) {
      seen.add(key(next))
      way.push({ thing: next, left: [...reads(next)] })
    }
  }
  return order
}
