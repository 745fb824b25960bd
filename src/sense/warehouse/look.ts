import { read } from '../../platform/change.ts'
import type { Ctx } from '../../platform/ctx.ts'
import { missing } from '../../platform/problem.ts'
import type { Choices } from '../imports/contract.ts'
import { type Cell, previewRows, type ReadRow } from '../imports/imports.ts'
import type { Look, Looked } from './contract.ts'
import { reading } from './reading.ts'
import { stepLimits } from './settings.ts'
import { isBroken } from './step.ts'
import * as store from './store.ts'

/** Rows that a guess is made from; a step sees so many of each of its sources. */
const looked = 1000
const lookSeconds = 60

/** The first rows as they would be read, masked where they are personal; nothing is kept. */
export async function look(ctx: Ctx, given: Look, choices: (ctx: Ctx) => Promise<Choices>): Promise<Looked> {
  await read(
    ctx,
    async (tx) => (await store.findConnection(tx, given.connection)) ?? missing('connection', given.connection),
  )
  const limits = { ...(await stepLimits(ctx)), seconds: lookSeconds }
  return reading(ctx, { ...given, most: looked, limits }, async (found) => {
    const rows: ReadRow[] = []
    for await (const set of found.rows()) {
      for (const cells of set) rows.push(readRow(cells, rows.length + 1))
      if (rows.length >= looked) break
    }
    const shown = previewRows(
      ctx,
      found.columns.map(({ name }) => name),
      rows,
      await choices(ctx),
    )
    return { ...shown, source: [...found.source], reading: found.reading ?? null }
  })
}

type Broken = { $fault: string; $raw: string }

/** As the imports know a row: cells, or what is wrong with the line. */
export function readRow(cells: readonly Cell[], line: number): ReadRow {
  if (!isBroken(cells)) return { line, cells }
  const { $fault, $raw } = cells[0] as Broken
  return { line, fault: { code: $fault as Extract<ReadRow, { fault: unknown }>['fault']['code'] }, raw: $raw }
}
