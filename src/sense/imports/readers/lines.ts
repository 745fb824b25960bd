import type { Encoding } from '../contract.ts'
import type { Bytes } from './bytes.ts'

/** `long`: only its beginning is here, the rest was passed over. */
export type Line = { readonly number: number; readonly text: string; readonly long: boolean }

/** Letters of a line: one of many columns has tens of thousands, a broken file may have a thousand million. */
export const longestLine = 1024 * 1024

/**
 * Cuts a file into lines, in sets as they come from the disk, never holding more than a chunk and the line begun.
 * Letters that are not of the encoding come as U+FFFD.
 */
export async function* linesOf(bytes: Bytes, encoding: Encoding): AsyncGenerator<Line[]> {
  const decoder = new TextDecoder(encoding)
  let number = 1
  let begun = ''
  let long = false
  const cut = (piece: string): Line[] => {
    const lines: Line[] = []
    let from = 0
    for (let end = piece.indexOf('\n'); end >= 0; end = piece.indexOf('\n', from)) {
      take(piece.slice(from, end))
      lines.push({ number: number++, text: begun.endsWith('\r') ? begun.slice(0, -1) : begun, long })
      begun = ''
      long = false
      from = end + 1
    }
    take(piece.slice(from))
    return lines
  }
  const take = (part: string) => {
    if (begun.length + part.length <= longestLine) begun = begun === '' ? part : begun + part
    else {
      begun = (begun + part.slice(0, longestLine - begun.length)).slice(0, longestLine)
      long = true
    }
  }
  for await (const chunk of bytes) {
    const lines = cut(decoder.decode(chunk, { stream: true }))
    if (lines.length > 0) yield lines
  }
  const lines = cut(decoder.decode())
  if (begun !== '') lines.push({ number, text: begun.endsWith('\r') ? begun.slice(0, -1) : begun, long })
  if (lines.length > 0) yield lines
}
