// The face of the channels: accounts, sending by one, receipts, what waits in the app.
import { randomUUID } from 'node:crypto'
import { change, read } from '../../platform/change.ts'
import type { Ctx } from '../../platform/ctx.ts'
import type { Tx } from '../../platform/db/db.ts'
import type { Id } from '../../platform/ids.ts'
import { invalidField, missing, Problem, text } from '../../platform/problem.ts'
import type { Opened } from './account.ts'
import * as accounts from './accounts.ts'
import {
  type Channel,
  type KindForm,
  kindNames,
  letterForms,
  type Preview,
  type TestResult,
  type TestSend,
} from './contract.ts'
import { faultsOf } from './faults.ts'
import type { TaskSink } from './keeping.ts'
import type { Letter, Outcome } from './kinds/kind.ts'
import { formOf, kinds } from './kinds/kinds.ts'
import { openLines } from './lines.ts'
import * as own from './own.ts'
import * as receipts from './receipts.ts'
import { costOf } from './rules/cost.ts'
import * as seeds from './seeds.ts'
import { sendLetters } from './sending.ts'
import { accountsOf, findAccount } from './store.ts'
import { startListening, tendChannels, tendingJobs } from './tending.ts'

export type { GivenTask, TaskSink } from './keeping.ts'
export type { FailedClass, Letter, Outcome, Receipt, Target } from './kinds/kind.ts'
export type { ReceiptSink } from './receipts.ts'
export { signToken } from './rules/token.ts'

export type ChannelsDeps = {
  /** How this program is reached from outside: where providers send receipts to. */
  publicUrl: string
  receipts: receipts.ReceiptSink
  /** Without it there are no agent calls and RM tasks. */
  tasks?: TaskSink | undefined
}

export type Channels = ReturnType<typeof channelsWith>

/** What others need of an account before they send by it. */
export type AccountInUse = Pick<Opened, 'id' | 'org' | 'name' | 'channel' | 'kind' | 'state' | 'price'>

/** The channels of this process. Connections are kept in it until it is closed. */
export function channelsWith(deps: ChannelsDeps) {
  const { publicUrl, receipts: sink, tasks } = deps
  const usable: ReadonlySet<string> = new Set(
    kindNames.filter((name) => tasks !== undefined || (name !== 'agent' && name !== 'task')),
  )
  const lines = openLines({
    publicUrl,
    tasks,
    tell: async (ctx, account, read) => void (await receipts.takeReceipts(ctx, sink, account, read)),
  })
  const send = (ctx: Ctx, account: string, letters: readonly Letter[], signal: AbortSignal) =>
    sendLetters(ctx, lines, account, letters, signal)

  return {
    ...accounts,
    ...seeds,
    getAccount: (ctx: Ctx, id: string) => accounts.getAccount(ctx, id, publicUrl),
    createAccount: (ctx: Ctx, given: Parameters<typeof accounts.createAccount>[1]) =>
      accounts.createAccount(ctx, given, usable),
    async editAccount(ctx: Ctx, id: string, edit: Parameters<typeof accounts.editAccount>[2]) {
      const edited = await accounts.editAccount(ctx, id, edit)
      await lines.drop(id)
      return edited
    },
    async removeAccount(ctx: Ctx, id: string) {
      await accounts.removeAccount(ctx, id)
      await lines.drop(id)
    },
    listKinds: (): { items: KindForm[] } => ({
      items: kindNames.filter((name) => usable.has(name)).map((name) => formOf(kinds[name])),
    }),

    /** One outcome for each letter. @throws missing for an account that is gone. */
    send,
    preview: (ctx: Ctx, id: string, fields: Letter['fields']) => previewOf(ctx, id, fields),
    testSend: (ctx: Ctx, id: string, test: TestSend) => testSend(ctx, lines, id, test),
    /** Accounts of a channel (all of them for null), as they stand, in the transaction's scope. */
    accountsInUse: (tx: Tx, channel: Channel | null): Promise<AccountInUse[]> => accountsOf(tx, channel),
    /** Units of letters and what they cost, in ten-thousandths of a yuan; in their order. */
    async costs(tx: Tx, account: string, fields: readonly Letter['fields'][]) {
      const row = (await findAccount(tx, account)) ?? missing('channel account', account)
      return fields.map((one) => {
        const units = kinds[row.kind].units(one, row.settings)
        return { units, price: units * row.price }
      })
    },

    receive: (ctx: Ctx, door: receipts.Door, arrived: Parameters<typeof receipts.receiveReceipts>[3]) =>
      receipts.receiveReceipts(ctx, sink, door, arrived),
    /** For messages that were just written down: receipts that came before them are taken now. */
    offerStrays: (ctx: Ctx) => receipts.offerStrays(ctx, sink),

    askerOf: own.askerOf,
    notesFor: (ctx: Ctx, asker: own.Asker) => own.notesFor(ctx, sink, asker),
    actOnNote: (ctx: Ctx, asker: own.Asker, key: string, act: Parameters<typeof own.actOnNote>[4]) =>
      own.actOnNote(ctx, sink, asker, key, act),
    pushKeyOf: own.pushKeyOf,
    subscribe: own.subscribe,
    unsubscribe: own.unsubscribe,

    jobs: tendingJobs(lines, sink),
    tend: (ctx: Ctx, signal: AbortSignal) => tendChannels(ctx, lines, sink, signal),
    listen: (ctx: Ctx) => startListening(ctx, lines),
    close: () => lines.close(),
  }
}

