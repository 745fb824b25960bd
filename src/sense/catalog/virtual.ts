import { type ChangeTx, change, read, stale } from '../../platform/change.ts'
import { asMachine, type Ctx, type Target } from '../../platform/ctx.ts'
import type { Tx } from '../../platform/db/db.ts'
import { order, type Page } from '../../platform/page.ts'
import { invalidField, missing, Problem, text } from '../../platform/problem.ts'
import { addDays, daysBetween } from '../../platform/time/day.ts'
import { dayOf, homeZone, startOfDay } from '../../platform/time/zone.ts'
import type {
  ElementNames,
  NamedElements,
  NewVirtual,
  VirtualCount,
  VirtualCounts,
  VirtualDefinition,
  VirtualDetail,
  VirtualEdit,
  VirtualEvent,
  VirtualQuery,
} from './contract.ts'
import { memory } from './memory.ts'
import { checkName } from './rules/change.ts'
import { type Matches, type Sql, virtualMatches, virtualSql } from './rules/virtual.ts'
import { sourcesWithin } from './sources.ts'
import { countDays } from './virtualFacts.ts'
import * as store from './virtualStore.ts'

/** A virtual event as others use it: in a statement, or on an event in hand. */
export type VirtualInUse = {
  readonly name: string
  readonly zh: string
  readonly en: string
  readonly version: number
  /** The rows of the table `event` that are it; the names of the bound values begin with `prefix`. */
  condition(prefix: string): Sql
  readonly matches: Matches
}

const inUse = memory<ReadonlyMap<string, VirtualInUse>>()

/**
 * The virtual events in use, by name. They are defined when they are read: nothing is written for them, so they hold for
 * all that was ever collected. From memory but for every two seconds; ask before a transaction.
 */
export function virtualEvents(ctx: Ctx): Promise<ReadonlyMap<string, VirtualInUse>> {
  return inUse.get(ctx.db, async () => {
    const rows = await read(asMachine(ctx, 'catalog'), store.activeVirtual)
    return new Map(rows.map((row) => [row.name, toUse(row)]))
  })
}

function toUse(row: store.VirtualRecord): VirtualInUse {
  const { name, zh, en, version } = row
  return { name, zh, en, version, condition: (prefix) => virtualSql(row, prefix), matches: virtualMatches(row) }
}

// ---- the list

export function listVirtual(ctx: Ctx, query: VirtualQuery): Promise<Page<VirtualEvent>> {
  const by = order(query, store.virtualSorts, '-editedAt', 'name')
  return read(ctx, async (tx) => {
    const rows = await store.pageOfVirtual(tx, query, by)
    const page = by.page(rows, (row) => row[by.name as keyof typeof store.virtualSorts])
    return { next: page.next, items: page.items.map(toWire) }
  })
}

function toWire(row: store.VirtualRecord): VirtualEvent {
  const { name, zh, en, description, owner, base, conditions, state, version, madeBy } = row
  const at = { madeAt: row.madeAt.toISOString(), editedAt: row.editedAt.toISOString() }
  return { name, zh, en, description, owner, base, conditions, state, version, madeBy, ...at }
}

export function getVirtual(ctx: Ctx, name: string): Promise<VirtualDetail> {
  return read(ctx, (tx) => detail(tx, name))
}

async function detail(tx: Tx, name: string): Promise<VirtualDetail> {
  const row = (await store.findVirtual(tx, name)) ?? missing('virtual-event', name)
  const versions = await store.versionsOf(tx, name)
  return { ...toWire(row), versions: versions.map((one) => ({ ...one, at: one.at.toISOString() })) }
}

// ---- changes

export async function createVirtual(ctx: Ctx, input: NewVirtual): Promise<VirtualDetail> {
  checkName(input.name)
  checkConditions(input)
  const { name, zh = '', en = '', description = '', owner = '', base, conditions, state = 'active' } = input
  const [madeBy, madeAt] = [ctx.who.name, ctx.now]
  const words = { name, zh, en, description, owner }
  const made = { ...words, base, conditions, state, version: 1, madeBy, madeAt, editedAt: madeAt }
  return changeVirtual(ctx, 'catalog.virtual.create', name, async (tx) => {
    if (!(await store.insertVirtual(tx, made))) taken()
    await store.keepVersion(tx, made, ctx.who.name)
    return detail(tx, name)
  })
}

