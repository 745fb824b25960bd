import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { scene } from '../testing/scene.ts'
import { isStrong, type Person, survivor } from './book.ts'
import { resolve } from './resolve.ts'

type Said = [how: 'see' | 'bind' | 'part', ids: string]

/** What was said, message by message, and whose each was: customers by the letter of their birth. */
const table: [says: string, said: Said[], owners: string, more?: { merged?: string; asked?: string }][] = [
  ['identities seen together for the first time are one new customer', [['see', 'no=1 device=d']], 'A'],
  ['a weak identity that is free is attached to whom the strong one names', [['see', 'no=1'], ['see', 'no=1 device=d'], ['see', 'device=d']], 'AAA'],
  ['two strangers are two customers', [['see', 'no=1'], ['see', 'no=2']], 'AB'],
  ['whoever was anonymous gets his name when he is seen with one nobody has', [['see', 'device=d'], ['see', 'no=1 device=d']], 'AA'],
  ['a login merges the anonymous customer into the known one', [['see', 'no=1'], ['see', 'device=d'], ['bind', 'no=1 device=d'], ['see', 'device=d']], 'ABAA', { merged: 'B>A' }],
  ['an event with both joins nobody: only a login does', [['see', 'no=1'], ['see', 'device=d'], ['see', 'no=1 device=d'], ['see', 'device=d']], 'ABAB'],
  ['rule 8: two who both hold a strong identity are not merged by a login; a person is asked', [['see', 'no=1 cert=x'], ['see', 'no=2'], ['bind', 'no=2 cert=x']], 'ABB', { asked: 'A?B' }],
  ['rule 8: a mobile number in common is a question too', [['see', 'no=1 mobile=m'], ['see', 'no=2'], ['see', 'no=2 mobile=m'], ['see', 'no=2 mobile=m']], 'ABBB', { asked: 'A?B' }],
  ['rule 7: the event goes to the customer of the higher-priority identity, also a new one', [['see', 'no=1 cert=x'], ['see', 'no=2 cert=x']], 'AB', { asked: 'A?B' }],
  ['rule 7: of several held ones the first in priority decides', [['see', 'mobile=m'], ['see', 'openid=o'], ['see', 'openid=o mobile=m']], 'ABA'],
  ['rule 9: the next login on a shared device is the next one’s, and the device stays', [['bind', 'no=1 device=d'], ['bind', 'no=2 device=d'], ['see', 'device=d']], 'ABA'],
  ['rule 9: someone known there by his mobile only is someone else too', [['bind', 'mobile=m device=d'], ['bind', 'mobile=n device=d'], ['see', 'device=d']], 'ABA'],
  ['rule 9: a device of a known customer does not give him the next one’s mobile', [['see', 'no=1 device=d'], ['bind', 'mobile=n device=d'], ['see', 'mobile=n']], 'ABB'],
  ['a login by mobile on a new device gives the anonymous customer a mobile', [['see', 'device=d'], ['bind', 'mobile=m device=d'], ['see', 'mobile=m']], 'AAA'],
  ['two anonymous customers that a login joins are one, under the first in priority', [['see', 'openid=o'], ['see', 'union=u'], ['bind', 'union=u openid=o']], 'ABB', { merged: 'A>B' }],
  ['two anonymous customers known by different values of the kind that decides are two', [['see', 'union=u openid=o'], ['see', 'union=v'], ['bind', 'union=v openid=o']], 'ABB'],
  ['an anonymous customer is merged into the known one whose openid he shows', [['see', 'no=1 openid=o'], ['see', 'mobile=m'], ['bind', 'mobile=m openid=o']], 'ABA', { merged: 'B>A' }],
  ['several new strong ones name the anonymous customer together', [['see', 'device=d'], ['bind', 'no=1 card=c device=d'], ['see', 'card=c']], 'AAA'],
  ['a customer has one number: a second one is another customer', [['see', 'no=1 device=d'], ['see', 'no=2 device=d'], ['see', 'no=2']], 'ABB'],
  ['a new card of a known customer is his', [['see', 'no=1'], ['see', 'no=1 card=c'], ['see', 'card=c']], 'AAA'],
  ['a card nobody has, seen on the device of a known customer, is somebody else’s', [['see', 'no=1 device=d'], ['see', 'card=c device=d']], 'AB'],
  ['a parted identity is nobody’s, and the customer keeps the rest', [['bind', 'no=1 mobile=m'], ['part', 'mobile=m'], ['see', 'mobile=m'], ['see', 'no=1']], 'AABA'],
  ['of several in a parting the first names the customer and stays', [['bind', 'no=1 mobile=m'], ['part', 'no=1 mobile=m'], ['see', 'no=1'], ['see', 'mobile=m']], 'AAAB'],
  ['a parting does not touch what is another’s', [['bind', 'no=1'], ['see', 'no=2 mobile=m'], ['part', 'no=1 mobile=m'], ['see', 'mobile=m']], 'ABAB'],
  ['a parting of what nobody has is nobody’s', [['part', 'mobile=m']], '-'],
  ['limit, refuse: one more card than may be held is left out', [['see', 'no=1 card=a card=b'], ['see', 'no=1 card=c'], ['see', 'card=c']], 'AAB'],
  ['limit, replace: the mobile not seen longest goes', [['see', 'no=1 mobile=a'], ['see', 'no=1 mobile=b'], ['see', 'no=1 mobile=a'], ['see', 'no=1 mobile=c'], ['see', 'mobile=a'], ['see', 'mobile=b']], 'AAAAAB'],
  ['one message does not drive out its own', [['see', 'no=1 mobile=a mobile=b mobile=c'], ['see', 'mobile=a'], ['see', 'mobile=c']], 'AAB'],
] // biome-ignore format: a table

