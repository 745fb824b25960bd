export type Change = { field: string; before: unknown; after: unknown }

/** The paths at which two JSON values differ, in the order of their names. */
export function changesBetween(before: unknown, after: unknown, path = ''): Change[] {
  if (Object.is(before, after)) return []
  if (isRecord(before) && isRecord(after)) {
    const names = [...new Set([...Object.keys(before), ...Object.keys(after)])]
    return names.flatMap((name) => changesBetween(before[name], after[name], path ? `${path}.${name}` : name))
  }
  // One side only: its fields one by one, so that a creation reads like a form.
  if (isRecord(before) && after === undefined && path === '') return changesBetween(before, {})
  if (isRecord(after) && (before === undefined || before === null) && path === '') return changesBetween({}, after)
  return JSON.stringify(before) === JSON.stringify(after) ? [] : [{ field: path, before, after }]
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
