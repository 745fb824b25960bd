import { type ChangeTx, change, read, stale } from '../../platform/change.ts'
import type { Ctx, Target } from '../../platform/ctx.ts'
import type { Db, Tx } from '../../platform/db/db.ts'
import { type Id, newId } from '../../platform/ids.ts'
import { order, type Page } from '../../platform/page.ts'
import { invalidField, missing, Problem, text } from '../../platform/problem.ts'
import { day as dayOf } from '../../platform/time/day.ts'
import { homeZone, rangeOfDay, zone as zoneOf } from '../../platform/time/zone.ts'
import type {
  MovePreview,
  NewOrg,
  Org,
  OrgDetail,
  OrgEdit,
  OrgHistoryQuery,
  OrgName,
  OrgNode,
  OrgPast,
  OrgQuery,
  OrgRef,
} from './contract.ts'
import * as rules from './rules.ts'
import * as store from './store.ts'

export { isWithin } from './rules.ts'

export async function getOrg(ctx: Ctx, id: string): Promise<OrgDetail> {
  return read(ctx, async (tx) => {
    const org = (await store.findOrg(tx, id)) ?? missing('org', id)
    const [count, ancestors] = [await store.countBelow(tx, org.path), await namesAbove(tx, org.path)]
    return { ...store.toOrg(org), ancestors, children: count.children, below: count.below }
  })
}

export async function listOrgs(ctx: Ctx, query: OrgQuery): Promise<Page<Org>> {
  const sorts = {
    name: { sql: 'name', type: 'text' },
    code: { sql: 'code', type: 'text' },
    createdAt: { sql: 'created_at', type: 'timestamptz' },
    updatedAt: { sql: 'updated_at', type: 'timestamptz' },
  }
  const by = order(query, sorts, 'code')
  const rows = await read(ctx, (tx) => store.pageOfOrgs(tx, query, by))
  const page = by.page(rows, (row) => row[by.name as keyof typeof sorts])
  return { ...page, items: page.items.map(store.toOrg) }
}

/** All of the scope, depth first. */
export async function orgTree(ctx: Ctx, closedToo = false): Promise<OrgNode[]> {
  const rows = await read(ctx, (tx) => store.allOrgs(tx, closedToo))
  return rules.depthFirst(rows).map(({ id, parent, path, code, name, shortName, kind, state, version }) => {
    const level = path.split('.').length
    return { id, parent, path, level, code, name, shortName, kind, state, version }
  })
}

/**
 * The root of the tree, made at the first start when there is none. Only the machine can: nobody's scope is above it.
 */
export async function ensureRoot(ctx: Ctx, root: { code: string; name: string }): Promise<Org> {
  const known = await findRoot(ctx)
  if (known) return known
  const id = newId('org', ctx.now)
  return change(ctx, 'orgs.org.create', { kind: 'org', id, name: root.name }, async (tx) => {
    await store.lockTree(tx)
    const there = await store.findRoot(tx)
    if (there) return store.toOrg(there)
    const fresh = { ...root, id, path: id, shortName: null, kind: 'head' as const, zone: homeZone, sort: 0 }
    return keep(ctx, tx, await store.insertOrg(tx, { ...fresh, state: 'open' }, ctx.now), 'created')
  })
}

export async function findRoot(ctx: Ctx): Promise<Org | undefined> {
  const root = await read(ctx, store.findRoot)
  return root && store.toOrg(root)
}

export async function findOrgByCode(ctx: Ctx, code: string): Promise<Org | undefined> {
  const org = await read(ctx, (tx) => store.findByCode(tx, code))
  return org && store.toOrg(org)
}

export function createOrg(ctx: Ctx, input: NewOrg): Promise<Org> {
  const id = newId('org', ctx.now)
  return changeTree(ctx, 'orgs.org.create', { kind: 'org', id, name: input.name, org: id }, async (tx) => {
    const parent = (await store.findOrg(tx, input.parent)) ?? unknownParent()
    refuseIf(rules.addRefusal(input.kind, parent))
    const zone = zoneOf(input.zone ?? parent.zone)
    const { code, name, kind, shortName = null, sort = 0 } = input
    const made = { id, path: `${parent.path}.${id}`, code, name, kind, shortName, zone, sort, state: 'open' as const }
    return keep(ctx, tx, await store.insertOrg(tx, made, ctx.now), 'created')
  })
}

