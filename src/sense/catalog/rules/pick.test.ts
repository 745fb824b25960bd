import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type PickClaims, readPick, signPick } from './pick.ts'

const key = Buffer.alloc(32, 7)
const at = (iso: string) => new Date(iso)
const claims: PickClaims = {
  user: 'usr_li',
  org: 'HQ',
  page: 'https://bank.example',
  console: 'https://zhixing.example',
  until: Date.parse('2026-01-05T01:15:00Z'),
}
const now = at('2026-01-05T01:00:00Z')

test('a token opens the way from its own page to its own console, until it runs out', () => {
  const token = signPick(claims, key)
  assert.deepEqual(readPick(token, key, { origin: claims.page, now }), claims)
  assert.equal(readPick(token, key, { origin: 'https://other.example', now }), undefined)
  assert.equal(readPick(token, key, { origin: claims.page, now: at('2026-01-05T01:15:00Z') }), undefined)
})

test('a token that was changed, made with another key, or is none, opens nothing', () => {
  const token = signPick(claims, key)
  const [said = '', seal = ''] = token.split('.')
  const forged = Buffer.from(JSON.stringify({ ...claims, console: 'https://evil.example' })).toString('base64url')
  for (const tried of ['', '.', said, `${forged}.${seal}`, `${token}.x`, signPick(claims, Buffer.alloc(32, 8))])
    assert.equal(readPick(tried, key, { origin: claims.page, now }), undefined, tried)
})
