import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { cutText, keyKind, redact } from './redact.ts'

const kept = (value: unknown) => JSON.parse(redact(value) ?? 'null') as unknown

test('secrets are cut whole, by the name of their field', () => {
  for (const key of 'password passwordHash password_hash newPassword PASSWORD dbPassword accessToken refresh_token totpSecret totp otp apiKey api-key privateKey secretKey recoveryCodes authorization cookie csrf tokenHash signingKey pin cvv'.split(
    ' ',
  ))
    assert.deepEqual(kept({ [key]: 'plain-text' }), { [key]: '•••' }, key)
})

test('a name that only speaks of secrets keeps its value', () => {
  for (const key of 'passwordChangedAt passwordMinLength tokenCount secretary pinned spinner tokensUsed passwordPolicy key contentHash hash keyId cookiesAllowed'.split(
    ' ',
  ))
    assert.equal(keyKind(key), 'open', key)
})

test('whether a secret was set stays visible, what it was does not', () => {
  assert.deepEqual(kept({ totp: true, password: null, pin: 1234 }), { totp: true, password: null, pin: '•••' })
  assert.deepEqual(kept({ credentials: { user: 'a', list: ['b', 7] } }), {
    credentials: { user: '•••', list: ['•••', '•••'] },
  })
})

test('personal values are masked by the name of their field, whatever they look like', () => {
  assert.deepEqual(
    kept({
      mobile: '+852 6123 4567',
      phone: 12345,
      certificateNumber: 'E12345678',
      customerName: '欧阳娜娜',
      realName: '张三',
      birthday: new Date(0),
      openid: 'oGZUI0egBJY1zhBYw2KhdUfwVJJE',
      身份证号: 'X',
      email: 'zhang.san@bank.example',
      contact: { mobile: { home: '02112345678' } },
    }),
    {
      mobile: '+85****4567',
      phone: '1**',
      certificateNumber: 'E****8',
      customerName: '欧**',
      realName: '张**',
      birthday: '•••',
      openid: 'oGZ****VJJE',
      身份证号: '*',
      email: 'z***@bank.example',
      contact: { mobile: { home: '021****5678' } },
    },
  )
})

test('personal values are masked by their shape, whatever their field is called', () => {
  const cases: [string, string][] = [
    ['13800138000', '138****8000'],
    ['打给13800138000吧', '打给138****8000吧'],
    ['+86 138-0013-8000', '861****8000'],
    ['110101199003074514', '110****4514'],
    ['11010119900307451X', '110****451X'],
    ['6222 0212 3456 7890 128', '622****0128'],
    ['4111111111111111,快递', '411****1111,快递'],
    ['li.si@bank.example', 'l***@bank.example'],
    ['130503670401001', '130****1001'],
  ]
  for (const [value, masked] of cases) assert.deepEqual(kept({ note: value }), { note: masked })
  assert.deepEqual(kept(13800138000), '138****8000')
  assert.deepEqual(kept({ '13800138000': 1 }), { '138****8000': 1 })
})

test('what is no personal data stays as it is', () => {
  const open = {
    id: 'usr_01jd2v13800138000abcdefghj',
    amount: 13800138000n,
    count: 1_700_000_000_000,
    rate: 0.13800138000001,
    day: '2026-01-05',
    at: new Date('2026-01-05T01:00:00Z'),
    order: '20260105000000001',
    ip: '192.168.100.200',
    flags: [true, false, null],
    name: '上海分行',
    hash: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
  }
  assert.deepEqual(kept(open), { ...open, amount: '13800138000', at: '2026-01-05T01:00:00.000Z' })
})

test('an entry stays small: long lists, long texts and endless records are cut and say so', () => {
  const long = kept({ list: Array.from({ length: 100_000 }, (_, i) => i), text: '长'.repeat(10_000) }) as {
    list: unknown[]
    text: string
  }
  assert.equal(long.list.length, 19_999)
  assert.equal(long.list.at(-1), '… 80002 more')
  const pages = redact(Array.from({ length: 1000 }, () => '页'.repeat(3000))) ?? ''
  assert.ok(pages.length < 450_000, `${pages.length} letters`)
  const circle: Record<string, unknown> = {}
  circle.self = circle
  assert.match(redact(circle) ?? '', /…/)
  assert.match((kept({ text: '长'.repeat(10_000) }) as { text: string }).text, /^长{4000}… \(10000 characters\)$/)
})

test('whatever is given, what is kept can be stored and read back the same', () => {
  fc.assert(
    fc.property(
      fc.anything({ withBigInt: true, withDate: true, withMap: true, withSet: true, withNullPrototype: true }),
      (value) => {
        const text = redact(value)
        if (text === null) return
        assert.ok(text.isWellFormed() && !text.includes('\\u0000'))
        assert.equal(JSON.stringify(JSON.parse(text)), text)
      },
    ),
    { numRuns: 500 },
  )
})

test('no mobile number gets through, wherever it stands', () => {
  const mobile = fc
    .tuple(fc.integer({ min: 3, max: 9 }), fc.integer({ min: 0, max: 999_999_999 }))
    .map(([a, b]) => `1${a}${String(b).padStart(9, '0')}`)
  fc.assert(
    fc.property(
      mobile,
      fc.constantFrom('', ' ', '电话', '(', ':', '+', '+86', '，'),
      fc.constantFrom('', ' ', '。', '先生', ')', ','),
      (number, before, after) => {
        assert.doesNotMatch(cutText(`${before}${number}${after}`), /\d{11}/)
        assert.doesNotMatch(redact({ a: [{ b: `${before}${number}${after}` }] }) ?? '', /\d{11}/)
      },
    ),
  )
})
