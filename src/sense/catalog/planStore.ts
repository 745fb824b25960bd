import type { Tx } from '../../platform/db/db.ts'
import type { Order } from '../../platform/page.ts'
import type {
  Decision,
  EventQuery,
  EventState,
  Mode,
  PropertyDecision,
  PropertyState,
  SeenType,
  ValueType,
} from './contract.ts'
import type { SheetEvent, SheetProperty } from './rules/csv.ts'
import type { PlanRow, PropertyRow } from './rules/plan.ts'

// ---- for the compiled plan

export function planRows(tx: Tx): Promise<PlanRow[]> {
  return tx<PlanRow[]>`select name, mode, state from catalog.event`
}

export function propertyRows(tx: Tx): Promise<PropertyRow[]> {
  return tx<PropertyRow[]>`select event, name, type, codes, required, personal, state, seen from catalog.property`
}

// ---- events

export type EventRecord = {
  name: string
  zh: string
  en: string
  mode: Mode
  state: EventState
  owner: string
  description: string
  properties: number
  proposed: number
  personal: boolean
  firstSeen: Date | null
  lastSeen: Date | null
  count: bigint
  version: number
}

function eventRows(tx: Tx) {
  return tx`
    select e.*, e.name as id, coalesce(p.properties, 0) as properties, coalesce(p.proposed, 0) as proposed,
           coalesce(p.personal, false) as personal
    from catalog.event e left join (
      select event, count(*) filter (where state = 'active')::int as properties,
             count(*) filter (where state = 'proposed')::int as proposed,
             bool_or(personal is not null and state <> 'ignored') as personal
      from catalog.property where event <> '' group by event
    ) p on p.event = e.name`
}

/** Sorts by columns that the statement gives; what was never seen is older than all. */
export const eventSorts = {
  name: { sql: 'name', type: 'text' },
  lastSeen: { sql: "coalesce(last_seen, '-infinity')", type: 'timestamptz' },
  firstSeen: { sql: "coalesce(first_seen, '-infinity')", type: 'timestamptz' },
  count: { sql: 'count', type: 'bigint' },
}

export function pageOfEvents(tx: Tx, query: EventQuery, order: Order): Promise<(EventRecord & { id: string })[]> {
  const { state = null, mode = null, owner = null } = query
  const q = query.q?.trim().toLowerCase() || null
  return tx<(EventRecord & { id: string })[]>`
    select * from (${eventRows(tx)}) e
    where (${q}::text is null or position(${q} in lower(name || ' ' || zh || ' ' || en || ' ' || description)) > 0)
      and (${state}::text is null or state = ${state})
      and (${mode}::text is null or mode = ${mode})
      and (${owner}::text is null or owner = ${owner})
      and ${order.after(tx)}
    order by ${order.by(tx)}
    limit ${order.limit + 1}`
}

export async function countByState(tx: Tx): Promise<Record<EventState, number>> {
  const rows = await tx<{ state: EventState; n: number }[]>`
    select state, count(*)::int as n from catalog.event group by state`
  return {
    proposed: 0,
    active: 0,
    ignored: 0,
    retired: 0,
    ...Object.fromEntries(rows.map((row) => [row.state, row.n])),
  }
}

export async function findEvent(tx: Tx, name: string): Promise<EventRecord | undefined> {
  const [row] = await tx<EventRecord[]>`select * from (${eventRows(tx)}) e where name = ${name}`
  return row
}

export type EventWrite = Pick<EventRecord, 'name' | 'zh' | 'en' | 'mode' | 'state' | 'owner' | 'description'>

/** False when there is one of that name. */
export async function insertEvent(tx: Tx, made: EventWrite): Promise<boolean> {
  const [row] = await tx`
    insert into catalog.event (name, zh, en, mode, state, owner, description)
    values (${made.name}, ${made.zh}, ${made.en}, ${made.mode}, ${made.state}, ${made.owner}, ${made.description})
    on conflict do nothing
    returning name`
  return row !== undefined
}

/** False when the version is no longer the newest. */
export async function updateEvent(tx: Tx, event: EventWrite, version: number): Promise<boolean> {
  const [row] = await tx`
    update catalog.event
    set zh = ${event.zh}, en = ${event.en}, mode = ${event.mode}, state = ${event.state}, owner = ${event.owner},
        description = ${event.description}, version = version + 1
    where name = ${event.name} and version = ${version}
    returning name`
  return row !== undefined
}

/** Decides proposals and what was ignored before; the waiting properties of accepted events go with them. */
export async function decideEvents(tx: Tx, { names, as, mode }: Decision): Promise<string[]> {
  const rows = await tx<{ name: string }[]>`
    with decided as (
      update catalog.event set state = ${as}, mode = coalesce(${mode ?? null}, mode), version = version + 1
      where name = any (${names}) and state in ('proposed', 'ignored') and state <> ${as}
      returning name
    ), properties as (
      update catalog.property set state = 'active', version = version + 1
      where ${as} = 'active' and state = 'proposed' and event in (select name from decided)
    )
    select name from decided order by name`
  return rows.map((row) => row.name)
}

