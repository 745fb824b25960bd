import type { Db } from '../../platform/db/db.ts'

/** A change is felt at once in the process that made it, and after so long in the others. */
const believedMs = 2000

type Kept<T> = { value: T; at: number }
export type Memory<T> = {
  get(db: Db, load: () => Promise<T>): Promise<T>
  /** For a caller inside a transaction, who reads with it rather than wait for another connection. */
  getWithin(db: Db, load: () => Promise<T>): Promise<T>
  forget(db: Db): void
}

/**
 * One value a database, read again when it is older than two seconds or was forgotten. Many who ask at once cause one
 * reading; what was being read while something changed is handed out but not kept.
 */
export function memory<T>(): Memory<T> {
  const kept = new WeakMap<Db, Kept<T>>()
  const loading = new WeakMap<Db, Promise<T>>()
  const changes = new WeakMap<Db, number>()

  function young(db: Db): Kept<T> | undefined {
    const known = kept.get(db)
    return known && performance.now() - known.at < believedMs ? known : undefined
  }

  async function load(db: Db, read: () => Promise<T>): Promise<T> {
    const at = performance.now()
    const before = changes.get(db)
    const value = await read()
    if (changes.get(db) === before) kept.set(db, { value, at })
    return value
  }

  return {
    get(db, read) {
      const known = young(db)
      if (known) return Promise.resolve(known.value)
      const running = loading.get(db)
      if (running) return running
      const mine: Promise<T> = load(db, read).finally(() => {
        if (loading.get(db) === mine) loading.delete(db)
      })
      loading.set(db, mine)
      return mine
    },
    async getWithin(db, read) {
      return young(db)?.value ?? load(db, read)
    },
    forget(db) {
      kept.delete(db)
      loading.delete(db)
      changes.set(db, (changes.get(db) ?? 0) + 1)
    },
  }
}
