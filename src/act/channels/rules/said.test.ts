import assert from 'node:assert/strict'
import { test } from 'node:test'
import { withoutAddresses } from './said.ts'

test('what a provider said keeps its sense and loses every address', () => {
  assert.equal(withoutAddresses('550 5.1.1 <li.si@example.com>: no such user'), '550 5.1.1 <…@…>: no such user')
  for (const number of ['19900000001', '+8619900000001', '199 0000 0001', '199-0000-0001'])
    assert.equal(withoutAddresses(`号码${number}在黑名单中`), '号码…在黑名单中', number)
  assert.equal(withoutAddresses('code 4005, retry in 60 s'), 'code 4005, retry in 60 s')
})
