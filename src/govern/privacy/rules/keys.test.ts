import assert from 'node:assert/strict'
import { test } from 'node:test'
import { activeKey, keyState } from './keys.ts'

const at = (day: string) => new Date(`${day}T00:00:00Z`)
const key = (id: number, usedFrom: string, retired?: string) => ({
  id,
  usedFrom: at(usedFrom),
  retiredAt: retired ? at(retired) : null,
})

test('the newest key whose time has come seals, in whatever order keys are read', () => {
  const keys = [key(4, '2026-03-01'), key(2, '2026-01-01'), key(3, '2026-02-01')]
  assert.equal(activeKey(keys, at('2026-01-15')).id, 2)
  assert.equal(activeKey(keys, at('2026-02-01')).id, 3)
  assert.equal(activeKey(keys, at('2027-01-01')).id, 4)
})

test('a rehearsal before the day the first key was made seals with that key', () => {
  assert.equal(activeKey([key(3, '2026-02-01'), key(2, '2026-01-01')], at('2020-01-01')).id, 2)
  assert.throws(() => activeKey([], at('2026-01-01')), RangeError)
})

test('a key is coming, active, retiring, retired, in this order', () => {
  const life = (now: string, retired?: string) => {
    const keys = [key(2, '2026-01-01', retired), key(3, '2026-02-01')]
    return keys.map((each) => keyState(each, keys, at(now)))
  }
  assert.deepEqual(life('2026-01-15'), ['active', 'coming'])
  assert.deepEqual(life('2026-02-15'), ['retiring', 'active'])
  assert.deepEqual(life('2026-03-15', '2026-03-01'), ['retired', 'active'])
})