/** A draft or one in use is changed, put to use, or retired; whoever counts by it counts by the new meaning at once. */
export async function editVirtual(ctx: Ctx, { name, version, ...edit }: VirtualEdit): Promise<VirtualDetail> {
  return changeVirtual(ctx, 'catalog.virtual.edit', name, async (tx) => {
    const old = (await store.findVirtual(tx, name)) ?? missing('virtual-event', name)
    tx.before(toWire(old))
    const to = { ...old, ...edit, version: version + 1, editedAt: ctx.now }
    checkConditions(to)
    if (!(await store.updateVirtual(tx, to, version))) stale('virtual-event')
    await store.keepVersion(tx, to, ctx.who.name)
    tx.after(toWire(to))
    return detail(tx, name)
  })
}

function checkConditions({ conditions }: VirtualDefinition): void {
  for (const [i, { field, property }] of conditions.entries())
    if ((field === 'property') !== (property !== undefined))
      throw invalidField(
        `conditions.${i}.property`,
        'catalog.condition_property',
        text('仅在条件为“属性”时填写属性名', 'A condition on a property names it, and no other does'),
      )
}

async function changeVirtual(
  ctx: Ctx,
  action: string,
  name: string,
  run: (tx: ChangeTx) => Promise<VirtualDetail>,
): Promise<VirtualDetail> {
  const target: Target = { kind: 'virtual-event', id: name, name }
  try {
    return await change(ctx, action, target, run)
  } finally {
    inUse.forget(ctx.db)
  }
}

function taken(): never {
  throw new Problem(
    'conflict',
    'catalog.name_taken',
    text('已有这个名称的事件或虚拟事件', 'There is an event or a virtual event of this name'),
    { fields: [{ field: 'name', message: text('已存在', 'exists already') }] },
  )
}

// ---- counts of the past

const countedDays = 30

/** How often it would have happened: for conditions that are being tried. */
export async function previewVirtual(ctx: Ctx, definition: VirtualDefinition): Promise<VirtualCount> {
  checkConditions(definition)
  const [count] = await countAll(ctx, [definition])
  return count ?? nothing()
}

export async function countVirtual(ctx: Ctx, names: readonly string[]): Promise<VirtualCounts> {
  const rows = await read(ctx, (tx) => store.virtualNamed(tx, names))
  const counts = await countAll(ctx, rows)
  return { items: rows.map(({ name }, i) => ({ name, ...(counts[i] ?? nothing()) })) }
}

async function countAll(ctx: Ctx, definitions: readonly VirtualDefinition[]): Promise<VirtualCount[]> {
  const today = dayOf(ctx.now, homeZone)
  const first = addDays(today, 1 - countedDays)
  const [from, until] = [startOfDay(first, homeZone), startOfDay(addDays(today, 1), homeZone)]
  const sources = ctx.scope === 'everything' ? undefined : [...(await sourcesWithin(ctx))]
  const rows = await countDays(ctx.facts, definitions, { from, until, zone: homeZone, sources })
  const counts = definitions.map(nothing)
  for (const { definition, day, events } of rows) {
    const count = counts[definition]
    if (!count) continue
    const place = daysBetween(first, day as typeof today)
    count.days[place] = Number(events)
    count.last30 += Number(events)
    if (place >= countedDays - 7) count.last7 += Number(events)
  }
  return counts
}

function nothing(): VirtualCount {
  return { last7: 0, last30: 0, days: Array.from({ length: countedDays }, () => 0) }
}

/** Which virtual events the elements of a page belong to, so that a person who picks sees what has a name already. */
export async function nameElements(ctx: Ctx, { elements }: NamedElements): Promise<ElementNames> {
  const all = [...(await virtualEvents(ctx)).values()]
  return {
    items: elements.map(({ event, props }) =>
      all
        .filter((one) => one.matches(event, props) || one.matches('$ElementExposure', props))
        .map(({ name, zh, en }) => ({ name, zh, en })),
    ),
  }
}
