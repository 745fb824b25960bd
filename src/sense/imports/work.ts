import { setTimeout as pause } from 'node:timers/promises'
import { sealSecret } from '../../govern/privacy/privacy.ts'
import { read, unauditedChange } from '../../platform/change.ts'
import type { Ctx } from '../../platform/ctx.ts'
import { missing, Problem, text } from '../../platform/problem.ts'
import { recordLineage } from '../catalog/catalog.ts'
import type { Envelope, Identity, Incoming, Outcome } from '../collect/contract.ts'
import type { Reason } from './contract.ts'
import { pathOf } from './files.ts'
import { importEdges } from './lineage.ts'
import type { Limits } from './readers/bytes.ts'
import { type Opened, openFile } from './readers/reader.ts'
import { checkMapping, rowMapper } from './rules/mapping.ts'
import { type Fault, type ReadRow, reasonOf } from './rules/row.ts'
import { textOf } from './rules/value.ts'
import * as store from './store.ts'

/** `receive` of the collection: what it has answered for is durable, and the same key from the same source is known. */
export type Receive = (ctx: Ctx, source: { id: string }, incoming: readonly Incoming[]) => Promise<Outcome[]>

export type Work = {
  readonly receive: Receive
  /** The source under which an organisation's imports arrive. */
  source(ctx: Ctx, org: string): Promise<{ id: string }>
  readonly folder: string
  /** Of each set of identities, whether it names a customer who is outside that organisation. */
  elsewhere(ctx: Ctx, org: string, sets: readonly (readonly Identity[])[]): Promise<boolean[]>
  limits(ctx: Ctx): Promise<Limits>
}

/** `paused`: the program stops, and the rest is to be done later. `left`: it was cancelled, or another process has it. */
export type Ended = 'finished' | 'paused' | 'left'

export type Tell = (at: { rows: number; progress: number; bad: number; accepted: number; duplicates: number }) => void

type More = { signal?: AbortSignal | undefined; tell?: Tell | undefined }

/** Rows that are sent, and whose progress is kept, at once. */
export const pieceRows = 2000
const checkRows = 10_000

/** Reads the whole file as it is mapped and keeps what is wrong; nothing is sent. */
export async function checkFile(ctx: Ctx, work: Work, id: string, more: More = {}): Promise<Ended> {
  const job = await openWork(ctx, work, id, 'checking')
  if (!job) return 'left'
  const ended = await eachPiece(ctx, work, job, checkRows, more, async () => undefined)
  if (ended !== 'finished') return ended
  const { position: rows, bad, row } = job
  await unauditedChange(ctx, 'the result of a check, which a person asked for', (tx) =>
    store.finishCheck(tx, id, { rows, good: rows - bad, bad, revision: row.revision }),
  )
  return 'finished'
}

/**
 * Sends the rows on, piece by piece, from where it stands. A piece that was under way when the program was killed is
 * sent again and known by its keys: `resent` counts those, because whether this import or an earlier one brought them
 * cannot be told afterwards.
 */
export async function runFile(ctx: Ctx, work: Work, id: string, more: More = {}): Promise<Ended> {
  const job = await openWork(ctx, work, id, 'running')
  if (!job) return 'left'
  const source = await work.source(ctx, job.row.org)
  if (!(await rest(ctx, job, pieceRows))) return 'left'
  const ended = await eachPiece(ctx, work, job, pieceRows, more, async (good) => {
    if (good.length === 0) return []
    return send(ctx, work, source, good, more.signal)
  })
  if (ended !== 'finished') return ended
  await unauditedChange(ctx, 'the end of an import, which a person began', async (tx) => {
    await store.finishRun(tx, id, job.position, ctx.now)
    if (job.row.mapping) await recordLineage(tx, importEdges(id, job.row.mapping), ctx.now)
  })
  return 'finished'
}

type Job = {
  row: store.ImportRow
  state: 'checking' | 'running'
  opened: Opened
  map: ReturnType<typeof rowMapper>
  position: number
  bad: number
  reasons: Map<string, Reason>
}

