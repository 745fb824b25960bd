import { Type } from 'typebox'
import { mask } from '../../govern/privacy/privacy.ts'
import { defineParameter, parameter } from '../../govern/system/system.ts'
import { type ChangeTx, change, read, stale } from '../../platform/change.ts'
import { asMachine, type Ctx, type Target } from '../../platform/ctx.ts'
import type { Tx } from '../../platform/db/db.ts'
import { order } from '../../platform/page.ts'
import { missing, Problem, text } from '../../platform/problem.ts'
import type {
  Decision,
  EventDetail,
  EventEdit,
  EventPage,
  EventQuery,
  NewEvent,
  NewProperty,
  PlanImported,
  PlannedEvent,
  Property,
  PropertyDecision,
  PropertyEdit,
} from './contract.ts'
import { memory } from './memory.ts'
import * as store from './planStore.ts'
import { checkCodes, checkName } from './rules/change.ts'
import { readPlan, writePlan } from './rules/csv.ts'
import { compilePlan, maskProps as maskWith, type Plan } from './rules/plan.ts'
import { hasVirtual } from './virtualStore.ts'

const unknownEvents = defineParameter({
  name: 'catalog.unknown_events',
  schema: Type.Enum(['accept', 'refuse']),
  default: 'accept',
  text: text('未知事件的处理', 'Events that are not in the plan'),
  help: text(
    'accept:接收,并作为待确认事件列入埋点方案;refuse:拒收,存入异常数据',
    'accept: kept, and proposed for the plan; refuse: kept apart with the rejected data',
  ),
  group: text('埋点方案', 'Tracking plan'),
})

type Compiled = Omit<Plan, 'unknown'>
const compiled = memory<Compiled>()
/** The plan under each answer to the parameter, so that asking makes nothing new. */
const plans = new WeakMap<Compiled, Map<Plan['unknown'], Plan>>()

/** The plan in force, for `checkEvent` and `maskProps`. From memory but for every two seconds; ask before a transaction. */
export async function planOf(ctx: Ctx): Promise<Plan> {
  const machine = asMachine(ctx, 'catalog')
  const base = await compiled.get(ctx.db, () => read(machine, loadPlan))
  const unknown = await parameter(ctx, unknownEvents)
  const made = plans.get(base) ?? new Map<Plan['unknown'], Plan>()
  plans.set(base, made)
  const plan = made.get(unknown) ?? { ...base, unknown }
  made.set(unknown, plan)
  return plan
}

/** What is known of names, for a caller inside a transaction. */
export function namesWithin(ctx: Ctx, tx: Tx): Promise<Compiled> {
  return compiled.getWithin(ctx.db, () => loadPlan(tx))
}

async function loadPlan(tx: Tx): Promise<Compiled> {
  return compilePlan(await store.planRows(tx), await store.propertyRows(tx))
}

/** The properties of an event as they may leave PostgreSQL: personal ones by their masks. Pure. */
export function maskProps(plan: Plan, name: string, props: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return maskWith(plan, name, props, mask)
}

// ---- events

export async function listEvents(ctx: Ctx, query: EventQuery): Promise<EventPage> {
  const by = order(query, store.eventSorts, '-lastSeen', 'name')
  return read(ctx, async (tx) => {
    const rows = await store.pageOfEvents(tx, query, by)
    const page = by.page(rows, (row) => row[by.name as keyof typeof store.eventSorts] ?? '-infinity')
    return { next: page.next, items: page.items.map(toEvent), counts: await store.countByState(tx) }
  })
}

function toEvent(row: store.EventRecord): PlannedEvent {
  const { name, zh, en, mode, state, owner, description, properties, proposed, personal, version } = row
  const [firstSeen, lastSeen] = [row.firstSeen?.toISOString() ?? null, row.lastSeen?.toISOString() ?? null]
  const facts = { properties, proposed, personal, firstSeen, lastSeen, count: Number(row.count), version }
  return { name, zh, en, mode, state, owner, description, ...facts }
}

function toProperty({ firstSeen, ...row }: store.PropertyRecord): Property {
  return { ...row, firstSeen: firstSeen?.toISOString() ?? null }
}

export function getEvent(ctx: Ctx, name: string): Promise<EventDetail> {
  return read(ctx, (tx) => detail(tx, name))
}

async function detail(tx: Tx, name: string): Promise<EventDetail> {
  const row = (await store.findEvent(tx, name)) ?? missing('event', name)
  const properties = (await store.propertiesOf(tx, name)).map(toProperty)
  return {
    ...toEvent(row),
    own: properties.filter(({ event }) => event !== ''),
    common: properties.filter(({ event }) => event === ''),
  }
}

export async function createEvent(ctx: Ctx, input: NewEvent): Promise<EventDetail> {
  checkName(input.name)
  const { name, zh = '', en = '', mode = 'warn', owner = '', description = '' } = input
  return changePlan(ctx, 'catalog.event.create', eventTarget(name), async (tx) => {
    const virtual = await hasVirtual(tx, name)
    if (virtual) taken(`已有名为 ${name} 的虚拟事件`, `There is a virtual event ${name}`)
    const made = await store.insertEvent(tx, { name, zh, en, mode, state: 'active', owner, description })
    if (!made) taken(`事件 ${name} 已在埋点方案中`, `The plan has an event ${name} already`)
    return detail(tx, name)
  })
}

