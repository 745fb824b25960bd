import type { TestContext } from 'node:test'
import { ensureRoot } from '../../../govern/orgs/orgs.ts'
import { openBank } from '../../../govern/privacy/testing/bank.ts'
import { listParameters, setParameter } from '../../../govern/system/system.ts'
import { unauditedChange } from '../../../platform/change.ts'
import type { Ctx } from '../../../platform/ctx.ts'
import type { Id } from '../../../platform/ids.ts'
import { resolveIdentities } from '../../../sense/identity/identity.ts'
import { type ChannelsDeps, channelsWith, type Receipt } from '../channels.ts'
import type { NewAccount } from '../contract.ts'

export async function allow(ctx: Ctx, name: string, value: unknown): Promise<void> {
  const revision = (await listParameters(ctx)).find((one) => one.name === name)?.revision ?? 0
  await setParameter(ctx, name, { revision, value })
}

/** Takes all receipts, or says of some that their message is not known. */
export function recordingSink() {
  const sink: { taken: Receipt[]; known: (one: Receipt) => boolean; receipts: ChannelsDeps['receipts'] } = {
    taken: [],
    known: () => true,
    async receipts(_ctx, _tx, receipts) {
      const ours = receipts.filter((one) => sink.known(one))
      sink.taken.push(...ours)
      return receipts.filter((one) => !ours.includes(one))
    },
  }
  return sink
}

/** A bank with an open vault, whose channels may speak to this machine. */
export async function channelsBank(t: TestContext, more: Partial<ChannelsDeps> = {}) {
  const { ctx, first, keyFile, another } = await openBank(t)
  const org = await ensureRoot(ctx, { code: '0000', name: '总行' })
  await allow(ctx, 'channels.networks', ['127.0.0.1/32', '::1/128', 'localhost'])
  const sink = recordingSink()
  const channels = channelsWith({ publicUrl: 'http://bank.example', receipts: sink.receipts, ...more })
  first(() => channels.close())
  const account = (given: Omit<NewAccount, 'org'>) => channels.createAccount(ctx, { ...given, org: org.id })
  const signal = new AbortController().signal
  const send = (id: string, letters: Parameters<typeof channels.send>[2]) => channels.send(ctx, id, letters, signal)
  return { ctx, first, keyFile, another, org, sink, channels, account, send, signal }
}

export type ChannelsBank = Awaited<ReturnType<typeof channelsBank>>

/** Waits for what happens by itself; a test that would wait for ever ends with what it waited for. */
export async function until(what: string, done: () => boolean | Promise<boolean>, seconds = 20): Promise<void> {
  const ends = Date.now() + seconds * 1000
  while (!(await done())) {
    if (Date.now() > ends) throw new Error(`waited in vain: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

/** Customers by what names them, in the order given. */
export function people(ctx: Ctx, org: string, rows: readonly Record<string, string>[]): Promise<number[]> {
  const wanted = rows.map((row) => ({
    ids: Object.entries(row).map(([kind, value]) => ({ kind, value })),
    at: ctx.now,
    source: 'src_test',
    org: org as Id<'org'>,
  }))
  return unauditedChange(ctx, 'customers of the test', (tx) => resolveIdentities(ctx, tx, wanted))
}
