import assert from 'node:assert/strict'
import { test } from 'node:test'
import { lockSeconds } from './lockout.ts'
import { weakness } from './password.ts'
import { builtInRoles, expand } from './roles.ts'

const catalogue = ['orgs.org.read', 'orgs.org.edit', 'access.user.read', 'access.user.edit', 'privacy.reveal']

test('a pattern takes in what it names and nothing else', () => {
  assert.deepEqual([...expand(['*.read'], catalogue)], ['orgs.org.read', 'access.user.read'])
  assert.deepEqual([...expand(['access.*'], catalogue)], ['access.user.read', 'access.user.edit'])
  assert.deepEqual([...expand(['orgs.org.rea'], catalogue)], [])
  assert.deepEqual([...expand(['orgsXorg.read'], catalogue)], [])
})

test('only risk and compliance may see personal data in clear from the start', () => {
  const may = builtInRoles.filter((role) => expand(role.permissions, catalogue).has('privacy.reveal'))
  assert.deepEqual(
    may.map((role) => role.key),
    ['risk'],
  )
})

test('passwords that are tried first are refused with a reason', () => {
  for (const weak of ['short', 'Password12', 'aaaaaaaaaaaa', 'wangfang2026', '1234567890'])
    assert.ok(weakness(weak, 'wangfang', '王芳'), weak)
  assert.ok(weakness('我是王芳我的密码很长很长', 'wf', '王芳'))
  assert.equal(weakness('four quiet herons', 'wangfang', '王芳'), undefined)
})

test('the lock grows with every wrong password and ends at an hour', () => {
  assert.deepEqual(
    [1, 4, 5, 6, 7, 30].map((failures) => lockSeconds(failures, { after: 5, longestSeconds: 3600 })),
    [0, 0, 30, 60, 120, 3600],
  )
})
