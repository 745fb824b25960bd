import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { grant, type Limits, type Spent } from './pace.ts'

const start = Date.UTC(2026, 0, 5, 1)

test('in no second, minute or day is more granted than agreed, wherever it begins, and nothing is held back for nothing (rule 89)', () => {
  fc.assert(
    fc.property(
      fc.record({
        perSecond: fc.option(fc.integer({ min: 1, max: 50 })),
        perMinute: fc.option(fc.integer({ min: 1, max: 500 })),
        perDay: fc.option(fc.integer({ min: 1, max: 2000 })),
      }),
      fc.array(fc.tuple(fc.integer({ min: 0, max: 3000 }), fc.integer({ min: 0, max: 80 })), { maxLength: 60 }),
      (limits: Limits, asks) => {
        let spent: Spent = {}
        let now = start
        const log: { at: number; count: number }[] = []
        for (const [wait, wanted] of asks) {
          now += wait
          const { granted, spent: next, again } = grant(spent, limits, wanted, new Date(now), '2026-01-05')
          // Kept as the database keeps it.
          spent = JSON.parse(JSON.stringify(next)) as Spent
          log.push({ at: now, count: granted })
          assert.ok(granted <= wanted)
          assert.ok(granted === wanted || (again !== undefined && again.getTime() > now), 'says when to come again')
        }
        const within = (ms: number, from: number) =>
          log.filter(({ at }) => at >= from && at < from + ms).reduce((sum, { count }) => sum + count, 0)
        for (const { at } of log) {
          if (limits.perSecond) assert.ok(within(1000, at) <= limits.perSecond)
          if (limits.perMinute) assert.ok(within(60_000, at) <= limits.perMinute)
          if (limits.perDay) assert.ok(within(86_400_000, at) <= limits.perDay)
        }
      },
    ),
  )
})

test('an account that rested a second may send its whole second at once, and again one second later', () => {
  const limits = { perSecond: 10 }
  const first = grant({}, limits, 25, new Date(start), '2026-01-05')
  assert.equal(first.granted, 10)
  assert.equal(grant(first.spent, limits, 15, new Date(start + 500), '2026-01-05').granted, 0)
  assert.equal(first.again !== undefined && first.again.getTime() <= start + 1100, true)
  assert.equal(grant(first.spent, limits, 15, new Date(start + 1100), '2026-01-05').granted, 10)
})

test('a new day begins with its own number', () => {
  const limits = { perDay: 5 }
  const { spent } = grant({}, limits, 5, new Date(start), '2026-01-05')
  assert.equal(grant(spent, limits, 5, new Date(start + 60_000), '2026-01-05').granted, 0)
  assert.equal(grant(spent, limits, 5, new Date(start + 86_400_000), '2026-01-06').granted, 5)
})