async function openWork(ctx: Ctx, work: Work, id: string, state: 'checking' | 'running'): Promise<Job | undefined> {
  const row = (await read(ctx, (tx) => store.findImport(tx, id))) ?? missing('import', id)
  if (row.state !== state) return undefined
  const { mapping, fileHash } = row
  if (!mapping || !fileHash || row.fileGone) throw fileGone()
  const opened = await openFile(pathOf(work.folder, id), row.reading, await work.limits(ctx)).catch(noFile)
  checkMapping(mapping, opened.columns)
  const map = rowMapper(mapping, opened.columns, { hash: fileHash, at: row.createdAt.getTime() })
  const reasons = new Map(row.reasons.map((reason) => [`${reason.code} ${reason.column ?? ''}`, reason]))
  return { row, state, opened, map, position: row.position, bad: row.bad, reasons }
}

function noFile(error: unknown): never {
  throw error instanceof Error && 'code' in error && error.code === 'ENOENT' ? fileGone() : error
}

export function fileGone(): Problem {
  return new Problem(
    'conflict',
    'imports.file_gone',
    text('文件已过保留期被清除,请重新上传', 'The file was taken away after its time: upload it again'),
  )
}

type Good = Incoming & { envelope: Envelope }

/** Sends what is good, in the order of the rows; undefined where nothing is sent. */
type SendPiece = (good: readonly Good[]) => Promise<Outcome[] | undefined>

async function eachPiece(
  ctx: Ctx,
  work: Work,
  job: Job,
  size: number,
  more: More,
  sendPiece: SendPiece,
): Promise<Ended> {
  const pieces = job.opened.pieces(job.position, size)
  // A piece is read while the one before it is sent.
  let coming = pieces.next()
  try {
    for (;;) {
      const { value: piece, done } = await coming
      if (done) return 'finished'
      coming = pieces.next()
      coming.catch(() => {})
      if (more.signal?.aborted) return (await rest(ctx, job, 0)) ? 'paused' : 'left'
      if (!(await onePiece(ctx, job, await understood(ctx, work, job, piece), size, sendPiece))) return 'left'
      more.tell?.({ ...totals(job), progress: job.opened.progress() })
    }
  } finally {
    await coming.catch(() => {})
    await pieces.return(undefined)
  }
}

const sums = new WeakMap<Job, { accepted: number; duplicates: number }>()

function totals(job: Job) {
  return { rows: job.position, bad: job.bad, ...(sums.get(job) ?? { accepted: 0, duplicates: 0 }) }
}

/** Says how far rows may be sent from here on before it says so again: by none while the program is down. */
async function rest(ctx: Ctx, job: Job, ahead: number): Promise<boolean> {
  const { position, row, state } = job
  const sending = ahead > 0 ? Math.max(position + ahead, row.sending) : position
  const step = {
    ...nothing,
    from: position,
    position,
    sending,
    progress: row.progress,
    reasons: [...job.reasons.values()],
  }
  return unauditedChange(ctx, 'how far an import stands', (tx) => store.advance(tx, row.id, state, step))
}

const nothing = { accepted: 0, duplicates: 0, resent: 0, rejected: 0, bad: 0 }

type Understood = { length: number; good: Good[]; sent: { row: ReadRow; index: number }[]; bad: BadRow[] }
type BadRow = { row: ReadRow; fault: Fault }

/** Rows as messages, and those that are none. Who imports for an organisation changes no customer of another. */
async function understood(ctx: Ctx, work: Work, job: Job, piece: readonly ReadRow[]): Promise<Understood> {
  const found: Understood = { length: piece.length, good: [], sent: [], bad: [] }
  const made = piece.map((row) => ('fault' in row ? row : job.map(row.cells)))
  const elsewhere = await work.elsewhere(
    ctx,
    job.row.org,
    made.map((one) => ('fault' in one ? [] : one.envelope.ids)),
  )
  for (const [index, row] of piece.entries()) {
    const one = made[index]
    if (!one) continue
    if ('fault' in one) found.bad.push({ row, fault: one.fault })
    else if (elsewhere[index]) found.bad.push({ row, fault: { code: 'identity.elsewhere' } })
    else {
      found.good.push(one)
      found.sent.push({ row, index })
    }
  }
  return found
}

