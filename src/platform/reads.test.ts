import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { circleOf, orderOf } from './reads.ts'

test('a circle is found however long it is, and named from the thing to itself', () => {
  const reads = new Map([
    ['b', ['x', 'c']],
    ['c', ['d']],
    ['d', ['a']],
  ])
  const of = (thing: string) => reads.get(thing) ?? []
  assert.deepEqual(circleOf('a', ['b'], of), ['a', 'b', 'c', 'd', 'a'])
  assert.deepEqual(circleOf('a', ['a'], of), ['a', 'a'])
  assert.equal(circleOf('a', ['x'], of), undefined)
})

test('what is read is worked before who reads it, each once', () => {
  const graph = fc.array(fc.uniqueArray(fc.nat(11), { maxLength: 4 }), { minLength: 12, maxLength: 12 })
  fc.assert(
    fc.property(graph, (lists) => {
      // Each reads only those after it: no circles.
      const reads = (thing: number) => (lists[thing] ?? []).filter((one) => one > thing)
      const order = orderOf(0, reads)
      assert.equal(new Set(order).size, order.length)
      assert.equal(order.at(-1), 0)
      for (const [at, thing] of order.entries()) for (const read of reads(thing)) assert.ok(order.indexOf(read) < at)
    }),
  )
})
