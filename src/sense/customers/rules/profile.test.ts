import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { PersonalKind } from '../../../govern/privacy/contract.ts'
import { applyChanges, type Change, type Kept, longestList, mostAttributes, resolveProfile } from './profile.ts'

const nothing: Kept = { doc: {}, emptied: 0 }
const kinds: Record<string, PersonalKind> = { mobile: 'mobile', name: 'name' }
const kindOf = (name: string) => (Object.hasOwn(kinds, name) ? kinds[name] : undefined)

function say(op: Change['op'], time: number, values: Record<string, unknown> = {}, source = 'src_a'): Change {
  return { op, time, values, source }
}

const after = (...changes: Change[]) => applyChanges(nothing, changes, kindOf)

/** What a reader would see of one number. */
function seen(kept: Kept): Record<string, unknown> {
  return Object.fromEntries(resolveProfile([{ customer: 1, ...kept }]).map(({ name, value }) => [name, value]))
}

const cases: [string, Change[], Record<string, unknown>][] = [
  ['the later value of two stands', [say('set', 1, { a: 1 }), say('set', 2, { a: 2 })], { a: 2 }],
  ['a late older value does not overwrite (rule 3)', [say('set', 2, { a: 2 }), say('set', 1, { a: 1 })], { a: 2 }],
  ['at the same instant the later to arrive stands', [say('set', 1, { a: 1 }), say('set', 1, { a: 2 })], { a: 2 }],
  ['null takes a value away', [say('set', 1, { a: 1 }), say('set', 2, { a: null })], {}],
  ['unset takes a value away', [say('set', 1, { a: 1, b: 1 }), say('unset', 2, { a: true })], { b: 1 }],
  ['a late older value does not return after unset', [say('unset', 2, { a: '' }), say('set', 1, { a: 1 })], {}],
  ['a late unset does not take the newer value', [say('set', 2, { a: 1 }), say('unset', 1, { a: '' })], { a: 1 }],
  ['set once keeps the first', [say('setOnce', 1, { a: 1 }), say('setOnce', 2, { a: 2 })], { a: 1 }],
  ['set once takes the earliest, however late', [say('setOnce', 2, { a: 2 }), say('setOnce', 1, { a: 1 })], { a: 1 }],
  ['a value that is there is not set once', [say('set', 2, { a: 2 }), say('setOnce', 1, { a: 1 })], { a: 2 }],
  ['set goes over set once', [say('setOnce', 2, { a: 1 }), say('set', 1, { a: 2 })], { a: 2 }],
  ['set once fills what was unset', [say('unset', 1, { a: 1 }), say('setOnce', 2, { a: 2 })], { a: 2 }],
  ['increments are summed, late ones too', [say('increment', 2, { a: 2 }), say('increment', 1, { a: 3 })], { a: 5 }],
  ['an increment goes on from a set number', [say('set', 1, { a: 10 }), say('increment', 2, { a: -3 })], { a: 7 }],
  ['words are not added', [say('increment', 1, { a: 'x' }), say('increment', 2, { b: Number.NaN })], {}],
  ['a newer increment begins where a word was', [say('set', 1, { a: 'x' }), say('increment', 2, { a: 2 })], { a: 2 }],
  ['lists grow', [say('append', 1, { a: ['x'] }), say('append', 2, { a: ['y', 'x'] })], { a: ['x', 'y'] }],
  ['one value is a list of one', [say('append', 1, { a: 'x' })], { a: ['x'] }],
  ['delete empties', [say('set', 1, { a: 1 }), say('delete', 2)], {}],
  ['what is newer than the delete stays', [say('set', 3, { a: 1 }), say('delete', 2)], { a: 1 }],
  ['what is older than the delete never returns', [say('delete', 2), say('increment', 1, { a: 1 })], {}],
  ['life goes on after the delete', [say('delete', 2), say('set', 3, { a: 1 })], { a: 1 }],
  ['nothing is no first value', [say('setOnce', 1, { a: null }), say('setOnce', 2, { a: 2 })], { a: 2 }],
  [
    'characters the database cannot keep are left out',
    [say('set', 1, { 'a\u0000': ['\u0000x', { 'b\u0000': '\ud800' }] })],
    { a: ['x', { b: '\ufffd' }] },
  ],
  [
    'names of the language are names like any other',
    [say('set', 1, JSON.parse('{"__proto__": 1}'))],
    JSON.parse('{"__proto__": 1}'),
  ],
]

for (const [name, changes, expected] of cases) test(name, () => assert.deepEqual(seen(after(...changes)), expected))

test('a personal value is not in the document: it is handed over to be sealed', () => {
  const first = after(say('set', 1, { mobile: '19900000001', name: ' 测试一 ' }))
  assert.deepEqual(first.doc.mobile, [null, 1, 'src_a', 'set', 'mobile'])
  assert.deepEqual(
    [...first.personal],
    [
      ['mobile', { kind: 'mobile', value: '19900000001' }],
      ['name', { kind: 'name', value: '测试一' }],
    ],
  )
  const late = applyChanges(first, [say('set', 0, { mobile: '19900000002' })], kindOf)
  assert.equal(late.changed, false)
  assert.equal(late.personal.size, 0)
  const gone = applyChanges(first, [say('unset', 2, { mobile: '' }), say('set', 3, { name: '  ' })], kindOf)
  assert.deepEqual(
    [...gone.personal],
    [
      ['mobile', null],
      ['name', null],
    ],
  )
  assert.deepEqual(JSON.stringify(first.doc).match(/1990|测试/), null)
})

