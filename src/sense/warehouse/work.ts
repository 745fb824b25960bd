import { createHmac, hash } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { openSecret, sealSecret } from '../../govern/privacy/privacy.ts'
import { read, unauditedChange } from '../../platform/change.ts'
import type { Ctx } from '../../platform/ctx.ts'
import { missing, Problem, type Text, text } from '../../platform/problem.ts'
import { recordLineage } from '../catalog/catalog.ts'
import type { Envelope, Incoming, Outcome } from '../collect/contract.ts'
import { type Cell, checkMapping, type Fault, instantOf, reasonOf, rowMapper, textOf } from '../imports/imports.ts'
import { alertOnChecks } from './alerts.ts'
import type { CheckResult, SourceColumn } from './contract.ts'
import { edgesOf } from './lineage.ts'
import { readRow } from './look.ts'
import { asRunner, reading } from './reading.ts'
import { type Gathered, gather } from './rules/quality.ts'
import { later, written } from './rules/watermark.ts'
import * as store from './runStore.ts'
import { stepLimits } from './settings.ts'
import { fileTime } from './sources/files.ts'
import { dropSpool, hasSpool, openSpool, spooled } from './spool.ts'
import { tooMany } from './step.ts'
import * as mappings from './store.ts'

export type Work = {
  /** `receive` of the collection. */
  readonly receive: (ctx: Ctx, source: { id: string }, incoming: readonly Incoming[]) => Promise<Outcome[]>
  /** The source under which an organisation's rows arrive. */
  source(ctx: Ctx, org: string): Promise<{ id: string }>
  /** Where what was read lies until it is sent; the same for every process that runs jobs. */
  readonly folder: string
}

/** `paused`: the program stops, the rest is to be done later. `left`: cancelled, or another process has it. */
export type Ended = 'finished' | 'paused' | 'left'

/** Rows that are sent, and whose progress is kept, at once. */
const pieceRows = 2000

/** Reads what is there, looks whether it is right, and sends what is new; from where it was cut off. */
export async function work(given: Ctx, deps: Work, id: string, attempt: number, signal?: AbortSignal): Promise<Ended> {
  const ctx = asRunner(given)
  const run = (await read(ctx, (tx) => store.findRun(tx, id))) ?? missing('run', id)
  if (!['waiting', 'reading', 'sending'].includes(run.state)) return 'left'
  if (run.state !== 'sending' || !(await hasSpool(deps.folder, id))) {
    const ended = await extract(ctx, deps, run, attempt, signal)
    if (ended !== 'finished') return ended
  } else await unauditedChange(ctx, 'a run that goes on', (tx) => store.noteAttempt(tx, id, attempt))
  return send(ctx, deps, id, signal)
}

export function say(ctx: Ctx, id: string, zh: string, en: string): Promise<void> {
  const line = { at: ctx.now.toISOString(), says: { zh, en } }
  return unauditedChange(ctx, 'the log of a run', (tx) => store.addLog(tx, id, line))
}

// ---- reading

async function extract(ctx: Ctx, deps: Work, run: store.RunRow, attempt: number, signal?: AbortSignal): Promise<Ended> {
  const { id, definition } = run
  if (!(await unauditedChange(ctx, 'a run begins', (tx) => store.beginReading(tx, id, attempt, ctx.now)))) return 'left'
  const from = run.watermarkFrom
  await say(
    ctx,
    id,
    from ? `开始读取(第 ${attempt} 次),水位自 ${from}` : `开始读取(第 ${attempt} 次)`,
    from ? `Reading (attempt ${attempt}) from the watermark ${from}` : `Reading (attempt ${attempt})`,
  )
  const mapping = await read(ctx, (tx) => mappings.findMapping(tx, run.mapping))
  if (!mapping) missing('mapping', run.mapping)
  const limits = await stepLimits(ctx)
  const { load } = definition
  const column = definition.from.kind === 'files' ? fileTime : load.column
  const incremental = load.how === 'incremental' && column !== undefined
  const since = incremental && from !== null ? { column, watermark: from, overlap: load.overlap ?? 0 } : undefined
  const mark = incremental ? watermarkSeer(column) : undefined
  const spool = await openSpool(deps.folder, id)
  try {
    const wanted = { connection: mapping.connection, ...definition, since, limits, signal, see: mark?.see }
    const read_ = await reading(ctx, wanted, async ({ columns, rows }) => {
      const checks = gather(
        definition.checks,
        columns.map(({ name }) => name),
        {
          text: (cell) => textOf(cell as Cell),
          hash: (text) => hash('sha256', text, 'base64'),
          instant: instantIn(definition.columns?.zone),
        },
      )
      const count = await spoolRows(ctx, id, rows(), spool.write, checks, limits.rows, signal)
      return count === undefined ? undefined : { count, columns, checks }
    })
    await spool.close()
    if (!read_) return 'left'
    return judge(ctx, deps, run, read_, later(mark?.found(), from ?? undefined, mark?.type() ?? 'text') ?? null)
  } catch (error) {
    await spool.close().catch(() => undefined)
    if (signal?.aborted) return 'paused'
    throw error
  }
}

