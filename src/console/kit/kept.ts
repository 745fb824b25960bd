import { useCallback, useState } from 'react'
import { useSession } from './session.tsx'

/** A choice of the person's about the screen (columns, density), kept in this browser under their own id. */
export function useKept<T>(name: string, fallback: T): [T, (value: T) => void] {
  const key = `zhixing.${useSession().me.user.id}.${name}`
  const [value, setValue] = useState<T>(() => read(key) ?? fallback)
  const keep = useCallback(
    (next: T) => {
      setValue(next)
      try {
        localStorage.setItem(key, JSON.stringify(next))
      } catch {
        // Storage may be forbidden; the choice then lasts as long as the page.
      }
    },
    [key],
  )
  return [value, keep]
}

function read<T>(key: string): T | undefined {
  try {
    const kept = localStorage.getItem(key)
    return kept === null ? undefined : (JSON.parse(kept) as T)
  } catch {
    return undefined
  }
}
