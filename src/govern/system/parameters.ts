import type { Static, TSchema } from 'typebox'
import { Check } from 'typebox/value'
import { change, read, stale } from '../../platform/change.ts'
import { asMachine, type Ctx } from '../../platform/ctx.ts'
import type { Db } from '../../platform/db/db.ts'
import type { Permission } from '../../platform/http/endpoint.ts'
import { invalidField, missing, Problem, type Text, text } from '../../platform/problem.ts'
import type { ParameterChange, ParameterRow } from './contract.ts'
import { type Fresh, fresh } from './fresh.ts'
import * as store from './store.ts'

/** A setting that an administrator may change while the product runs. Made by `defineParameter`, read by `parameter`. */
export type Parameter<T> = {
  /** `capability.thing`: never given to another setting. */
  readonly name: string
  readonly schema: TSchema
  readonly default: T
  readonly text: Text
  readonly group: Text
  readonly help?: Text | undefined
  readonly unit?: Text | undefined
  /** Needed besides the permission to change parameters. */
  readonly needs?: Permission | undefined
}

const declared = new Map<string, Parameter<unknown>>()

/** Declares a setting, once, at the top of the capability that reads it. Its schema gives the form and the check. */
export function defineParameter<S extends TSchema>(
  spec: Omit<Parameter<Static<S>>, 'schema'> & { schema: S },
): Parameter<Static<S>> {
  if (declared.has(spec.name)) throw new Error(`parameter ${spec.name} is declared twice`)
  if (!Check(spec.schema, spec.default))
    throw new Error(`the default of parameter ${spec.name} does not pass its schema`)
  declared.set(spec.name, spec as Parameter<unknown>)
  return spec as Parameter<Static<S>>
}

/** A change is seen at once in the process that made it, and after so long in the others. */
const seenElsewhereMs = 2000

const caches = new WeakMap<Db, Fresh<ReadonlyMap<string, unknown>>>()

function valuesOf(ctx: Ctx): Fresh<ReadonlyMap<string, unknown>> {
  let cache = caches.get(ctx.db)
  if (!cache) {
    const machine = asMachine(ctx, 'parameters')
    cache = fresh(() => read(machine, store.parameterValues), seenElsewhereMs)
    caches.set(ctx.db, cache)
  }
  return cache
}

/**
 * The value in force: the one that was set, else the default. From memory but for every two seconds; ask before a
 * transaction rather than in it, as asking may need a connection of its own.
 */
export async function parameter<T>(ctx: Ctx, spec: Parameter<T>): Promise<T> {
  const values = await valuesOf(ctx).get()
  return inForce(spec, values.get(spec.name))
}

/** What was stored before the schema became stricter is not handed out. */
function inForce<T>(spec: Parameter<T>, stored: unknown): T {
  return stored !== undefined && stored !== null && Check(spec.schema, stored) ? (stored as T) : spec.default
}

/** Every declared setting, by group and name. */
export async function listParameters(ctx: Ctx): Promise<ParameterRow[]> {
  const rows = await read(ctx, store.parameterRows)
  const specs = [...declared.values()].sort((a, b) => (`${a.group.en} ${a.name}` < `${b.group.en} ${b.name}` ? -1 : 1))
  return specs.map((spec) => parameterRow(spec, rows.get(spec.name)))
}

function parameterRow(spec: Parameter<unknown>, row: store.ParameterStored | undefined): ParameterRow {
  const value = inForce(spec, row?.value)
  return {
    name: spec.name,
    group: spec.group,
    text: spec.text,
    help: spec.help ?? null,
    unit: spec.unit ?? null,
    schema: spec.schema,
    value,
    default: spec.default,
    isDefault: value === spec.default || JSON.stringify(value) === JSON.stringify(spec.default),
    needs: spec.needs ?? null,
    revision: row?.revision ?? 0,
    changedAt: row?.changedAt.toISOString() ?? null,
    changedBy: row?.changedBy ?? null,
  }
}

/** Sets a value. `revision` is the one that was read: a conflict (409) says that someone was faster. */
export async function setParameter(
  ctx: Ctx,
  name: string,
  given: { revision: number; value: unknown },
): Promise<ParameterRow> {
  const spec = declared.get(name) ?? missing('parameter', name)
  if (!Check(spec.schema, given.value))
    throw invalidField(
      'value',
      'parameter.invalid',
      text('取值不符合要求', 'This value is not allowed for the parameter'),
    )
  return save(ctx, spec, 'system.parameter.set', given.revision, given.value)
}

/** Back to the default, which then follows the program. */
export async function resetParameter(ctx: Ctx, name: string, given: { revision: number }): Promise<ParameterRow> {
  const spec = declared.get(name) ?? missing('parameter', name)
  return save(ctx, spec, 'system.parameter.reset', given.revision, null)
}

async function save(
  ctx: Ctx,
  spec: Parameter<unknown>,
  action: string,
  revision: number,
  value: unknown,
): Promise<ParameterRow> {
  if (spec.needs && ctx.who.kind !== 'machine' && !ctx.permissions.has(spec.needs))
    throw new Problem(
      'denied',
      'access.denied',
      text(`您没有权限:${spec.needs}`, `You lack the permission ${spec.needs}`),
    )
  const target = { kind: 'parameter', id: spec.name, name: spec.text.zh }
  const row = await change(ctx, action, target, async (tx) => {
    const earlier = (await store.parameterRows(tx)).get(spec.name)
    const changed = { name: spec.name, value, at: ctx.now, byId: ctx.who.id, by: ctx.who.name }
    const saved = (await store.saveParameter(tx, changed, revision)) ?? stale('parameter')
    await store.keepParameterChange(tx, changed, saved.revision)
    tx.before({ value: inForce(spec, earlier?.value) })
    tx.after({ value: inForce(spec, value) })
    return parameterRow(spec, saved)
  })
  valuesOf(ctx).forget()
  return row
}

/** All changes of one setting, newest first. */
export async function parameterHistory(ctx: Ctx, name: string): Promise<ParameterChange[]> {
  if (!declared.has(name)) missing('parameter', name)
  const rows = await read(ctx, (tx) => store.parameterChanges(tx, name))
  return rows.map(({ revision, value, at, by }) => ({ revision, value, at: at.toISOString(), by }))
}