function instantIn(zone: string | undefined): (text: string) => number | undefined {
  return (text) => instantOf(text, (zone ?? 'Asia/Shanghai') as Parameters<typeof instantOf>[1])
}

function watermarkSeer(column: string) {
  let found: string | undefined
  let type: SourceColumn['type'] = 'text'
  return {
    found: () => found,
    type: () => type,
    see(columns: readonly SourceColumn[], rows: readonly (readonly Cell[])[]) {
      const place = columns.findIndex(({ name }) => name === column)
      if (place === -1)
        throw new Problem(
          'invalid',
          'warehouse.no_watermark',
          text(`来源中没有水位列“${column}”`, `The source has no column ${column} for the watermark`),
        )
      type = columns[place]?.type ?? 'text'
      for (const cells of rows) found = later(found, written(cells[place]), type)
    },
  }
}

/** Undefined when it was cancelled meanwhile. */
async function spoolRows(
  ctx: Ctx,
  id: string,
  rows: AsyncGenerator<readonly (readonly Cell[])[]>,
  write: (rows: readonly (readonly Cell[])[]) => Promise<void>,
  checks: Gathered,
  most: number,
  signal: AbortSignal | undefined,
): Promise<number | undefined> {
  let count = 0
  let told = 0
  for await (const set of rows) {
    signal?.throwIfAborted()
    count += set.length
    if (count > most) throw tooMany(most)
    checks.see(set)
    await write(set)
    if (count - told < 10_000) continue
    told = count
    if (!(await unauditedChange(ctx, 'how far a run has read', (tx) => store.noteRead(tx, id, count)))) return undefined
  }
  return count
}

type Read = { count: number; columns: readonly SourceColumn[]; checks: Gathered }

/** Whether what was read is right; where a check says stop, nothing is sent and what was there stays. */
async function judge(ctx: Ctx, deps: Work, run: store.RunRow, found: Read, watermarkTo: string | null): Promise<Ended> {
  const { id, definition } = run
  const rows = await read(ctx, (tx) => store.rowsBefore(tx, run))
  const checks = found.checks.results(found.count, { rows, now: ctx.now })
  const columns = definition.columns
  if (columns)
    checkMapping(
      columns,
      found.columns.map(({ name }) => name),
    )
  const stop = checks.filter(({ ok, act }) => !ok && act === 'stop')
  await say(ctx, id, `已读取 ${found.count} 行`, `${found.count} rows were read`)
  if (stop.length > 0) {
    await stopped(ctx, run, checks)
    await dropSpool(deps.folder, id)
    return 'finished'
  }
  const goes = await unauditedChange(ctx, 'a run has read all', (tx) =>
    store.beginSending(tx, id, { rows: found.count, watermarkTo, checks, columns: found.columns }),
  )
  return goes ? 'finished' : 'left'
}

async function stopped(ctx: Ctx, run: store.RunRow, checks: CheckResult[]): Promise<void> {
  const error = text('质量检查未通过,已停止,保留原有数据', 'A check failed: it stopped, and what was there stays')
  await say(ctx, run.id, error.zh, error.en)
  await unauditedChange(ctx, 'a run that a check stopped', async (tx) => {
    const goes = await store.finish(tx, run.id, { state: 'stopped', error, checks, at: ctx.now })
    if (goes) await alertOnChecks(ctx, tx, run, checks)
  })
}

