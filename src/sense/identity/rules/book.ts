import type { MergeWhy } from '../contract.ts'
import type { KindRule } from './values.ts'

/** A customer while a batch is decided. `number` is below zero until he is written. */
export type Person = { number: number; org: string; bornAt: Date; held: Set<Link>; into?: Person }

/** An identity that was seen or is held. */
export type Link = {
  readonly kind: KindRule
  /** The normal form, or the blind index. */
  readonly match: string
  /** As it was given first; unknown of one that was only read. */
  readonly value: string | undefined
  holder: Person | undefined
  firstSeen: Date
  lastSeen: Date
  source: string
  /** The customer it is written with; undefined for a new one. */
  stored: number | undefined
}

export type Sighting = {
  /** Usable ones, those that decide first. */
  readonly ids: readonly Link[]
  /** `see` joins nobody; `bind` says that all are one person; `part` parts them. */
  readonly how: 'see' | 'bind' | 'part'
  readonly why: MergeWhy
  readonly at: Date
  readonly source: string
  readonly org: string
}

export type Merging = { winner: Person; loser: Person; why: MergeWhy; via: Link; at: Date; moved: Link[] }
export type Clash = { one: Person; other: Person; via: Link; first: Date; last: Date; count: number; source: string }

/** All that a batch changes, in the order of its messages. */
export type Book = {
  readonly born: Person[]
  readonly merges: Merging[]
  readonly clashes: Map<string, Clash>
  readonly changed: Set<Link>
  /** Pairs that a person parted: no machine joins them again. */
  readonly apart: ReadonlySet<string>
}

export function newBook(apart: ReadonlySet<string> = new Set()): Book {
  return { born: [], merges: [], clashes: new Map(), changed: new Set(), apart }
}

export function pairOf(a: number, b: number): string {
  return a < b ? `${a}:${b}` : `${b}:${a}`
}

export function isStrong(person: Person): boolean {
  for (const link of person.held) if (link.kind.strength === 'strong') return true
  return false
}

export function holdsKind(person: Person, kind: KindRule): boolean {
  for (const link of person.held) if (link.kind.id === kind.id) return true
  return false
}

/** The link that would have to go for one more of the kind, `room` when none has to, `full` when it may not be had. */
export function roomFor(person: Person, kind: KindRule, seen: readonly Link[]): 'room' | 'full' | Link {
  const most = kind.many ? (kind.limit ?? Number.POSITIVE_INFINITY) : 1
  const held = [...person.held].filter((link) => link.kind.id === kind.id)
  if (held.length < most) return 'room'
  if (kind.overflow === 'refuse') return 'full'
  // One message does not drive out its own.
  const [oldest] = held.filter((link) => !seen.includes(link)).sort(bySight)
  return oldest ?? 'full'
}

function bySight(a: Link, b: Link): number {
  return (
    a.lastSeen.getTime() - b.lastSeen.getTime() ||
    a.firstSeen.getTime() - b.firstSeen.getTime() ||
    (a.match < b.match ? -1 : 1)
  )
}

export function birth(book: Book, { org, at }: Sighting): Person {
  const person: Person = { number: -1 - book.born.length, org, bornAt: at, held: new Set() }
  book.born.push(person)
  return person
}

/** Gives a free identity to a customer; false when he may hold no more of its kind. */
export function attach(book: Book, person: Person, link: Link, { ids, at, source }: Sighting): boolean {
  const room = roomFor(person, link.kind, ids)
  if (room === 'full') return false
  if (room !== 'room') part(book, room)
  link.holder = person
  link.firstSeen = at
  link.lastSeen = at
  link.source = source
  person.held.add(link)
  book.changed.add(link)
  return true
}

export function part(book: Book, link: Link): void {
  link.holder?.held.delete(link)
  link.holder = undefined
  book.changed.add(link)
}

/** All that the loser holds becomes the winner's, whatever the limits: a merge loses nothing. */
export function merge(book: Book, winner: Person, loser: Person, via: Link, { why, at }: Sighting): void {
  const moved = [...loser.held]
  for (const link of moved) {
    link.holder = winner
    winner.held.add(link)
    book.changed.add(link)
  }
  loser.held.clear()
  loser.into = winner
  book.merges.push({ winner, loser, why, via, at, moved })
}

export function clash(book: Book, one: Person, other: Person, via: Link, { at, source }: Sighting): void {
  const pair = pairOf(one.number, other.number)
  const known = book.clashes.get(pair)
  if (!known) book.clashes.set(pair, { one, other, via, first: at, last: at, count: 1, source })
  else {
    known.count++
    if (at > known.last) known.last = at
  }
}

/** The last sight is kept to the hour: a customer who clicks does not rewrite his rows. */
export const sightMs = 3_600_000

export function touch(book: Book, link: Link, at: Date): void {
  if (at.getTime() - link.lastSeen.getTime() < sightMs) return
  link.lastSeen = at
  book.changed.add(link)
}

export function survivor(person: Person): Person {
  let at = person
  while (at.into) at = at.into
  return at
}
