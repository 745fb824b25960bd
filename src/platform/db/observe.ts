import type { Sql } from './sql.ts'

export type StatementSeen = (statement: string, ms: number, error: Error | undefined) => void

type Settle = (value: unknown) => void
type Running = {
  resolve: Settle
  reject: Settle
  strings: readonly string[]
  handle: () => unknown
  executed: boolean
  isRaw?: unknown
  cursorFn?: unknown
}

function isRunning(value: unknown): value is Running {
  return typeof value === 'object' && value !== null && 'handle' in value && 'strings' in value && 'resolve' in value
}

/** A tagged template is one array for as long as the program runs: its line is made once. */
const lines = new WeakMap<readonly string[], string>()

/** One line of SQL for the log: the text as written, values as `?`. */
function oneLine(strings: readonly string[]): string {
  let line = lines.get(strings)
  if (line === undefined) {
    line = strings.join('?').replace(/\s+/g, ' ').trim().slice(0, 500)
    lines.set(strings, line)
  }
  return line
}

/**
 * Reports each statement with its duration once it is answered. The driver has a hook for statements sent but none for
 * statements done, and its pending query settles through its own `resolve` and `reject`: those two are wrapped.
 * Fragments, which are never sent, report nothing.
 *
 * `again` makes the statement anew: of the pool, where a connection that has just died may be handed out. A statement that
 * only reads is then sent on another, and its caller notices nothing.
 */
function watch(query: unknown, seen: StatementSeen, again?: () => PromiseLike<unknown>): void {
  if (!isRunning(query)) return
  let from = 0
  let repeating = false
  const { resolve, reject, handle } = query
  query.handle = () => {
    if (!query.executed) from = performance.now()
    return handle.call(query)
  }
  query.resolve = (value) => {
    seen(oneLine(query.strings), performance.now() - from, undefined)
    resolve(value)
  }
  query.reject = (error) => {
    seen(oneLine(query.strings), performance.now() - from, error as Error)
    // The driver rejects it once for what the engine said, and once more when the connection closes.
    if (repeating) return
    repeating = again !== undefined && mayRepeat(error) && onlyReads(query)
    if (again && repeating) repeated(again, error).then(resolve, reject)
    else reject(error)
  }
}

/** Not of a pool that was closed on purpose. */
function mayRepeat(error: unknown): boolean {
  return isLost(error) && (error as { code?: unknown }).code !== 'CONNECTION_ENDED'
}

function onlyReads({ strings, isRaw, cursorFn }: Running): boolean {
  if (isRaw || cursorFn) return false
  const line = oneLine(strings)
  return /^select\b/i.test(line) && !/\bfor (no key )?(update|share)\b|advisory|nextval|set_config|notify/i.test(line)
}

/** Of a pool, as many connections may have died at once as it has; each that is tried is one less. */
const mostTries = 30

async function repeated<T>(run: () => PromiseLike<T>, first: unknown, may = () => true): Promise<T> {
  let error = first
  for (let tries = 0; tries < mostTries && mayRepeat(error) && may(); tries++) {
    // The news that a connection is gone come by the event loop.
    await new Promise((resolve) => setTimeout(resolve, tries < 5 ? 1 : 20))
    try {
      return await run()
    } catch (next) {
      error = next
    }
  }
  throw error
}

/**
 * The driver takes the type of a list's first element for the type of the list, where it knows one (instants, booleans,
 * bigints, bytes), and the engine then refuses the list. A list in a statement is a list. Long lists of texts and numbers
 * are written here: the driver looks at each element several times.
 */
function withLists(sql: Sql, args: unknown[]): unknown[] {
  for (let i = 1; i < args.length; i++) {
    const arg = args[i]
    if (!Array.isArray(arg)) continue
    const type = typeOf(arg.find((each) => each !== null && each !== undefined))
    if (type !== undefined) args[i] = sql.array(arg as never, type)
    else if (arg.length >= longList) args[i] = written(arg) ?? arg
  }
  return args
}

const longList = 20

/** The engine's number of the type of an element, said because the driver would ask the first, which may be null. */
function typeOf(value: unknown): number | undefined {
  if (value instanceof Date) return 1184
  if (value instanceof Uint8Array) return 17
  if (typeof value === 'boolean') return 16
  return typeof value === 'bigint' ? 20 : undefined
}

