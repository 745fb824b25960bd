import type { TestContext } from 'node:test'
import { createOrg, ensureRoot } from '../../../govern/orgs/orgs.ts'
import { openBank } from '../../../govern/privacy/testing/bank.ts'
import { read, unauditedChange } from '../../../platform/change.ts'
import { type Ctx, withCtx } from '../../../platform/ctx.ts'
import type { Id } from '../../../platform/ids.ts'
import type { Arrived, Batch } from '../../collect/collect.ts'
import type { Envelope } from '../../collect/contract.ts'
import { identityStepWith } from '../identity.ts'

/** `customer_no=1 device_id=d`; the value goes up to the next blank. */
export type Said = [how: 'event' | 'bind' | 'unbind' | 'profile', ids: string]

/** A bank with a head office and two branches, whose sources are the organisations themselves. */
export async function openHouse(t: TestContext) {
  const bank = await openBank(t)
  const { ctx } = bank
  const root = await ensureRoot(ctx, { code: 'HEAD', name: '总行' })
  const east = await createOrg(ctx, { parent: root.id, code: 'E', name: '东城分行', kind: 'branch' })
  const west = await createOrg(ctx, { parent: root.id, code: 'W', name: '西城分行', kind: 'branch' })
  const step = identityStepWith({ orgOf: async (source) => source as Id<'org'> })
  let number = 0n
  let key = 0

  const arrive = (messages: readonly Said[], source: string = root.id): Batch => {
    number++
    return {
      number,
      processedAt: ctx.now,
      arrived: messages.map(([kind, words]) => arrived(kind, idsOf(words), source)),
    }
  }
  const arrived = (kind: Envelope['kind'], ids: Envelope['ids'], source: string = root.id): Arrived => ({
    key: `k${key++}`,
    receivedAt: ctx.now,
    source,
    envelope: { kind, time: ctx.now.getTime(), ids, props: {} },
    customer: 0,
  })
  const resolve = (batch: Batch, of: Ctx = ctx) =>
    unauditedChange(of, 'a batch of the test', async (tx) => {
      await step.resolve?.(of, tx, batch)
      return batch.arrived.map((one) => one.customer)
    })
  return {
    bank,
    ctx,
    root,
    east,
    west,
    step,
    arrive,
    arrived,
    resolve,
    /** One batch; the customer of each message. */
    say: (messages: readonly Said[], source?: string) => resolve(arrive(messages, source)),
    as: (org: { path: string }, ...permissions: string[]) =>
      withCtx(ctx, {
        who: { kind: 'user', id: 'usr_test', name: '王芳' },
        scope: { path: org.path },
        permissions: new Set(permissions),
      }),
    /** All rows of the capability, to compare what was with what is. */
    rows: () =>
      read(ctx, async (tx) => ({
        customers: [...(await tx<Row[]>`select * from identity.customer order by id`)],
        links: [
          ...(await tx<Row[]>`
            select kind, match, customer, org, first_seen, last_seen, source
            from identity.link order by kind, match`),
        ],
        merges: [...(await tx<Row[]>`select * from identity.merge order by id`)],
        conflicts: [...(await tx<Row[]>`select * from identity.conflict order by id`)],
      })),
  }
}

type Row = Record<string, unknown>

export function idsOf(words: string): { kind: string; value: string }[] {
  return words.split(' ').map((word) => {
    const at = word.indexOf('=')
    return { kind: word.slice(0, at), value: word.slice(at + 1) }
  })
}
