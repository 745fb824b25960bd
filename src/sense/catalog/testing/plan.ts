import { unauditedChange } from '../../../platform/change.ts'
import type { Ctx } from '../../../platform/ctx.ts'

/** For tests of a plan that begins empty: what the product itself says of customers is planned in every bank. */
export async function emptyPlan<C extends Ctx>(ctx: C): Promise<C> {
  await unauditedChange(ctx, 'a test of the plan', async (tx) => {
    await tx`delete from catalog.property`
    await tx`delete from catalog.event`
  })
  return ctx
}
