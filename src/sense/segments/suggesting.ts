import type { Ctx } from '../../platform/ctx.ts'
import type { Schema } from '../eql/contract.ts'
import { groundOf } from './schema.ts'

export { valuesOf } from '../tags/tags.ts'

/** What rules may speak of, for who clicks one together. */
export async function ruleSchema(ctx: Ctx): Promise<Schema> {
  return (await groundOf(ctx)).schema
}
