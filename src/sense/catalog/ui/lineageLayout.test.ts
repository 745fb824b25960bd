import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Lineage } from '../contract.ts'
import { lineageLayout, nodeHeight } from './lineageLayout.ts'

const node = (kind: string, id: string, level: number) => ({
  ...{ kind, id, level, title: id, path: null, hidden: false },
  kindName: { zh: kind, en: kind },
})
const ref = (kind: string, id: string) => ({ kind, id })
const times = { firstAt: '2026-01-05T01:00:00.000Z', lastAt: '2026-01-05T01:00:00.000Z' }

test('what data come from stands at the left, what is made of them at the right, and no two in one place', () => {
  const by = ref('mapping', 'm')
  const lineage: Lineage = {
    root: by,
    nodes: [node('mapping', 'm', 0), node('connection', 'c', -1), node('attribute', 'a', 1), node('attribute', 'b', 1)],
    edges: [
      { from: ref('connection', 'c'), to: by, by, ...times },
      { from: by, to: ref('attribute', 'a'), by, ...times },
      { from: by, to: ref('attribute', 'b'), by, ...times },
    ],
    cut: false,
  }
  const { placed, lines, width, height } = lineageLayout(lineage)
  const x = new Map(placed.map((one) => [one.node.id, one.x]))
  assert.ok((x.get('c') ?? 0) < (x.get('m') ?? 0) && (x.get('m') ?? 0) < (x.get('a') ?? 0))
  assert.equal(x.get('a'), x.get('b'))
  const [a, b] = placed.filter(({ node }) => node.level === 1).map(({ y }) => y)
  assert.ok(Math.abs((a ?? 0) - (b ?? 0)) >= nodeHeight)
  assert.equal(lines.length, 3)
  for (const one of placed) assert.ok(one.x < width && one.y < height)
})
