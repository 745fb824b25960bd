import assert from 'node:assert/strict'
import { test } from 'node:test'
import { at } from '../../../platform/testing/testing.ts'
import { monthsOf, weeksOf } from './year.ts'

test('the year ends today by the clock of the bank, and its weeks begin on Monday', () => {
  const weeks = weeksOf([{ day: '2026-01-05', events: 3 }], at('2026-01-06 00:30'))
  const cells = weeks.flat()
  assert.equal(cells.length, 365)
  assert.equal(cells.at(-1)?.day, '2026-01-06')
  assert.equal(cells[0]?.day, '2025-01-07')
  const monday = cells.find((cell) => cell.day === '2026-01-05')
  assert.deepEqual(monday, {
    day: '2026-01-05',
    row: 0,
    events: 3,
    level: 4,
    from: at('2026-01-05 00:00').toISOString(),
    until: at('2026-01-06 00:00').toISOString(),
  })
  assert.ok(weeks.slice(1).every((week) => week[0]?.row === 0))
})

test('a day among busy days is still told from an empty one', () => {
  const days = [
    { day: '2026-01-01', events: 1 },
    { day: '2026-01-02', events: 1000 },
    { day: '2026-01-03', events: 30 },
  ]
  const levels = new Map(
    weeksOf(days, at('2026-01-05 09:00'))
      .flat()
      .map((cell) => [cell.day, cell.level]),
  )
  assert.deepEqual(
    ['2025-12-31', '2026-01-01', '2026-01-03', '2026-01-02'].map((day) => levels.get(day)),
    [0, 1, 2, 4],
  )
})

test('months are named where they begin, never one upon another', () => {
  const months = monthsOf(weeksOf([], at('2026-01-05 09:00')))
  assert.ok(months.length >= 11)
  for (const [i, month] of months.entries()) assert.ok(i === 0 || month.week - (months[i - 1]?.week ?? 0) >= 3)
})
