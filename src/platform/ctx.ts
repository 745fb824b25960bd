import type { Clock } from './clock.ts'
import type { Db, Tx } from './db/db.ts'
import type { Facts } from './facts/facts.ts'
import type { Id } from './ids.ts'
import type { Logger } from './log.ts'

export type Lang = 'zh' | 'en'

/** Who acts. `machine` is the product itself: a job, a pipeline, a command of the operator's. */
export type Who =
  | { kind: 'user'; id: Id<'usr'>; name: string }
  | { kind: 'key'; id: Id<'key'>; name: string }
  | { kind: 'machine'; id: string; name: string }
  | { kind: 'nobody'; id: 'nobody'; name: string }

/** The rows that can be seen: a subtree of organisations by its path, everything (machine only), or nothing. */
export type Scope = { path: string } | 'everything' | 'nothing'

/** Where a request came from, for the audit. */
export type Origin = { requestId: string; ip: string; agent: string; idempotencyKey?: string | undefined }

/** The entry that `change` leaves behind; the audit capability writes it (platform knows no business table). */
export type ChangeRecord = {
  action: string
  target: Target
  before: unknown
  after: unknown
  who: Who
  origin: Origin | undefined
  at: Date
}

/** What was acted on. `org` is where the entry belongs, so that a branch sees the audit of its own. */
export type Target = { kind: string; id: string; name?: string | undefined; org?: Id<'org'> | undefined }

/** Writes the entry in the change's own transaction. A bare statement is best: it is sent together with the commit. */
export type RecordChange = (tx: Tx, entry: ChangeRecord) => Promise<unknown>

/** All that a use case needs to know about the moment it runs in. Made at the top, passed down, never stored. */
export type Ctx = {
  readonly who: Who
  readonly scope: Scope
  readonly permissions: ReadonlySet<string>
  readonly lang: Lang
  /** The product's time, read anew each time. */
  readonly now: Date
  readonly clock: Clock
  readonly log: Logger
  readonly db: Db
  readonly facts: Facts
  readonly recordChange: RecordChange
  readonly origin: Origin | undefined
}

export type CtxParts = Omit<Ctx, 'now'>

export function makeCtx(parts: CtxParts): Ctx {
  return {
    ...parts,
    get now() {
      return parts.clock.now()
    },
  }
}

/** The same surroundings with another actor, scope or origin. */
export function withCtx(ctx: Ctx, parts: Partial<CtxParts>): Ctx {
  const { now: _, ...rest } = ctx
  return makeCtx({ ...rest, ...parts })
}

/** For work that the product does by itself: sees everything, and is named in the audit. */
export function asMachine(ctx: Ctx, name: string): Ctx {
  return withCtx(ctx, { who: { kind: 'machine', id: name, name }, scope: 'everything', origin: undefined })
}