// ---- sending

type Sending = {
  run: store.RunRow
  columns: string[]
  map: ReturnType<typeof rowMapper>
  salt: string
  source: { id: string }
  reasons: Map<string, store.Reason>
}

async function send(ctx: Ctx, deps: Work, id: string, signal?: AbortSignal): Promise<Ended> {
  const run = (await read(ctx, (tx) => store.findRun(tx, id))) ?? missing('run', id)
  if (run.state === 'stopped' || run.state === 'done') return 'finished'
  if (run.state !== 'sending' || !run.columns || !run.definition.columns) return 'left'
  const mapping = await read(ctx, (tx) => mappings.findMapping(tx, run.mapping))
  if (!mapping) missing('mapping', run.mapping)
  const columns = run.columns.map(({ name }) => name)
  const job: Sending = {
    run,
    columns,
    map: rowMapper(run.definition.columns, columns, { hash: id, at: run.createdAt.getTime() }),
    salt: await openSecret(ctx, mapping.id, mapping.salt),
    source: await deps.source(ctx, run.org),
    reasons: new Map(run.reasons.map((reason) => [`${reason.code} ${reason.column ?? ''}`, reason])),
  }
  let position = run.position
  for await (const piece of spooled(deps.folder, id, position, pieceRows)) {
    if (signal?.aborted) return 'paused'
    if (!(await onePiece(ctx, deps, job, piece, position, signal))) {
      await dropSpool(deps.folder, id)
      return 'left'
    }
    position += piece.length
  }
  return finished(ctx, deps, job)
}

type Made = {
  incoming: Incoming & { envelope: Envelope }
  key: Buffer
  content: Buffer
  cells: readonly Cell[]
  line: number
}

async function onePiece(
  ctx: Ctx,
  deps: Work,
  job: Sending,
  piece: readonly (readonly Cell[])[],
  from: number,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const { run } = job
  const made: Made[] = []
  const bad: { line: number; fault: Fault; cells: readonly Cell[] }[] = []
  for (const [i, cells] of piece.entries()) {
    const row = readRow(cells, from + i + 1)
    const mapped = 'fault' in row ? row : job.map(row.cells)
    if ('fault' in mapped)
      bad.push({ line: row.line, fault: mapped.fault, cells: 'cells' in row ? row.cells : [row.raw] })
    else made.push({ ...fingerprints(job, mapped), cells, line: row.line })
  }
  const { news, same, states } = await newsOf(ctx, run, made)
  const outcomes = news.length > 0 ? await give(ctx, deps, job.source, news, signal) : []
  let [changed, rejected] = [0, 0]
  for (const [i, outcome] of outcomes.entries()) {
    const one = news[i]
    if (outcome !== 'rejected' || !one) changed++
    else {
      rejected++
      bad.push({ line: one.line, fault: { code: 'collect.rejected' }, cells: one.cells })
    }
  }
  for (const one of bad) note(job.reasons, one.line, one.fault)
  const step = {
    ...{ from, position: from + piece.length, changed, same, rejected, bad: bad.length - rejected },
    reasons: [...job.reasons.values()],
  }
  const writes = bad.map((one) => badRow(ctx, run.id, one))
  return unauditedChange(ctx, 'rows of a run of a mapping', async (tx) => {
    if (!(await store.advance(tx, run.id, step))) return false
    await store.saveStates(tx, run.mapping, run.id, states)
    await store.insertBadRows(tx, run, writes)
    return true
  })
}

/**
 * Which row it is, and what it says, keyed so that nobody finds a mobile number by trying them all. The message's own
 * key: of an event what tells it apart, for ever; of a statement its content and the run, because a value that comes
 * back later is news, and the same run sent again is none.
 */