// ---- properties

export type PropertyRecord = {
  event: string
  name: string
  zh: string
  en: string
  type: ValueType
  codes: string[] | null
  unit: string
  required: boolean
  personal: PropertyRow['personal']
  state: PropertyState
  description: string
  seen: SeenType[]
  firstSeen: Date | null
  version: number
}

/** Of one event and the common ones, those that wait first. */
export function propertiesOf(tx: Tx, event: string): Promise<PropertyRecord[]> {
  return tx<PropertyRecord[]>`
    select * from catalog.property where event in (${event}, '')
    order by array_position(array['proposed', 'active', 'ignored'], state), name`
}

export async function findProperty(tx: Tx, event: string, name: string): Promise<PropertyRecord | undefined> {
  const [row] = await tx<PropertyRecord[]>`select * from catalog.property where event = ${event} and name = ${name}`
  return row
}

export type PropertyWrite = Omit<PropertyRecord, 'seen' | 'firstSeen' | 'version'>

/** False when there is one of that name. */
export async function insertProperty(tx: Tx, made: PropertyWrite): Promise<boolean> {
  const [row] = await tx`
    insert into catalog.property (event, name, zh, en, type, codes, unit, required, personal, state, description)
    values (${made.event}, ${made.name}, ${made.zh}, ${made.en}, ${made.type}, ${made.codes}::text[], ${made.unit},
            ${made.required}, ${made.personal}, ${made.state}, ${made.description})
    on conflict do nothing
    returning name`
  return row !== undefined
}

/** False when the version is no longer the newest. */
export async function updateProperty(tx: Tx, to: PropertyWrite, version: number): Promise<boolean> {
  const [row] = await tx`
    update catalog.property
    set zh = ${to.zh}, en = ${to.en}, type = ${to.type}, codes = ${to.codes}::text[], unit = ${to.unit},
        required = ${to.required}, personal = ${to.personal}, state = ${to.state}, description = ${to.description},
        version = version + 1
    where event = ${to.event} and name = ${to.name} and version = ${version}
    returning name`
  return row !== undefined
}

export async function decideProperties(tx: Tx, { event, names, as }: PropertyDecision): Promise<string[]> {
  const rows = await tx<{ name: string }[]>`
    update catalog.property set state = ${as}, version = version + 1
    where event = ${event} and name = any (${names}) and state <> ${as}
    returning name`
  return rows.map((row) => row.name)
}

// ---- the sheet

export async function sheetRows(tx: Tx): Promise<{ events: SheetEvent[]; properties: SheetProperty[] }> {
  const events = await tx<SheetEvent[]>`
    select name, zh, en, mode, owner, description from catalog.event where state = 'active' order by name`
  const properties = await tx<SheetProperty[]>`
    select p.event, p.name, p.zh, p.en, p.type, p.codes, p.unit, p.required, p.personal, p.description
    from catalog.property p left join catalog.event e on e.name = p.event
    where p.state = 'active' and (p.event = '' or e.state = 'active')
    order by p.event, p.name`
  return { events, properties }
}

export async function saveSheetEvents(tx: Tx, events: readonly SheetEvent[]): Promise<void> {
  const of = (field: keyof SheetEvent) => events.map((event) => event[field])
  await tx`
    insert into catalog.event (name, zh, en, mode, state, owner, description)
    select name, zh, en, mode, 'active', owner, description
    from unnest(${of('name')}::text[], ${of('zh')}::text[], ${of('en')}::text[], ${of('mode')}::text[],
                ${of('owner')}::text[], ${of('description')}::text[]) line (name, zh, en, mode, owner, description)
    on conflict (name) do update
    set zh = excluded.zh, en = excluded.en, mode = excluded.mode, state = 'active', owner = excluded.owner,
        description = excluded.description, version = event.version + 1`
}

/** Lists of values are told apart by a letter that no value has: arrays of arrays must all be of one length. */
export async function saveSheetProperties(tx: Tx, properties: readonly SheetProperty[]): Promise<void> {
  const of = (field: keyof SheetProperty) => properties.map((property) => property[field] as string | null)
  const codes = properties.map(({ codes }) => (codes ? codes.join('\u001f') : null))
  await tx`
    insert into catalog.property (event, name, zh, en, type, codes, unit, required, personal, state, description)
    select event, name, zh, en, type, string_to_array(codes, chr(31)), unit, required::bool, personal, 'active', description
    from unnest(${of('event')}::text[], ${of('name')}::text[], ${of('zh')}::text[], ${of('en')}::text[],
                ${of('type')}::text[], ${codes}::text[], ${of('unit')}::text[],
                ${properties.map(({ required }) => String(required))}::text[], ${of('personal')}::text[],
                ${of('description')}::text[])
         line (event, name, zh, en, type, codes, unit, required, personal, description)
    on conflict (event, name) do update
    set zh = excluded.zh, en = excluded.en, type = excluded.type, codes = excluded.codes, unit = excluded.unit,
        required = excluded.required, personal = excluded.personal, state = 'active',
        description = excluded.description, version = property.version + 1`
}
