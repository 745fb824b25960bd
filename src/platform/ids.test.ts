import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { isId, newId } from './ids.ts'

const anyInstant = fc.date({ min: new Date(0), max: new Date('9999-12-31'), noInvalidDate: true })

test('an id says its kind and is told from every other kind', () => {
  const id = newId('org', new Date('2026-01-05'))
  assert.match(id, /^org_[0-9a-hjkmnp-tv-z]{26}$/)
  assert.ok(isId('org', id))
  assert.equal(isId('usr', id), false)
})

test('a hundred thousand ids of the same millisecond are all different', () => {
  const at = new Date('2026-01-05')
  assert.equal(new Set(Array.from({ length: 100_000 }, () => newId('aud', at))).size, 100_000)
})

test('ids sort by the moment of birth, so a list by id is a list by age', () => {
  fc.assert(
    fc.property(fc.array(anyInstant, { minLength: 2, maxLength: 20 }), (births) => {
      const byBirth = births.toSorted((a, b) => a.getTime() - b.getTime()).map((at) => newId('job', at).slice(0, 14))
      assert.deepEqual(byBirth.toSorted(), byBirth)
    }),
  )
  assert.ok(newId('job', new Date('2026-01-05T00:00:00.000Z')) < newId('job', new Date('2026-01-05T00:00:00.001Z')))
})

test('the same moment gives the same head, so that ids made on a virtual clock carry that clock', () => {
  fc.assert(
    fc.property(anyInstant, (at) => {
      assert.equal(newId('key', at).slice(0, 14), newId('key', at).slice(0, 14))
    }),
  )
})

test('the chance of an id fills all its bits', () => {
  const at = new Date('2026-01-05')
  const seen = Array.from({ length: 16 }, () => new Set<string>())
  for (let i = 0; i < 2000; i++) {
    for (const [place, letter] of [...newId('ses', at).slice(14)].entries()) seen[place]?.add(letter)
  }
  for (const letters of seen) assert.equal(letters.size, 32)
})

test('what only looks like an id is refused', () => {
  const id: string = newId('org', new Date('2026-01-05'))
  for (const other of [
    id.toUpperCase(),
    id.slice(0, -1),
    `${id}0`,
    id.replace('org_', 'org-'),
    `${id} `,
    '',
    7,
    null,
  ]) {
    assert.equal(isId('org', other), false, String(other))
  }
  assert.equal(isId('org', `org_${'u'.repeat(26)}`), false, 'Crockford base 32 has no u')
})