async function previewOf(ctx: Ctx, id: string, fields: Letter['fields']): Promise<Preview> {
  const row = await read(ctx, async (tx) => (await findAccount(tx, id)) ?? missing('channel account', id))
  const kind = kinds[row.kind]
  checkFields(kind.channel, fields)
  const units = kind.units(fields, row.settings)
  return { ...(await kind.preview(fields, row.settings)), units, cost: costOf(units, row.price) }
}

function checkFields(channel: Channel, fields: unknown): void {
  const faults = faultsOf(letterForms[channel], fields, 'fields')
  if (faults.length > 0)
    throw new Problem('invalid', 'channels.fields', text('内容不完整', 'The content is not complete'), {
      fields: faults,
    })
}

/** Sends one letter to an address of the seed list, in spite of sending windows; in the audit with its mask alone. */
async function testSend(
  ctx: Ctx,
  lines: ReturnType<typeof openLines>,
  id: string,
  test: TestSend,
): Promise<TestResult> {
  const row = await read(ctx, async (tx) => (await findAccount(tx, id)) ?? missing('channel account', id))
  const kind = kinds[row.kind]
  if (kind.identity === null && kind.channel !== 'webhook')
    throw invalidField(
      'seed',
      'channels.no_test',
      text('该渠道发给客户本人,没有测试地址', 'This channel goes to a customer himself'),
    )
  checkFields(kind.channel, test.fields)
  const address = await seeds.addressOfSeed(ctx, test.seed, kind)
  const key = `test_${randomUUID()}`
  const target = { kind: 'channel-account', id, name: row.name, org: row.org as Id<'org'> }
  // The entry stands before the letter leaves.
  await change(ctx, 'channels.test.send', target, async (tx) => void tx.after({ seed: test.seed, key }))
  const began = performance.now()
  const letter = { key, to: { address }, fields: test.fields }
  const [outcome] = await sendLetters(ctx, lines, id, [letter], AbortSignal.timeout(40_000), true)
  return { ...resultOf(outcome), ms: Math.round(performance.now() - began) }
}

function resultOf(outcome: Outcome | undefined): Omit<TestResult, 'ms'> {
  if (!outcome) return { ok: false, code: 'none', says: '', providerId: null }
  if ('state' in outcome) return { ok: true, code: 'sent', says: '', providerId: outcome.providerId }
  return { ok: false, code: outcome.code, says: outcome.text, providerId: null }
}
