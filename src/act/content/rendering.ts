import { namesOf } from '../../govern/orgs/orgs.ts'
import { read } from '../../platform/change.ts'
import { asMachine, type Ctx } from '../../platform/ctx.ts'
import { dayOf, homeZone } from '../../platform/time/zone.ts'
import { valuesOf } from '../../sense/customers/customers.ts'
import { type Parsed, renderField, type Scope, scopeOf } from './liquid.ts'
import * as problems from './problems.ts'
import * as store from './store.ts'
import { parseAll } from './writing.ts'

/** One customer a content is written to. `given`: what the plan of the message knows: event, product, benefit, strategy, link. */
export type Addressee = { key: string; customer: number; org: string; given?: Scope }
export type Written =
  | { key: string; fields: Record<string, unknown> }
  | { key: string; missing: string }
  | { key: string; fault: string }

type Ready = { parsed: Map<string, Parsed>; attributes: string[]; fallbacks: Record<string, string> }

/** Approved versions never change, so what was made ready of one stays right. */
const ready = new WeakMap<Ctx['db'], Map<string, Ready>>()
const keptReady = 500

/**
 * Writes an approved version to a set of customers: personal attributes stand in it openly, so what comes out is for the channel
 * and nobody else. Who lacks a value for which nothing stands is told with what is missing, and must not be sent to (rule 88).
 *
 * @throws conflict `content.not_approved`, `content.retired`, `content.expired`: nothing unreviewed is written to a customer.
 */
export async function writeTo(
  ctx: Ctx,
  of: { template: string; version: number },
  addressees: readonly Addressee[],
): Promise<Written[]> {
  const machine = asMachine(ctx, 'content')
  const { found, names } = await read(machine, async (tx) => {
    const template = await store.findTemplate(tx, of.template)
    if (!template) throw problems.unreviewed(of.template)
    if (template.retired) throw problems.retired()
    if (template.expiresOn !== null && dayOf(ctx.now, homeZone) >= template.expiresOn)
      throw problems.expired(template.name, template.expiresOn)
    return {
      found: (await readyVersion(ctx, of, () => store.approvedVersion(tx, of.template, of.version))) ?? template.name,
      names: await namesOf(tx, [...new Set(addressees.map(({ org }) => org))]),
    }
  })
  if (typeof found === 'string') throw problems.unreviewed(found)
  const customers = [...new Set(addressees.map(({ customer }) => customer))]
  const values = found.attributes.length > 0 ? await valuesOf(machine, customers, found.attributes, 'open') : new Map()
  return addressees.map(({ key, customer, org, given }) => {
    const scope = scopeOf(
      { ...given, customer: values.get(customer) ?? {}, org: { name: names.get(org) ?? '' } },
      found.fallbacks,
    )
    return { key, ...writeOne(found, scope) }
  })
}

function writeOne(
  { parsed }: Ready,
  scope: Scope,
): { fields: Record<string, unknown> } | { missing: string } | { fault: string } {
  const fields: Record<string, unknown> = {}
  for (const [name, one] of parsed) {
    const rendered = renderField(one, scope)
    if ('missing' in rendered || 'fault' in rendered) return rendered
    const value = saidBy(one, rendered.text)
    if (value === undefined) return { fault: `${name} is no JSON` }
    if (value !== '') fields[name] = value
  }
  return { fields }
}

/** JSON as what it says; undefined where it says nothing. */
function saidBy({ kind }: Parsed, text: string): unknown {
  if (kind !== 'json' || text.trim() === '') return text
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

async function readyVersion(
  ctx: Ctx,
  { template, version }: { template: string; version: number },
  find: () => Promise<store.VersionRow | undefined>,
): Promise<Ready | undefined> {
  const cache = ready.get(ctx.db) ?? new Map<string, Ready>()
  ready.set(ctx.db, cache)
  const key = `${template} ${version}`
  const known = cache.get(key)
  if (known) return known
  const row = await find()
  if (!row) return undefined
  const { parsed } = parseAll(row)
  const variables = [...parsed.values()].flatMap((one) => one.variables)
  const attributes = [...new Set(variables.flatMap((path) => /^customer\.(.+)$/.exec(path)?.[1] ?? []))]
  const made: Ready = { parsed, attributes, fallbacks: row.fallbacks }
  if (cache.size >= keptReady) cache.clear()
  cache.set(key, made)
  return made
}
