import type { PersonalKind } from '../../../govern/privacy/contract.ts'
import type { PropertyState, Refusal, SeenType, ValueType } from '../contract.ts'
import { looksPersonal } from './personal.ts'
import { canBeKept, type Declared, isName, seenType, shown, valueFault } from './value.ts'

/** An attribute of a type of things, made for checking. */
export type KnownAttribute = Declared & {
  readonly personal: PersonalKind | null
  readonly required: boolean
  readonly state: PropertyState
  readonly seen: readonly ValueType[]
}
export type KnownEntity = { readonly type: string; readonly attributes: ReadonlyMap<string, KnownAttribute> }

export type ItemChange = {
  readonly type: string
  readonly id: string
  readonly op: 'set' | 'delete'
  readonly values: Readonly<Record<string, unknown>>
  readonly at: Date
  readonly source: string
}

const mostBytes = 64 * 1024

/** Why an item cannot be kept. Customers are no items: what is known of them comes as their profile. */
export function itemFault(entities: ReadonlyMap<string, KnownEntity>, item: ItemChange): Refusal | undefined {
  const entity = entities.get(item.type)
  if (item.type === 'customer')
    return refuse(
      'customer_item',
      '客户资料请以 profile 上报,不能作为物品上报',
      'What is known of a customer is sent as a profile, not as an item',
      'item.type',
    )
  if (!entity)
    return refuse(
      'unknown_entity',
      `没有实体类型 ${shown(item.type)};请先在实体模型中新建,再重放`,
      `There is no entity type ${shown(item.type)}: add it to the entity model, then replay`,
      'item.type',
    )
  if (item.id.length > 255 || !isName(item.id.slice(0, 100)) || !item.id.isWellFormed() || /\p{Cc}/u.test(item.id))
    return refuse(
      'item_id',
      '物品编号应为 1 到 255 个可见字符',
      'The id of an item must have 1 to 255 visible characters',
      'item.id',
    )
  return item.op === 'set' ? valuesFault(entity, item.values) : undefined
}

function valuesFault(entity: KnownEntity, values: ItemChange['values']): Refusal | undefined {
  for (const [name, value] of Object.entries(values)) {
    if (!isName(name))
      return refuse(
        'attribute_name',
        `属性名不合规(${shown(name)}):应为 1 到 100 个可见字符`,
        `The name of an attribute (${shown(name)}) must have 1 to 100 visible characters`,
        `item.values.${shown(name)}`,
      )
    const fault = attributeFault(entity.attributes.get(name), name, value)
    if (fault) return fault
  }
  const json = JSON.stringify(values)
  if (json.length > mostBytes)
    return refuse('item_size', '物品属性总长超过 64 KB', 'An item may hold at most 64 KB', 'item.values')
  if (!canBeKept(json))
    return refuse(
      'bad_text',
      '物品属性中含有无法保存的字符(空字符或不完整的字符)',
      'A value holds a character that cannot be kept (NUL, or half a letter)',
      'item.values',
    )
  return undefined
}

/** Items are read by everyone who may see the model, so they carry nobody's personal data. */
function attributeFault(known: KnownAttribute | undefined, name: string, value: unknown): Refusal | undefined {
  const personal = known ? known.personal : looksPersonal(name)
  if (personal)
    return refuse(
      'personal_in_item',
      `属性 ${name} 属于个人信息,不能存入物品;请去掉,或在实体模型中声明它不是个人信息`,
      `${name} is personal data, which items must not carry: leave it out, or declare in the model that it is not`,
      `item.values.${name}`,
    )
  if (known?.state !== 'active' || value === null) return undefined
  return valueFault(known, value, `item.values.${name}`)
}

function refuse(code: string, zh: string, en: string, field: string): Refusal {
  return { code: `catalog.${code}`, zh, en, field }
}

/** Of several changes of one thing the latest; of two at one instant the one that came last. */
export function latestOfEach(items: readonly ItemChange[]): ItemChange[] {
  const latest = new Map<string, ItemChange>()
  for (const item of items) {
    const key = JSON.stringify([item.type, item.id])
    const other = latest.get(key)
    if (!other || other.at <= item.at) latest.set(key, item)
  }
  return [...latest.values()]
}

export type NewType = { readonly of: string; readonly name: string; readonly type: SeenType }

/** What the catalogue has not seen yet: names that nobody declared, and declared ones of a type not seen before. */
export function newTypes(
  knownOf: (of: string) => ReadonlyMap<string, { readonly seen: readonly ValueType[] }> | undefined,
  values: Iterable<readonly [of: string, values: Readonly<Record<string, unknown>>]>,
): NewType[] {
  const found = new Map<string, NewType>()
  for (const [of, record] of values) {
    const known = knownOf(of)
    for (const [name, value] of Object.entries(record)) {
      const type = seenType(value)
      if (!type || known?.get(name)?.seen.includes(type)) continue
      found.set(JSON.stringify([of, name, type]), { of, name, type })
    }
  }
  return [...found.values()].sort((a, b) => (a.of + a.name < b.of + b.name ? -1 : 1))
}
