import { createWriteStream } from 'node:fs'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { type App, startApp } from '../src/app.ts'
import { readConfig } from '../src/config.ts'
import { ensureRoot } from '../src/govern/orgs/orgs.ts'
import { openImports } from '../src/importsWiring.ts'
import { read } from '../src/platform/change.ts'
import { createLog } from '../src/platform/log.ts'
import type { BenchOptions, BenchResult } from './run.ts'

const customers = 1_000_000
const columns = 40

/**
 * Customers of forty columns through the same functions as the screens': a file is taken, mapped as is suggested, checked
 * whole and imported, until the last customer has his profile. Once as Parquet; the same customers, each with other values,
 * again as CSV, so that the second finds everyone there. Raw is the engine alone, reading the same Parquet file's forty
 * columns into a table of its own.
 */
export async function run(options: BenchOptions): Promise<BenchResult> {
  const rows = Math.max(1000, Math.round(customers * options.scale))
  const folder = await mkdtemp(join(tmpdir(), 'zhixing-bench-'))
  const config = readConfig({ PORT: '0', ZHIXING_HOME: folder, ZHIXING_LOG_LEVEL: 'warn' })
  const app = await startApp(config, createLog('warn'))
  const watch = watchMemory()
  try {
    await ensureRoot(app.ctx, { code: 'HQ', name: '总行' })
    const figures: Record<string, number> = {}
    for (const [format, day] of [
      ['Parquet', 0],
      ['CSVWithNames', 1],
    ] as const) {
      const name = format === 'Parquet' ? 'parquet' : 'csv'
      const file = join(folder, `customers.${name}`)
      await pipeline(await app.facts.readBytes({ sql: people(rows, day), format }), createWriteStream(file))
      figures[`${name}_mib`] = Math.round((await stat(file)).size / 2 ** 20)
      const { checkS, runS } = await importOne(app, folder, file, rows)
      figures[`${name}_check_rows_per_s`] = Math.round(rows / checkS)
      figures[`${name}_rows_per_s`] = Math.round(rows / runS)
      options.log(`${name}: checked in ${Math.round(checkS)} s, imported in ${Math.round(runS)} s`)
    }
    const raw = await byTheEngineAlone(app, rows)
    figures.peak_rss_mb = watch.peakMb()
    return {
      bench: 'import',
      scale: options.scale,
      figures,
      raw: { engine_rows_per_s: Math.round(raw) },
      ratio: { engine: Math.round(((figures.parquet_rows_per_s ?? 0) / raw) * 1e4) / 1e4 },
    }
  } finally {
    watch.stop()
    await app.close()
    await rm(folder, { recursive: true, force: true })
  }
}

/** Forty columns as a core system exports them: a number, a name and a mobile number that nobody has, and what is known of him. */
function people(rows: number, day: number): string {
  const made = Array.from({ length: columns - 8 }, (_, i) => {
    const at = `cityHash64(number, ${i}, ${day})`
    if (i % 4 === 0) return `toDecimal64(${at} % 10000000 / 100, 2) AS balance_${i}`
    if (i % 4 === 1) return `${at} % 1000 AS count_${i}`
    if (i % 4 === 2) return `toString(toDate('2015-01-01') + ${at} % 3650) AS day_${i}`
    return `['甲', '乙', '丙', '丁'][1 + ${at} % 4] AS kind_${i}`
  })
  return `
    SELECT concat('C', leftPad(toString(number), 9, '0')) AS customer_no,
           concat('练习', toString(number)) AS name,
           concat('1990', leftPad(toString(number % 10000000), 7, '0')) AS mobile,
           ['男', '女'][1 + cityHash64(number) % 2] AS gender,
           toString(toDate('1950-01-01') + cityHash64(number, 'born') % 20000) AS birthday,
           ['金卡', '白金', '普通'][1 + cityHash64(number, 'level') % 3] AS level,
           toDecimal64(cityHash64(number, 'aum', ${day}) % 100000000 / 100, 2) AS aum,
           toString(toDate('2010-01-01') + cityHash64(number, 'opened') % 5000) AS opened_on,
           ${made.join(',\n           ')}
    FROM numbers(${rows})`
}

async function importOne(
  app: App,
  folder: string,
  file: string,
  rows: number,
): Promise<{ checkS: number; runS: number }> {
  const imports = openImports(folder)
  const { id, revision } = await imports.take(app.ctx, file, basename(file))
  const { suggestion, reading } = await imports.preview(app.ctx, id, {})
  await imports.save(app.ctx, id, { revision, reading, mapping: suggestion })
  const from = performance.now()
  const checked = await imports.checkNow(app.ctx, id)
  if (checked.checked?.good !== rows) throw new Error(`of ${rows} rows ${checked.checked?.good} are good`)
  const middle = performance.now()
  const { counts } = await imports.runNow(app.ctx, id, { mode: 'all' })
  if (counts.accepted !== rows) throw new Error(`of ${rows} rows ${counts.accepted} were accepted`)
  while (await left(app)) await new Promise((resolve) => setTimeout(resolve, 50))
  const end = performance.now()
  const [row] = await read(app.ctx, (tx) => tx<{ n: number }[]>`select count(*)::int as n from customers.profile`)
  if (row?.n !== rows) throw new Error(`${rows} customers were imported, ${row?.n} have a profile`)
  return { checkS: (middle - from) / 1000, runS: (end - middle) / 1000 }
}

async function left(app: App): Promise<boolean> {
  const [row] = await app.db.sql<{ left: boolean }[]>`
    select exists (select from collect.piece p, collect.position at where (p.xact, p.id) > (at.xact, at.id)) as left`
  return row?.left ?? false
}

async function byTheEngineAlone(app: App, rows: number): Promise<number> {
  const sql = people(rows, 0)
  await app.facts.command({
    sql: `CREATE TABLE bench_people ENGINE = MergeTree ORDER BY customer_no AS ${sql} LIMIT 0`,
  })
  const from = performance.now()
  await app.facts.insertBytes('bench_people', 'Parquet', await app.facts.readBytes({ sql, format: 'Parquet' }))
  return rows / ((performance.now() - from) / 1000)
}

function watchMemory() {
  let peak = 0
  const timer = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage.rss())
  }, 200)
  return { peakMb: () => Math.round(peak / 2 ** 20), stop: () => clearInterval(timer) }
}
