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
 * bigints, bytes), and the engine then refuses the list. A list in a statement is a list.
 */
function withLists(sql: Sql, args: unknown[]): unknown[] {
  for (let i = 1; i < args.length; i++) {
    const arg = args[i]
    if (Array.isArray(arg) && isTyped(arg[0])) args[i] = sql.array(arg as never)
  }
  return args
}

function isTyped(value: unknown): boolean {
  return value instanceof Date || value instanceof Uint8Array || typeof value === 'boolean' || typeof value === 'bigint'
}

/** The same handle, every statement of it and of its transactions reported. */
export function observed(sql: Sql, seen: StatementSeen): Sql {
  return new Proxy(sql, {
    apply(target, self, args) {
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
      if (name === 'begin' || name === 'savepoint')
        return (...args: unknown[]) => {
          const run = args.pop() as (tx: Sql) => unknown
          return Reflect.apply(value as never, target, [...args, (tx: Sql) => run(observed(tx, seen))])
        }
      return value
    },
  })
}
