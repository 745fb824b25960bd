import { brokenFile } from './bytes.ts'

export type XmlSeen = {
  /** `attributes` as written: `attributeOf` reads one. Names come without their prefix. */
  open?(name: string, attributes: string): void
  close?(name: string): void
  text?(text: string): void
}

/** No tag and no text of a workbook is longer: a cell holds 32,767 letters. */
const longest = 1024 * 1024

/**
 * Reads the plain XML that spreadsheets write, piece by piece: elements, attributes, text. A document type is refused,
 * and with it every entity of one's own (XXE, "billion laughs").
 */
export function xmlReader(seen: XmlSeen): (piece: string) => void {
  let rest = ''
  return (piece) => {
    rest += piece
    let at = 0
    while (at < rest.length) {
      const start = rest.indexOf('<', at)
      if (start < 0) break
      if (start > at) {
        seen.text?.(unescaped(rest.slice(at, start)))
        at = start
      }
      const end = endOfTag(rest, at)
      if (end < 0) break
      tag(rest.slice(at, end), seen)
      at = end
    }
    rest = at === 0 ? rest : rest.slice(at)
    if (rest.length > longest) throw brokenFile('its XML')
  }
}

/** The place behind the tag that begins here, negative while it is not whole yet. */
function endOfTag(text: string, at: number): number {
  if (text.startsWith('<!--', at)) return after(text, '-->', at)
  if (text.startsWith('<![CDATA[', at)) return after(text, ']]>', at)
  // Too short to tell.
  if (text[at + 1] === '!' && text.length < at + 9) return -1
  let end = text.indexOf('>', at)
  while (end >= 0 && oddQuotes(text, at, end)) end = text.indexOf('>', end + 1)
  return end < 0 ? -1 : end + 1
}

function after(text: string, mark: string, at: number): number {
  const found = text.indexOf(mark, at)
  return found < 0 ? -1 : found + mark.length
}

/** Whether a `>` stands inside an attribute's value. */
function oddQuotes(text: string, from: number, to: number): boolean {
  let count = 0
  for (let i = text.indexOf('"', from); i >= 0 && i < to; i = text.indexOf('"', i + 1)) count++
  return count % 2 === 1
}

function tag(tag: string, seen: XmlSeen): void {
  if (tag.startsWith('<![CDATA[')) seen.text?.(tag.slice(9, -3))
  else if (tag.startsWith('<?') || tag.startsWith('<!--')) return
  else if (tag.startsWith('<!')) throw brokenFile('it declares a document type')
  else if (tag[1] === '/') seen.close?.(nameOf(tag.slice(2, -1).trim()))
  else opened(tag, seen)
}

function opened(tag: string, seen: XmlSeen): void {
  const empty = tag.endsWith('/>')
  const inner = tag.slice(1, empty ? -2 : -1)
  const space = inner.search(/\s/)
  const name = nameOf(space < 0 ? inner : inner.slice(0, space))
  seen.open?.(name, space < 0 ? '' : inner.slice(space))
  if (empty) seen.close?.(name)
}

function nameOf(name: string): string {
  return name.slice(name.indexOf(':') + 1)
}

const attributes = new Map<string, RegExp>()

export function attributeOf(written: string, name: string): string | undefined {
  let pattern = attributes.get(name)
  if (!pattern) {
    pattern = new RegExp(`\\s(?:[\\w-]+:)?${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)')`)
    attributes.set(name, pattern)
  }
  const found = pattern.exec(written)
  return found ? unescaped(found[1] ?? found[2] ?? '') : undefined
}

const named: Record<string, string> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" }

function unescaped(text: string): string {
  if (!text.includes('&')) return text
  return text.replace(/&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|(lt|gt|amp|quot|apos));/gi, (all, hex, decimal, name) => {
    if (name) return named[name.toLowerCase()] ?? all
    const code = hex ? Number.parseInt(hex, 16) : Number(decimal)
    return code <= 0x10ffff ? String.fromCodePoint(code) : '\ufffd'
  })
}
