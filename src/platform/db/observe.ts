import type { Sql } from './sql.ts'

export type StatementSeen = (statement: string, ms: number, error: Error | undefined) => void

type Settle = (value: unknown) => void
type Running = { resolve: Settle; reject: Settle; strings: readonly string[]; handle: () => unknown; executed: boolean }

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
 */
function watch(query: unknown, seen: StatementSeen): void {
  if (!isRunning(query)) return
  let from = 0
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
    reject(error)
  }
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

/** The same handle, every statement of it and of its transactions reported; none goes out once `over` says why not. */
export function observed(sql: Sql, seen: StatementSeen, over: () => unknown = () => undefined): Sql {
  return new Proxy(sql, {
    apply(target, self, args) {
      if (over() !== undefined) throw over()
      const query = Reflect.apply(target as never, self, withLists(target, args))
      watch(query, seen)
      return query
    },
    get(target, name) {
      const value = Reflect.get(target, name) as unknown
      if (name === 'unsafe' || name === 'file')
        return (...args: unknown[]) => {
          const query = Reflect.apply(value as never, target, args)
          watch(query, seen)
          return query
        }
      if (name === 'begin') return (...args: unknown[]) => beginOn(value as Begin, target, args, seen)
      if (name === 'savepoint')
        return (...args: unknown[]) => {
          const run = args.pop() as (tx: Sql) => unknown
          return Reflect.apply(value as never, target, [...args, (tx: Sql) => run(observed(tx, seen))])
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

/**
 * A transaction whose connection breaks has ended: the driver says so to whoever began it, at once. What would still be
 * sent goes nowhere: the driver's own roll back, and statements of a `run` that goes on, would be written on a connection
 * that is no more (which ends the program) or has meanwhile become another's. So `run` is told, and the driver is not.
 */
function beginOn(begin: Begin, target: Sql, args: unknown[], seen: StatementSeen): Promise<unknown> {
  const run = args.pop() as (tx: Sql) => unknown
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
            (error) => over === undefined && !lost.has(String((error as { code?: unknown })?.code)) && reject(error),
          )
      }),
  ]) as Promise<unknown>
  return whole.catch((error) => {
    over = error ?? new Error('the transaction has ended')
    throw error
  })
}
