import type { Ctx } from '../../platform/ctx.ts'
import { invalidField, text } from '../../platform/problem.ts'
import { addDays } from '../../platform/time/day.ts'
import { dayOf, homeZone } from '../../platform/time/zone.ts'
import { attributesOf, thingsOf } from '../catalog/catalog.ts'
import { getIdentityOf } from '../identity/identity.ts'
import type { Things, ThingsQuery, Trend, TrendQuery } from './contract.ts'
import { type DayValue, historyOfAttribute, valueBefore } from './facts.ts'
import { namesInCatalogue } from './names.ts'

const drawn = ['money', 'integer', 'number'] as const
type Drawn = (typeof drawn)[number]
const isDrawn = (type: string): type is Drawn => drawn.includes(type as Drawn)

/** An amount or a number of a customer over time, as far back as somebody said it. Problems: invalid for what has no trend. */
export async function customerTrend(ctx: Ctx, id: number, query: TrendQuery): Promise<Trend> {
  const { attribute = 'aum', days = 365 } = query
  const [who, attributes, names] = await Promise.all([
    getIdentityOf(ctx, id),
    attributesOf(ctx, 'customer'),
    namesInCatalogue(ctx),
  ])
  const known = [...attributes.values()].filter(
    (one) => one.state === 'active' && !one.personal && isDrawn(one.type) && !one.codes,
  )
  const one = known.find(({ name }) => name === attribute)
  if (!one || !isDrawn(one.type))
    throw invalidField(
      'attribute',
      'customers.no_trend',
      text(`“${attribute}”不是在用的金额或数值属性`, `${attribute} is no amount or number in use`),
    )
  const members = who.members.map((member) => member.customer)
  const until = dayOf(ctx.now, homeZone)
  const from = addDays(until, 1 - days)
  const [before, rows] = await Promise.all([
    valueBefore(ctx.facts, members, attribute, from),
    historyOfAttribute(ctx.facts, members, attribute, from),
  ])
  const { label, unit } = names.attribute(attribute)
  return {
    ...{ attribute, label, unit, type: one.type, from, until },
    points: [...(before ? [{ ...before, day: from }] : []), ...rows.filter((row) => row.day > from || !before)].map(
      (row) => ({ day: row.day, value: saidOf(row) }),
    ),
    others: known.map(({ name }) => ({ name, label: names.attribute(name).label })),
  }
}

function saidOf({ whole, number }: DayValue): string | null {
  if (whole !== null) return String(whole)
  return number === null ? null : String(number)
}

/** What a customer has, of one type a page. Who may see him sees it. */
export async function customerThings(ctx: Ctx, id: number, query: ThingsQuery): Promise<Things> {
  const who = await getIdentityOf(ctx, id)
  const { type, cursor, limit = 20 } = query
  return thingsOf(ctx, who.customer, { type, after: cursor === undefined ? 0 : Number(cursor) || 0, limit })
}
