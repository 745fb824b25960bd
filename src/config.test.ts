import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { readConfig } from './config.ts'
import { Problem } from './platform/problem.ts'

function faults(env: Record<string, string>): string[] {
  try {
    readConfig(env)
  } catch (error) {
    assert.ok(error instanceof Problem)
    return error.fields.map((fault) => fault.field)
  }
  return []
}

test('without any setting the program runs embedded, both roles, on port 8866', () => {
  const config = readConfig({})
  assert.equal(config.port, 8866)
  assert.deepEqual([...config.roles], ['api', 'worker'])
  assert.equal(config.databaseUrl, undefined)
  assert.match(config.home, /\.zhixing$/)
})

test('every bad setting is named at once', () => {
  assert.deepEqual(faults({ PORT: '99999', ROLES: 'api,cook', DATABASE_URL: 'mysql://x', ZHIXING_HOST: 'localhost' }), [
    'PORT',
    'DATABASE_URL',
    'ROLES',
  ])
})

test('a setting that the program does not know is refused rather than ignored', () => {
  assert.deepEqual(faults({ ZHIXING_PROT: '1' }), ['ZHIXING_PROT'])
})

test('a message about a bad setting names it and the fix', () => {
  assert.throws(() => readConfig({ PORT: 'x' }), /PORT is not usable: it must be a whole number from 0 to 65535/)
})

test('a secret is read from the file that NAME_FILE names, and never from both', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'config-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'url')
  writeFileSync(file, 'postgres://a@localhost/b\n')
  assert.equal(readConfig({ DATABASE_URL_FILE: file }).databaseUrl, 'postgres://a@localhost/b')
  assert.deepEqual(faults({ DATABASE_URL_FILE: file, DATABASE_URL: 'postgres://c@localhost/d' }), ['DATABASE_URL'])
  assert.deepEqual(faults({ DATABASE_URL_FILE: join(folder, 'absent') }), ['DATABASE_URL_FILE'])
})
