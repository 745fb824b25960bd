import type { Ctx } from '../../platform/ctx.ts'
import { invalidField, text } from '../../platform/problem.ts'
import type { Schema, SchemaField, Values, ValuesQuery } from '../eql/contract.ts'
import type { Layout } from '../eql/eql.ts'
import { askedNow, seenBy } from './asking.ts'
import { topValues } from './facts.ts'
import { type Ground, groundOf } from './ground.ts'

const recentDays = 90
const dayMs = 86_400_000

/**
 * Values that a field of text has, of the caller's customers; of an event's property in the last 90 days. Personal values are in no
 * question, so they are offered in none. From the first half million rows: a help to choose, no statistic.
 */
export async function valuesOf(ctx: Ctx, query: ValuesQuery): Promise<Values> {
  const ground = await groundOf(ctx)
  const field = fieldOf(ground.schema, query)
  if (!field) throw unknownField()
  if (field.onlyKnown) throw personal()
  if (field.type !== 'text' && field.type !== 'list') return { items: [] }
  const rows = await topValues(ctx.facts, await sourceOf(ctx, ground, field, query), await seenBy(ctx))
  return { items: rows.map(({ value, rows }) => ({ value, rows: Number(rows) })) }
}

function fieldOf(schema: Schema, { entity, event, name }: ValuesQuery): SchemaField | undefined {
  const named = (fields: readonly SchemaField[]) => fields.find((one) => one.name === name)
  if (entity !== undefined) return named(schema.entities.find((one) => one.name === entity)?.fields ?? [])
  return named(schema.events.find((one) => one.name === event)?.properties ?? []) ?? named(schema.common)
}

async function sourceOf(ctx: Ctx, ground: Ground, field: SchemaField, { entity, event }: ValuesQuery) {
  const { layout } = await askedNow(ctx, ground, new Map())
  const list = field.type === 'list'
  if (entity === undefined) {
    const named = event === undefined ? '' : 'event.event = {event:String} AND '
    const params = {
      ...(event === undefined ? {} : { event }),
      since: new Date(ctx.now.getTime() - recentDays * dayMs),
    }
    const where = `${named}event.time >= {since:DateTime64(3)}`
    const column = layout.property(field.name, field.type)
    return { column, list, source: 'event', person: layout.person, free: '0', where, params }
  }
  return {
    column: layout.column(field),
    list,
    source: `${layout.table(entity)} FINAL`,
    ...ownerOf(layout, entity),
    where: '1',
    params: {},
  }
}

/** Things that belong to nobody, as products do, are everyone's to see. */
function ownerOf(layout: Layout, entity: string): { person: string; free: string } {
  const table = layout.table(entity)
  return entity === 'customer'
    ? { person: `${table}.id`, free: '0' }
    : { person: `${table}.customer`, free: `${table}.customer = 0` }
}

function unknownField() {
  return invalidField('name', 'tags.no_field', text('没有这个字段', 'There is no such field'))
}

function personal() {
  return invalidField(
    'name',
    'tags.personal_field',
    text('个人信息的取值不能列出', 'Values of personal fields are not shown'),
  )
}
