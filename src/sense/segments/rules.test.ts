import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { circleOf, orderOf, partOf, type Ref, readsOf, superfluous } from './rules.ts'

const follows = (segment: string): Ref => ({ segment, version: null })
const pins = (segment: string, version: number): Ref => ({ segment, version })
const latest = (segment: string, version: number, ...uses: Ref[]) => ({ segment, version, latest: true, uses })

test('rule 16: a circle is found however long it is, and named from the segment to itself', () => {
  const reads = readsOf([latest('b', 1, follows('c')), latest('c', 1, pins('d', 2)), latest('d', 2, follows('a'))])
  assert.deepEqual(circleOf('a', [follows('b')], reads), ['a', 'b', 'c', 'd', 'a'])
  assert.equal(circleOf('a', [pins('a', 1), follows('x')], reads), undefined)
})

test('what is read is asked before who reads it, each once', () => {
  const graph = fc.array(fc.uniqueArray(fc.nat(11), { maxLength: 4 }), { minLength: 12, maxLength: 12 })
  fc.assert(
    fc.property(graph, (lists) => {
      // Each reads only those after it: no circles.
      const edges = lists.map((list, i) => latest(`${i}`, 1, ...list.filter((j) => j > i).map((j) => follows(`${j}`))))
      const reads = readsOf(edges)
      const order = orderOf(follows('0'), reads).map(({ segment }) => segment)
      assert.equal(new Set(order).size, order.length)
      assert.equal(order.at(-1), '0')
      for (const [at, segment] of order.entries())
        for (const used of reads(follows(segment))) assert.ok(order.indexOf(used.segment) < at)
    }),
  )
})

test('old snapshots go, but for the newest and the first of each month', () => {
  const days = ['2026-01-01', '2026-01-09', '2026-02-03', '2026-02-04', '2026-03-01', '2026-03-02']
  const all = days.map((id) => ({ id, at: new Date(id) }))
  const gone = superfluous(all, 2, (at) => at.toISOString().slice(0, 7))
  assert.deepEqual(gone, ['2026-01-09', '2026-02-04'])
})

test('few customers are all asked, many by a sample', () => {
  assert.deepEqual(
    [0, 9_999, 19_999, 1_000_000].map((n) => partOf(n, 10_000)),
    [1, 1, 1, 100],
  )
})
