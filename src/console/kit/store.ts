import { useSyncExternalStore } from 'react'

/** A small value kept per browser, shared by the whole page; a value that is not one of `allowed` is forgotten. */
export type Store<T extends string> = { get(): T; set(value: T): void; use(): T; chosen(): boolean }

export function createStore<T extends string>(key: string, fallback: T, allowed?: readonly T[]): Store<T> {
  const listeners = new Set<() => void>()
  let value = fallback
  let chosen = false
  try {
    const kept = localStorage.getItem(key)
    if (kept !== null && (!allowed || allowed.includes(kept as T))) {
      value = kept as T
      chosen = true
    }
  } catch {
    // A browser may forbid storage; the value then lives as long as the page.
  }
  const store: Store<T> = {
    get: () => value,
    chosen: () => chosen,
    set(next) {
      value = next
      chosen = true
      try {
        localStorage.setItem(key, next)
      } catch {
        // As above.
      }
      for (const listener of listeners) listener()
    },
    use: () =>
      useSyncExternalStore((changed) => {
        listeners.add(changed)
        return () => listeners.delete(changed)
      }, store.get),
  }
  return store
}
