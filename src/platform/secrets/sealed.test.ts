import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { type Algorithm, ciphers } from './ciphers.ts'
import { BrokenSeal, keyIdOf, keyMark, markedKey, seal, sealingKey, unseal } from './sealed.ts'

const algorithms = Object.keys(ciphers) as Algorithm[]
const anyAlgorithm = fc.constantFrom(...algorithms)
const anyKeyId = fc.integer({ min: 0, max: 2 ** 32 - 1 })
const anyValue = fc.uint8Array({ maxLength: 300 })
const anyBelonging = fc.array(fc.string({ unit: 'grapheme', maxLength: 20 }), { minLength: 1, maxLength: 3 })
const material = randomBytes(32)

test('what was sealed opens to the same bytes, for any value, owner, key and algorithm', () => {
  fc.assert(
    fc.property(anyAlgorithm, anyKeyId, anyValue, anyBelonging, (algorithm, id, value, belongsTo) => {
      const key = sealingKey(id, algorithm, material)
      const sealed = seal(key, value, belongsTo)
      assert.deepEqual(new Uint8Array(unseal(key, sealed, belongsTo)), value)
      assert.equal(keyIdOf(sealed), id)
      assert.deepEqual(sealed.subarray(2, 6), keyMark(id))
      assert.equal(markedKey(keyMark(id)), id)
    }),
  )
})

test('any byte changed anywhere, any byte cut off or added, and the value does not open', () => {
  for (const algorithm of algorithms) {
    const key = sealingKey(7, algorithm, material)
    const sealed = seal(key, Buffer.from('13800000000'), ['mobile', 'cus_1'])
    for (let place = 0; place < sealed.length; place++) {
      for (const flip of [1, 0x80, 0xff]) {
        const changed = Buffer.from(sealed)
        changed[place] = (changed[place] ?? 0) ^ flip
        assert.throws(() => unseal(key, changed, ['mobile', 'cus_1']), BrokenSeal, `${algorithm}, byte ${place}`)
      }
      assert.throws(() => unseal(key, sealed.subarray(0, place), ['mobile', 'cus_1']), BrokenSeal)
    }
    assert.throws(() => unseal(key, Buffer.concat([sealed, Buffer.alloc(1)]), ['mobile', 'cus_1']), BrokenSeal)
  }
})

test('a value copied to another owner, or said to be of another kind, does not open', () => {
  fc.assert(
    fc.property(anyAlgorithm, anyBelonging, anyBelonging, (algorithm, mine, theirs) => {
      fc.pre(JSON.stringify(mine) !== JSON.stringify(theirs))
      const key = sealingKey(1, algorithm, material)
      const sealed = seal(key, Buffer.from('6222021234567890'), mine)
      assert.throws(() => unseal(key, sealed, theirs), BrokenSeal)
    }),
  )
})

test('where one part ends and the next begins is part of the seal', () => {
  const key = sealingKey(1, 'sm4-ctr-hmac-sm3', material)
  const sealed = seal(key, Buffer.from('value'), ['ab', 'c'])
  assert.throws(() => unseal(key, sealed, ['a', 'bc']), BrokenSeal)
  assert.throws(() => unseal(key, sealed, ['abc']), BrokenSeal)
})

test('another key opens nothing, also when it claims the same number', () => {
  for (const algorithm of algorithms) {
    const sealed = seal(sealingKey(1, algorithm, material), Buffer.from('value'), ['name', '1'])
    assert.throws(() => unseal(sealingKey(1, algorithm, randomBytes(32)), sealed, ['name', '1']), BrokenSeal)
    assert.throws(() => unseal(sealingKey(2, algorithm, material), sealed, ['name', '1']), BrokenSeal)
  }
})

test('the same value sealed a thousand times gives a thousand texts', () => {
  for (const algorithm of algorithms) {
    const key = sealingKey(1, algorithm, material)
    const texts = Array.from({ length: 1000 }, () => seal(key, Buffer.from('same'), ['name', '1']).toString('hex'))
    assert.equal(new Set(texts).size, 1000)
  }
})

test('a value sealed by an earlier program still opens: the layout is for ever', () => {
  const key = Buffer.from(Array.from({ length: 32 }, (_, place) => place))
  const kept: [Algorithm, string][] = [
    ['aes-256-gcm', '0101000001026925a5eb4ac0f80e24e693fe750bb7dc2b1e65f40a577d9ae28472ccb70713239d741e5d0f7263'],
    [
      'sm4-ctr-hmac-sm3',
      '01020000010257959a4621a3d0a5ec59ed9ab25543f565923e44d48fddb4f6cfb9ee7b2e254f3db8247ac2f34b3999577073fc6e124c7c341af67bc0ea38ffa046',
    ],
  ]
  for (const [algorithm, sealed] of kept) {
    const plain = unseal(sealingKey(258, algorithm, key), Buffer.from(sealed, 'hex'), ['mobile', 'cus_1'])
    assert.equal(plain.toString(), '13800000000')
    assert.equal(sealed.slice(0, 12), `01${algorithm === 'aes-256-gcm' ? '01' : '02'}00000102`)
  }
})

test('a key of the wrong size is refused before it seals anything', () => {
  assert.throws(() => sealingKey(1, 'aes-256-gcm', randomBytes(16)), RangeError)
  assert.throws(() => keyIdOf(Buffer.from('13800000000')), BrokenSeal)
  assert.throws(() => keyIdOf(Buffer.alloc(0)), BrokenSeal)
})
