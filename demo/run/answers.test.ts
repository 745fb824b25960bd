import assert from 'node:assert/strict'
import { test } from 'node:test'
import { customerAt, customersOf, makeBank, respond } from '../bank/bank.ts'
import { dayMs, startOf } from '../bank/calendar.ts'
import type { Outcome } from '../bank/contract.ts'
import { openAnswers } from './answers.ts'
import type { Player } from './player.ts'

const from = '2026-01-05'
const bank = makeBank({ seed: 1, customers: 400, from, days: 30 })
const at = startOf(from, 20) + 10 * 3_600_000

function listening() {
  const noted: Outcome[] = []
  const player = { note: (outcomes: readonly Outcome[]) => void noted.push(...outcomes) } as unknown as Player
  return { noted, answer: openAnswers(bank, player) }
}

test('a message is answered by the customer whose number it was sent to, as his own response is', () => {
  const { noted, answer } = listening()
  for (const { index, mobile } of customersOf(bank)) {
    const id = `m${index}`
    answer({ channel: 'sms', id, to: `86${mobile}`, at, text: '到期提醒' })
    const own = noted.filter(({ contact }) => contact === id)
    assert.deepEqual(own, respond(bank, { id, customer: index, kind: 'sms', at, earlier: [] }))
  }
  assert.ok(
    noted.some(({ kind }) => kind === 'clicked'),
    'some have clicked',
  )
})

test('a message to a number that is no customer’s changes nothing', () => {
  const { noted, answer } = listening()
  assert.deepEqual(answer({ channel: 'sms', id: 'm', to: '10000000000', at, text: 'x' }), [])
  assert.equal(noted.length, 0)
})

test('who is written to again and again remembers it, and who opts out of texts says TD', () => {
  const { noted, answer } = listening()
  const { mobile } = customerAt(bank, 0)
  answer({ channel: 'sms', id: 'first', to: mobile, at, text: 'x' })
  answer({ channel: 'sms', id: 'second', to: mobile, at: at + dayMs, text: 'x' })
  const earlier = [{ kind: 'sms' as const, at }]
  const second = respond(bank, { id: 'second', customer: 0, kind: 'sms', at: at + dayMs, earlier })
  assert.deepEqual(
    noted.filter(({ contact }) => contact === 'second'),
    second,
  )

  let replies = 0
  for (let i = 0; i < 40; i++)
    for (const { index, mobile } of customersOf(bank)) {
      const message = { channel: 'sms' as const, id: `${index}-${i}`, to: mobile, at: at + i * 3_600_000, text: 'x' }
      for (const reply of answer(message)) {
        assert.deepEqual([reply.to, reply.text], [mobile, 'TD'])
        replies++
      }
    }
  const outs = noted.filter(({ kind }) => kind === 'opted-out').length
  assert.ok(replies > 0 && replies <= outs, `${replies} said TD of ${outs} who opted out`)
})
