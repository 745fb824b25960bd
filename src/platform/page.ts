import { type Static, type TSchema, Type } from 'typebox'
import type { Sql, Tx } from './db/db.ts'
import { invalidField, text } from './problem.ts'

/** What every list takes in its query string. `sort` is a column of the list's own choice, `-` for descending. */
export const PageQuery = Type.Object({
  q: Type.Optional(Type.String({ maxLength: 200, description: 'Search text' })),
  sort: Type.Optional(Type.String({ maxLength: 40 })),
  cursor: Type.Optional(Type.String({ maxLength: 1000 })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200, default: 50 })),
})
export type PageQuery = Static<typeof PageQuery>

export type Page<T> = { items: T[]; next: string | null; total?: number }

export function PageOf<T extends TSchema>(item: T) {
  return Type.Object({
    items: Type.Array(item),
    next: Type.Union([Type.String(), Type.Null()], { description: 'Cursor of the next page; null at the end' }),
    total: Type.Optional(Type.Integer({ description: 'All matches, where counting them is cheap' })),
  })
}

type Position = { sort: string; value: string | null; id: string }

/**
 * The order of one page, and how to go on after it. Columns are SQL given by the code, never by the caller:
 * `columns` maps the names callers may sort by. Values compare as text of the column's own type, so they are cast back.
 */
export type Order = {
  /** The caller's sort, checked. */
  readonly name: string
  readonly descending: boolean
  readonly limit: number
  /** For `where …`: true for rows after the cursor. */
  after(tx: Sql | Tx): ReturnType<Sql>
  /** For `order by …`. */
  by(tx: Sql | Tx): ReturnType<Sql>
  /** Cuts the extra row that was read to learn whether there is more, and makes the cursor. */
  page<T extends { id: string }>(rows: T[], value: (row: T) => Date | string | number | bigint | null): Page<T>
}

/**
 * Reads the sort and cursor of a list's query. Give the statement `limit ${order.limit + 1}`.
 * Columns must be not null; `type` is the PostgreSQL type that the cursor's text is cast to.
 */
export function order(
  query: PageQuery,
  columns: Record<string, { sql: string; type: string }>,
  defaultSort: string,
  idColumn = 'id',
): Order {
  const asked = query.sort ?? defaultSort
  const descending = asked.startsWith('-')
  const name = descending ? asked.slice(1) : asked
  const column = Object.hasOwn(columns, name) ? columns[name] : undefined
  if (!column)
    throw invalidField(
      'sort',
      'page.unknown_sort',
      text(`不能按 ${name} 排序`, `Cannot sort by ${name}: use one of ${Object.keys(columns).join(', ')}`),
    )
  const position = query.cursor === undefined ? undefined : readCursor(query.cursor, asked)
  const limit = query.limit ?? 50
  return {
    name,
    descending,
    limit,
    after(tx) {
      if (!position) return tx`true`
      const [a, b] = [tx.unsafe(column.sql), tx.unsafe(idColumn)]
      const value = tx`${position.value}::text::${tx.unsafe(column.type)}`
      return descending ? tx`(${a}, ${b}) < (${value}, ${position.id})` : tx`(${a}, ${b}) > (${value}, ${position.id})`
    },
    by(tx) {
      const direction = tx.unsafe(descending ? 'desc' : 'asc')
      return tx`${tx.unsafe(column.sql)} ${direction}, ${tx.unsafe(idColumn)} ${direction}`
    },
    page(rows, value) {
      const items = rows.slice(0, limit)
      const last = items.at(-1)
      if (rows.length <= limit || !last) return { items, next: null }
      const at = value(last)
      const written = at instanceof Date ? at.toISOString() : at === null ? null : String(at)
      return { items, next: writeCursor({ sort: asked, value: written, id: last.id }) }
    },
  }
}

function writeCursor(position: Position): string {
  return Buffer.from(JSON.stringify([position.sort, position.value, position.id])).toString('base64url')
}

function readCursor(cursor: string, sort: string): Position {
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString())
    if (Array.isArray(parts) && parts.length === 3 && parts[0] === sort && typeof parts[2] === 'string')
      return { sort, value: parts[1] === null ? null : String(parts[1]), id: parts[2] }
  } catch {
    // Falls through: a cursor is ours or it is nothing.
  }
  throw invalidField(
    'cursor',
    'page.bad_cursor',
    text('翻页位置无效,请从第一页开始', 'This cursor is not valid for this list'),
  )
}
