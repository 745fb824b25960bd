import { useSyncExternalStore } from 'react'

/**
 * The organisation whose data is looked at: one of those the person may see; with `''` the server takes
 * the topmost one where he holds a role.
 * Kept for the tab, so that two tabs can look at two branches.
 */
const key = 'zhixing.scope'
const listeners = new Set<() => void>()
let scope = kept()

function kept(): string {
  try {
    return sessionStorage.getItem(key) ?? ''
  } catch {
    // Storage may be forbidden; the choice then lasts as long as the page.
    return ''
  }
}

export const currentScope = () => scope

export function chooseScope(org: string) {
  scope = org
  try {
    sessionStorage.setItem(key, org)
  } catch {
    // As above.
  }
  for (const listener of listeners) listener()
}

export function useScope(): string {
  return useSyncExternalStore((changed) => {
    listeners.add(changed)
    return () => listeners.delete(changed)
  }, currentScope)
}
