import { type Static, Type } from 'typebox'
import { PageOf, PageQuery } from '../../platform/page.ts'
import { text } from '../../platform/problem.ts'

/** Names of this capability for the catalogue of permissions. */
export const permissions = [
  { id: 'orgs.read', name: text('查看机构', 'See organisations') },
  { id: 'orgs.edit', name: text('新建与编辑机构', 'Add and edit organisations') },
  { id: 'orgs.move', name: text('调整机构层级、撤销与恢复', 'Move, close and reopen organisations') },
] as const

const Instant = Type.String({ format: 'date-time' })
const OrgId = Type.String({ maxLength: 40, description: '`org_…`' })
const Nullable = <T extends Parameters<typeof Type.Union>[0][number]>(type: T) => Type.Union([type, Type.Null()])
const strict = { additionalProperties: false }

/** Head office 总行, branch 分行, sub-branch 支行, department 部门. */
export const orgKinds = ['head', 'branch', 'sub-branch', 'department'] as const
export const OrgKind = Type.Enum(orgKinds)
export type OrgKind = Static<typeof OrgKind>

export const OrgState = Type.Enum(['open', 'closed'])
export type OrgState = Static<typeof OrgState>

/** How other things name an organisation. `path` is the ids from the root down to it, joined by dots. */
export const OrgRef = Type.Object({ id: OrgId, name: Type.String(), path: Type.String() })
export type OrgRef = Static<typeof OrgRef>

/** A step of a breadcrumb: for those above one's own subtree, nothing more than this is shown. */
export const OrgName = Type.Object({ id: OrgId, name: Type.String() })
export type OrgName = Static<typeof OrgName>

export const Org = Type.Object({
  id: OrgId,
  parent: Nullable(OrgId),
  path: Type.String(),
  code: Type.String({ description: "The bank's own number of it" }),
  name: Type.String(),
  shortName: Nullable(Type.String()),
  kind: OrgKind,
  zone: Type.String({ description: 'IANA name; its days and times are shown in it' }),
  sort: Type.Integer({ description: 'Its place among its siblings, then by code' }),
  state: OrgState,
  version: Type.Integer({ description: 'Give it back with a change: 409 says that someone was faster' }),
  createdAt: Instant,
  updatedAt: Instant,
})
export type Org = Static<typeof Org>

export const OrgDetail = Type.Object({
  ...Org.properties,
  ancestors: Type.Array(OrgName, { description: 'From the root down to the parent' }),
  children: Type.Integer({ description: 'Direct ones that are open' }),
  below: Type.Integer({ description: 'All in the subtree without itself, closed ones too' }),
})
export type OrgDetail = Static<typeof OrgDetail>

/** One line of the tree: each comes after its parent and before its next sibling. `level` 1 is the root of the bank. */
export const OrgNode = Type.Object({
  id: OrgId,
  parent: Nullable(OrgId),
  path: Type.String(),
  level: Type.Integer(),
  code: Type.String(),
  name: Type.String(),
  shortName: Nullable(Type.String()),
  kind: OrgKind,
  state: OrgState,
  version: Type.Integer(),
})
export type OrgNode = Static<typeof OrgNode>

export const TreeQuery = Type.Object({
  closed: Type.Optional(Type.Boolean({ default: false, description: 'Closed ones too' })),
})
export const OrgTree = Type.Object({ items: Type.Array(OrgNode) })
export type OrgTree = Static<typeof OrgTree>

export const OrgQuery = Type.Object({
  ...PageQuery.properties,
  kind: Type.Optional(OrgKind),
  state: Type.Optional(OrgState),
  under: Type.Optional(OrgId),
})
export type OrgQuery = Static<typeof OrgQuery>
export const OrgPage = PageOf(Org)

export const OrgParams = Type.Object({ id: OrgId })

const code = Type.String({ minLength: 1, maxLength: 40, pattern: '^[A-Za-z0-9][A-Za-z0-9_.-]*$' })
const name = Type.String({ minLength: 1, maxLength: 100 })
const shortName = Nullable(Type.String({ minLength: 1, maxLength: 40 }))
const zone = Type.String({ minLength: 1, maxLength: 60 })
const sort = Type.Integer({ minimum: 0, maximum: 1_000_000 })
const version = Type.Integer()

export const NewOrg = Type.Object(
  {
    parent: OrgId,
    code,
    name,
    shortName: Type.Optional(shortName),
    kind: Type.Enum(['branch', 'sub-branch', 'department']),
    zone: Type.Optional(zone),
    sort: Type.Optional(sort),
  },
  strict,
)
export type NewOrg = Static<typeof NewOrg>

export const OrgEdit = Type.Object(
  {
    version,
    code: Type.Optional(code),
    name: Type.Optional(name),
    shortName: Type.Optional(shortName),
    kind: Type.Optional(OrgKind),
    zone: Type.Optional(zone),
    sort: Type.Optional(sort),
  },
  strict,
)
export type OrgEdit = Static<typeof OrgEdit>

export const OrgMove = Type.Object({ parent: OrgId, version }, strict)
export type OrgMove = Static<typeof OrgMove>

/** For closing and reopening. */
export const OrgVersion = Type.Object({ version }, strict)
export type OrgVersion = Static<typeof OrgVersion>

export const MovePreviewQuery = Type.Object({ parent: OrgId })

/** What a move would do. `refusal` says why it cannot be done, in the reader's language. */
export const MovePreview = Type.Object({
  allowed: Type.Boolean(),
  refusal: Nullable(Type.String()),
  moved: Type.Integer({ description: 'Organisations that move, itself included' }),
  from: Type.Array(OrgName, { description: 'The ancestors now' }),
  to: Type.Array(OrgName, { description: 'The ancestors afterwards' }),
})
export type MovePreview = Static<typeof MovePreview>

export const OrgChangeKind = Type.Enum(['created', 'edited', 'moved', 'carried', 'closed', 'reopened'], {
  description: '`carried`: one above it moved, and it went along',
})
export type OrgChangeKind = Static<typeof OrgChangeKind>

/** How the organisation stood from `at` on, until its next line. */
export const OrgPast = Type.Object({
  id: Type.String(),
  at: Instant,
  change: OrgChangeKind,
  code: Type.String(),
  name: Type.String(),
  kind: OrgKind,
  state: OrgState,
  path: Type.String(),
  ancestors: Type.Array(OrgName, { description: 'As they are named now' }),
  by: Type.Object({ id: Type.String(), name: Type.String() }),
})
export type OrgPast = Static<typeof OrgPast>

export const OrgHistoryQuery = Type.Object({
  cursor: Type.Optional(Type.String({ maxLength: 1000 })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200, default: 50 })),
})
export type OrgHistoryQuery = Static<typeof OrgHistoryQuery>
export const OrgHistory = PageOf(OrgPast)

/** How it stood at the end of that day in its own zone. */
export const AsOfQuery = Type.Object({
  day: Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$', description: '2026-01-05' }),
})
