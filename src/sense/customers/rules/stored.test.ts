import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Doc } from './profile.ts'
import { packDoc, unpackDoc } from './stored.ts'

const moment = { time: 1_767_225_600_000, source: 'src_core' }

test('what forty columns of one file say names its moment and source once', () => {
  const doc = Object.fromEntries(
    Array.from({ length: 40 }, (_, i) => [`a${i}`, [i, moment.time, moment.source] as const]),
  )
  const text = packDoc(doc)
  assert.equal(text.split(moment.source).length - 1, 1)
  assert.deepEqual(unpackDoc(JSON.parse(text)), doc)
})

const value = fc.oneof(
  fc.string(),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((n) => n + 0),
  fc.boolean(),
  fc.constant(null),
  fc.array(fc.string()),
)
const entry = fc.oneof(
  fc.tuple(value, fc.nat(3), fc.constantFrom('src_a', 'src_"b')),
  fc.tuple(value, fc.nat(3), fc.constantFrom('src_a', 'src_"b'), fc.constantFrom('once', 'sum', 'list', 'gone')),
  fc.tuple(fc.constant(null), fc.nat(3), fc.constant('src_a'), fc.constantFrom('set', 'once'), fc.constant('mobile')),
)
const docs = fc
  .array(fc.tuple(fc.oneof(fc.string({ minLength: 1 }), fc.constant('__proto__'), fc.constant('constructor')), entry))
  .map((pairs) => Object.fromEntries(pairs) as Doc)

test('a document comes back as it was kept, in one line', () => {
  fc.assert(
    fc.property(docs, (doc) => {
      const text = packDoc(doc)
      assert.doesNotMatch(text, /\n/)
      assert.equal(JSON.stringify(Object.entries(unpackDoc(JSON.parse(text)))), JSON.stringify(Object.entries(doc)))
    }),
  )
})
