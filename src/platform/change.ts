import { createHash } from 'node:crypto'
import type { Ctx, Scope, Target } from './ctx.ts'
import { asProblem, type Tx } from './db/db.ts'
import { Problem, text } from './problem.ts'

/** A transaction that remembers what the audit entry shall say. */
export type ChangeTx = Tx & {
  /** The state before, as a plain record; personal and secret fields are cut by the audit itself. */
  before(value: unknown): void
  /** The state after, where it is not simply what the change returns. */
  after(value: unknown): void
}

/** As the row policies read it: a path, `*` for the machine, empty for nothing. */
function scopeSetting(scope: Scope): string {
  if (scope === 'everything') return '*'
  return scope === 'nothing' ? '' : scope.path
}

async function inScope<T>(ctx: Ctx, kind: 'read only' | 'read write', run: (tx: Tx) => Promise<T>): Promise<T> {
  try {
    return (await ctx.db.sql.begin(kind, async (tx) => {
      // Sent ahead without waiting: the first statement of `run` follows on the same wire.
      const scoped = tx`select set_config('zhixing.scope', ${scopeSetting(ctx.scope)}, true)`.execute()
      const [answer] = await Promise.all([run(tx), scoped])
      return answer
    })) as T
  } catch (error) {
    throw asProblem(error)
  }
}

/** Reads in one transaction that sees the rows of the actor's scope, and can change nothing. */
export function read<T>(ctx: Ctx, run: (tx: Tx) => Promise<T>): Promise<T> {
  return inScope(ctx, 'read only', run)
}

/**
 * The way to write: one transaction with its audit entry, in the actor's scope. What `run` returns is the "after" of the
 * entry unless `tx.after` says another. With an `Idempotency-Key` on the request, a repeat of the same request returns
 * the first answer and changes nothing; `secretAnswer` keeps the answer out of the store, so a repeat is refused instead.
 */
export async function change<T>(
  ctx: Ctx,
  action: string,
  target: Target,
  run: (tx: ChangeTx) => Promise<T>,
  options: { question?: unknown; secretAnswer?: boolean } = {},
): Promise<T> {
  let recorded: PromiseLike<unknown> | undefined
  const answer = await inScope(ctx, 'read write', async (plain) => {
    const key = ctx.origin?.idempotencyKey
    if (key) {
      const earlier = await beginKeyed<T>(ctx, plain, key, action, [target.kind, target.id, options.question])
      if (earlier) return earlier.answer
    }
    let before: unknown
    let after: { value: unknown } | undefined
    const tx = withNotes(plain, {
      before: (value) => {
        before = value
      },
      after: (value) => {
        after = { value }
      },
    })
    const answer = await run(tx)
    const entry = {
      action,
      target,
      before,
      after: after ? after.value : answer,
      who: ctx.who,
      origin: ctx.origin,
      at: ctx.now,
    }
    if (key && !options.secretAnswer) await keepAnswer(ctx, plain, key, action, answer)
    const writing = ctx.recordChange(plain, entry)
    // A statement leaves on one wire with the commit: one trip less. The engine commits nothing after a failed one.
    if (isStatement(writing)) recorded = writing.execute()
    else await writing
    return answer
  })
  try {
    await recorded
  } catch (error) {
    throw asProblem(error)
  }
  return answer
}

/** A statement that is made but not sent; a promise of something else must be awaited before the commit. */
function isStatement(value: object): value is { execute(): PromiseLike<unknown> } {
  return 'execute' in value && typeof value.execute === 'function'
}

/** Machine writes at volume, which would drown the audit. The reason is named so that a reader can question it. */
export function unauditedChange<T>(ctx: Ctx, _reason: string, run: (tx: Tx) => Promise<T>): Promise<T> {
  return inScope(ctx, 'read write', run)
}

/** The handle is this transaction's alone, and ends with it. */
function withNotes(tx: Tx, notes: Pick<ChangeTx, 'before' | 'after'>): ChangeTx {
  return Object.assign(tx, notes)
}

async function beginKeyed<T>(
  ctx: Ctx,
  tx: Tx,
  key: string,
  action: string,
  asked: unknown,
): Promise<{ answer: T } | undefined> {
  const question = createHash('sha256').update(JSON.stringify(asked, bigintAsText)).digest()
  const [first] = await tx`
    insert into platform.idempotency (caller, key, action, question, at)
    values (${ctx.who.id}, ${key}, ${action}, ${question}, ${ctx.now})
    on conflict do nothing
    returning 1`
  if (first) return undefined
  const [earlier] = await tx<{ question: Buffer; answer: { value: T } | null }[]>`
    select question, answer from platform.idempotency
    where caller = ${ctx.who.id} and key = ${key} and action = ${action}`
  if (!earlier?.question.equals(question))
    throw new Problem(
      'conflict',
      'idempotency.other_request',
      text('该幂等键已用于另一个请求', 'This idempotency key was used for another request'),
    )
  if (!earlier.answer)
    throw new Problem(
      'conflict',
      'idempotency.already_done',
      text('该请求已执行过,其结果只显示一次', 'This request was done already, and its answer is shown only once'),
    )
  return { answer: earlier.answer.value }
}

async function keepAnswer(ctx: Ctx, tx: Tx, key: string, action: string, answer: unknown): Promise<void> {
  await tx`
    update platform.idempotency set answer = ${JSON.stringify({ value: answer ?? null }, bigintAsText)}::text::jsonb
    where caller = ${ctx.who.id} and key = ${key} and action = ${action}`
}

function bigintAsText(_name: string, value: unknown): unknown {
  return typeof value === 'bigint' ? value.toString() : value
}

/** Two people edited the same thing: the second is told, and nothing is lost. */
export function stale(thing: string): never {
  throw new Problem(
    'conflict',
    `${thing}.stale`,
    text('内容已被他人修改,请刷新后重试', 'Someone else changed this in the meantime: reload and try again'),
  )
}
