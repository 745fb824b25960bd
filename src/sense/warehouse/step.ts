import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text as bodyText } from 'node:stream/consumers'
import { ClickHouseError } from '@clickhouse/client'
import type { Ctx } from '../../platform/ctx.ts'
import { type Facts, openFacts } from '../../platform/facts/facts.ts'
import { openHome } from '../../platform/home.ts'
import { invalidField, Problem, text } from '../../platform/problem.ts'
import { homeZone } from '../../platform/time/zone.ts'
import type { Cell } from '../imports/imports.ts'
import type { ColumnType, SourceColumn } from './contract.ts'
import { shortened } from './problems.ts'
import { faultOfStep, placeOf } from './rules/step.ts'
import type { StepLimits } from './settings.ts'
import type { Table } from './sources/table.ts'

/**
 * An engine of its own for one SQL step: a child process on an empty folder that holds the step's sources and nothing
 * else, and ends with the step. See ADR 0011.
 */
export type Sandbox = {
  /** Copies a source in, under the name by which the step calls it; every set of rows is shown to `see`. */
  add(name: string, table: Table, see?: (rows: readonly (readonly Cell[])[]) => void): Promise<number>
  /** @throws invalid on the field `definition.step.sql`, with the place where it is known. */
  check(sql: string, watermark: string | null): Promise<SourceColumn[]>
  run(sql: string, watermark: string | null, most?: number): Promise<Table>
}

const typesOf: Record<ColumnType, string> = {
  text: 'Nullable(String)',
  integer: 'Nullable(Int64)',
  number: 'Nullable(Float64)',
  decimal: 'Nullable(Decimal(38, 10))',
  boolean: 'Nullable(Bool)',
  day: 'Nullable(Date32)',
  // A time on the wall is one of the bank's; and the day of an instant is the bank's day.
  time: `Nullable(DateTime64(6, '${homeZone}'))`,
  instant: `Nullable(DateTime64(6, '${homeZone}'))`,
}

/** What a killed process leaves of these is swept away: see `sweep`. */
export const stepFolder = 'zhixing-step-'

/** Steps beside each other: each is an engine of its own. */
const mostAtOnce = 2
let open = 0
const waiting: (() => void)[] = []

export async function withSandbox<T>(
  ctx: Ctx,
  limits: StepLimits,
  signal: AbortSignal | undefined,
  use: (sandbox: Sandbox) => Promise<T>,
): Promise<T> {
  while (open >= mostAtOnce) await new Promise<void>((resolve) => waiting.push(resolve))
  open++
  const folder = await mkdtemp(join(tmpdir(), stepFolder))
  const closers: (() => Promise<unknown>)[] = [() => rm(folder, { recursive: true, force: true })]
  try {
    const home = await openHome(folder)
    closers.push(() => home.close())
    const engine = await openFacts({ home, log: ctx.log, database: 'step', slowMs: 3_600_000, patienceMs: 0 })
    closers.push(() => engine.close())
    return await use(sandboxOn(engine, limits, signal))
  } finally {
    for (const close of closers.reverse())
      await close().catch((error) => ctx.log.warn({ err: error }, 'a step stays open'))
    open--
    waiting.shift()?.()
  }
}

