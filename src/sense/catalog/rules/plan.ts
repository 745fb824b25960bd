import type { PersonalKind } from '../../../govern/privacy/contract.ts'
import type { EventState, Mode, PropertyState, Refusal, ValueType } from '../contract.ts'
import { looksPersonal } from './personal.ts'
import { type Declared, isName, shown, valueFault } from './value.ts'

export type UnknownEvents = 'accept' | 'refuse'

/** The tracking plan, made for checking many events a second. */
export type Plan = {
  readonly unknown: UnknownEvents
  readonly events: ReadonlyMap<string, PlanEvent>
  readonly common: ReadonlyMap<string, PlanProperty>
}

export type PlanEvent = {
  readonly name: string
  readonly mode: Mode
  readonly state: EventState
  /** Its own, and the common ones that it does not declare itself. */
  readonly properties: ReadonlyMap<string, PlanProperty>
  readonly required: readonly string[]
}

export type PlanProperty = Declared & {
  /** Empty for a common one. */
  readonly event: string
  readonly state: PropertyState
  readonly required: boolean
  readonly personal: PersonalKind | null
  readonly seen: readonly ValueType[]
}

export type PlanRow = { name: string; mode: Mode; state: EventState }
export type PropertyRow = {
  event: string
  name: string
  type: ValueType
  codes: string[] | null
  required: boolean
  personal: PersonalKind | null
  state: PropertyState
  seen: ValueType[]
}

export function compilePlan(events: readonly PlanRow[], properties: readonly PropertyRow[]): Omit<Plan, 'unknown'> {
  const byEvent = new Map<string, Map<string, PlanProperty>>()
  for (const row of properties) {
    const own = byEvent.get(row.event) ?? new Map<string, PlanProperty>()
    byEvent.set(row.event, own)
    own.set(row.name, { ...row, codes: row.codes ? new Set(row.codes) : undefined })
  }
  const common = byEvent.get('') ?? new Map<string, PlanProperty>()
  const compiled = events.map((event): [string, PlanEvent] => {
    const all = new Map([...common, ...(byEvent.get(event.name) ?? [])])
    const required = [...all.values()].filter((one) => one.required && one.state === 'active').map(({ name }) => name)
    return [event.name, { ...event, properties: all, required }]
  })
  return { events: new Map(compiled), common }
}

/** `refused`: it must not go on. `warned`: it goes on, and the owner of the event is told. */
export type Checked = { refused?: Refusal; warned?: Refusal }

type Props = Readonly<Record<string, unknown>>
const fine: Checked = Object.freeze({})

/**
 * What the plan says of one event. Names that cannot be kept are refused whatever the plan says; the rest is a matter of
 * the event's mode. Properties whose names begin with `$` are the SDKs' own, and never unknown.
 */
export function checkEvent(plan: Plan, name: string, props: Props): Checked {
  const event = plan.events.get(name)
  if (!event && !isName(name)) return { refused: badEventName(name) }
  const badName = strangeName(event?.properties ?? plan.common, props)
  if (badName) return { refused: badName }
  if (!event || event.state === 'proposed') return plan.unknown === 'refuse' ? { refused: unknownEvent(name) } : fine
  if (event.state !== 'active' && plan.unknown === 'refuse') return { refused: closedEvent(event) }
  if (event.mode === 'off') return fine
  const fault = event.state === 'active' ? faultOf(event, props) : closedEvent(event)
  if (!fault) return fine
  return event.mode === 'strict' ? { refused: fault } : { warned: fault }
}

function strangeName(known: ReadonlyMap<string, PlanProperty>, props: Props): Refusal | undefined {
  for (const name in props) if (!known.has(name) && !isName(name)) return badPropertyName(name)
  return undefined
}

function faultOf(event: PlanEvent, props: Props): Refusal | undefined {
  for (const name of event.required)
    if (!Object.hasOwn(props, name) || isMissing(props[name])) return missingProperty(event, name)
  for (const name in props) {
    const value = props[name]
    if (isMissing(value)) continue
    const property = event.properties.get(name)
    if (property?.state === 'active') {
      const fault = valueFault(property, value, `props.${name}`)
      if (fault) return fault
    } else if (name.charCodeAt(0) !== 36) return unknownProperty(event, name)
  }
  return undefined
}