test('deleting a profile takes its personal values along', () => {
  const first = after(say('set', 1, { mobile: '19900000001' }), say('delete', 2))
  assert.deepEqual([...first.personal], [['mobile', null]])
})

test('lists and profiles do not grow without end', () => {
  const list = after(say('append', 1, { a: Array.from({ length: 600 }, (_, i) => i) }))
  assert.equal((seen(list).a as unknown[]).length, longestList)
  assert.equal((seen(list).a as unknown[]).at(-1), 599)
  const many = Object.fromEntries(Array.from({ length: mostAttributes + 5 }, (_, i) => [`a${i}`, i]))
  assert.equal(Object.keys(after(say('set', 1, many)).doc).length, mostAttributes)
})

const names = fc.constantFrom('a', 'b', 'c')
const distinctTimes = fc.uniqueArray(fc.integer({ min: 1, max: 1000 }), { minLength: 1, maxLength: 12 })

const settings = distinctTimes.chain((times) =>
  fc.tuple(
    ...times.map((time) =>
      fc.record({
        op: fc.constantFrom('set' as const, 'unset' as const, 'delete' as const),
        values: fc.dictionary(names, fc.oneof(fc.integer(), fc.string(), fc.constant(null))),
        time: fc.constant(time),
        source: fc.constantFrom('src_a', 'src_b'),
      }),
    ),
  ),
)

test('in whatever order set, unset and delete arrive, the profile is the same (rule 3)', () => {
  fc.assert(
    fc.property(
      settings.chain((messages) =>
        fc.tuple(fc.constant(messages), fc.shuffledSubarray(messages, { minLength: messages.length })),
      ),
      ([messages, shuffled]) => {
        assert.deepEqual(seen(after(...shuffled)), seen(after(...messages)))
      },
    ),
  )
})

test('the same set applied twice is applied once', () => {
  fc.assert(
    fc.property(settings, (messages) => {
      const once = after(...messages)
      assert.deepEqual(seen(applyChanges(once, messages, kindOf)), seen(once))
    }),
  )
})

test('increments come to their sum in any order and any batches', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.integer(), fc.nat(1000)), { minLength: 1 }), fc.nat(), (all, cut) => {
      const changes = all.map(([by, time]) => say('increment', time, { a: by }))
      const at = cut % (changes.length + 1)
      const first = after(...changes.slice(0, at))
      const both = applyChanges(first, changes.slice(at), kindOf)
      const sum = all.reduce((total, [by]) => total + by, 0)
      assert.equal(seen(both).a, sum)
    }),
  )
})

test('a batch applied at once is the batch applied message by message', () => {
  const any = fc.record({
    op: fc.constantFrom(
      'set' as const,
      'setOnce' as const,
      'increment' as const,
      'append' as const,
      'unset' as const,
      'delete' as const,
    ),
    values: fc.dictionary(names, fc.oneof(fc.integer(), fc.string(), fc.constant(null), fc.array(fc.integer()))),
    time: fc.nat(50),
    source: fc.constantFrom('src_a', 'src_b'),
  })
  fc.assert(
    fc.property(fc.array(any), (messages) => {
      let kept: Kept = nothing
      for (const message of messages) kept = applyChanges(kept, [message], kindOf)
      const whole = after(...messages)
      assert.deepEqual([kept.doc, kept.emptied], [whole.doc, whole.emptied])
    }),
  )
})

test('of a merged customer the latest value stands, counts are summed, lists are joined (rule 10)', () => {
  const one = after(
    say('set', 5, { city: '杭州', level: 'gold' }),
    say('increment', 3, { visits: 3 }),
    say('append', 1, { likes: ['funds', 'cards'] }),
    say('setOnce', 4, { channel: 'app' }),
  )
  const two = after(
    say('set', 7, { city: '宁波' }, 'src_b'),
    say('increment', 2, { visits: 4 }),
    say('append', 6, { likes: ['cards', 'loans'] }),
    say('setOnce', 2, { channel: 'web' }),
    say('unset', 9, { level: '' }),
  )
  const both = resolveProfile([
    { customer: 1, ...one },
    { customer: 2, ...two },
  ])
  assert.deepEqual(Object.fromEntries(both.map(({ name, value, holder }) => [name, [value, holder]])), {
    city: ['宁波', 2],
    visits: [7, 1],
    likes: [['funds', 'cards', 'loans'], 2],
    channel: ['web', 2],
  })
})

test('a profile that was deleted is deleted for all numbers of the customer', () => {
  const one = after(say('delete', 5))
  const two = after(say('set', 4, { a: 1 }), say('set', 6, { b: 2 }))
  const both = resolveProfile([
    { customer: 1, ...one },
    { customer: 2, ...two },
  ])
  assert.deepEqual(
    both.map(({ name }) => name),
    ['b'],
  )
})

test('a merged profile does not depend on the order of its rows', () => {
  fc.assert(
    fc.property(settings, settings, (first, second) => {
      const members = [
        { customer: 1, ...after(...first) },
        { customer: 2, ...after(...second) },
      ]
      const byName = (all: ReturnType<typeof resolveProfile>) => new Map(all.map((one) => [one.name, one]))
      assert.deepEqual(byName(resolveProfile([...members].reverse())), byName(resolveProfile(members)))
    }),
  )
})
