import {
  attach,
  type Book,
  birth,
  clash,
  holdsKind,
  isStrong,
  type Link,
  merge,
  type Person,
  pairOf,
  part,
  roomFor,
  type Sighting,
  touch,
} from './book.ts'

/**
 * Whose message it is, and what it teaches about who is who. The strongest identity that anyone holds decides; stronger
 * ones that nobody holds yet are his if they may be, and a new customer's if not. The rest is attached where it is free.
 * Undefined only for a parting of what is nobody's.
 */
export function resolve(book: Book, sighting: Sighting): Person | undefined {
  return sighting.how === 'part' ? parting(book, sighting) : seeing(book, sighting)
}

function seeing(book: Book, sighting: Sighting): Person {
  const { ids, at } = sighting
  const decider = ids.find((link) => link.holder)
  const strongest = ids[0]
  let owner = decider?.holder
  if (!owner || !decider || (strongest && strongest !== decider && !mayName(owner, strongest, decider, ids)))
    owner = birth(book, sighting)
  // What the customer is known by in this message, and what led to him.
  const named = owner === decider?.holder ? decider : strongest
  let led = owner === decider?.holder ? decider : undefined
  for (const link of ids) {
    if (link.holder === owner) touch(book, link, at)
    else if (link.holder) owner = meet(book, sighting, owner, link, named ?? link)
    else if (!led || !isStronger(link, led)) attach(book, owner, link, sighting)
    // From here on he is known by the stronger one.
    else if (mayName(owner, link, led, ids) && attach(book, owner, link, sighting)) led = link
  }
  return owner
}

function isStronger(link: Link, than: Link): boolean {
  return link.kind.rank < than.kind.rank
}

/**
 * Whether a free identity may be the holder's, whom a weaker one led to. A strong one is a person of its own unless a
 * strong one leads to him or he is anonymous (rule 8); through a device one gets to nobody who is already known by
 * something of that kind (rule 9: the next person at the device).
 */
function mayName(holder: Person, free: Link, led: Link, ids: readonly Link[]): boolean {
  if (free.kind.strength === 'strong') {
    if (isStrong(holder)) return led.kind.strength === 'strong' && roomFor(holder, free.kind, ids) !== 'full'
    return true
  }
  if (led.kind.shared && !free.kind.shared) return !isStrong(holder) && !holdsKind(holder, free.kind)
  return roomFor(holder, free.kind, ids) !== 'full'
}

/** The message is `owner`'s and carries an identity of another. Returns whose it is afterwards. */
function meet(book: Book, sighting: Sighting, owner: Person, link: Link, named: Link): Person {
  const other = link.holder
  if (!other) return owner
  const [ownerIsStrong, otherIsStrong] = [isStrong(owner), isStrong(other)]
  if (ownerIsStrong && otherIsStrong) {
    // Rule 8: for a person to decide. On a shared device it is the usual thing, and nothing to ask about (rule 9).
    if (!link.kind.shared) clash(book, owner, other, link, sighting)
    return owner
  }
  if (sighting.how !== 'bind' || book.apart.has(pairOf(owner.number, other.number))) return owner
  if (ownerIsStrong) {
    merge(book, owner, other, link, sighting)
    touch(book, link, sighting.at)
    return owner
  }
  // Known by another value of the very kind that decides: somebody else.
  if (holdsKind(other, named.kind)) return owner
  if (otherIsStrong) {
    if (link.kind.shared) return owner
    merge(book, other, owner, link, sighting)
    return other
  }
  merge(book, owner, other, link, sighting)
  return owner
}

/** One identity is taken from its customer. Of several the first that is held names him, and the others are taken. */
function parting(book: Book, { ids }: Sighting): Person | undefined {
  const first = ids.find((link) => link.holder)
  const owner = first?.holder
  if (!first || !owner) return undefined
  const taken = ids.length === 1 ? [first] : ids.filter((link) => link !== first && link.holder === owner)
  for (const link of taken) part(book, link)
  return owner
}
