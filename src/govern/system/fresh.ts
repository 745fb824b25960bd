/** A value that is read anew when it is older than `keepMs`, or was forgotten. Many who ask at once cause one reading. */
export type Fresh<T> = { get(): Promise<T>; forget(): void }

export function fresh<T>(load: () => Promise<T>, keepMs: number): Fresh<T> {
  let kept: { value: T; at: number } | undefined
  let loading: Promise<T> | undefined
  return {
    get() {
      if (kept && performance.now() - kept.at < keepMs) return Promise.resolve(kept.value)
      if (loading) return loading
      const at = performance.now()
      const mine: Promise<T> = load()
        .then((value) => {
          // What was forgotten while it was read may be old already.
          if (loading === mine) kept = { value, at }
          return value
        })
        .finally(() => {
          if (loading === mine) loading = undefined
        })
      loading = mine
      return mine
    },
    forget() {
      kept = undefined
      loading = undefined
    },
  }
}
