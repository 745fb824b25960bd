import { change, read } from '../../platform/change.ts'
import {
  asMachine,
  type ChangeRecord,
  type Ctx,
  type RecordChange,
  type Scope,
  type Target,
} from '../../platform/ctx.ts'
import { newId } from '../../platform/ids.ts'
import { order, type Page } from '../../platform/page.ts'
import { missing } from '../../platform/problem.ts'
import { type AnchorFile, openAnchorFile } from './anchor.ts'
import type { AuditEntry, AuditEntryDetail, AuditQuery, ChainStatus, VerifyRequest, VerifyResult } from './contract.ts'
import { type AuditKeys, auditKeys, entryMac, type StoredEntry } from './rules/chain.ts'
import { changedPaths } from './rules/changed.ts'
import { readFilter } from './rules/filter.ts'
import { cutText, redact } from './rules/redact.ts'
import { type Sealing, startSealing } from './sealer.ts'
import * as store from './store.ts'
import { type VerifyOptions, verifyChain } from './verify.ts'

/** The audit of one running program: its keys and its anchor file. */
export type Audit = {
  readonly keys: AuditKeys
  readonly anchors: AnchorFile
  readonly logAnchors: boolean
  /** For `ctx.recordChange`: writes the entry of a change in the change's own transaction. */
  readonly recordEntry: RecordChange
}

/**
 * `key` is 32 bytes that the installation keeps for ever: with another one every entry looks changed. `logAnchors` also
 * logs the anchors, for installations whose logs are collected elsewhere.
 */
export async function openAudit(options: {
  key: Uint8Array
  anchorFile: string
  logAnchors?: boolean
}): Promise<Audit> {
  const keys = auditKeys(options.key)
  return {
    keys,
    anchors: await openAnchorFile(options.anchorFile, keys),
    logAnchors: options.logAnchors ?? false,
    recordEntry: (tx, entry) => {
      const stored = entryOf(entry)
      return store.insertEntry(tx, stored, entry.at, entryMac(keys, stored))
    },
  }
}

function entryOf(record: ChangeRecord): StoredEntry {
  const { who, target, origin, at } = record
  return {
    id: newId('aud', at),
    atMicros: BigInt(at.getTime()) * 1000n,
    whoKind: who.kind,
    whoId: who.id,
    whoName: cutText(who.name),
    action: record.action,
    targetKind: target.kind,
    targetId: cutText(target.id),
    targetName: target.name === undefined ? null : cutText(target.name),
    org: target.org ?? null,
    before: redact(record.before),
    after: redact(record.after),
    requestId: origin?.requestId ?? null,
    ip: origin?.ip ?? null,
    agent: origin ? cutText(origin.agent) : null,
  }
}

/** What somebody saw of a person. `fields` are names of fields, never values; `reason` is his own word for why. */
export type PersonalView = { what: string; target: Target; reason: string; fields: readonly string[] }

/**
 * Leaves an entry that personal data is shown unmasked. Await it before showing anything: what could not be recorded is
 * not shown.
 */
export async function recordView(ctx: Ctx, view: PersonalView): Promise<void> {
  await change(ctx, 'privacy.view', view.target, async (tx) => {
    tx.after({ what: view.what, reason: view.reason, fields: view.fields })
  })
}

/** Entries within the reader's scope, newest first unless `sort` is `at`. */
export async function listEntries(ctx: Ctx, query: AuditQuery): Promise<Page<AuditEntry>> {
  // An id begins with its time and sorts by it.
  const columns = { at: { sql: 'e.id', type: 'text' } }
  const by = order(query, columns, '-at', 'e.id')
  const filter = readFilter(query)
  const byIndex = filter.targetId !== null || filter.whoId !== null
  const { rows, last } = await read(ctx, async (tx) =>
    isBranch(ctx.scope) && !byIndex
      ? { rows: await store.listBranchEntries(tx, filter, by), last: null }
      : store.listEntries(tx, filter, by),
  )
  const page = by.page(rows, (row) => row.id)
  const items = page.items.map(entryLine)
  if (page.next !== null || last === null) return { items, next: page.next }
  // The search stopped before the end: the cursor says where, as if the page had ended there.
  const stopped = order({ ...query, limit: 1 }, columns, '-at', 'e.id').page([{ id: last }, { id: last }], () => last)
  return { items, next: stopped.next }
}

