import { isUtf8 } from 'node:buffer'
import type { Encoding } from '../contract.ts'

/** The encoding of a text by its beginning: a mark says it; else UTF-8 where it is valid, else the national standard. */
export function guessEncoding(head: Buffer): Encoding {
  if (head[0] === 0xff && head[1] === 0xfe) return 'utf-16le'
  if (head[0] === 0xfe && head[1] === 0xff) return 'utf-16be'
  if (head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf) return 'utf-8'
  const wide = utf16Without(head)
  if (wide) return wide
  return isUtf8(wholeLetters(head)) ? 'utf-8' : 'gb18030'
}

/** UTF-16 without its mark: every other byte of plain letters is zero. */
function utf16Without(head: Buffer): Encoding | undefined {
  const seen = Math.min(head.length, 4096) & ~1
  if (seen < 4) return undefined
  let [even, odd] = [0, 0]
  for (let i = 0; i < seen; i += 2) {
    if (head[i] === 0) even++
    if (head[i + 1] === 0) odd++
  }
  const pairs = seen / 2
  if (odd > pairs * 0.2 && even < pairs * 0.02) return 'utf-16le'
  if (even > pairs * 0.2 && odd < pairs * 0.02) return 'utf-16be'
  return undefined
}

/** Without the letter that the end of the piece cuts through. */
function wholeLetters(head: Buffer): Buffer {
  for (let back = 1; back <= Math.min(4, head.length); back++) {
    const byte = head[head.length - back] ?? 0
    if (byte < 0x80) return head
    if (byte >= 0xc0) return head.subarray(0, head.length - back)
  }
  return head
}