export function editOrg(ctx: Ctx, id: string, { version, ...edit }: OrgEdit): Promise<Org> {
  return changeOrg(ctx, 'orgs.org.edit', id, async (tx, org) => {
    const otherKind = edit.kind !== undefined && edit.kind !== org.kind
    const parent = otherKind && org.parent ? await standing(tx, org.parent) : undefined
    refuseIf(rules.editRefusal(org, edit.kind, parent?.kind, await store.kindsOfChildren(tx, id)))
    const zone = zoneOf(edit.zone ?? org.zone)
    const edited = await store.updateOrg(tx, { ...org, ...edit, zone }, version, ctx.now)
    return keep(ctx, tx, edited ?? stale('orgs'), 'edited')
  })
}

/** Takes all below it along; everyone's scope follows at once. */
export function moveOrg(ctx: Ctx, id: string, input: { parent: string; version: number }): Promise<Org> {
  return changeOrg(ctx, 'orgs.org.move', id, async (tx, org) => {
    const parent = (await store.findOrg(tx, input.parent)) ?? unknownParent()
    refuseIf(rules.moveRefusal(org, parent))
    const moved = await store.moveSubtree(tx, org, parent.path, input.version, ctx.now)
    return keep(ctx, tx, moved ?? stale('orgs'), 'moved', true)
  })
}

export function previewMove(ctx: Ctx, id: string, parentId: string): Promise<MovePreview> {
  return read(ctx, async (tx) => {
    const org = (await store.findOrg(tx, id)) ?? missing('org', id)
    const parent = (await store.findOrg(tx, parentId)) ?? unknownParent()
    const refusal = rules.moveRefusal(org, parent)
    const from = await namesAbove(tx, org.path)
    const to = [...(await namesAbove(tx, parent.path)), { id: parent.id, name: parent.name }]
    const { below } = await store.countBelow(tx, org.path)
    return { allowed: !refusal, refusal: refusal?.text[ctx.lang] ?? null, moved: below + 1, from, to }
  })
}

/** Nobody can be given to a closed organisation, and roles held at it rest; its rows and history stay. */
export function closeOrg(ctx: Ctx, id: string, version: number): Promise<Org> {
  return changeOrg(ctx, 'orgs.org.close', id, async (tx, org) => {
    const { openBelow } = await store.countBelow(tx, org.path)
    refuseIf(rules.closeRefusal(org, openBelow, typeof ctx.scope === 'object' ? ctx.scope.path : undefined))
    const closed = await store.updateOrg(tx, { ...org, state: 'closed' }, version, ctx.now)
    return keep(ctx, tx, closed ?? stale('orgs'), 'closed')
  })
}

export function reopenOrg(ctx: Ctx, id: string, version: number): Promise<Org> {
  return changeOrg(ctx, 'orgs.org.reopen', id, async (tx, org) => {
    const parent = org.parent ? await standing(tx, org.parent) : { ...org, state: 'open' as const }
    refuseIf(rules.reopenRefusal(org, parent))
    const open = await store.updateOrg(tx, { ...org, state: 'open' }, version, ctx.now)
    return keep(ctx, tx, open ?? stale('orgs'), 'reopened')
  })
}

/** Newest first. */
export function orgHistory(ctx: Ctx, id: string, query: OrgHistoryQuery): Promise<Page<OrgPast>> {
  const by = order(query, { at: { sql: 'at', type: 'timestamptz' } }, '-at')
  return read(ctx, async (tx) => {
    if (!(await store.findOrg(tx, id))) missing('org', id)
    const rows = (await store.pageOfPast(tx, id, by)).map((row) => ({ ...row, id: String(row.id) }))
    const page = by.page(rows, (row) => row.at)
    return { items: await toPast(tx, page.items), next: page.next }
  })
}

/** How it stood when that day ended in its zone. Missing for a day before it was made. */
export function orgAsOf(ctx: Ctx, id: string, day: string): Promise<OrgPast> {
  return read(ctx, async (tx) => {
    const org = (await store.findOrg(tx, id)) ?? missing('org', id)
    const ended = rangeOfDay(dayOf(day), zoneOf(org.zone)).until
    const past = (await store.findPast(tx, id, ended)) ?? missing('org', `${id} ${day}`)
    const [answer] = await toPast(tx, [{ ...past, id: String(past.id) }])
    return answer ?? missing('org', id)
  })
}

