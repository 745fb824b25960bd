import fc from 'fast-check'
import type { Facts } from '../../../../platform/facts/facts.ts'
import { makeItemTable } from '../../../catalog/facts.ts'
import { columnOf } from '../../../catalog/rules/column.ts'
import { numbersSql, personSql } from '../../../identity/facts.ts'
import type { EqlType, Literal, Schema, SchemaField } from '../../contract.ts'
import { type Layout, layoutOf } from '../layout.ts'
import type { Bank, Row } from './reference.ts'

/** Where the random banks stand: their last event is about then. */
export const asked = new Date('2026-03-02T02:00:00Z')

const day = 86_400_000

/** Few values, so that they meet: equal times, equal products, amounts on both sides of a bound. */
const values: Record<EqlType, fc.Arbitrary<unknown>> = {
  boolean: fc.boolean(),
  integer: fc.integer({ min: -3, max: 6 }),
  number: fc.integer({ min: -8, max: 24 }).map((n) => n / 4),
  money: fc.oneof(
    fc.constantFrom(0, 50, -150, 100_000, 99_999, 5_000_000),
    fc.constantFrom(Number.MAX_SAFE_INTEGER, 1 - Number.MAX_SAFE_INTEGER),
  ),
  text: fc.constantFrom('app', 'counter', '', 'A', 'Ä b', ' x ', '上海', "it's", '2026-01-05', '🙂z'),
  day: fc.integer({ min: -40, max: 20 }).map((n) => dayText(asked.getTime() + n * day)),
  time: fc.integer({ min: -80, max: 3 }).map((n) => asked.getTime() + n * (day / 2)),
  list: fc.uniqueArray(fc.constantFrom('a', 'b', 'c', ''), { maxLength: 3 }),
}

function dayText(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10)
}

function anyValue(field: SchemaField): fc.Arbitrary<unknown> {
  if (field.onlyKnown) return fc.constantFrom(true, false)
  return field.codes === undefined
    ? values[field.type]
    : fc.constantFrom(...field.codes.map(({ value }) => value), 'other')
}

function record(fields: readonly SchemaField[], missing: number): fc.Arbitrary<Row> {
  const parts = fields.map((field) => fc.option(anyValue(field), { freq: missing, nil: undefined }))
  return fc.tuple(...parts).map((found) => {
    const row: Record<string, unknown> = Object.create(null)
    for (const [i, field] of fields.entries()) if (found[i] !== undefined) row[field.name] = found[i]
    return row
  })
}

const ids = { min: 1, max: 24 }

/** A property of another type than the catalogue says. */
const wrongly = fc.constantFrom<unknown>('text', 3, 2.5, true, null, ['a', 'b'])

export function randomBank(schema: Schema): fc.Arbitrary<Bank> {
  const fields = (entity: string) => schema.entities.find(({ name }) => name === entity)?.fields ?? []
  const number = fc.integer(ids)
  const time = fc.oneof(
    fc.integer({ min: -60 * 24, max: 5 }).map((hours) => asked.getTime() + hours * 3_600_000),
    fc.integer({ min: -12 * 8, max: 0 }).map((steps) => asked.getTime() + steps * 15 * 60_000),
  )
  const event = fc.constantFrom(...schema.events).chain(({ name, properties }) =>
    fc
      .record({
        customer: number,
        time,
        props: record([...properties, ...schema.common], 3),
        wrong: fc.option(fc.tuple(fc.nat(), wrongly), { freq: 12 }),
      })
      .map(({ wrong, props, ...rest }) => {
        const names = Object.keys(props)
        const spoilt = wrong === null ? undefined : names[wrong[0] % Math.max(1, names.length)]
        return { ...rest, event: name, props: spoilt === undefined ? props : { ...props, [spoilt]: wrong?.[1] } }
      }),
  )
  const rowsOf = (entity: string, size: number) => {
    const key = fc.constantFrom('P1', 'P2', 'P3', '')
    const row = fc.record({
      customer: fc.oneof(number, fc.constant(0)),
      values: record(fields(entity), 4),
      product: fc.option(key),
    })
    return fc.array(row, { maxLength: size }).map((found) =>
      found.map(({ customer, values: known, product }, i) => ({
        id: `${entity}-${i}`,
        customer,
        values: { ...known, ...(product === null ? {} : { product_no: product }) },
      })),
    )
  }
  const things = (entity: string, keys: string[]) =>
    fc
      .tuple(...keys.map(() => record(fields(entity), 5)))
      .map((found) => found.map((known, i) => ({ id: keys[i] ?? '', customer: 0, values: known })))
  return fc
    .record({
      customers: fc.array(
        fc.record({
          values: record(fields('customer'), 4),
          back: fc.nat(50),
          org: fc.option(fc.constantFrom('O1', 'O2', 'O9')),
        }),
        { minLength: ids.max, maxLength: ids.max },
      ),
      holding: rowsOf('holding', 40),
      order: rowsOf('order', 30),
      product: things('product', ['P1', 'P2', 'P3']),
      org: things('org', ['O1', 'O2']),
      events: fc.array(event, { minLength: 60, maxLength: 220 }),
      past: fc.array(
        fc.constantFrom(...fields('customer').filter(({ onlyKnown }) => !onlyKnown)).chain((field) =>
          fc.record({
            customer: number,
            attribute: fc.constant(field.name),
            ago: fc.integer({ min: 0, max: 60 }),
            value: fc.option(anyValue(field)),
          }),
        ),
        { maxLength: 120 },
      ),
      merged: fc.uniqueArray(fc.integer({ min: 2, max: 10 }), { maxLength: 3 }),
      tags: fc.array(
        fc
          .constantFrom(...schema.tags)
          .chain((tag) => fc.record({ name: fc.constant(tag.name), customer: number, value: anyValue(tag) })),
        { maxLength: 50 },
      ),
      segments: fc.array(
        fc
          .constantFrom(...schema.segments)
          .chain(({ name, versions = 1 }) =>
            fc.record({ name: fc.constant(name), version: fc.integer({ min: 1, max: versions }), customer: number }),
          ),
        { maxLength: 60 },
      ),
    })
    .map((made) => bankOf(made))
}