function isMissing(value: unknown): boolean {
  return value === undefined || value === null
}

/**
 * The properties as they may be kept where nothing is sealed: personal values by their masks, at any depth. What is
 * declared personal is, and so is what nobody has declared while its name looks like it.
 */
export function maskProps(
  plan: Plan,
  name: string,
  props: Props,
  mask: (kind: PersonalKind, value: string) => string,
): Record<string, unknown> {
  const known = plan.events.get(name)?.properties ?? plan.common
  return maskRecord(props, mask, (property) => {
    const declared = known.get(property)
    return declared && declared.state !== 'ignored' ? declared.personal : looks(property)
  })
}

type Mask = (kind: PersonalKind, value: string) => string

function maskRecord(
  values: Props,
  mask: Mask,
  kindOf: (name: string) => PersonalKind | null | undefined,
): Record<string, unknown> {
  if (asItIs(values, kindOf)) return values as Record<string, unknown>
  // Made from pairs, so that a property called `__proto__` stays a property.
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => {
      const kind = kindOf(name)
      return [name, kind ? masked(value, (one) => mask(kind, one)) : within(value, mask)]
    }),
  )
}

/** Nothing personal and nothing nested: most properties are handed on as they came. */
function asItIs(values: Props, kindOf: (name: string) => PersonalKind | null | undefined): boolean {
  for (const name in values) {
    const value = values[name]
    if ((typeof value === 'object' && value !== null) || kindOf(name)) return false
  }
  return true
}

function within(value: unknown, mask: Mask): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map((one) => within(one, mask))
  return maskRecord(value as Props, mask, looks)
}

function masked(value: unknown, mask: (value: string) => string): unknown {
  if (value === null || value === undefined || typeof value === 'boolean') return value
  if (Array.isArray(value)) return value.map((one) => masked(one, mask))
  return typeof value === 'object' ? '****' : mask(String(value))
}

/** Names are few and come again; those that are data must not fill the memory. */
const looked = new Map<string, PersonalKind | undefined>()

function looks(name: string): PersonalKind | undefined {
  if (looked.has(name)) return looked.get(name)
  const kind = looksPersonal(name)
  if (looked.size < 5000) looked.set(name, kind)
  return kind
}

// ---- the reasons

function badEventName(name: string): Refusal {
  return {
    code: 'catalog.event_name',
    zh: `事件名不合规(${shown(name)}):应为 1 到 100 个可见字符`,
    en: `The name of the event (${shown(name)}) must have 1 to 100 visible characters`,
    field: 'name',
  }
}

function badPropertyName(name: string): Refusal {
  return {
    code: 'catalog.property_name',
    zh: `属性名不合规(${shown(name)}):应为 1 到 100 个可见字符`,
    en: `The name of a property (${shown(name)}) must have 1 to 100 visible characters`,
    field: `props.${shown(name)}`,
  }
}

function unknownEvent(name: string): Refusal {
  return {
    code: 'catalog.unknown_event',
    zh: `事件 ${name} 不在埋点方案中;请先在埋点方案中新建或接受它,再重放`,
    en: `${name} is not in the tracking plan: add or accept it there, then replay`,
    field: 'name',
  }
}

function closedEvent({ name, state }: PlanEvent): Refusal {
  const retired = state === 'retired'
  return {
    code: 'catalog.event_closed',
    zh: `事件 ${name} 在埋点方案中已${retired ? '停用' : '忽略'};请停止上报,或恢复该事件后重放`,
    en: `${name} is ${retired ? 'retired' : 'ignored'} in the tracking plan: stop sending it, or reopen it and replay`,
    field: 'name',
  }
}

function missingProperty(event: PlanEvent, name: string): Refusal {
  return {
    code: 'catalog.missing_property',
    zh: `事件 ${event.name} 缺少必填属性 ${name};请补上,或在埋点方案中改为选填`,
    en: `${event.name} lacks the property ${name}: send it, or make it optional in the plan`,
    field: `props.${name}`,
  }
}

function unknownProperty(event: PlanEvent, name: string): Refusal {
  return {
    code: 'catalog.unknown_property',
    zh: `事件 ${event.name} 没有属性 ${name};请核对名称,或在埋点方案中新增`,
    en: `${event.name} has no property ${name}: check its name, or add it to the plan`,
    field: `props.${name}`,
  }
}
