/**
 * Values between JavaScript and ClickHouse, without loss: 64 bits and wider are `bigint`, instants are Date (to the
 * millisecond), days and decimals are text. The same as from PostgreSQL.
 */
export type Convert = (value: unknown) => unknown

/** How a value of a column of this type is made from its JSON form; undefined when it is right as it is. */
export function converterOf(type: string): Convert | undefined {
  const at = type.indexOf('(')
  const name = at < 0 ? type : type.slice(0, at)
  const inside = at < 0 ? [] : splitTypes(type.slice(at + 1, -1))
  if (/^U?Int(64|128|256)$/.test(name)) return (value) => BigInt(value as string)
  if (name === 'DateTime' || name === 'DateTime64') return (value) => new Date(value as string)
  const last = inside.at(-1)
  if (name === 'LowCardinality' || name === 'SimpleAggregateFunction') return last ? converterOf(last) : undefined
  if (name === 'Nullable') return orNull(last ? converterOf(last) : undefined)
  if (name === 'Array') return last ? eachOf(converterOf(last)) : undefined
  if (name === 'Map') return last ? eachField(converterOf(last)) : undefined
  if (name === 'Tuple') return tupleOf(inside)
  return undefined
}

const orNull = (convert: Convert | undefined): Convert | undefined =>
  convert && ((value) => (value === null ? null : convert(value)))

const eachOf = (convert: Convert | undefined): Convert | undefined =>
  convert && ((value) => (value as unknown[]).map(convert))

const eachField = (convert: Convert | undefined): Convert | undefined =>
  convert &&
  ((value) => Object.fromEntries(Object.entries(value as object).map(([key, inner]) => [key, convert(inner)])))

function tupleOf(types: string[]): Convert | undefined {
  const parts = types.map((part) => {
    const [, name, type] = /^(`(?:[^`\\]|\\.)*`|[A-Za-z_]\w*)\s+(.+)$/s.exec(part) ?? []
    return { name: name?.replace(/^`|`$/g, ''), convert: converterOf(type ?? part) }
  })
  if (parts.every((part) => !part.convert)) return undefined
  return (value) => {
    if (Array.isArray(value)) return value.map((inner, i) => parts[i]?.convert?.(inner) ?? inner)
    const converted = { ...(value as Record<string, unknown>) }
    for (const { name, convert } of parts) if (name && convert) converted[name] = convert(converted[name])
    return converted
  }
}

/** `a Int8, b Map(String, Array(UInt64))` at its outer commas. */
function splitTypes(list: string): string[] {
  const parts: string[] = []
  let depth = 0
  let from = 0
  let quote = ''
  for (let i = 0; i < list.length; i++) {
    const sign = list[i] ?? ''
    if (quote) {
      if (sign === '\\') i++
      else if (sign === quote) quote = ''
    } else if (sign === "'" || sign === '`') quote = sign
    else if (sign === '(') depth++
    else if (sign === ')') depth--
    else if (sign === ',' && depth === 0) {
      parts.push(list.slice(from, i).trim())
      from = i + 1
    }
  }
  parts.push(list.slice(from).trim())
  return parts
}

/** Makes rows from lines of JSONCompactEachRowWithNamesAndTypes: names, then types, then the values. */
export function rowMaker<T>(): (line: unknown[]) => T | undefined {
  let names: string[] | undefined
  let converts: (Convert | undefined)[] | undefined
  return (line) => {
    if (!names) {
      names = line as string[]
      return undefined
    }
    if (!converts) {
      converts = (line as string[]).map(converterOf)
      return undefined
    }
    const row: Record<string, unknown> = {}
    for (let i = 0; i < names.length; i++) {
      const convert = converts[i]
      row[names[i] as string] = convert ? convert(line[i]) : line[i]
    }
    return row as T
  }
}

/** Date has its own toJSON (ISO, which the engine reads); a bigint goes as text, which it reads for any number type. */
function plain(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString()
  if (value instanceof Map) return Object.fromEntries(value)
  return value
}

/** Whether a value holds what JSON does not know by itself. Looking first is five times faster than a replacer for every value. */
function isOdd(value: unknown): boolean {
  if (typeof value === 'bigint') return true
  if (typeof value !== 'object' || value === null || value instanceof Date) return false
  if (value instanceof Map) return true
  if (Array.isArray(value)) return value.some(isOdd)
  for (const key in value) if (isOdd((value as Record<string, unknown>)[key])) return true
  return false
}

/** Rows as JSONEachRow. A field that is undefined takes the column's default. */
export function encodeRows(rows: Iterable<object>): Generator<string> {
  return inPieces(written(rows))
}

function* written(rows: Iterable<object>): Generator<string> {
  for (const row of rows) yield isOdd(row) ? JSON.stringify(row, plain) : JSON.stringify(row)
}

/** Lines in pieces of about 256 KiB. */
export function* inPieces(lines: Iterable<string>): Generator<string> {
  let piece = ''
  for (const line of lines) {
    piece += `${line}\n`
    if (piece.length < 262_144) continue
    yield piece
    piece = ''
  }
  if (piece) yield piece
}
