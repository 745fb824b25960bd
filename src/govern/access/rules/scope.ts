import { expand } from './roles.ts'

export type Held = { org: string; permissions: readonly string[] }

export function isAtOrAbove(above: string, path: string): boolean {
  return path === above || path.startsWith(`${above}.`)
}

/**
 * The subtree that is worked in, and what may be done in all of it: what is held at its top or above. Without a choice it
 * is the topmost organisation where anything is held (of several, the first by path). Undefined when the choice lies
 * outside of everything held. `paths` has the open organisations only: what is held at a closed one rests.
 */
export function chooseScope(
  held: readonly Held[],
  paths: ReadonlyMap<string, string>,
  asked: string | undefined,
  catalogue: readonly string[],
): { path: string | undefined; permissions: Set<string> } | undefined {
  const open = held.flatMap(({ org, permissions }) => {
    const path = paths.get(org)
    return path === undefined ? [] : [{ path, permissions }]
  })
  const level = (path: string) => path.split('.').length
  const [topmost] = open.map(({ path }) => path).sort((a, b) => level(a) - level(b) || (a < b ? -1 : 1))
  const path = asked === undefined ? topmost : paths.get(asked)
  const above = open.filter((grant) => path !== undefined && isAtOrAbove(grant.path, path))
  if (asked !== undefined && above.length === 0) return undefined
  return {
    path,
    permissions: expand(
      above.flatMap(({ permissions }) => permissions),
      catalogue,
    ),
  }
}
