import { columnOf, columnValue } from './column.ts'
import type { KnownAttribute } from './item.ts'

/**
 * The columns of one customer or thing, by what is known of it. What is not of its type is null, and its attribute is named
 * among the unfit. Of a personal value there is only whether it is known.
 */
export function rowOf(
  attributes: Iterable<KnownAttribute>,
  known: Readonly<Record<string, unknown>>,
): { values: Record<string, unknown>; unfit: string[] } {
  const values: Record<string, unknown> = {}
  const unfit: string[] = []
  for (const attribute of attributes) {
    const column = attribute.state === 'active' ? columnOf(attribute) : undefined
    if (!column) continue
    const value = Object.hasOwn(known, attribute.name) ? known[attribute.name] : undefined
    if (attribute.personal) {
      values[column.name] = value !== undefined && value !== null
      continue
    }
    const fitting = columnValue(attribute.type, value)
    if (fitting === undefined) unfit.push(attribute.name)
    else if (fitting !== null) values[column.name] = fitting
  }
  return { values, unfit: unfit.sort() }
}