function sandboxOn(engine: Facts, limits: StepLimits, signal: AbortSignal | undefined): Sandbox {
  const seconds = limits.seconds
  /** On every statement of a person: nothing can be written, and none of this can be set otherwise. */
  const settings = {
    readonly: '1',
    max_memory_usage: String(limits.memoryMib * 1024 ** 2),
    max_execution_time: seconds,
    max_result_rows: String(limits.rows),
    result_overflow_mode: 'throw',
    max_threads: 2,
    max_ast_depth: '500',
    max_subquery_depth: '50',
    session_timezone: homeZone,
  } as const
  const wrapped = (sql: string) =>
    `SELECT * FROM (\n${sql.trim().replace(/;\s*$/, '').replaceAll('{watermark}', '{watermark:Nullable(String)}')}\n)`
  const ask = async <T>(run: () => Promise<T>): Promise<T> => {
    try {
      return await run()
    } catch (error) {
      if (signal?.aborted) throw signal.reason
      throw stepProblem(error)
    }
  }
  async function check(sql: string, watermark: string | null): Promise<SourceColumn[]> {
    const params = { watermark }
    const ast = await ask(async () =>
      bodyText(
        await engine.readBytes({
          sql: `EXPLAIN AST ${wrapped(sql)}`,
          format: 'TSVRaw',
          settings,
          params,
          timeoutMs: 10_000,
        }),
      ),
    )
    // The format that is asked for stands at the end, as a name of its own.
    const fault = faultOfStep(
      ast.replace(/\n Identifier TSVRaw\s*$/, '').replace(/^(SelectWithUnionQuery) \(children 2\)/, '$1 (children 1)'),
    )
    if (fault) throw invalidField('definition.step.sql', 'warehouse.step_refused', fault)
    const rows = await ask(() =>
      engine.query<{ name: string; type: string }>({
        sql: `DESCRIBE (${wrapped(sql)})`,
        settings,
        params,
        timeoutMs: 30_000,
      }),
    )
    return rows.map(({ name, type }) => ({ name, type: columnType(type) }))
  }
  return {
    async add(name, table, see) {
      const columns = table.columns.map(({ name, type }) => `${identifier(name)} ${typesOf[type]}`)
      await engine.command({
        sql: `CREATE TABLE ${identifier(name)} (${columns.join(', ')}) ENGINE = MergeTree ORDER BY tuple()`,
      })
      let rows = 0
      for await (const set of table.rows()) {
        signal?.throwIfAborted()
        const whole = set.filter((cells) => !isBroken(cells))
        see?.(set)
        rows += whole.length
        if (rows > limits.rows) throw tooMany(limits.rows)
        await ask(() =>
          engine.insert(
            name,
            whole.map((cells) =>
              Object.fromEntries(table.columns.map((column, i) => [column.name, stored(cells[i], column)])),
            ),
            { timeoutMs: seconds * 1000, signal },
          ),
        )
      }
      return rows
    },
    check,
    async run(sql, watermark, most) {
      const columns = await check(sql, watermark)
      const limited = most === undefined ? wrapped(sql) : `${wrapped(sql)}\nLIMIT ${most}`
      async function* rows() {
        const statement = { sql: limited, settings, params: { watermark }, timeoutMs: seconds * 1000, signal }
        try {
          for await (const set of engine.stream<Record<string, unknown>>(statement))
            yield set.map((row) => columns.map(({ name, type }) => shown(row[name], type)))
        } catch (error) {
          if (signal?.aborted) throw signal.reason
          throw stepProblem(error)
        }
      }
      return { columns, rows }
    },
  }
}

export function tooMany(most: number): Problem {
  return new Problem(
    'invalid',
    'warehouse.too_many_rows',
    text(`超过 ${most} 行的上限:请改为增量,或缩小范围`, `More than ${most} rows: load incrementally, or take less`),
  )
}

function identifier(name: string): string {
  return `\`${name.replaceAll('\\', '\\\\').replaceAll('`', '\\`')}\``
}

export function isBroken(cells: readonly Cell[]): boolean {
  const first = cells[0]
  return cells.length === 1 && typeof first === 'object' && first !== null && '$fault' in first
}

function stored(cell: Cell | undefined, { type }: SourceColumn): unknown {
  if (cell === null || cell === undefined) return null
  if (type === 'text') return typeof cell === 'object' ? JSON.stringify(cell) : String(cell)
  if (typeof cell === 'string' && cell.trim() === '') return null
  // ClickHouse reads an instant with its offset; a Date would lose what is finer than a millisecond.
  return typeof cell === 'object' ? JSON.stringify(cell) : cell
}

function columnType(type: string): ColumnType {
  const bare = /^(?:Nullable|LowCardinality)\((.+)\)$/.exec(type)?.[1] ?? type
  if (/^U?Int/.test(bare)) return 'integer'
  if (/^Float/.test(bare)) return 'number'
  if (/^Decimal/.test(bare)) return 'decimal'
  if (/^Date(32)?$/.test(bare)) return 'day'
  if (/^DateTime/.test(bare)) return 'instant'
  return bare === 'Bool' ? 'boolean' : 'text'
}

function shown(value: unknown, type: ColumnType): Cell {
  if (value === null || value === undefined) return null
  if (value instanceof Date) return value.toISOString()
  if (type === 'day') return String(value).slice(0, 10)
  return value as Cell
}

/** What the engine says about a step is said to the person, with the place; values in it are cut out. */
function stepProblem(error: unknown): unknown {
  const engine = error instanceof ClickHouseError
  if (!engine && !(error instanceof Problem)) return error
  if (error instanceof Problem && !/memory|too long/i.test(error.message)) return error
  const message = error.message.replace(/\s+FORMAT \w+/g, '')
  const place = placeOf(message)
  const says = shortened(message.replace(/failed at position \d+ ?(\(line \d+, col \d+\))?/, '').replace(/\n/g, ' '))
  const zh = place ? `第 ${place.line} 行第 ${place.column} 列:${says}` : says
  const en = place ? `line ${place.line}, column ${place.column}: ${says}` : says
  return invalidField('definition.step.sql', 'warehouse.step_sql', text(zh, en))
}