/** A scope below the head office's, which sees neither the whole bank nor what belongs to no organisation. */
function isBranch(scope: Scope): boolean {
  return typeof scope === 'object' && scope.path.includes('.')
}

export async function getEntry(ctx: Ctx, id: string): Promise<AuditEntryDetail> {
  const row = (await read(ctx, (tx) => store.findEntry(tx, id))) ?? missing('audit', id)
  return {
    ...entryLine(row),
    before: row.before,
    after: row.after,
    changed: changedPaths(row.before, row.after),
    origin: row.requestId === null ? null : { requestId: row.requestId, ip: row.ip ?? '', agent: row.agent ?? '' },
    hash: row.hash?.toString('hex') ?? null,
  }
}

function entryLine(row: store.EntryRow): AuditEntry {
  return {
    id: row.id,
    at: row.at.toISOString(),
    who: { kind: row.whoKind, id: row.whoId, name: row.whoName },
    action: row.action,
    target: { kind: row.targetKind, id: row.targetId, name: row.targetName },
    org: row.org,
    ip: row.ip,
    seq: row.seq === null ? null : Number(row.seq),
  }
}

/** Beyond this many, unsealed entries are not counted on. */
const countedUnsealed = 100_000

const chain: Target = { kind: 'audit', id: 'chain' }

/** How the chain stands: the same for every reader, as it tells nothing of the entries. */
export async function chainStatus(ctx: Ctx, audit: Audit): Promise<ChainStatus> {
  const anchor = audit.anchors.last()
  return read(asMachine(ctx, 'audit'), async (tx) => {
    const last = await store.lastSeal(tx)
    const waiting = await store.countUnsealed(tx, last ?? { xact: '0', entry: '' }, countedUnsealed)
    const verified = await store.latestEntry(tx, 'audit.verify', chain.id)
    const lag = waiting.oldest ? (ctx.now.getTime() - waiting.oldest.getTime()) / 1000 : 0
    return {
      sealed: Number(last?.seq ?? 0n),
      head: last?.hash.toString('hex') ?? null,
      sealedAt: last ? new Date(Number(last.atMicros / 1000n)).toISOString() : null,
      unsealed: waiting.count,
      lagSeconds: Math.max(0, lag),
      anchor: anchor
        ? {
            seq: Number(anchor.seq),
            at: anchor.at,
            holds: (await store.linkHashAt(tx, anchor.seq))?.toString('hex') === anchor.hash,
          }
        : null,
      lastVerified: verified ? lastVerified(verified) : null,
    }
  })
}

function lastVerified(row: store.EntryDetailRow): ChainStatus['lastVerified'] {
  const result = row.after as Partial<VerifyResult> | null
  return {
    at: row.at.toISOString(),
    by: row.whoName,
    ok: result?.ok === true,
    checked: result?.checked ?? 0,
    whole: result?.whole === true,
  }
}

/** Checks the chain, and leaves an entry of having done so with what was found. */
export async function verify(
  ctx: Ctx,
  audit: Audit,
  range: VerifyRequest,
  more: Pick<VerifyOptions, 'signal'> = {},
): Promise<VerifyResult> {
  const result = await verifyAudit(ctx, audit, {
    from: range.from === undefined ? undefined : BigInt(range.from),
    to: range.to === undefined ? undefined : BigInt(range.to),
    ...more,
  })
  if (!result.ok)
    ctx.log.error({ faults: result.faults.length, first: result.faults[0] }, 'the audit was tampered with')
  await change(ctx, 'audit.verify', chain, async (tx) => {
    tx.after({ ...result, faults: result.faults.slice(0, 10) })
  })
  return result
}

/** Checks the chain and writes nothing: for the command line, which works on a stopped product too. */
export function verifyAudit(ctx: Ctx, audit: Audit, options: VerifyOptions = {}): Promise<VerifyResult> {
  return verifyChain(ctx, audit, options)
}

/** Seals entries as long as the program lives; see the README for what a seal is. */
export function startAuditSealing(ctx: Ctx, audit: Audit): Sealing {
  return startSealing(ctx, audit)
}
