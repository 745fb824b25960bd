import assert from 'node:assert/strict'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { folderOf } from '../testing/tree.ts'
import { consoleHash } from './console.mjs'

const files = {
  'package-lock.json': '{}',
  'src/console/main.tsx': '1',
  'src/console/public/favicon.svg': '<svg/>',
  'src/govern/orgs/ui/orgPage.tsx': '1',
  'src/govern/orgs/contract.ts': '1',
  'src/platform/problem.ts': '1',
  'src/govern/orgs/store.ts': '1',
  'src/console/kit/table.test.ts': '1',
}

test('the console is built anew when anything it is made of changes, comes or goes', (t) => {
  const root = folderOf(t, files)
  const built = consoleHash(root)
  for (const path of [
    'package-lock.json',
    'src/console/main.tsx',
    'src/console/public/favicon.svg',
    'src/govern/orgs/ui/orgPage.tsx',
    'src/govern/orgs/contract.ts',
    'src/platform/problem.ts',
  ]) {
    writeFileSync(join(root, path), '2')
    assert.notEqual(consoleHash(root), built, path)
    writeFileSync(join(root, path), files[path as keyof typeof files])
  }
  assert.equal(consoleHash(root), built)
  writeFileSync(join(root, 'src/console/new.tsx'), '1')
  assert.notEqual(consoleHash(root), built)
  rmSync(join(root, 'src/console/new.tsx'))
  rmSync(join(root, 'src/govern/orgs/ui/orgPage.tsx'))
  assert.notEqual(consoleHash(root), built)
})

test('a change on the server or in a test does not build it', (t) => {
  const root = folderOf(t, files)
  const built = consoleHash(root)
  for (const path of ['src/govern/orgs/store.ts', 'src/console/kit/table.test.ts']) writeFileSync(join(root, path), '2')
  assert.equal(consoleHash(root), built)
})
