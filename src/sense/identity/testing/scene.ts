import { type Book, type Link, newBook, type Person, type Sighting } from '../rules/book.ts'
import { inOrder, type KindRule } from '../rules/values.ts'

type Traits = Partial<Pick<KindRule, 'many' | 'limit' | 'overflow' | 'shared'>>

function kind(id: string, strength: 'strong' | 'weak', priority: number, traits: Traits = {}): KindRule {
  return {
    ...{ id, strength, priority, name: { zh: id, en: id }, enabled: true, personal: null, junk: [], rank: 0 },
    ...{ many: false, limit: null, overflow: 'refuse', shared: false, junkForms: new Set(), ...traits },
  }
}

const kinds = new Map(
  inOrder([
    kind('no', 'strong', 1),
    kind('cert', 'strong', 2),
    kind('card', 'strong', 3, { many: true, limit: 2 }),
    kind('mobile', 'weak', 4, { many: true, limit: 2, overflow: 'replace-oldest' }),
    kind('union', 'weak', 5),
    kind('openid', 'weak', 6, { many: true }),
    kind('device', 'weak', 7, { many: true, shared: true }),
  ]).map((one, rank) => [one.id, { ...one, rank }]),
)

/** A batch as the rules see it, with messages written `no=1 device=d`; message `i` comes at minute `i`. */
export function scene(apart: readonly string[] = []) {
  const book: Book = newBook(new Set(apart))
  const links = new Map<string, Link>()
  const minute = (i: number) => new Date(Date.UTC(2026, 0, 5) + i * 3_600_000)
  const linkOf = (word: string): Link => {
    const [id = '', match = ''] = word.split('=')
    const found = kinds.get(id)
    if (!found) throw new Error(word)
    const at = minute(0)
    const fresh = { holder: undefined, firstSeen: at, lastSeen: at, source: '', stored: undefined }
    const link = links.get(word) ?? { kind: found, match, value: match, ...fresh }
    links.set(word, link)
    return link
  }
  return {
    book,
    links,
    sighting(how: Sighting['how'], words: string, i: number): Sighting {
      const ids = words.split(' ').map(linkOf)
      ids.sort((a, b) => a.kind.rank - b.kind.rank)
      return { ids, how, why: 'bind', at: minute(i), source: 's', org: 'o' }
    },
    /** One who is known from before. */
    person(number: number, words: string): Person {
      const person: Person = { number, org: 'o', bornAt: minute(0), held: new Set(words.split(' ').map(linkOf)) }
      for (const link of person.held) Object.assign(link, { holder: person, stored: number })
      return person
    },
  }
}
