import { homeZone } from '../../../platform/time/zone.ts'
import type { ColumnMapping, Mapping, PersonalColumn, ValueType } from '../contract.ts'
import { knownHeader, nameFrom } from './headers.ts'
import type { Cell } from './row.ts'
import { booleanOf, dayOf, halfWidth, textOf, understand } from './value.ts'

export type Guess = { type: ValueType; personal: PersonalColumn | null; filled: number; distinct: number }

/** So much of a column must look like something to be taken for it: the rest are the bad rows one wants to hear of. */
const most = 0.95

/** What a column holds, by its name and the values seen. */
export function guessColumn(name: string, cells: readonly (Cell | undefined)[]): Guess {
  const texts = cells.map((cell) => halfWidth(textOf(cell))).filter((text) => text !== '')
  const lists = cells.some(Array.isArray)
  const known = knownHeader(name)
  const share = (is: (text: string) => boolean) =>
    texts.length === 0 ? 0 : texts.reduce((sum, text) => sum + (is(text) ? 1 : 0), 0) / texts.length
  const filled = cells.length === 0 ? 0 : texts.length / cells.length
  const distinct = new Set(texts).size
  const personal = known?.personal ?? (known ? null : personalOf(share))
  const said = known?.type
  const fits = said && (texts.length === 0 || share((text) => readable(said, text)) >= most)
  const type = fits
    ? said
    : personal || known?.as === 'identity' || known?.as === 'id'
      ? 'text'
      : typeOf(name, lists, texts, share)
  return { type, personal, filled, distinct }
}

function readable(type: ValueType, text: string): boolean {
  const value = understand(type, text, homeZone)
  return value !== undefined && 'value' in value
}

type Share = (is: (text: string) => boolean) => number

function personalOf(share: Share): PersonalColumn | null {
  if (share(isCertificate) >= most) return 'certificate'
  if (share(isMobile) >= most) return 'mobile'
  if (share(isEmail) >= most) return 'email'
  return share(isCard) >= most ? 'card' : null
}

function typeOf(name: string, lists: boolean, texts: readonly string[], share: Share): ValueType {
  if (lists) return 'list'
  if (texts.length === 0) return 'text'
  if (share((text) => booleanOf(text) !== undefined && !/^[01](\.0)?$/.test(text)) >= most) return 'boolean'
  // Zeros in front, and more digits than a number holds, belong to a name of something.
  if (share((text) => /^0\d+$/.test(text)) > 0.02 || share((text) => /^\d{16,}$/.test(text)) > 0.5) return 'text'
  const days = share((text) => dayOf(text) !== undefined && !/[:时]/.test(text))
  if (days >= most && share((text) => text.length === 5) < most) return 'day'
  if (share((text) => !/^\d{1,9}$/.test(text) && readable('time', text)) >= most && !/^\d{10}$/.test(texts[0] ?? ''))
    return 'time'
  if (/时间|time|_at$/i.test(name) && share((text) => readable('time', text)) >= most) return 'time'
  if (share((text) => readable('integer', text)) >= most) return money.test(name) ? 'money' : 'integer'
  if (share((text) => readable('number', text)) >= most) return money.test(name) ? 'money' : 'number'
  if (share((text) => readable('money', text)) >= most) return 'money'
  return share((text) => /[^、;；|]+[、;；|][^、;；|]/.test(text) && text.length < 200) > 0.5 ? 'list' : 'text'
}

const money = /金额|余额|资产|收入|本金|利息|市值|保费|AUM|balance|amount|amt|salary|income|spend|price|value$/i

export function isMobile(text: string): boolean {
  return /^(?:\+?86[- ]?)?1[3-9]\d{9}$/.test(text)
}

export function isEmail(text: string): boolean {
  return /^[\w.+-]+@[\w-]+(?:\.[\w-]+)+$/.test(text)
}

/** GB 11643: a region, a day that can be, order and check digit. */
export function isCertificate(text: string): boolean {
  if (!/^[1-9]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dX]$/i.test(text)) return false
  const weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
  const sum = weights.reduce((total, weight, i) => total + weight * Number(text[i]), 0)
  return '10X98765432'[sum % 11] === text[17]?.toUpperCase()
}

/** ISO/IEC 7812-1, annex B. */
export function isCard(text: string): boolean {
  if (!/^[3-9]\d{14,18}$/.test(text)) return false
  let sum = 0
  for (let i = 0; i < text.length; i++) {
    let digit = Number(text[text.length - 1 - i])
    if (i % 2 === 1) digit = digit > 4 ? digit * 2 - 9 : digit * 2
    sum += digit
  }
  return sum % 10 === 0
}

/** What a single cell looks like: a value of a person is masked also in a column that is not known to hold any. */
export function personalCell(text: string): PersonalColumn | null {
  const plain = halfWidth(text)
  if (plain.length < 6) return null
  if (isMobile(plain)) return 'mobile'
  if (isCertificate(plain)) return 'certificate'
  if (isCard(plain)) return 'card'
  return isEmail(plain) ? 'email' : null
}

export type Seen = { name: string } & Guess

/** A mapping to begin with. A person looks at it before anything is done. */
export function suggestMapping(
  columns: readonly Seen[],
  declared: readonly { name: string; title: string }[],
): Mapping {
  const known = columns.map((column) => knownHeader(column.name))
  const has = (as: string) => known.some((one) => one?.as === as)
  const customers = columns.some((column, i) => identityKind(column, known[i]) !== undefined)
  const events = has('event') || (known.some((one) => one?.as === 'time' && one.type === 'time') && customers)
  const target = events ? 'events' : has('id') && !customers ? 'items' : 'customers'
  const titles = new Map(declared.map(({ name, title }) => [title.toLowerCase(), name]))
  const taken = new Set<string>()
  let timed = false
  let idSeen = false
  const mapped = columns.map((column, i): ColumnMapping => {
    const meaning = known[i]
    const kind = identityKind(column, meaning)
    if (kind && target !== 'items') return { column: column.name, as: 'identity', kind, personal: column.personal }
    if (meaning?.as === 'time' && !timed) {
      timed = true
      return { column: column.name, as: 'time' }
    }
    if (meaning?.as === 'event' && target === 'events') return { column: column.name, as: 'event' }
    if (meaning?.as === 'id' && target === 'items' && !idSeen) {
      idSeen = true
      return { column: column.name, as: 'id' }
    }
    // A person's data stays with the customer: it is no property of what happened, nor of a product.
    if (column.personal && target !== 'customers') return { column: column.name, as: 'skip', personal: column.personal }
    if (column.filled === 0) return { column: column.name, as: 'skip' }
    const wanted = titles.get(column.name.toLowerCase()) ?? meaning?.name ?? nameFrom(column.name, i)
    let name = wanted
    for (let n = 2; taken.has(name); n++) name = `${wanted}_${n}`
    taken.add(name)
    return { column: column.name, as: 'value', name, type: column.type, personal: column.personal }
  })
  return { target, columns: mapped, ...(target === 'items' ? { item: 'product' } : {}) }
}

function identityKind(column: Seen, meaning: ReturnType<typeof knownHeader>): string | undefined {
  if (meaning) return meaning.as === 'identity' ? meaning.kind : undefined
  const found = column.personal
  return found === 'mobile' || found === 'certificate' || found === 'card' || found === 'email' ? found : undefined
}
