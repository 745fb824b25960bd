import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { blindIndex, blindIndexBytes } from './blind.ts'

test('equal values of a kind are found, and nothing else is', () => {
  const key = randomBytes(32)
  for (const hash of ['sha256', 'sm3'] as const) {
    const index = blindIndex(key, hash)
    assert.equal(index('mobile', '13800000000').length, blindIndexBytes)
    assert.deepEqual(index('mobile', '13800000000'), blindIndex(key, hash)('mobile', '13800000000'))
    assert.notDeepEqual(index('mobile', '13800000000'), index('mobile', '13800000001'))
    assert.notDeepEqual(index('mobile', '13800000000'), index('card', '13800000000'), 'no equality across kinds')
    assert.notDeepEqual(index('mobile', '13800000000'), blindIndex(randomBytes(32), hash)('mobile', '13800000000'))
  }
  assert.notDeepEqual(blindIndex(key, 'sha256')('mobile', '1'), blindIndex(key, 'sm3')('mobile', '1'))
})

test('the index of a value never changes, or every search over kept rows would fail', () => {
  const key = Buffer.from(Array.from({ length: 32 }, (_, place) => place))
  assert.equal(blindIndex(key, 'sha256')('mobile', '13800000000').toString('hex'), '79003cf9e13828607dd5f62695daa1d1')
  assert.equal(blindIndex(key, 'sm3')('mobile', '13800000000').toString('hex'), '300c6d12cac5b808162a42e345c7e616')
})