for (const [says, said, owners, more] of table)
  test(says, () => {
    const { book, sighting } = scene()
    const letters = said.map(([how, ids], i) => letterOf(resolve(book, sighting(how, ids, i))))
    assert.equal(letters.join(''), owners)
    const merged = book.merges.map(({ winner, loser }) => `${letterOf(loser)}>${letterOf(winner)}`)
    assert.deepEqual(merged, more?.merged ? [more.merged] : [])
    const asked = [...book.clashes.values()].map(({ one, other }) => [one, other].map(letterOf).sort().join('?'))
    assert.deepEqual(asked, more?.asked ? [more.asked] : [])
  })

function letterOf(person: Person | undefined): string {
  return person ? String.fromCharCode(64 - person.number) : '-'
}

test('rule 8: a pair is one question, however often it is seen', () => {
  const { book, sighting } = scene()
  const said: Said[] = [['see', 'no=1 cert=x'], ['see', 'no=2'], ['bind', 'no=2 cert=x'], ['see', 'no=2 cert=x'], ['see', 'no=1 mobile=m'], ['see', 'no=2 mobile=m']] // biome-ignore format: a table
  for (const [i, [how, ids]] of said.entries()) resolve(book, sighting(how, ids, i))
  assert.deepEqual(
    [...book.clashes.values()].map(({ count, via }) => [count, via.kind.id]),
    [[3, 'cert']],
  )
})

test('what a person parted is not joined again by a login (rule 10)', () => {
  const { book, sighting, person } = scene(['1:2'])
  person(1, 'no=1')
  person(2, 'device=d')
  assert.equal(resolve(book, sighting('bind', 'no=1 device=d', 0))?.number, 1)
  assert.equal(resolve(book, sighting('see', 'device=d', 1))?.number, 2)
  assert.deepEqual(book.merges, [])
})

const word = fc
  .tuple(fc.constantFrom('no', 'cert', 'card', 'mobile', 'union', 'openid', 'device'), fc.integer({ min: 1, max: 4 }))
  .map(([kind, value]) => `${kind}=${value}`)
const said = fc.tuple(
  fc.constantFrom<'see' | 'bind' | 'part'>('see', 'see', 'bind', 'bind', 'bind', 'part'),
  fc.uniqueArray(word, { minLength: 1, maxLength: 4 }).map((words) => words.join(' ')),
)

test('rule 8, for any order of any messages: nobody with a strong identity is ever merged into another with one', () => {
  fc.assert(
    fc.property(fc.array(said, { maxLength: 40 }), (messages) => {
      const { book, sighting } = scene()
      for (const [i, [how, ids]] of messages.entries()) {
        const before = new Map(book.born.map((person) => [person, isStrong(person)]))
        const merges = book.merges.length
        resolve(book, sighting(how, ids, i))
        for (const { winner, loser } of book.merges.slice(merges))
          assert.ok(!(before.get(winner) && before.get(loser)), `${how} ${ids}`)
      }
    }),
    { numRuns: 3000 },
  )
})

test('for any messages: each identity is one customer’s, of whom there are no more than the kind allows but by a merge', () => {
  fc.assert(
    fc.property(fc.array(said, { maxLength: 40 }), (messages) => {
      const { book, sighting, links } = scene()
      for (const [i, [how, ids]] of messages.entries()) {
        const owner = resolve(book, sighting(how, ids, i))
        assert.equal(owner === undefined, how === 'part' && owner === undefined)
        if (owner) assert.equal(owner.into, undefined)
      }
      for (const link of links.values()) if (link.holder) assert.ok(link.holder.held.has(link))
      for (const person of book.born) {
        if (person.into) assert.equal(person.held.size, 0)
        for (const link of person.held) assert.equal(link.holder, person)
        const numbers = [...person.held].filter((link) => link.kind.id === 'no')
        // Only anonymous customers are merged by themselves, so a second number cannot come that way either.
        assert.ok(numbers.length <= 1)
        assert.equal(survivor(person).into, undefined)
      }
    }),
    { numRuns: 2000 },
  )
})

test('for any messages without partings: seeing them once more teaches nothing new', () => {
  const joining = fc.array(
    said.filter(([how, ids]) => how !== 'part' && !/card|mobile/.test(ids)),
    { maxLength: 30 },
  )
  fc.assert(
    fc.property(joining, (messages) => {
      const { book, sighting } = scene()
      const run = () => messages.map(([how, ids], i) => resolve(book, sighting(how, ids, i)))
      run()
      run()
      const [born, merged] = [book.born.length, book.merges.length]
      const owners = run().map((person) => person?.number)
      assert.deepEqual(
        run().map((person) => person?.number),
        owners,
      )
      assert.deepEqual([book.born.length, book.merges.length], [born, merged])
    }),
    { numRuns: 1000 },
  )
})