async function onePiece(ctx: Ctx, job: Job, piece: Understood, size: number, sendPiece: SendPiece): Promise<boolean> {
  const { good, sent, bad } = piece
  if (bad.length > 0 && job.state === 'running' && job.row.mode === 'all') throw notAll()
  const outcomes = await sendPiece(good)
  const counts = { ...nothing }
  for (const [i, outcome] of (outcomes ?? []).entries()) {
    const at = sent[i]
    if (outcome === 'stored') counts.accepted++
    else if (outcome === 'duplicate') {
      if (at && job.position + at.index < job.row.sending) counts.resent++
      else counts.duplicates++
    } else {
      counts.rejected++
      if (at) bad.push({ row: at.row, fault: { code: 'collect.rejected' } })
    }
  }
  counts.bad = bad.length - counts.rejected
  for (const one of bad) note(job.reasons, one.row.line, one.fault)
  const position = job.position + piece.length
  const step = {
    ...counts,
    from: job.position,
    position,
    sending: job.state === 'running' ? position + size : position,
    progress: job.opened.progress(),
    reasons: [...job.reasons.values()],
  }
  const writes = bad.map(({ row, fault }) => badRow(ctx, job.row.id, row, fault))
  const goes = await unauditedChange(ctx, 'rows of an import, which a person began', async (tx) => {
    if (!(await store.advance(tx, job.row.id, job.state, step))) return false
    await store.insertBadRows(tx, job.row, writes)
    return true
  })
  job.position = position
  job.bad += counts.bad
  const before = sums.get(job) ?? { accepted: 0, duplicates: 0 }
  const repeated = counts.duplicates + counts.resent
  sums.set(job, { accepted: before.accepted + counts.accepted, duplicates: before.duplicates + repeated })
  return goes
}

function notAll(): Problem {
  return new Problem(
    'conflict',
    'imports.not_all_good',
    text('文件中有坏行,按“全部正确才导入”已停止', 'A row is bad, and the import was for all rows or none'),
  )
}

/** First lines of a reason that are named on the screen. */
const linesNamed = 20

function note(reasons: Map<string, Reason>, line: number, fault: Fault): void {
  const column = fault.column ?? null
  const key = `${fault.code} ${column ?? ''}`
  let reason = reasons.get(key)
  if (!reason) {
    reason = { code: fault.code, column, reason: reasonOf(fault.code, column), count: 0, lines: [] }
    reasons.set(key, reason)
  }
  reason.count++
  if (reason.lines.length < linesNamed) reason.lines.push(line)
}

const mostContent = 64 * 1024

function badRow(ctx: Ctx, id: string, row: ReadRow, fault: Fault): store.BadRowWrite {
  const cells = 'cells' in row ? row.cells.map(textOf) : [row.raw]
  const whole = JSON.stringify(cells)
  const content = whole.length <= mostContent ? whole : JSON.stringify([cells.join(',').slice(0, mostContent)])
  return {
    line: row.line,
    code: fault.code,
    column: fault.column ?? null,
    content: sealSecret(ctx, store.badRowId(id, row.line), content.toWellFormed()),
  }
}

/** Waits where the collection is asked to slow down: in real time, because it is another part of the program that lags. */
async function send(
  ctx: Ctx,
  work: Work,
  source: { id: string },
  good: readonly Good[],
  signal: AbortSignal | undefined,
): Promise<Outcome[]> {
  for (let tries = 1; ; tries++) {
    try {
      return await work.receive(ctx, source, good)
    } catch (error) {
      if (!(error instanceof Problem) || error.kind !== 'unavailable' || tries >= 100) throw error
      ctx.log.debug({ code: error.code, tries }, 'an import waits for the collection')
      await pause((error.retryAfterSeconds ?? 1) * 1000, undefined, { signal })
    }
  }
}