export function editEvent(ctx: Ctx, { name, version, ...edit }: EventEdit): Promise<EventDetail> {
  return changePlan(ctx, 'catalog.event.edit', eventTarget(name), async (tx) => {
    const event = (await store.findEvent(tx, name)) ?? missing('event', name)
    tx.before(toEvent(event))
    if (!(await store.updateEvent(tx, { ...event, ...edit }, version))) stale('event')
    const after = await detail(tx, name)
    const { own: _own, common: _common, ...facts } = after
    tx.after(facts)
    return after
  })
}

/** Accepts or ignores what was discovered, many at once. Those that are decided already stay as they are. */
export function decideEvents(ctx: Ctx, decision: Decision): Promise<{ changed: number }> {
  const target = { kind: 'event', id: decision.names.length === 1 ? (decision.names[0] ?? '') : 'many' }
  return changePlan(ctx, 'catalog.event.decide', target, async (tx) => {
    const names = await store.decideEvents(tx, decision)
    tx.after({ as: decision.as, mode: decision.mode, events: names })
    return { changed: names.length }
  })
}

// ---- properties

export function listCommonProperties(ctx: Ctx): Promise<Property[]> {
  return read(ctx, async (tx) => (await store.propertiesOf(tx, '')).map(toProperty))
}

export async function createProperty(ctx: Ctx, input: NewProperty): Promise<Property> {
  checkName(input.name)
  const { event, name, type, zh = '', en = '', unit = '', required = false, personal = null } = input
  const codes = someOf(input.codes)
  checkCodes(type, codes)
  const description = input.description ?? ''
  return changePlan(ctx, 'catalog.property.create', propertyTarget(event, name), async (tx) => {
    if (event !== '' && !(await store.findEvent(tx, event))) missing('event', event)
    const made = { event, name, zh, en, type, codes, unit, required, personal, state: 'active' as const, description }
    if (!(await store.insertProperty(tx, made))) taken(`属性 ${name} 已存在`, `The property ${name} is there already`)
    return property(tx, event, name)
  })
}

async function property(tx: Tx, event: string, name: string): Promise<Property> {
  return toProperty((await store.findProperty(tx, event, name)) ?? missing('property', name))
}

/** Someone who edits a proposal accepts it, unless he says otherwise. */
export function editProperty(ctx: Ctx, { event, name, version, ...edit }: PropertyEdit): Promise<Property> {
  return changePlan(ctx, 'catalog.property.edit', propertyTarget(event, name), async (tx) => {
    const old = (await store.findProperty(tx, event, name)) ?? missing('property', name)
    tx.before(toProperty(old))
    const state = edit.state ?? (old.state === 'proposed' ? 'active' : old.state)
    const codes = edit.codes === undefined ? old.codes : someOf(edit.codes)
    const next = { ...old, ...edit, state, codes }
    checkCodes(next.type, codes)
    if (!(await store.updateProperty(tx, next, version))) stale('property')
    return property(tx, event, name)
  })
}

export function decideProperties(ctx: Ctx, decision: PropertyDecision): Promise<{ changed: number }> {
  return changePlan(ctx, 'catalog.property.decide', propertyTarget(decision.event, 'many'), async (tx) => {
    const names = await store.decideProperties(tx, decision)
    tx.after({ as: decision.as, properties: names })
    return { changed: names.length }
  })
}

// ---- the sheet

/** What is in use, as a sheet for a spreadsheet program, with headings in the reader's language. */
export async function exportPlan(ctx: Ctx): Promise<string> {
  return writePlan(await read(ctx, store.sheetRows), ctx.lang)
}

/** What the sheet says, as rows: the events and properties in use with their titles. */
export function planSheet(ctx: Ctx): ReturnType<typeof store.sheetRows> {
  return read(ctx, store.sheetRows)
}

/** Adds and changes what the sheet names, as a whole or not at all; what it does not name stays as it is. */
export async function importPlan(ctx: Ctx, csv: string): Promise<PlanImported> {
  const sheet = readPlan(csv)
  for (const { type, codes } of sheet.properties) checkCodes(type, codes)
  return changePlan(ctx, 'catalog.plan.import', { kind: 'plan', id: 'plan' }, async (tx) => {
    await store.saveSheetEvents(tx, sheet.events)
    await store.saveSheetProperties(tx, sheet.properties)
    const imported = { events: sheet.events.length, properties: sheet.properties.length }
    tx.after({ ...imported, names: sheet.events.map(({ name }) => name) })
    return imported
  })
}

async function changePlan<T>(ctx: Ctx, action: string, target: Target, run: (tx: ChangeTx) => Promise<T>): Promise<T> {
  try {
    return await change(ctx, action, target, run)
  } finally {
    compiled.forget(ctx.db)
  }
}

function eventTarget(name: string): Target {
  return { kind: 'event', id: name, name }
}

function propertyTarget(event: string, name: string): Target {
  return { kind: 'property', id: event === '' ? name : `${event}.${name}`, name }
}

function someOf(codes: string[] | null | undefined): string[] | null {
  return codes && codes.length > 0 ? codes : null
}

function taken(zh: string, en: string): never {
  throw new Problem('conflict', 'catalog.name_taken', text(zh, en), {
    fields: [{ field: 'name', message: text('已存在', 'exists already') }],
  })
}
