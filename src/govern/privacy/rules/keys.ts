import type { KeyState } from '../contract.ts'

/** A data key as far as its life is concerned. */
export type KeyLife = { id: number; usedFrom: Date; retiredAt: Date | null }

/**
 * Between the making of a key and its first use, so that every process has it in memory before a value sealed under it
 * can reach it. Word of a new key travels in milliseconds; clocks of servers differ by seconds.
 */
export const headStartMs = 10_000

/** The key that seals new values: the newest that is in use by now. @throws RangeError without keys. */
export function activeKey<K extends KeyLife>(keys: readonly K[], now: Date): K {
  let active: K | undefined
  let oldest: K | undefined
  for (const key of keys) {
    if (key.usedFrom <= now && (!active || key.id > active.id)) active = key
    if (!oldest || key.id < oldest.id) oldest = key
  }
  // A rehearsal on a virtual clock may stand before the day the keys were made.
  const key = active ?? oldest
  if (!key) throw new RangeError('no data key')
  return key
}

export function keyState(key: KeyLife, keys: readonly KeyLife[], now: Date): KeyState {
  const active = activeKey(keys, now)
  if (key.id === active.id) return 'active'
  if (key.id > active.id) return 'coming'
  return key.retiredAt ? 'retired' : 'retiring'
}
