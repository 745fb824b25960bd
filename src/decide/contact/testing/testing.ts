import type { TestContext } from 'node:test'
import { createOrg, ensureRoot } from '../../../govern/orgs/orgs.ts'
import { unauditedChange } from '../../../platform/change.ts'
import type { TestCtx, TestOptions } from '../../../platform/testing/testing.ts'
import { collectCtx } from '../../../sense/collect/testing/testing.ts'
import type { Ask, Cap, PolicyDoc, Verdict } from '../contract.ts'
import { publishPolicy } from '../policies.ts'
import { reserve } from '../reserving.ts'
import { emptyPolicy } from '../rules/defaults.ts'

export type ContactBank = {
  ctx: TestCtx
  head: string
  branch: string
  /** Customers 1 to n of the head office, and then those of the branch. */
  people(count: number, org?: string): Promise<number[]>
  /** Publishes what differs from a policy that says nothing. */
  policy(doc: Partial<PolicyDoc>, org?: string): Promise<void>
  ask(...asks: Ask[]): Promise<Verdict[]>
}

export async function openContactBank(
  t: TestContext,
  options: TestOptions & { zone?: string } = {},
): Promise<ContactBank> {
  const ctx = await collectCtx(t, options)
  const head = await ensureRoot(ctx, { code: 'HQ', name: '总行' })
  const branch = await createOrg(ctx, {
    parent: head.id,
    code: 'B',
    name: '分行',
    kind: 'branch',
    ...(options.zone ? { zone: options.zone } : {}),
  })
  const versions = new Map<string, number>()
  return {
    ...{ ctx, head: head.id, branch: branch.id },
    people: (count, org = head.id) =>
      unauditedChange(ctx, 'customers of a test', async (tx) => {
        const rows = await tx<{ id: number }[]>`
          insert into identity.customer (org, born_at) select ${org}, ${ctx.now} from generate_series(1, ${count})
          returning id`
        return rows.map(({ id }) => id)
      }),
    async policy(doc, org = head.id) {
      const version = versions.get(org) ?? 0
      await publishPolicy(ctx, { org, version, effectiveAt: null, note: 'test', doc: { ...emptyPolicy, ...doc } })
      versions.set(org, version + 1)
    },
    ask: (...asks) => unauditedChange(ctx, 'asks of a test', (tx) => reserve(tx, ctx.now, asks)),
  }
}

const dayMs = 86_400_000
/** Of two that are equal in all else the first that was written goes first. */
let asked = 0

/** A marketing push of strategy `s` that may wait for three days. */
export function wish(ctx: TestCtx, customer: number, over: Partial<Ask> = {}): Ask {
  return {
    message: `ask_${String(++asked).padStart(8, '0')}`,
    customer,
    channel: 'push',
    class: 'marketing',
    scene: null,
    account: 'a',
    strategy: 's',
    priority: 50,
    score: 0,
    plannedAt: ctx.now,
    latest: new Date(ctx.now.getTime() + 3 * dayMs),
    blocked: 'delay',
    ...over,
  }
}

export function capOf(over: Partial<Cap> = {}): Cap {
  return {
    id: 'cap',
    scope: 'all',
    value: null,
    classes: ['marketing'],
    window: { kind: 'rolling', unit: 'day', length: 7 },
    limit: 1,
    segment: null,
    ...over,
  }
}
