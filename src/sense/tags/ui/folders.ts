import type { Folder } from '../contract.ts'

export type Branch = { path: string; name: string; depth: number; tags: number }

/** Folders in the order of a tree; one that only holds folders is there too. Counts include what lies below. */
export function treeOf(folders: readonly Folder[]): Branch[] {
  const counts = new Map<string, number>()
  for (const { path, tags } of folders) {
    if (path === '') continue
    const parts = path.split('/')
    for (let depth = 1; depth <= parts.length; depth++) {
      const at = parts.slice(0, depth).join('/')
      counts.set(at, (counts.get(at) ?? 0) + tags)
    }
  }
  return [...counts]
    .map(([path, tags]) => {
      const parts = path.split('/')
      return { path, name: parts.at(-1) ?? path, depth: parts.length - 1, tags }
    })
    .sort((a, b) => (a.path < b.path ? -1 : 1))
}
