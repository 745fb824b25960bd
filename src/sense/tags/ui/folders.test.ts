import assert from 'node:assert/strict'
import { test } from 'node:test'
import { treeOf } from './folders.ts'

test('folders stand below what holds them, with all tags below counted', () => {
  const tree = treeOf([
    { path: '', tags: 3 },
    { path: '价值/资产', tags: 2 },
    { path: '价值/资产/变化', tags: 1 },
    { path: '行为', tags: 4 },
  ])
  assert.deepEqual(
    tree.map(({ path, depth, tags }) => [path, depth, tags]),
    [
      ['价值', 0, 3],
      ['价值/资产', 1, 3],
      ['价值/资产/变化', 2, 1],
      ['行为', 0, 4],
    ],
  )
})
