/**
 * 32 bits of who and what: FNV-1a, then the finalizer of MurmurHash3, so that near words fall far apart. The same in every
 * process and after every start.
 */
export function hashOf(words: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < words.length; i++) hash = Math.imul(hash ^ words.charCodeAt(i), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}

/**
 * Rule 43: whether a person is in the global control group. By the oldest of his numbers, so that a merge moves nobody who was
 * known before; by hash, so that new customers join in proportion, and a larger share keeps those who are in.
 */
export function inControl(members: readonly number[], { share, salt }: { share: number; salt: string }): boolean {
  if (share === 0) return false
  return hashOf(`control ${salt} ${Math.min(...members)}`) % 10_000 < share
}