function fingerprints(
  job: Sending,
  { key, envelope }: { key: string; envelope: Envelope },
): Omit<Made, 'cells' | 'line'> {
  const { run, salt } = job
  const keyed = (text: string) => createHmac('sha256', salt).update(text).digest()
  const { kind, item, ids, time, profile } = envelope
  const spoken = time === run.createdAt.getTime() ? null : time
  const what = kind === 'event' ? ['event', key] : item ? ['item', item.type, item.id] : ['profile', ids]
  const says = kind === 'event' ? key : [spoken, item?.values ?? profile?.values]
  const rowKey = keyed(JSON.stringify(what))
  const content = keyed(JSON.stringify(says))
  const message = kind === 'event' ? rowKey : keyed(JSON.stringify([run.id, what, says]))
  return {
    key: rowKey.subarray(0, 16),
    content: content.subarray(0, 16),
    incoming: { key: `warehouse-${message.toString('base64url')}`, envelope },
  }
}

/** Of the rows those that say something new. A row that stands twice in a piece is told by what stood before it. */
async function newsOf(ctx: Ctx, run: store.RunRow, made: readonly Made[]) {
  const known = await read(ctx, (tx) =>
    store.statesOf(
      tx,
      run.mapping,
      made.map(({ key }) => key),
    ),
  )
  const now = new Map<string, Made>()
  const news: Made[] = []
  let same = 0
  for (const one of made) {
    const name = one.key.toString('base64')
    const before = now.get(name) ?? known.get(name)
    if (before?.content.equals(one.content)) same++
    else {
      news.push(one)
      now.set(name, one)
    }
  }
  return { news, same, states: [...now.values()].map(({ key, content }) => ({ key, content })) }
}

/** Waits where the collection is asked to slow down: in real time, because it is another part of the program that lags. */
async function give(
  ctx: Ctx,
  deps: Work,
  source: { id: string },
  news: readonly Made[],
  signal: AbortSignal | undefined,
): Promise<Outcome[]> {
  const incoming = news.map((one) => one.incoming)
  for (let tries = 1; ; tries++) {
    try {
      return await deps.receive(ctx, source, incoming)
    } catch (error) {
      if (!(error instanceof Problem) || error.kind !== 'unavailable' || tries >= 100) throw error
      await pause((error.retryAfterSeconds ?? 1) * 1000, undefined, { signal })
    }
  }
}

const linesNamed = 20

function note(reasons: Map<string, store.Reason>, line: number, fault: Fault): void {
  const column = fault.column ?? null
  const key = `${fault.code} ${column ?? ''}`
  const reason = reasons.get(key) ?? {
    code: fault.code,
    column,
    reason: reasonOf(fault.code, column),
    count: 0,
    lines: [],
  }
  reasons.set(key, reason)
  reason.count++
  if (reason.lines.length < linesNamed) reason.lines.push(line)
}

function badRow(
  ctx: Ctx,
  run: string,
  { line, fault, cells }: { line: number; fault: Fault; cells: readonly Cell[] },
): store.BadRowWrite {
  const content = JSON.stringify(cells.map((cell) => textOf(cell).slice(0, 8192))).toWellFormed()
  return {
    line,
    code: fault.code,
    column: fault.column ?? null,
    content: sealSecret(ctx, store.badRowId(run, line), content),
  }
}

/** The watermark moves with the end of the run, and lineage says what flowed. */
async function finished(ctx: Ctx, deps: Work, job: Sending): Promise<Ended> {
  const { run } = job
  const done = await unauditedChange(ctx, 'the end of a run of a mapping', async (tx) => {
    if (!(await store.finish(tx, run.id, { state: 'done', at: ctx.now }))) return undefined
    const mapping = await mappings.lockMapping(tx, run.mapping)
    // Edited meanwhile, it may have another watermark: then the next run reads from the beginning.
    if (mapping && mapping.version === run.version && run.watermarkTo !== null)
      await mappings.saveWatermark(tx, run.mapping, run.watermarkTo)
    if (mapping) await recordLineage(tx, edgesOf(mapping, run.definition), ctx.now)
    await alertOnChecks(ctx, tx, run, run.checks)
    return store.findRun(tx, run.id)
  })
  await dropSpool(deps.folder, run.id)
  if (!done) return 'left'
  const said: Text = text(
    `完成:变化 ${done.changed},未变 ${done.same},坏行 ${done.bad + done.rejected}`,
    `Done: ${done.changed} changed, ${done.same} the same, ${done.bad + done.rejected} bad`,
  )
  await say(ctx, run.id, said.zh, said.en)
  return 'finished'
}
