const most = 500

/** Dotted paths of the values that differ, in the order of the names: `name`, `scopes.0.org`. Empty when either is absent. */
export function changedPaths(before: unknown, after: unknown): string[] {
  const paths: string[] = []
  if (before !== null && before !== undefined && after !== null && after !== undefined)
    compare(before, after, '', paths)
  return paths
}

function compare(a: unknown, b: unknown, path: string, paths: string[]): void {
  if (paths.length >= most || Object.is(a, b)) return
  if (!isRecord(a) || !isRecord(b) || Array.isArray(a) !== Array.isArray(b)) {
    paths.push(path)
    return
  }
  const names = [...new Set([...Object.keys(a), ...Object.keys(b)])]
  if (!Array.isArray(a)) names.sort()
  for (const name of names) compare(a[name], b[name], path === '' ? name : `${path}.${name}`, paths)
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