type Made = {
  customers: { values: Row; back: number; org: string | null }[]
  holding: Bank['rows'][string]
  order: Bank['rows'][string]
  product: Bank['rows'][string]
  org: Bank['rows'][string]
  events: Bank['events']
  past: { customer: number; attribute: string; ago: number; value: unknown }[]
  merged: number[]
  tags: Bank['tags']
  segments: Bank['segments']
}

/** Whoever was merged has no row, and nothing but events and a past of his own number. */
function bankOf(made: Made): Bank {
  const gone = new Set(made.merged)
  const alias = made.merged.map((customer) => ({ customer, canonical: customer + 10 }))
  const whose = (customer: number) => (gone.has(customer) ? customer + 10 : customer)
  const once = <T>(list: readonly T[], key: (one: T) => string) => [
    ...new Map(list.map((one) => [key(one), one])).values(),
  ]
  const moved = <T extends { customer: number }>(list: readonly T[]) =>
    list.map((one) => ({ ...one, customer: whose(one.customer) }))
  const customers = made.customers.map(({ values: known, back, org }, i) => ({
    id: i + 1,
    born: asked.getTime() - back * day,
    values: org === null ? known : { ...known, org_no: org },
  }))
  const past = made.past.map(({ ago, ...rest }, i) => ({ ...rest, time: asked.getTime() - ago * day + i }))
  return {
    customers: customers.filter(({ id }) => !gone.has(id)),
    rows: { holding: moved(made.holding), order: moved(made.order), product: made.product, org: made.org },
    events: made.events,
    past: once(past, ({ customer, attribute, time }) => `${customer} ${attribute} ${dayText(time + 8 * 3_600_000)}`),
    alias,
    tags: once(moved(made.tags), ({ name, customer }) => `${name} ${customer}`),
    segments: once(moved(made.segments), ({ name, version, customer }) => `${name} ${version} ${customer}`),
    via: (entity) => (entity === 'customer' ? 'org_no' : 'product_no'),
  }
}

/** Values that occur in the banks, so that conditions are sometimes true. */
export function literalsOf(field: SchemaField | null, type: EqlType): fc.Arbitrary<Literal> {
  const written = field === null || field.onlyKnown ? values[type] : anyValue(field)
  if (type === 'list') return fc.constantFrom('a', 'b', '').map((value) => ({ kind: 'text', value }))
  return written.map((value): Literal => {
    switch (type) {
      case 'boolean':
        return { kind: 'boolean', value: value === true }
      case 'number':
      case 'integer':
        return { kind: 'number', value: String(value) }
      case 'money': {
        const digits = String(Math.abs(value as number)).padStart(3, '0')
        return { kind: 'money', value: `${(value as number) < 0 ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}` }
      }
      case 'day':
        return { kind: 'day', value: String(value) }
      case 'time':
        return { kind: 'time', value: new Date((value as number) + 8 * 3_600_000).toISOString().slice(0, 19) }
      default:
        return { kind: 'text', value: String(value) }
    }
  })
}

/** Where rules about a random bank find what they speak of. */
export function testLayout(bank: Pick<Bank, 'via'>, schema: Schema): Layout {
  return layoutOf({
    person: personSql(),
    numbers: numbersSql,
    canonical: (column) =>
      `transform(${column}, (SELECT groupArray(customer) FROM alias FINAL), (SELECT groupArray(canonical) FROM alias FINAL), ${column})`,
    via: bank.via,
    tag: (name, _, binder) => {
      const type = schema.tags.find((tag) => tag.name === name)?.type ?? 'text'
      return `SELECT customer AS person, ${type} AS value FROM test_tag WHERE name = ${binder.text(name)}`
    },
    segment: (name, version, _, binder) => {
      const latest = schema.segments.find((one) => one.name === name)?.versions ?? 1
      return `SELECT customer AS person FROM test_segment WHERE name = ${binder.text(name)} AND version = ${binder.whole(version ?? latest)}`
    },
  })
}

