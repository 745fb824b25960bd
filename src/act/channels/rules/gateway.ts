/** A value by a dotted path: `data.0.sid`; an empty path is the value itself. */
export function at(value: unknown, path: string | undefined): unknown {
  if (path === undefined || path === '') return value
  let found: unknown = value
  for (const step of path.split('.')) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, step)) return undefined
    found = (found as Record<string, unknown>)[step]
  }
  return found
}

export const said = (value: unknown): string =>
  value === undefined || value === null ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value)

/** `a, b,c` of a form: its words. */
export const wordsOf = (list: unknown): string[] =>
  said(list)
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '')

/** Lines `Name: value` of a form. */
export function headersOf(lines: string): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const line of lines.split('\n')) {
    const [name, ...rest] = line.split(':')
    if (name?.trim() && rest.length > 0) headers[name.trim().toLowerCase()] = rest.join(':').trim()
  }
  return headers
}

/** A moment as providers write it: ISO, seconds, milliseconds, `2026-01-05 10:00:00` or `260105100000` of Beijing. */
export function momentOf(value: unknown): Date | undefined {
  const text = said(value).trim()
  if (/^\d{13}$/.test(text)) return new Date(Number(text))
  const digits = /^(?:20)?(\d\d)-?\/?(\d\d)-?\/?(\d\d)[ T]?(\d\d):?(\d\d):?(\d\d)?$/.exec(text)
  if (digits && !/^\d{10}$/.test(text)) {
    const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = digits
      .slice(1)
      .map((one) => Number(one ?? 0))
    return new Date(Date.UTC(2000 + year, month - 1, day, hour - 8, minute, second))
  }
  if (/^1\d{9}$/.test(text)) return new Date(Number(text) * 1000)
  const read = Date.parse(text)
  return Number.isNaN(read) ? undefined : new Date(read)
}

export type Verdict = 'sent' | 'throttled' | 'transient' | 'refused' | 'invalid'
export type Codes = { ok: string[]; throttled: string[]; transient: string[]; refused: string[]; invalid: string[] }

/**
 * What an answer means by its code. One that is on no list is taken for a fault of the way, to be tried a few times:
 * an account without balance must not cost a customer his address.
 */
export function verdictOf(status: number, code: string, codes: Codes): Verdict {
  for (const verdict of ['throttled', 'transient', 'refused', 'invalid'] as const)
    if (code !== '' && codes[verdict].includes(code)) return verdict
  if (status === 429) return 'throttled'
  if (status >= 200 && status < 300 && (codes.ok.length === 0 || codes.ok.includes(code))) return 'sent'
  return 'transient'
}
