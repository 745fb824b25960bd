import { createHash } from 'node:crypto'
import type { Writing } from '../contract.ts'

/** What an approval is bound to: any other content has another hash. Keys are in order, so that the same is the same. */
export function hashOf({ channel, lang, marketing, products, fields, fallbacks }: Writing): Buffer {
  const sorted = (record: Readonly<Record<string, string>>) =>
    Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1))
  const content = [channel, lang, marketing, [...products].sort(), sorted(fields), sorted(fallbacks)]
  return createHash('sha256')
    .update(JSON.stringify(['content 1', ...content]))
    .digest()
}

const gsm = new Set([
  ...'@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?',
  ...'¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà',
])
const gsmTwice = new Set([...'^{}\\[~]|€\f'])

/**
 * How a text message is billed (3GPP TS 23.038, 23.040): 160 letters of GSM-7 or 70 of UCS-2 in one part, 153 or 67 in each of
 * several. Letters beyond the first plane are two of UCS-2, some signs two of GSM-7.
 */
export function smsParts(text: string): { characters: number; parts: number; encoding: 'GSM-7' | 'UCS-2' } {
  const letters = [...text]
  const plain = letters.every((one) => gsm.has(one) || gsmTwice.has(one))
  const units = plain ? letters.reduce((sum, one) => sum + (gsmTwice.has(one) ? 2 : 1), 0) : text.length
  const [one, each] = plain ? [160, 153] : [70, 67]
  return {
    characters: letters.length,
    parts: units === 0 ? 0 : units <= one ? 1 : partsOf(letters, each, plain),
    encoding: plain ? 'GSM-7' : 'UCS-2',
  }
}

/** No letter is cut between two parts. */
function partsOf(letters: readonly string[], each: number, plain: boolean): number {
  let [parts, used] = [1, 0]
  for (const letter of letters) {
    const size = plain ? (gsmTwice.has(letter) ? 2 : 1) : letter.length
    if (used + size > each) [parts, used] = [parts + 1, 0]
    used += size
  }
  return parts
}