const attributeOf = ({ name, type, codes, onlyKnown }: SchemaField) => ({
  name,
  type,
  codes: codes === undefined ? undefined : new Set(codes.map(({ value }) => value)),
  personal: onlyKnown ? ('name' as const) : null,
})

function columnFor(field: SchemaField) {
  const column = columnOf(attributeOf(field))
  if (column === undefined) throw new Error(`no column of ${field.name}`)
  return column
}

const joining: SchemaField[] = ['org_no', 'product_no'].map((name) => ({ name, zh: '', en: '', type: 'text' }))

/** The columns that the catalogue would make. */
export async function makeTables(facts: Facts, schema: Schema): Promise<void> {
  for (const entity of schema.entities) {
    if (entity.name !== 'customer') await makeItemTable(facts, entity.name)
    const table = entity.name === 'customer' ? 'customer' : `entity_${entity.name}`
    const fields = [
      ...entity.fields,
      ...joining.filter(({ name }) => entity.fields.every((field) => field.name !== name)),
    ]
    const columns = fields
      .map((field) => columnFor(field))
      .map(({ name, type }) => `ADD COLUMN IF NOT EXISTS \`${name}\` ${type}`)
    await facts.command({ sql: `ALTER TABLE ${table} ${columns.join(', ')}` })
  }
  const tag = 'number Nullable(Float64), text Nullable(String), `boolean` Nullable(Bool), money Nullable(Int64)'
  await facts.command({
    sql: `CREATE TABLE test_tag (name String, customer UInt32, ${tag}) ENGINE = MergeTree ORDER BY (name, customer)`,
  })
  await facts.command({
    sql: 'CREATE TABLE test_segment (name String, version Int64, customer UInt32) ENGINE = MergeTree ORDER BY (name, customer)',
  })
}

export async function fillBank(facts: Facts, bank: Bank, schema: Schema): Promise<void> {
  const tables = [
    'customer',
    'event',
    'alias',
    'attribute_day',
    'test_tag',
    'test_segment',
    ...Object.keys(bank.rows).map((name) => `entity_${name}`),
  ]
  for (const table of tables) await facts.command({ sql: `TRUNCATE TABLE ${table}` })
  const columnsOf = (entity: string, known: Row) => {
    const fields = [...(schema.entities.find(({ name }) => name === entity)?.fields ?? []), ...joining]
    const row: Record<string, unknown> = {}
    for (const field of fields) {
      const value = Object.hasOwn(known, field.name) ? known[field.name] : undefined
      if (field.onlyKnown) row[`has_${field.name}`] = value !== undefined
      else if (value !== undefined) row[`a_${field.name}`] = field.type === 'time' ? new Date(value as number) : value
    }
    return row
  }
  await facts.insert(
    'customer',
    bank.customers.map(({ id, born, values: known }) => ({
      id,
      org: 'o',
      born: new Date(born),
      version: 1,
      deleted: 0,
      ...columnsOf('customer', known),
    })),
  )
  for (const [entity, rows] of Object.entries(bank.rows)) {
    const made = rows.map(({ id, customer, values: known }) => ({
      id,
      customer,
      source: 't',
      version: 1,
      deleted: 0,
      ...columnsOf(entity, known),
    }))
    if (made.length > 0) await facts.insert(`entity_${entity}`, made)
  }
  const whole = new Set(['money', 'integer', 'boolean'])
  const past = bank.past.map(({ customer, attribute, time, value }) => {
    const type =
      schema.entities.find(({ name }) => name === 'customer')?.fields.find(({ name }) => name === attribute)?.type ??
      'text'
    const column = whole.has(type) ? 'whole' : type === 'number' ? 'number' : 'text'
    const plain = typeof value === 'boolean' ? Number(value) : value
    return {
      customer,
      attribute,
      day: dayText(time + 8 * 3_600_000),
      version: time,
      ...(value === null || type === 'time' || type === 'list' ? {} : { [column]: plain }),
    }
  })
  if (past.length > 0) await facts.insert('attribute_day', past)
  if (bank.alias.length > 0)
    await facts.insert(
      'alias',
      bank.alias.map((one) => ({ ...one, settled: 0, version: 1, deleted: 0 })),
    )
  const key = (i: number) => `00000000-0000-4000-8000-${String(i).padStart(12, '0')}`
  const events = bank.events.map(({ customer, event, time, props }, i) => ({
    customer,
    event,
    time: new Date(time),
    key: key(i),
    received: new Date(time),
    processed: new Date(time),
    source: 't',
    props,
  }))
  if (events.length > 0) await facts.insert('event', events)
  const tags = bank.tags.map(({ name, customer, value }) => ({
    name,
    customer,
    [schema.tags.find((tag) => tag.name === name)?.type ?? 'text']: value,
  }))
  if (tags.length > 0) await facts.insert('test_tag', tags)
  if (bank.segments.length > 0) await facts.insert('test_segment', bank.segments)
}
