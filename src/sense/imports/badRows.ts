import { Readable } from 'node:stream'
import { openEach } from '../../govern/privacy/privacy.ts'
import { change, read } from '../../platform/change.ts'
import type { Ctx } from '../../platform/ctx.ts'
import { order, type Page } from '../../platform/page.ts'
import { missing } from '../../platform/problem.ts'
import type { BadRow, BadRowQuery } from './contract.ts'
import { reasonOf } from './rules/row.ts'
import { safeLine } from './rules/sheet.ts'
import * as store from './store.ts'

/** Lines and reasons; what stands in the rows is only in the file of them. */
export function listBadRows(ctx: Ctx, id: string, query: BadRowQuery): Promise<Page<BadRow>> {
  const by = order(query, { line: { sql: 'line', type: 'bigint' } }, 'line')
  return read(ctx, async (tx) => {
    if (!(await store.findImport(tx, id))) missing('import', id)
    const page = by.page(await store.pageOfBadRows(tx, id, query.code ?? null, by), (row) => row.line)
    return { next: page.next, items: page.items.map(shownBadRow) }
  })
}

/** What a list says of it: where and why, and nothing that stands in it. */
export function shownBadRow({ id, line, code, col }: Omit<SealedRow, 'content'>): BadRow {
  const { zh, en } = reasonOf(code, col)
  return { id, line, code, column: col, reason: { zh, en } }
}

const atOnce = 1000

/**
 * All bad rows as a sheet, with their content in clear: the audit has the entry before the first byte leaves. Nothing in
 * it is run as a formula by what opens it.
 */
export async function exportBadRows(ctx: Ctx, id: string): Promise<Readable> {
  const columns = await change(ctx, 'imports.bad_row.export', { kind: 'import', id }, async (tx) => {
    const row = (await store.findImport(tx, id)) ?? missing('import', id)
    tx.after({ rows: row.state === 'checked' ? (row.checked?.bad ?? 0) : row.bad + row.rejected })
    return row.mapping?.columns.map(({ column }) => column) ?? []
  })
  return badRowSheet(ctx, columns, (line, limit) => read(ctx, (tx) => store.badRowsAfter(tx, id, line, limit)))
}

export type SealedRow = { id: string; line: number; code: string; col: string | null; content: Buffer }
type RowsAfter = (line: number, limit: number) => Promise<readonly SealedRow[]>

/** Bad rows in clear, in the order of their lines; nothing in it is run as a formula by what opens it. */
export function badRowSheet(ctx: Ctx, columns: readonly string[], rowsAfter: RowsAfter): Readable {
  return Readable.from(linesOf(ctx, columns, rowsAfter))
}

async function* linesOf(ctx: Ctx, columns: readonly string[], rowsAfter: RowsAfter): AsyncGenerator<string> {
  const zh = ctx.lang === 'zh'
  yield `\ufeff${safeLine([zh ? '行号' : 'line', zh ? '原因' : 'reason', ...columns])}`
  for (let line = 0; ; ) {
    const rows = await rowsAfter(line, atOnce)
    const contents = await openEach(
      ctx,
      rows.map((row) => ({ kind: 'secret' as const, owner: row.id, sealed: row.content })),
    )
    yield rows
      .map((row, i) => {
        const reason = reasonOf(row.code, row.col)
        return safeLine([
          String(row.line),
          zh ? reason.zh : reason.en,
          ...(JSON.parse(contents[i] ?? '[]') as string[]),
        ])
      })
      .join('')
    line = rows.at(-1)?.line ?? line
    if (rows.length < atOnce) return
  }
}
