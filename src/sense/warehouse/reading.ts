import { read } from '../../platform/change.ts'
import { asMachine, type Ctx } from '../../platform/ctx.ts'
import { invalidField, missing, text } from '../../platform/problem.ts'
import type { Cell } from '../imports/imports.ts'
import { openWay } from './connections.ts'
import type { From, SourceColumn, Step } from './contract.ts'
import { readFrom } from './rules/watermark.ts'
import type { StepLimits } from './settings.ts'
import type { Table } from './sources/table.ts'
import { withSandbox } from './step.ts'
import * as store from './store.ts'

/** What is read of a mapping: its own source, with the step over it where there is one. */
export type Wanted = {
  connection: string
  from: From
  step?: Step | null | undefined
  since?: { column: string; watermark: string; overlap: number } | undefined
  most?: number | undefined
  limits: StepLimits
  signal?: AbortSignal | undefined
  /** Sees the rows of the source itself, before the step: for the watermark. */
  see?: ((columns: readonly SourceColumn[], rows: readonly (readonly Cell[])[]) => void) | undefined
}

export type Found = Table & { source: readonly SourceColumn[] }

/** Opens what is wanted, hands it over, closes it. */
export async function reading<T>(ctx: Ctx, wanted: Wanted, use: (found: Found) => Promise<T>): Promise<T> {
  if (!wanted.step) return openSource(ctx, wanted, (table) => use({ ...seen(table, wanted), source: table.columns }))
  const { step, limits, signal } = wanted
  const others = await usedMappings(ctx, step)
  return withSandbox(ctx, limits, signal, async (sandbox) => {
    let source: readonly SourceColumn[] = []
    let how: Table['reading']
    await openSource(ctx, wanted, async (table) => {
      source = table.columns
      how = table.reading
      await sandbox.add('source', table, (rows) => wanted.see?.(table.columns, rows))
    })
    for (const other of others)
      await openSource(
        ctx,
        { ...wanted, connection: other.connection, from: other.definition.from, since: undefined },
        async (table) => void (await sandbox.add(other.code, table)),
      )
    const table = await sandbox.run(step.sql, wanted.since?.watermark ?? null, wanted.most)
    return use({ ...table, reading: how, source })
  })
}

function seen(table: Table, wanted: Wanted): Table {
  if (!wanted.see) return table
  return {
    ...table,
    async *rows() {
      for await (const rows of table.rows()) {
        wanted.see?.(table.columns, rows)
        yield rows
      }
    },
  }
}

async function openSource<T>(ctx: Ctx, wanted: Wanted, use: (table: Table) => Promise<T>): Promise<T> {
  const row = await read(ctx, (tx) => store.findConnection(tx, wanted.connection))
  if (!row) missing('connection', wanted.connection)
  const way = await openWay(ctx, row)
  const { from, most, limits, signal } = wanted
  const ask = { from, most, seconds: limits.seconds, signal }
  const since = wanted.since
  if (!since) return way.open(ask, use)
  // Whether it is a number or a time is the source's to say: asked once, without a row.
  const type =
    from.kind === 'files'
      ? ('instant' as const)
      : await way.open({ ...ask, most: 0 }, async (table) => {
          const found = table.columns.find(({ name }) => name === since.column)
          if (!found)
            throw invalidField(
              'definition.load.column',
              'warehouse.no_watermark',
              text(`来源中没有水位列“${since.column}”`, `The source has no column ${since.column} for the watermark`),
            )
          return found.type
        })
  const value = readFrom(since.watermark, since.overlap, type)
  return way.open({ ...ask, since: { column: since.column, value } }, use)
}

/** The mappings that a step names, as their reader may see them. */
async function usedMappings(ctx: Ctx, step: Step): Promise<store.MappingRow[]> {
  if (step.uses.length === 0) return []
  const rows = await read(ctx, (tx) => store.mappingsByCode(tx, step.uses))
  const gone = step.uses.find((code) => !rows.some((row) => row.code === code))
  if (gone !== undefined)
    throw invalidField(
      'definition.step.uses',
      'warehouse.unknown_source',
      text(`没有映射“${gone}”`, `There is no mapping ${gone}`),
    )
  return rows
}

/** A run works for the organisation of its mapping, whoever began it. */
export function asRunner(ctx: Ctx): Ctx {
  return asMachine(ctx, 'warehouse')
}
