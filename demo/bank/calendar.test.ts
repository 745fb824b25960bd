import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { calendarDay, daysSincePay, holidayYears, isPayDay } from './calendar.ts'

const published = join(import.meta.dirname, '../../../shared/data/cn/holidays/holiday-cn.open.json')

test('holidays and make-up days of 2025 are those of the notice, day for day', {
  skip: existsSync(published) ? false : 'the public holiday file is not here',
}, () => {
  const { years } = JSON.parse(readFileSync(published, 'utf8')) as {
    years: Record<string, { days: { date: string; isOffDay: boolean }[] }>
  }
  const known = new Map((years['2025']?.days ?? []).map(({ date, isOffDay }) => [date, isOffDay]))
  assert.ok(known.size > 20)
  for (let day = 0; day < 365; day++) {
    const { date, kind } = calendarDay('2025-01-01', day)
    const told = kind === 'holiday' ? true : kind === 'make-up' ? false : undefined
    assert.equal(told, known.get(date), date)
  }
})

test('make-up days are Saturdays and Sundays, and no day is holiday and make-up at once', () => {
  for (const { holidays, makeUp } of Object.values(holidayYears))
    for (const date of makeUp) {
      assert.ok([0, 6].includes(new Date(`${date}T00:00:00Z`).getUTCDay()), date)
      assert.ok(!holidays.some(([, from, until]) => from <= date && date <= until), date)
    }
})

test('pay that falls into the National Day comes before it', () => {
  const day = (date: string) => (Date.parse(date) - Date.parse('2025-09-01')) / 86_400_000
  const paid = Array.from({ length: 60 }, (_, i) => i).filter((i) => isPayDay('2025-09-01', i, 5))
  assert.deepEqual(
    paid,
    [day('2025-09-05'), day('2025-09-30')],
    'October 5 is within the holidays; November 5 is later',
  )
  assert.equal(daysSincePay('2025-09-01', day('2025-10-03'), 5), 3)
})
