import type { TestContext } from 'node:test'
import { createOrg, ensureRoot } from '../../../govern/orgs/orgs.ts'
import { type Ctx, withCtx } from '../../../platform/ctx.ts'
import type { Id } from '../../../platform/ids.ts'
import { at, type TestCtx } from '../../../platform/testing/testing.ts'
import { createSource, sourcesById } from '../../catalog/catalog.ts'
import { factsToken, receive, type Step, workBatch } from '../../collect/collect.ts'
import type { Envelope, ProfileOp } from '../../collect/contract.ts'
import { collectCtx, whenReadable } from '../../collect/testing/testing.ts'
import { identityStepWith } from '../../identity/identity.ts'
import { profileStep } from '../customers.ts'

type Place = { id: string; path: string; code: string }

export type Bank = {
  ctx: TestCtx
  root: Place
  /** Two branches. */
  east: Place
  west: Place
  /** Sources at the head office and at the branch `west`. */
  web: string
  desk: string
  /** Sends messages of a source and works them, with all steps, as the product does. */
  say(source: string, ...envelopes: Envelope[]): Promise<void>
  /** Someone who works there. */
  worksAt(place: Place, permissions?: readonly string[]): Ctx
}

/** Writes events as the product does, but for what the tracking plan says of them. */
const eventStep: Step = {
  name: 'events',
  async facts(ctx, batch) {
    const rows = batch.arrived
      .filter((one) => !one.refused && one.envelope.name !== undefined)
      .map((one) => ({
        event: one.envelope.name,
        time: new Date(one.envelope.time),
        customer: one.customer,
        key: one.key,
        received: one.receivedAt,
        processed: batch.processedAt,
        source: one.source,
        props: one.envelope.props,
      }))
    if (rows.length > 0) await ctx.facts.insert('event', rows, { dedupToken: factsToken(batch, 'event') })
  },
}

export async function openBank(t: TestContext, options: { now?: Date } = {}): Promise<Bank> {
  const ctx = await collectCtx(t, { facts: true, ...options })
  const root = await ensureRoot(ctx, { code: 'HQ', name: '总行' })
  const add = (code: string, name: string) => createOrg(ctx, { parent: root.id, code, name, kind: 'branch' })
  const [east, west] = [await add('E', '东分行'), await add('W', '西分行')]
  const web = await createSource(ctx, { name: '官网', project: 'web', kind: 'web', org: root.id })
  const desk = await createSource(ctx, { name: '西分行柜面', project: 'desk', kind: 'server', org: west.id })
  const identity = identityStepWith({
    orgOf: async (source) => (await sourcesById(ctx)).get(source)?.org ?? (root.id as Id<'org'>),
  })
  const steps = [identity, eventStep, profileStep]
  let sent = 0
  ctx.recorded.length = 0
  return {
    ...{ ctx, root, east, west, web: web.id, desk: desk.id },
    async say(source, ...envelopes) {
      await receive(
        ctx,
        { id: source },
        envelopes.map((envelope) => ({ key: `m${sent++}`, envelope })),
      )
      await whenReadable(ctx)
      while ((await workBatch(ctx, steps)) > 0);
    },
    worksAt: (place, permissions = ['customers.read']) =>
      withCtx(ctx, {
        who: { kind: 'user', id: 'usr_test', name: '某人' },
        scope: { path: place.path },
        permissions: new Set(permissions),
      }),
  }
}

type Ids = Record<string, string>
const idsOf = (ids: Ids) => Object.entries(ids).map(([kind, value]) => ({ kind, value }))

/** `did({ customer_no: '1001' }, 'login', '2026-01-05 08:00')` */
export function did(ids: Ids, name: string, local: string, props: Record<string, unknown> = {}): Envelope {
  return { kind: 'event', name, time: at(local).getTime(), ids: idsOf(ids), props }
}

export function is(ids: Ids, op: ProfileOp, local: string, values: Record<string, unknown> = {}): Envelope {
  return { kind: 'profile', time: at(local).getTime(), ids: idsOf(ids), props: {}, profile: { op, values } }
}
