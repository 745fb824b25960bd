import { idsWithin, rootOf } from '../../govern/orgs/orgs.ts'
import { read } from '../../platform/change.ts'
import type { Ctx } from '../../platform/ctx.ts'
import { missing } from '../../platform/problem.ts'
import { homeZone } from '../../platform/time/zone.ts'
import { promotedColumn, promotedProperties } from '../catalog/catalog.ts'
import type { EqlType, Types } from '../eql/contract.ts'
import { type Asked, type LayoutOptions, type Limits, layoutOf } from '../eql/eql.ts'
import { numbersSql, personSql } from '../identity/identity.ts'
import { type Bind, personsSql, type Within } from './facts.ts'
import type { Ground } from './ground.ts'
import { neverComputed } from './problems.ts'
import { findTag } from './store.ts'

/** The person a number is by now, for numbers that were kept when something was found out. */
const canonical = (column: string) =>
  `transform(${column}, (SELECT groupArray(customer) FROM alias FINAL), (SELECT groupArray(canonical) FROM alias FINAL), ${column})`

/**
 * How a rule finds what the catalogue and the tags have: all of a layout but the segments. Tags answer with the values of their last
 * computation, or with those they had at a past instant.
 */
export async function layoutParts(ctx: Ctx, ground: Ground): Promise<Omit<LayoutOptions, 'segment'>> {
  const promoted = await promotedProperties(ctx)
  return {
    person: personSql(),
    numbers: numbersSql,
    canonical,
    via: ground.via,
    promoted: new Map([...promoted].map(([name, type]) => [`${name} ${type}`, `event.${promotedColumn(name)}`])),
    tag(name, at, binder) {
      const tag = ground.tags.find(({ id }) => id === name)
      if (!tag) throw new Error(`no tag ${name}`)
      return valuesSql(binder, tag, at)
    },
  }
}

type Standing = { id: string; name: string; type: EqlType | null; run: string | null; computedAt: Date | null }

/** Nobody has it is not the same as not known: a tag that was never computed is refused. */
function valuesSql(bind: Bind, { id, name, type, run, computedAt }: Standing, at: number | null): string {
  if (type === null || run === null || computedAt === null) throw neverComputed(name)
  return at === null || at >= computedAt.getTime()
    ? personsSql(bind, { tag: id, run, type })
    : personsSql(bind, { tag: id, at, type })
}

export type Values = { sql: string; params: Record<string, unknown>; type: EqlType }

/**
 * A statement that gives `person, value` of everyone who has a tag, now or as it stood at an instant: to be joined in other
 * statements as `FROM (${sql})` with its params. Money is in minor units. `prefix` keeps the names of two apart.
 */
export async function tagValues(ctx: Ctx, id: string, at: Date | null = null, prefix = 'tag'): Promise<Values> {
  const row = (await read(ctx, (tx) => findTag(tx, id))) ?? missing('tag', id)
  const params: Record<string, unknown> = {}
  const name = (type: string, value: string) => {
    const own = `${prefix}${Object.keys(params).length}`
    params[own] = value
    return `{${own}:${type}}`
  }
  const bind: Bind = {
    text: (value) => name('String', value),
    instant: (ms) => name("DateTime64(3, 'UTC')", new Date(ms).toISOString().replace('T', ' ').replace('Z', '')),
  }
  const sql = valuesSql(bind, row, at?.getTime() ?? null)
  return { sql, params, type: row.type ?? 'text' }
}

/** How the rule of a tag is asked now. */
export async function askedNow(
  ctx: Ctx,
  ground: Ground,
  types: Types,
  more: { limits?: Partial<Limits>; scope?: readonly number[]; at?: Date } = {},
): Promise<Asked> {
  const layout = layoutOf({
    ...(await layoutParts(ctx, ground)),
    segment: (name) => {
      throw new Error(`a tag reads the segment ${name}`)
    },
  })
  return {
    ...{
      schema: ground.schema,
      layout,
      types,
      now: more.at ?? ctx.now,
      zone: homeZone,
      scope: more.scope ?? 'everyone',
    },
    ...(more.limits ? { limits: more.limits } : {}),
  }
}

/** The organisations whose customers a person sees; null: all. */
export async function seenBy(ctx: Ctx): Promise<Within> {
  if (ctx.scope === 'everything') return null
  if (ctx.scope === 'nothing') return []
  const path = ctx.scope.path.split('.')
  return path.length > 1 ? read(ctx, (tx) => idsWithin(tx, path.at(-1) ?? '')) : null
}

/** The organisation a person works for; the head office for the product itself. */
export async function orgOf(ctx: Ctx): Promise<string> {
  if (typeof ctx.scope === 'object') return ctx.scope.path.split('.').at(-1) ?? ''
  return (await read(ctx, rootOf)) ?? ''
}

/** What a branch keeps is about the branch's customers, whatever its rule says; what the head office keeps about all. */
export function customersOf(ctx: Ctx, org: string): Promise<Within> {
  return read(ctx, async (tx) => ((await rootOf(tx)) === org ? null : idsWithin(tx, org)))
}
