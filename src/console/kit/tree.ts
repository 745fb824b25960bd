/** Anything that says what it hangs under, in depth-first order. */
type Line = { id: string; parent: string | null; name: string }

export type Branch<T extends Line> = { key: string; title: string; line: T; children: Branch<T>[] }

/** Lines as a tree; one whose parent is not among them stands at the top (the root of what may be seen). */
export function branchesOf<T extends Line>(lines: readonly T[]): Branch<T>[] {
  const byId = new Map<string, Branch<T>>()
  const top: Branch<T>[] = []
  for (const line of lines) {
    const branch: Branch<T> = { key: line.id, title: line.name, line, children: [] }
    byId.set(line.id, branch)
    const above = line.parent === null ? undefined : byId.get(line.parent)
    ;(above?.children ?? top).push(branch)
  }
  return top
}

/** The lines that have the words in their name or code, and all that are above them. */
export function withWords<T extends Line & { code?: string }>(lines: readonly T[], words: string): T[] {
  const asked = words.trim().toLowerCase()
  if (asked === '') return [...lines]
  const byId = new Map(lines.map((line) => [line.id, line]))
  const kept = new Set<string>()
  for (const line of lines) {
    if (!`${line.name} ${line.code ?? ''}`.toLowerCase().includes(asked)) continue
    for (
      let at: T | undefined = line;
      at && !kept.has(at.id);
      at = at.parent === null ? undefined : byId.get(at.parent)
    )
      kept.add(at.id)
  }
  return lines.filter((line) => kept.has(line.id))
}
