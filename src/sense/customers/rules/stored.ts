import type { Doc, Entry, How, Kind } from './profile.ts'

/**
 * A document as it is kept. What an import says of a customer is forty values of one moment and one source: those stand
 * once, under the empty name (which no attribute has), and an entry names their place. A third of the size, and so small
 * enough to stay in its row.
 */
type Mark = readonly [time: number, source: string]
type Stored = readonly [value: unknown, mark: number, how?: How, kind?: Kind]

/** As JSON, without a line break. */
export function packDoc(doc: Doc): string {
  const places = new Map<string, Map<number, number>>()
  const marks: Mark[] = []
  let text = ''
  for (const name of Object.keys(doc)) {
    const [value, time, source, how, kind] = doc[name] as Entry
    let ofSource = places.get(source)
    if (!ofSource) {
      ofSource = new Map()
      places.set(source, ofSource)
    }
    let place = ofSource.get(time)
    if (place === undefined) {
      place = marks.length
      ofSource.set(time, place)
      marks.push([time, source])
    }
    const written = JSON.stringify(value) ?? 'null'
    const end = kind ? `,"${how}","${kind}"` : how ? `,"${how}"` : ''
    text += `,${nameOf(name)}:[${written},${place}${end}]`
  }
  return marks.length === 0 ? '{}' : `{"":${JSON.stringify(marks)}${text}}`
}

/** Names are few and come again; those that are data must not fill the memory. */
const names = new Map<string, string>()

function nameOf(name: string): string {
  const known = names.get(name)
  if (known !== undefined) return known
  const text = JSON.stringify(name)
  if (names.size < 5000) names.set(name, text)
  return text
}

/** From what the driver has read as JSON. */
export function unpackDoc(stored: Readonly<Record<string, unknown>>): Doc {
  const marks = stored[''] as readonly Mark[] | undefined
  const doc: Record<string, Entry> = {}
  if (!marks) return doc
  for (const name of Object.keys(stored)) {
    if (name === '') continue
    const [value, place, how, kind] = stored[name] as Stored
    const [time, source] = marks[place] as Mark
    const entry: Entry = kind
      ? [value, time, source, how, kind]
      : how
        ? [value, time, source, how]
        : [value, time, source]
    // An attribute called so stays an attribute.
    if (name === '__proto__')
      Object.defineProperty(doc, name, { value: entry, enumerable: true, writable: true, configurable: true })
    else doc[name] = entry
  }
  return doc
}
