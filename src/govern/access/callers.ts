import { change } from '../../platform/change.ts'
import { type Ctx, withCtx } from '../../platform/ctx.ts'
import type { Db } from '../../platform/db/db.ts'
import { whenTreeChanges } from '../orgs/orgs.ts'

/** How long another process may still believe what this one has just changed. */
const believedMs = 2000
const most = 10_000

type Remembered = { what: unknown; at: number }
type Memory = { known: Map<string, Remembered>; age: number }

const memories = new WeakMap<Db, Memory>()

function memoryOf(db: Db): Memory {
  const memory = memories.get(db) ?? { known: new Map(), age: 0 }
  memories.set(db, memory)
  return memory
}

/** Forgets whom proofs stand for: called after everything that may change it, so that this process acts on it at once. */
export function forgetCallers(db: Db): void {
  const memory = memoryOf(db)
  memory.known.clear()
  memory.age++
}

whenTreeChanges(forgetCallers)

/**
 * What was read under this name within the last two seconds, or is read now. What does not exist is not remembered, and
 * neither is an answer that was being read while something changed.
 */
export async function remembered<T>(db: Db, name: string, load: () => Promise<T | undefined>): Promise<T | undefined> {
  const memory = memoryOf(db)
  const at = performance.now()
  const known = memory.known.get(name)
  if (known && at - known.at < believedMs) return known.what as T
  const { age } = memory
  const what = await load()
  if (what !== undefined && memory.age === age) {
    if (memory.known.size >= most) memory.known.clear()
    memory.known.set(name, { what, at })
  }
  return what
}

/** A change of who may do what: audited as every change, and felt by the next request. */
export const changeAccess: typeof change = async (ctx, ...rest) => {
  try {
    return await change(ctx, ...rest)
  } finally {
    forgetCallers(ctx.db)
  }
}

/** Where the request of this moment comes from, for what is written about it. */
export function originOf(ctx: Ctx): { ip: string; agent: string } {
  return { ip: ctx.origin?.ip ?? '', agent: ctx.origin?.agent ?? '' }
}

/** Proving oneself is never a repeat of an earlier time: an idempotency key has no say in it. */
export function unkeyed(ctx: Ctx): Ctx {
  return ctx.origin ? withCtx(ctx, { origin: { ...ctx.origin, idempotencyKey: undefined } }) : ctx
}