/** A list of texts or of numbers as the engine reads it; undefined for any other. */
function written(list: readonly unknown[]): string | undefined {
  if (list.every((each) => typeof each === 'number')) return `{${list.join(',')}}`
  // Most lists are keys and names without a sign that wants care: looked at together, and joined as they are.
  if (list.every((each) => typeof each === 'string') && !/["\\]/.test(list.join(''))) return `{"${list.join('","')}"}`
  let text = ''
  for (const each of list) {
    if (each === null || each === undefined) text += ',NULL'
    else if (typeof each === 'number') text += `,${each}`
    else if (typeof each === 'string')
      text += /["\\]/.test(each) ? `,"${each.replace(/["\\]/g, '\\$&')}"` : `,"${each}"`
    else return undefined
  }
  return `{${text.slice(1)}}`
}

/** Of the pool itself; a transaction says when it is over. */
const neverOver = () => undefined

/** The same handle, every statement of it and of its transactions reported; none goes out once `over` says why not. */
export function observed(sql: Sql, seen: StatementSeen, over: () => unknown = neverOver): Sql {
  return new Proxy(sql, {
    apply(target, self, args) {
      if (over() !== undefined) throw over()
      const make = () => Reflect.apply(target as never, self, withLists(target, args)) as PromiseLike<unknown>
      const query = make()
      watch(query, seen, over === neverOver ? make : undefined)
      return query
    },
    get(target, name) {
      const value = Reflect.get(target, name) as unknown
      if (name === 'unsafe' || name === 'file')
        return (...args: unknown[]) => {
          if (over() !== undefined) throw over()
          const query = Reflect.apply(value as never, target, args)
          watch(query, seen)
          return query
        }
      if (name === 'reserve') return () => reserveOn(value as Reserve, target, seen)
      if (name === 'begin') return (...args: unknown[]) => beginOn(value as Begin, target, args, seen)
      if (name === 'savepoint')
        return (...args: unknown[]) => {
          const run = args.pop() as (tx: Sql) => unknown
          return Reflect.apply(value as never, target, [...args, (tx: Sql) => run(observed(tx, seen, () => over()))])
        }
      return value
    },
  })
}

type Begin = (...args: unknown[]) => Promise<unknown>

/** The connection of a transaction is gone or going. */
const lost = new Set([
  'CONNECTION_CLOSED',
  'CONNECTION_DESTROYED',
  'CONNECTION_ENDED',
  '57P01',
  '57P02',
  'ECONNRESET',
  'EPIPE',
])

type Session = Sql & { release(): void }
type Reserve = () => Promise<Session>

/**
 * A session that is kept. The driver writes on its connection also when that is no more, which ends the program, and gives
 * it back to the pool dead, where it is the next one's. So it says that it is over, and is not given back. One statement at a
 * time: a second would wait for the first with nobody to wake it.
 */
async function reserveOn(reserve: Reserve, target: Sql, seen: StatementSeen): Promise<Session> {
  try {
    return await reserveOnce(reserve, target, seen)
  } catch (error) {
    return repeated(() => reserveOnce(reserve, target, seen), error)
  }
}

type Connection = { onclose?: ((error: unknown) => void) | null }

async function reserveOnce(reserve: Reserve, target: Sql, seen: StatementSeen): Promise<Session> {
  const session = await Reflect.apply(reserve, target, [])
  let over: unknown
  let connection: Connection | undefined
  const onexecute = (own: Connection) => {
    connection = own
    own.onclose = (error) => {
      over = error ?? new Error('the session has ended')
    }
    return true
  }
  // The driver tells whose connection it is only of a statement that is under way, as it does for its own transactions.
  await session.unsafe('select 1', [], { onexecute } as never)
  const heard: StatementSeen = (statement, ms, error) => {
    // What follows would wait on a connection that is going, for ever.
    if (isLost(error)) over ??= error
    seen(statement, ms, error)
  }
  const guarded = observed(session, heard, () => over)
  return new Proxy(guarded as Session, {
    get(of, name) {
      if (name !== 'release') return Reflect.get(of, name) as unknown
      return () => {
        if (connection) connection.onclose = null
        if (over === undefined) session.release()
        over ??= new Error('the session was given back')
      }
    },
  })
}

function isLost(error: unknown): boolean {
  return lost.has(String((error as { code?: unknown })?.code))
}

/** A transaction that has not begun, because it was handed a connection that had just died, begins on another. */
async function beginOn(begin: Begin, target: Sql, args: unknown[], seen: StatementSeen): Promise<unknown> {
  const run = args.pop() as (tx: Sql) => unknown
  let begun = false
  const once = () =>
    beginOnce(begin, target, args, seen, (tx) => {
      begun = true
      return run(tx)
    })
  try {
    return await once()
  } catch (error) {
    return repeated(once, error, () => !begun)
  }
}

/**
 * A transaction whose connection breaks has ended: the driver says so to whoever began it, at once. What would still be
 * sent goes nowhere: the driver's own roll back, and statements of a `run` that goes on, would be written on a connection
 * that is no more (which ends the program) or has meanwhile become another's. So `run` is told, and the driver is not.
 */
function beginOnce(
  begin: Begin,
  target: Sql,
  args: readonly unknown[],
  seen: StatementSeen,
  run: (tx: Sql) => unknown,
): Promise<unknown> {
  let over: unknown
  const whole = Reflect.apply(begin, target, [
    ...args,
    (tx: Sql) =>
      new Promise((resolve, reject) => {
        const guarded = observed(tx, seen, () => over)
        Promise.resolve()
          .then(() => run(guarded))
          .then(
            (value) => over === undefined && resolve(value),
            (error) => over === undefined && !isLost(error) && reject(error),
          )
      }),
  ]) as Promise<unknown>
  return whole.catch((error) => {
    over = error ?? new Error('the transaction has ended')
    throw error
  })
}
