import assert from 'node:assert/strict'
import { createCipheriv, createHash, createHmac } from 'node:crypto'
import { test } from 'node:test'
import { ciphers, derive, sm4CtrHmacSm3 } from './ciphers.ts'

const hex = (text: string) => Buffer.from(text, 'hex')

// McGrew and Viega, "The Galois/Counter Mode of Operation", test cases 13 and 16, as in NIST's GCM submission.
test('AES-256-GCM gives the published texts and tags', () => {
  const empty = ciphers['aes-256-gcm'].prepare(Buffer.alloc(32)).encrypt(Buffer.alloc(12), hex(''), hex(''))
  assert.equal(empty.text.length, 0)
  assert.equal(empty.tag.toString('hex'), '530f8afbc74536b9a963b4f1c4cb738b')

  const key = hex('feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308')
  const plain = hex(
    'd9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39',
  )
  const bound = hex('feedfacedeadbeeffeedfacedeadbeefabaddad2')
  const nonce = hex('cafebabefacedbaddecaf888')
  const cipher = ciphers['aes-256-gcm'].prepare(key)
  const { text, tag } = cipher.encrypt(nonce, plain, bound)
  assert.equal(
    text.toString('hex'),
    '522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662',
  )
  assert.equal(tag.toString('hex'), '76fc6ece0f4e1768cddf8853bb2d551b')
  assert.deepEqual(cipher.decrypt(nonce, text, tag, bound), plain)
})

// GB/T 32907-2016, appendix A, example 1.
test('SM4 gives the published block', () => {
  const key = hex('0123456789abcdeffedcba9876543210')
  const cipher = createCipheriv('sm4-ecb', key, null).setAutoPadding(false)
  assert.equal(cipher.update(key).toString('hex'), '681edf34d206965e86b3e94f536e4246')
})

// draft-ribose-cfrg-sm4-10, appendix A.2.5.1.
test('SM4 in counter mode gives the published text', () => {
  const cipher = sm4CtrHmacSm3(hex('0123456789abcdeffedcba9876543210'), Buffer.alloc(32))
  const plain = ['aa', 'bb', 'cc', 'dd', 'ee', 'ff', 'aa', 'bb'].map((byte) => byte.repeat(8)).join('')
  const { text } = cipher.encrypt(hex('000102030405060708090a0b0c0d0e0f'), hex(plain), hex(''))
  assert.equal(
    text.toString('hex'),
    'ac3236cb970cc20791364c395a1342d1a3cbc1878c6f30cd074cce385cdd70c7f234bc0e24c11980fd1286310ce37b926e02fcd0faa0baf38b2933851d824514',
  )
})

// GB/T 32905-2016, appendix A, examples 1 and 2.
test('SM3 gives the published hashes', () => {
  const sm3 = (text: string) => createHash('sm3').update(text).digest('hex')
  assert.equal(sm3('abc'), '66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0')
  assert.equal(sm3('abcd'.repeat(16)), 'debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732')
})

// GM/T 0042-2015, appendix D.3.
test('HMAC with SM3 gives the published tag', () => {
  const key = hex('0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20')
  const message = 'abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq'.repeat(2)
  assert.equal(
    createHmac('sm3', key).update(message).digest('hex'),
    'ca05e144ed05d1857840d1f318a4a8669e559fc8391f414485bfdf7bb408963a',
  )
})

test('the tag of SM4 is HMAC-SM3 over what is bound, the nonce, the text and the length of what is bound', () => {
  const [cipherKey, macKey] = [Buffer.alloc(16, 1), Buffer.alloc(32, 2)]
  const [nonce, bound] = [Buffer.alloc(16, 3), Buffer.from('bound')]
  const { text, tag } = sm4CtrHmacSm3(cipherKey, macKey).encrypt(nonce, Buffer.from('value'), bound)
  const whole = Buffer.concat([bound, nonce, text, hex('0000000000000005')])
  assert.deepEqual(tag, createHmac('sm3', macKey).update(whole).digest())
})

test('keys for two purposes out of one have nothing in common', () => {
  const key = Buffer.alloc(32, 7)
  const seen = [
    derive('sha256', key, 'a', 32),
    derive('sha256', key, 'b', 32),
    derive('sm3', key, 'a', 32),
    derive('sha256', Buffer.alloc(32, 8), 'a', 32),
  ]
  assert.equal(new Set(seen.map((each) => each.toString('hex'))).size, 4)
  assert.equal(derive('sm3', key, 'a', 16).length, 16)
})
