/** Thirty-two of them, none like another. */
const letters = 'abcdefghjkmnpqrstuvwxyz023456789'

/** 16 bytes of chance as 80 bits in groups that can be copied by hand. */
export function recoveryCode(chance: Uint8Array): string {
  const written = [...chance.subarray(0, 16)].map((byte) => letters[byte % 32]).join('')
  return (written.match(/.{4}/g) ?? []).join('-')
}

/** As it was made, however it was typed; undefined for what cannot be a recovery code. */
export function readRecoveryCode(typed: string): string | undefined {
  const plain = typed.toLowerCase().replace(/[\s-]/g, '')
  return /^[a-z0-9]{16}$/.test(plain) ? (plain.match(/.{4}/g) ?? []).join('-') : undefined
}
