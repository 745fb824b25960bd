import assert from 'node:assert/strict'
import { test } from 'node:test'
import { lineOf, pointAt } from './line.ts'

const week = { from: '2026-01-01', until: '2026-01-10' }

test('a value stays until another is said, up to today', () => {
  const points = [
    { day: '2026-01-01', value: '100' },
    { day: '2026-01-06', value: '300' },
  ]
  assert.deepEqual(lineOf({ ...week, points }, 100, 50), { path: 'M0,50H50V0H100', least: 100, most: 300 })
  assert.equal(pointAt({ ...week, points }, 0.4).point?.value, '100')
  assert.deepEqual(pointAt({ ...week, points }, 1), { day: '2026-01-10', point: points[1] })
})

test('where a value was taken away there is no line, and one value alone is a line in the middle', () => {
  const points = [
    { day: '2026-01-01', value: '5' },
    { day: '2026-01-02', value: null },
    { day: '2026-01-06', value: '5' },
  ]
  assert.equal(lineOf({ ...week, points }, 100, 50)?.path, 'M0,25H10M50,25H100')
  assert.equal(lineOf({ ...week, points: [] }, 100, 50), undefined)
})
