import { asMachine, type Ctx } from '../../platform/ctx.ts'
import type { SchemaField } from '../eql/contract.ts'
import { listKinds } from '../identity/identity.ts'
import type { Spoke, Spoken } from './contract.ts'
import { groundOf } from './ground.ts'

/** What the forms of definitions offer to choose from. */
export async function spokenOf(ctx: Ctx): Promise<Spoken> {
  const [{ schema }, kinds] = await Promise.all([groundOf(ctx), listKinds(asMachine(ctx, 'tags'), { limit: 200 })])
  const customer = schema.entities.find(({ name }) => name === 'customer')
  return {
    attributes: (customer?.fields ?? []).map(spoke),
    events: schema.events.map(({ name, zh, en, properties }) => ({ name, zh, en, properties: properties.map(spoke) })),
    common: schema.common.map(spoke),
    tags: schema.tags.map(spoke),
    identities: kinds.items
      .filter(({ enabled }) => enabled)
      .map(({ id, name }) => ({ name: id, zh: name.zh, en: name.en })),
  }
}

const spoke = ({ name, zh, en, type, onlyKnown }: SchemaField): Spoke => ({
  ...{ name, zh, en, type },
  personal: onlyKnown === true,
})
