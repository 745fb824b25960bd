import { createHash } from 'node:crypto'
import { type Static, Type } from 'typebox'
import { Check } from 'typebox/value'
import { Problem, text } from '../problem.ts'
import { chunkNumber, contentOf, corrupt, readArchive } from './archive.ts'

/** The form of the file. It changes when an older program could not read a newer file. */
export const format = 1 as const
/** The first entry, so that a file is known before it is read; the last, which tells what must have been there. */
export const firstEntry = 'zhixing-backup.json'
export const lastEntry = 'manifest.json'

const Whole = Type.Integer({ minimum: 0 })
const Content = { bytes: Whole, chunks: Whole, sha256: Type.String({ pattern: '^[0-9a-f]{64}$' }) }

const PgTable = Type.Object({
  schema: Type.String(),
  name: Type.String(),
  columns: Type.Array(Type.Object({ name: Type.String(), type: Type.String() })),
  rows: Whole,
  ...Content,
})

const ChTable = Type.Object({
  name: Type.String(),
  columns: Type.Array(Type.Object({ name: Type.String(), type: Type.String() })),
  /** As a reader counts them (merged); null when the table was written to during the backup. */
  rows: Type.Union([Whole, Type.Null()]),
  ...Content,
})

const History = Type.Object({ number: Whole, name: Type.String(), hash: Type.String() })

export const Manifest = Type.Object({
  format: Type.Literal(format),
  product: Type.String(),
  madeAt: Type.String(),
  /** Check value of the master key that opens what is sealed in here. The key itself is never in a backup. */
  keyCheck: Type.Union([Type.String(), Type.Null()]),
  postgres: Type.Object({
    server: Type.String(),
    version: Whole,
    history: Type.Array(History),
    /** The newest step of the job queue's own schema. */
    jobs: Whole,
    tables: Type.Array(PgTable),
    partitions: Type.Array(
      Type.Object({ schema: Type.String(), name: Type.String(), parent: Type.String(), bound: Type.String() }),
    ),
    sequences: Type.Array(
      Type.Object({ schema: Type.String(), name: Type.String(), value: Type.String(), called: Type.Boolean() }),
    ),
  }),
  clickhouse: Type.Object({
    server: Type.String(),
    version: Whole,
    database: Type.String(),
    history: Type.Array(Type.Intersect([History, Type.Object({ statement: Whole, of: Whole })])),
    /** Every table and view, as the engine would make it again. */
    objects: Type.Array(Type.Object({ name: Type.String(), engine: Type.String(), create: Type.String() })),
    tables: Type.Array(ChTable),
  }),
})

export type Manifest = Static<typeof Manifest>
export type PgTable = Manifest['postgres']['tables'][number]
export type ChTable = Manifest['clickhouse']['tables'][number]

export function pgEntry({ schema, name }: Pick<PgTable, 'schema' | 'name'>): string {
  return `postgres/${encodeURIComponent(schema)}.${encodeURIComponent(name)}`
}

export function chEntry({ name }: Pick<ChTable, 'name'>): string {
  return `clickhouse/${encodeURIComponent(name)}`
}

export const chunkName = /^(.+)\/(\d{6,})$/
const mostManifestBytes = 64 * 2 ** 20

/**
 * Reads the whole file once and compares every byte of it with what the manifest says, before anything is restored.
 * Problems: `backup.missing`, `backup.not_a_backup`, `backup.newer_format`, `backup.corrupt`.
 */
export async function verifyBackup(file: string, onBytes: (bytes: number) => void = () => {}): Promise<Manifest> {
  const found = new Map<string, { bytes: number; chunks: number; hash: ReturnType<typeof createHash> }>()
  let manifest: Manifest | undefined
  let first = true
  for await (const entry of readArchive(file)) {
    if (first) {
      first = false
      refuseOtherFile(file, entry.name === firstEntry ? await contentOf(entry, 10_000) : '')
      continue
    }
    if (manifest) throw corrupt(file, `${entry.name} after the end`)
    if (entry.name === lastEntry) {
      manifest = parseManifest(file, await contentOf(entry, mostManifestBytes))
      continue
    }
    const [, name = '', number = ''] = chunkName.exec(entry.name) ?? []
    const seen = found.get(name) ?? { bytes: 0, chunks: 0, hash: createHash('sha256') }
    found.set(name, seen)
    seen.chunks++
    if (number !== chunkNumber(seen.chunks)) throw corrupt(file, `${entry.name} out of its place`)
    for await (const piece of entry.content) {
      seen.bytes += piece.length
      seen.hash.update(piece)
      onBytes(piece.length)
    }
  }
  if (first) throw notABackup(file)
  if (!manifest) throw corrupt(file, 'the end is missing')
  const sums = new Map(
    [...found].map(([name, { bytes, chunks, hash }]) => [name, { bytes, chunks, sha256: hash.digest('hex') }]),
  )
  compare(file, manifest, sums)
  return manifest
}

type Sum = Pick<PgTable, 'bytes' | 'chunks' | 'sha256'>

function compare(file: string, manifest: Manifest, found: Map<string, Sum>): void {
  const wanted = new Map<string, Sum>([
    ...manifest.postgres.tables.map((table) => [pgEntry(table), table] as const),
    ...manifest.clickhouse.tables.map((table) => [chEntry(table), table] as const),
  ])
  const empty: Sum = { bytes: 0, chunks: 0, sha256: createHash('sha256').digest('hex') }
  for (const [name, sum] of wanted) {
    const is = found.get(name) ?? empty
    if (is.bytes !== sum.bytes || is.chunks !== sum.chunks || is.sha256 !== sum.sha256) throw corrupt(file, name)
  }
  for (const name of found.keys()) if (!wanted.has(name)) throw corrupt(file, `${name} is not in the manifest`)
}

function parseManifest(file: string, content: string): Manifest {
  let parsed: unknown
  try {
    parsed = JSON.parse(content)
  } catch (error) {
    throw corrupt(file, lastEntry, error)
  }
  if (!Check(Manifest, parsed)) throw corrupt(file, lastEntry)
  return parsed
}

function notABackup(file: string): Problem {
  return new Problem(
    'invalid',
    'backup.not_a_backup',
    text(`${file} 不是知行的备份文件`, `${file} is not a backup made by Zhixing`),
  )
}

function refuseOtherFile(file: string, content: string): void {
  let head: unknown
  try {
    head = JSON.parse(content)
  } catch {
    throw notABackup(file)
  }
  const made = typeof head === 'object' && head !== null && 'format' in head ? head.format : undefined
  if (typeof made !== 'number') throw notABackup(file)
  if (made <= format) return
  throw new Problem(
    'invalid',
    'backup.newer_format',
    text(
      `备份文件 ${file} 的格式版本为 ${made},本程序只认识到 ${format}:请使用更新的程序`,
      `The backup file ${file} has format ${made}, this program knows ${format}: use a newer program`,
    ),
  )
}
