import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { folderOf } from '../testing/tree.ts'
import { testFiles } from './files.ts'

function clone(t: TestContext): string {
  const paths = [
    'src/a/one.test.ts',
    'src/a/one.ts',
    'src/b/two.test.ts',
    'bench/three.test.ts',
    'scripts/four.test.ts',
    'e2e/page.test.ts',
    'e2e/browser.ts',
  ]
  return folderOf(t, Object.fromEntries(paths.map((path) => [path, ''])))
}

test('all tests are found, those of the browser apart', (t) => {
  assert.deepEqual(testFiles(clone(t), []), {
    plain: ['bench/three.test.ts', 'scripts/four.test.ts', 'src/a/one.test.ts', 'src/b/two.test.ts'],
    browser: ['e2e/page.test.ts'],
  })
})

test('a folder, a file, a part of a name and a glob narrow them, and several add up', (t) => {
  const root = clone(t)
  const asked = (...wishes: string[]) => Object.values(testFiles(root, wishes)).flat()
  assert.deepEqual(asked('src/a'), ['src/a/one.test.ts'])
  assert.deepEqual(asked('./src/a/'), ['src/a/one.test.ts'])
  assert.deepEqual(asked('src/b/two.test.ts'), ['src/b/two.test.ts'])
  assert.deepEqual(asked('four', 'e2e'), ['scripts/four.test.ts', 'e2e/page.test.ts'])
  assert.deepEqual(asked('src/**/t*.test.ts'), ['src/b/two.test.ts'])
  assert.deepEqual(asked('nothing'), [])
})
