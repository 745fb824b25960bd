import assert from 'node:assert/strict'
import { test } from 'node:test'
import { circleOf } from '../../platform/reads.ts'
import { keyOf, type Ref, readsOf, superfluous } from './rules.ts'

const follows = (segment: string): Ref => ({ segment, version: null })
const pins = (segment: string, version: number): Ref => ({ segment, version })
const latest = (segment: string, version: number, ...uses: Ref[]) => ({ segment, version, latest: true, uses })

test('rule 16: versions close a circle, an earlier one of itself does not', () => {
  const reads = readsOf([latest('b', 1, follows('c')), latest('c', 1, pins('d', 2)), latest('d', 2, follows('a'))])
  const way = circleOf(follows('a'), [follows('b')], reads, keyOf)
  assert.deepEqual(
    way?.map(({ segment }) => segment),
    ['a', 'b', 'c', 'd', 'a'],
  )
  assert.equal(circleOf(follows('a'), [pins('a', 1), follows('x')], reads, keyOf), undefined)
})

test('old snapshots go, but for the newest and the first of each month', () => {
  const days = ['2026-01-01', '2026-01-09', '2026-02-03', '2026-02-04', '2026-03-01', '2026-03-02']
  const all = days.map((id) => ({ id, at: new Date(id) }))
  const gone = superfluous(all, 2, (at) => at.toISOString().slice(0, 7))
  assert.deepEqual(gone, ['2026-01-09', '2026-02-04'])
})
