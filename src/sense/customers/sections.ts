import type { Ctx } from '../../platform/ctx.ts'
import type { Text } from '../../platform/problem.ts'
import type { CustomerSection } from './contract.ts'

/** What a later capability shows of a customer: it adds itself, the page knows nothing of it. */
export type Section = {
  readonly key: string
  readonly title: Text
  readonly phase: string
  load(ctx: Ctx, customer: { id: number; members: readonly number[] }): Promise<CustomerSection['rows']>
}

const sections = new Map<string, Section>()

/** Called where a capability is defined. Sections stand in the order they were registered. */
export function registerSection(section: Section): void {
  if (sections.has(section.key)) throw new Error(`the section ${section.key} is registered twice`)
  sections.set(section.key, section)
}

/** For tests, which register their own. */
export function unregisterSection(key: string): void {
  sections.delete(key)
}

/** A section that fails is left out and logged: a customer is seen without it. */
export async function loadSections(
  ctx: Ctx,
  customer: { id: number; members: readonly number[] },
): Promise<CustomerSection[]> {
  const loaded = await Promise.all(
    [...sections.values()].map(async ({ key, title, phase, load }) => {
      try {
        return [{ key, title, phase, rows: await load(ctx, customer) }]
      } catch (error) {
        ctx.log.error({ err: error, section: key, customer: customer.id }, 'a section of the customer failed')
        return []
      }
    }),
  )
  return loaded.flat()
}
