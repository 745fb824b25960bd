import assert from 'node:assert/strict'
import { test } from 'node:test'
import { at } from '../../../platform/testing/testing.ts'
import { summarise } from './activity.ts'
import { newOrgCode } from './placing.ts'
import { type Glimpse, sightings } from './sighting.ts'

const glimpse = (customer: number, receivedAt: string, didAt?: string, source = 'src_a'): Glimpse => ({
  customer,
  source,
  receivedAt: at(receivedAt),
  didAt: didAt === undefined ? undefined : at(didAt).getTime(),
})

test('a customer of a batch is sighted once: first received, last active, to the hour', () => {
  const seen = sightings([
    glimpse(1, '2026-01-05 09:30', '2026-01-05 09:29'),
    glimpse(2, '2026-01-05 09:31'),
    glimpse(1, '2026-01-05 09:10', '2026-01-04 23:59', 'src_b'),
  ])
  assert.deepEqual(
    [...seen.values()],
    [
      { customer: 1, source: 'src_b', bornAt: at('2026-01-05 09:10'), seenAt: at('2026-01-05 09:00') },
      { customer: 2, source: 'src_a', bornAt: at('2026-01-05 09:31'), seenAt: new Date(0) },
    ],
  )
})

test('what is only said of a customer does not make him active', () => {
  assert.equal(
    sightings([glimpse(1, '2026-01-05 09:30')])
      .get(1)
      ?.seenAt.getTime(),
    0,
  )
})

const places: [string, Parameters<typeof newOrgCode>[0], Parameters<typeof newOrgCode>[1], string | undefined][] = [
  ['a new code places', {}, { org: ['HZ', 1, 's'] }, 'HZ'],
  ['a number is a code too', {}, { $org: [3301, 1, 's'] }, '3301'],
  ['what was said before says nothing new', { org: ['HZ', 1, 's'] }, { org: ['HZ', 1, 's'] }, undefined],
  ['the latest of several stands', {}, { org: ['HZ', 1, 's'], 机构: ['NB', 2, 's'] }, 'NB'],
  ['a code that was taken away places nowhere', {}, { org: [null, 1, 's', 'gone'] }, undefined],
  ['blank is no code', {}, { org: [' ', 1, 's'] }, undefined],
  ['a list is no code', {}, { org: [['HZ'], 1, 's'] }, undefined],
]

for (const [name, before, after, code] of places)
  test(`placing: ${name}`, () => {
    const same = JSON.stringify(before) === JSON.stringify(after)
    assert.equal(newOrgCode(before, same ? before : after), code)
  })

test('activity is counted by day, by event and by source from the same rows', () => {
  const row = (day: string, event: string, source: string, events: number) => ({
    day,
    event,
    source,
    events,
    last: at(`${day} 12:00`),
  })
  const activity = summarise([
    row('2026-01-02', 'login', 'src_b', 2),
    row('2026-01-01', 'login', 'src_a', 1),
    row('2026-01-02', 'transfer', 'src_a', 5),
  ])
  assert.deepEqual(activity, {
    days: [
      { day: '2026-01-01', events: 1 },
      { day: '2026-01-02', events: 7 },
    ],
    top: [
      { event: 'transfer', events: 5, last: at('2026-01-02 12:00') },
      { event: 'login', events: 3, last: at('2026-01-02 12:00') },
    ],
    sources: ['src_a', 'src_b'],
  })
})
