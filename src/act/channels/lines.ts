import { read } from '../../platform/change.ts'
import { asMachine, type Ctx } from '../../platform/ctx.ts'
import { missing } from '../../platform/problem.ts'
import * as sealed from './account.ts'
import { keepingOf, type TaskSink } from './keeping.ts'
import type { Kind, Line, Read, Way } from './kinds/kind.ts'
import { kinds } from './kinds/kinds.ts'
import { findAccount } from './store.ts'

export type Held = { account: sealed.Opened; kind: Kind; way: Way; line: Line }

export type LinesDeps = {
  publicUrl: string
  tasks: TaskSink | undefined
  /** What arrives by a line; resolves when it is kept. */
  tell(ctx: Ctx, account: sealed.Opened, read: Read): Promise<void>
}

/** An account is read again after so long: one that was edited elsewhere gets a new line. */
const freshMs = 2000

/** Accounts in use by this process, their connections kept between sets. */
export function openLines(deps: LinesDeps) {
  const lines = new Map<string, { version: number; readAt: number; held: Promise<Held> }>()

  async function open(ctx: Ctx, account: sealed.Opened): Promise<Held> {
    const kind = kinds[account.kind]
    const way: Way = {
      ctx,
      account: account.id,
      org: account.org,
      settings: account.settings,
      secrets: account.values,
      callback: sealed.callbackOf(deps.publicUrl, account),
      callbackOf: (key) => sealed.callbackOfKey(deps.publicUrl, account, key),
      tell: (read) => deps.tell(ctx, account, read),
      keep: keepingOf(ctx, account, deps.tasks),
    }
    return { account, kind, way, line: await kind.open(way) }
  }

  return {
    /** @throws missing for an account that is gone. */
    async of(any: Ctx, id: string): Promise<Held> {
      const ctx = asMachine(any, 'channels')
      const known = lines.get(id)
      if (known && performance.now() - known.readAt < freshMs) return known.held
      const row = await read(ctx, (tx) => findAccount(tx, id))
      if (!row) {
        await this.drop(id)
        return missing('channel account', id)
      }
      const latest = lines.get(id)
      if (latest?.version === row.version) {
        latest.readAt = performance.now()
        const held = await latest.held
        return { ...held, account: { ...held.account, ...row } }
      }
      const held = sealed.opened(ctx, row).then((account) => open(ctx, account))
      lines.set(id, { version: row.version, readAt: performance.now(), held })
      held.catch(() => lines.delete(id))
      void latest?.held.then(({ line }) => line.close()).catch(() => undefined)
      return held
    },
    async drop(id: string): Promise<void> {
      const known = lines.get(id)
      lines.delete(id)
      await known?.held.then(({ line }) => line.close()).catch(() => undefined)
    },
    ids: () => [...lines.keys()],
    async close(): Promise<void> {
      await Promise.all([...lines.keys()].map((id) => this.drop(id)))
    },
  }
}

export type Lines = ReturnType<typeof openLines>
