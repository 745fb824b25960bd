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
