import { createHash } from 'node:crypto'
import { sealBytes } from '../../govern/privacy/privacy.ts'
import { unauditedChange } from '../../platform/change.ts'
import type { Ctx } from '../../platform/ctx.ts'
import type { Tx } from '../../platform/db/db.ts'
import * as store from './keepStore.ts'
import type { Addressed, Keeping } from './kinds/kind.ts'

export type GivenTask = { key: string; customer: number; reason: string; script: string; org: string }
/** Takes tasks of people of the bank, each key once, in the transaction given. */
export type TaskSink = (ctx: Ctx, tx: Tx, kind: 'agent' | 'task', tasks: readonly GivenTask[]) => Promise<void>

const firstAskMs = 5 * 60_000

/** What the kinds of an account keep here. */
export function keepingOf(ctx: Ctx, account: { id: string; org: string }, tasks: TaskSink | undefined): Keeping {
  const kept = (run: (tx: Tx) => Promise<void>) => unauditedChange(ctx, 'what channels keep of their letters', run)
  return {
    parts: (parts) => kept((tx) => store.addParts(tx, account, parts, ctx.now)),
    notes: (letters, until) =>
      kept((tx) =>
        store.addNotes(
          tx,
          account,
          letters.map((letter) => ({ ...noteOf(ctx, letter), customer: letter.customer ?? 0 })),
          ctx.now,
          until,
        ),
      ),
    errands: (errands) =>
      kept((tx) => store.addErrands(tx, account, errands, ctx.now, new Date(ctx.now.getTime() + firstAskMs))),
    async tasks(kind, letters) {
      if (!tasks) throw new Error('tasks are given to a worklist, and none is wired')
      await kept((tx) =>
        tasks(
          ctx,
          tx,
          kind,
          letters.map(({ key, customer = 0, fields }) => ({
            ...{ key, customer, org: account.org },
            reason: String(fields.reason ?? ''),
            script: String(fields.script ?? ''),
          })),
        ),
      )
    },
    forget: (endpoint) => kept((tx) => store.removeSubscription(tx, account.id, idOfEndpoint(endpoint))),
  }
}

function noteOf(ctx: Ctx, { key, fields }: Addressed) {
  return { key, content: sealBytes(ctx, `note:${key}`, Buffer.from(JSON.stringify(fields))) }
}

export function idOfEndpoint(endpoint: string): Buffer {
  return createHash('sha256').update(endpoint).digest()
}