/** What other capabilities show of organisations in the transaction's scope, by id. */
export async function refsOf(
  tx: Tx,
  ids: Iterable<string>,
): Promise<Map<string, OrgRef & { open: boolean; zone: string }>> {
  const rows = await store.refsOf(tx, [...new Set(ids)])
  return new Map(rows.map(({ id, name, path, state, zone }) => [id, { id, name, path, open: state === 'open', zone }]))
}

/** The id of the head office, where the scope begins there. */
export async function rootOf(tx: Tx): Promise<string | undefined> {
  return (await store.findRoot(tx))?.id
}

/** Names of organisations wherever they are, for breadcrumbs and for what is held elsewhere. */
export async function namesOf(tx: Tx, ids: Iterable<string>): Promise<Map<string, string>> {
  const names = await store.namesOf(tx, [...new Set(ids)])
  return new Map(names.map(({ id, name }) => [id, name]))
}

/** The organisation and all below it, in the transaction's scope: for a filter. */
export function idsWithin(tx: Tx, id: string): Promise<string[]> {
  return store.idsWithin(tx, id)
}

const listeners = new Set<(db: Db) => void>()
/** Told after each change of the tree by this process: what was remembered of paths may be wrong now. */
export function whenTreeChanges(tell: (db: Db) => void): void {
  listeners.add(tell)
}

/** One change of the tree at a time, told to the listeners once it stands. */
async function changeTree(ctx: Ctx, action: string, target: Target, run: (tx: ChangeTx) => Promise<Org>): Promise<Org> {
  try {
    return await change(ctx, action, target, async (tx) => {
      await store.lockTree(tx)
      return run(tx)
    })
  } catch (error) {
    if (error instanceof Error && 'constraint_name' in error && error.constraint_name === 'org_code_key')
      throw invalidField('code', 'orgs.code_taken', text('机构号已被使用', 'This code is in use already'))
    throw error
  } finally {
    for (const tell of listeners) tell(ctx.db)
  }
}

function changeOrg(
  ctx: Ctx,
  action: string,
  id: string,
  run: (tx: ChangeTx, org: store.OrgRow) => Promise<Org>,
): Promise<Org> {
  const target: Target = { kind: 'org', id, org: id as Id<'org'> }
  return changeTree(ctx, action, target, async (tx) => {
    const org = (await store.findOrg(tx, id)) ?? missing('org', id)
    target.name = org.name
    tx.before(store.toOrg(org))
    return run(tx, org)
  })
}

async function keep(
  ctx: Ctx,
  tx: Tx,
  row: store.OrgRow,
  how: Parameters<typeof store.keepPast>[2],
  carried = false,
): Promise<Org> {
  await store.keepPast(tx, row, how, ctx.who, ctx.now, carried)
  return store.toOrg(row)
}

/** The parent may lie above the scope, where only its name is shown: then what it allows is not ours to judge. */
async function standing(tx: Tx, id: string): Promise<rules.Standing> {
  return (
    (await store.findOrg(tx, id)) ??
    refuse(
      'above_scope',
      '上级机构不在您的数据范围内,须由上级操作',
      'The organisation above is outside your scope: the level above does this',
    )
  )
}

async function namesAbove(tx: Tx, path: string): Promise<OrgName[]> {
  const ids = rules.idsAbove(path)
  const names = await namesOf(tx, ids)
  return ids.map((id) => ({ id, name: names.get(id) ?? '' }))
}

async function toPast(tx: Tx, rows: readonly (Omit<store.PastRow, 'id'> & { id: string })[]): Promise<OrgPast[]> {
  const names = await namesOf(
    tx,
    rows.flatMap((row) => rules.idsAbove(row.path)),
  )
  return rows.map(({ id, at, change, code, name, kind, state, path, byId, byName }) => ({
    ...{ id, at: at.toISOString(), change, code, name, kind, state, path },
    ancestors: rules.idsAbove(path).map((above) => ({ id: above, name: names.get(above) ?? '' })),
    by: { id: byId, name: byName },
  }))
}

function refuseIf(refusal: Problem | undefined): void {
  if (refusal) throw refusal
}

function refuse(code: string, zh: string, en: string): never {
  throw new Problem('denied', `orgs.${code}`, text(zh, en))
}

function unknownParent(): never {
  throw invalidField('parent', 'orgs.unknown_parent', text('没有这个上级机构', 'There is no such organisation above'))
}
