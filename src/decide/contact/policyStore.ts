import type { Tx } from '../../platform/db/db.ts'
import type { PolicyDoc } from './contract.ts'

export type PolicyRow = {
  org: string
  version: number
  effectiveAt: Date
  doc: PolicyDoc
  note: string
  publishedAt: Date
  publishedBy: string
}

const columns = (tx: Tx) => tx`org, version, effective_at, doc, note, published_at, published_by`

export async function stampOf(tx: Tx): Promise<string> {
  const [row] = await tx<{ value: string }[]>`select value from contact.stamp`
  return row?.value ?? ''
}

/** All processes read anew. Also the one lock of whoever publishes. */
export async function moveStamp(tx: Tx): Promise<void> {
  await tx`update contact.stamp set value = gen_random_uuid()`
}

export function allPolicies(tx: Tx): Promise<PolicyRow[]> {
  return tx<PolicyRow[]>`select ${columns(tx)} from contact.policy order by org, version desc`
}

export function policiesOf(tx: Tx, org: string): Promise<PolicyRow[]> {
  return tx<PolicyRow[]>`select ${columns(tx)} from contact.policy where org = ${org} order by version desc`
}

export async function insertPolicy(tx: Tx, row: PolicyRow): Promise<boolean> {
  const rows = await tx`
    insert into contact.policy (${columns(tx)})
    values (${row.org}, ${row.version}, ${row.effectiveAt}, ${JSON.stringify(row.doc)}::text::jsonb, ${row.note},
            ${row.publishedAt}, ${row.publishedBy})
    on conflict do nothing returning 1`
  return rows.length > 0
}

export type SetRow = { segment: string; snapshot: string; size: number; members: Buffer }

export function allSets(tx: Tx): Promise<SetRow[]> {
  return tx<SetRow[]>`select segment, snapshot, size, members from contact.segment_set`
}

export function knownSets(tx: Tx): Promise<{ segment: string; snapshot: string; size: number }[]> {
  return tx`select segment, snapshot, size from contact.segment_set`
}

export async function saveSet(tx: Tx, row: SetRow, now: Date): Promise<void> {
  await tx`
    insert into contact.segment_set (segment, snapshot, size, members, at)
    values (${row.segment}, ${row.snapshot}, ${row.size}, ${row.members}, ${now})
    on conflict (segment) do update
    set snapshot = excluded.snapshot, size = excluded.size, members = excluded.members, at = excluded.at`
}
