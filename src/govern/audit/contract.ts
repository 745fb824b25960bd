import { type Static, Type } from 'typebox'
import { PageOf, PageQuery } from '../../platform/page.ts'
import { text } from '../../platform/problem.ts'

/** What a person may do with the audit. Nobody may change it: there is no permission for that. */
export const permissions = [
  { id: 'audit.entry.read', name: text('查看审计记录', 'Read the audit') },
  { id: 'audit.chain.verify', name: text('核验审计链', 'Verify the audit chain') },
] as const

const Instant = Type.String({ format: 'date-time' })
const Nullable = <T extends Parameters<typeof Type.Union>[0][number]>(type: T) => Type.Union([type, Type.Null()])

export const AuditWho = Type.Object({
  kind: Type.Enum(['user', 'key', 'machine', 'nobody']),
  id: Type.String(),
  name: Type.String(),
})

export const AuditTarget = Type.Object({
  kind: Type.String({ description: 'The kind of object, for example `org` or `user`' }),
  id: Type.String(),
  name: Nullable(Type.String({ description: 'Its name at that moment' })),
})

/** One thing that was done, as a list shows it. */
export const AuditEntry = Type.Object({
  id: Type.String(),
  at: Instant,
  who: AuditWho,
  action: Type.String({ description: '`orgs.move`; a view of personal data is `privacy.view`' }),
  target: AuditTarget,
  org: Nullable(Type.String({ description: 'Where it belongs; null for what belongs to the whole bank' })),
  ip: Nullable(Type.String()),
  seq: Nullable(Type.Integer({ description: 'Its place in the hash chain; null for the moment before it is sealed' })),
})
export type AuditEntry = Static<typeof AuditEntry>

/** One thing that was done, with all that is known. Secrets and personal fields are cut before an entry is written. */
export const AuditEntryDetail = Type.Object({
  ...AuditEntry.properties,
  before: Type.Unknown({ description: 'The state before, null where there was none' }),
  after: Type.Unknown({ description: 'The state after, null where there is none' }),
  /** Dotted paths that differ between before and after. */
  changed: Type.Array(Type.String()),
  origin: Nullable(Type.Object({ requestId: Type.String(), ip: Type.String(), agent: Type.String() })),
  hash: Nullable(Type.String({ description: 'The chain up to this entry, SHA-256 in hex' })),
})
export type AuditEntryDetail = Static<typeof AuditEntryDetail>

export const AuditQuery = Type.Object({
  ...PageQuery.properties,
  q: Type.Optional(
    Type.String({
      maxLength: 200,
      description:
        'Part of a name, id or action. One page looks through 50,000 entries that pass the other filters: ' +
        'it may be short, and `next` goes on from there',
    }),
  ),
  object: Type.Optional(Type.String({ maxLength: 300, description: 'The id of an object, or `kind:id`' })),
  actor: Type.Optional(Type.String({ maxLength: 100, description: 'The id of who did it' })),
  action: Type.Optional(Type.String({ maxLength: 100, description: 'An action, or the beginning of one: `orgs.`' })),
  from: Type.Optional(Instant),
  to: Type.Optional(Type.String({ format: 'date-time', description: 'Not included' })),
})
export type AuditQuery = Static<typeof AuditQuery>

export const AuditPage = PageOf(AuditEntry)

/** How the chain stands. `unsealed` entries are those of about the last second. */
export const ChainStatus = Type.Object({
  sealed: Type.Integer({ description: 'Entries in the chain' }),
  head: Nullable(Type.String({ description: 'The hash of the last, in hex' })),
  sealedAt: Nullable(Instant),
  unsealed: Type.Integer(),
  lagSeconds: Type.Number({ description: 'Age of the oldest entry that is not sealed yet' }),
  anchor: Nullable(
    Type.Object({
      seq: Type.Integer({ description: 'The last place of the chain that is also written outside the database' }),
      at: Instant,
      holds: Type.Boolean({ description: 'Whether the database still agrees with it' }),
    }),
  ),
  lastVerified: Nullable(
    Type.Object({ at: Instant, by: Type.String(), ok: Type.Boolean(), checked: Type.Integer(), whole: Type.Boolean() }),
  ),
})
export type ChainStatus = Static<typeof ChainStatus>

export const VerifyRequest = Type.Object({
  from: Type.Optional(Type.Integer({ minimum: 1, description: 'First place of the chain to check; the beginning' })),
  to: Type.Optional(Type.Integer({ minimum: 1, description: 'Last place to check; the end' })),
})
export type VerifyRequest = Static<typeof VerifyRequest>

export const faultKinds = [
  'entry-changed',
  'entry-removed',
  'entry-inserted',
  'link-changed',
  'link-removed',
  'link-inserted',
  'seal-changed',
  'tail-cut',
  'anchor-changed',
] as const
export type FaultKind = (typeof faultKinds)[number]

/** What was found wrong, and where. */
export const AuditFault = Type.Object({
  kind: Type.Enum(faultKinds),
  seq: Nullable(Type.Integer()),
  entry: Nullable(Type.String()),
  zh: Type.String(),
  en: Type.String(),
})
export type AuditFault = Static<typeof AuditFault>

export const VerifyResult = Type.Object({
  ok: Type.Boolean(),
  /** Whether all of the chain was looked at. */
  whole: Type.Boolean(),
  checked: Type.Integer({ description: 'Sealed entries checked' }),
  unsealed: Type.Integer({ description: 'Entries that wait to be sealed; their content was checked' }),
  anchors: Type.Integer({ description: 'Places compared with the anchors outside the database' }),
  head: Nullable(Type.String()),
  faults: Type.Array(AuditFault, { description: 'The first is the earliest place of the chain; at most 100' }),
  notes: Type.Array(Type.Object({ zh: Type.String(), en: Type.String() })),
  seconds: Type.Number(),
})
export type VerifyResult = Static<typeof VerifyResult>
