import { dayOf } from '../calendar.ts'
import { numberOf, purpose, streamOf } from '../chance.ts'
import type { Bank, Outcome } from '../contract.ts'
import type { Life } from '../life.ts'
import { customerNo } from '../people/customer.ts'
import { shelf } from '../products.ts'
import type { EventName } from '../vocabulary.ts'
import { purchaseProps, purchaseSteps } from './flows/wealth.ts'
import { type Draft, login, record, type Scene, sceneOf, step } from './scene.ts'
import { arrive, errandDevice, leaveApp } from './visits.ts'

/** What the bank's systems see of an outcome of a contact: as if it had come by itself, with the contact's name. */
export function eventsOfOutcome(bank: Bank, life: Life, outcome: Outcome, mark: string, order: string): Draft[] {
  const { from, seed } = bank.options
  const scene = sceneOf(bank, life, dayOf(from, outcome.at))
  const seconds = (outcome.at - scene.start) / 1000
  const next = streamOf(seed ^ numberOf(outcome.contact), outcome.customer, purpose.contact, scene.day + 1)
  const contact = { contact_id: outcome.contact }
  const core = (event: EventName, props: Record<string, string | number> = {}) =>
    record(scene, 'core', event, seconds, { ...contact, ...props })
  switch (outcome.kind) {
    case 'opened':
      core('message_open')
      break
    case 'clicked':
      core('message_click')
      break
    case 'redeemed':
      core('coupon_redeem')
      break
    case 'opted-out':
      core('opt_out')
      break
    case 'complained':
      core('complaint', { topic: '营销打扰', channel: '电话' })
      break
    case 'invited':
      core('invite', { friend_no: customerNo(outcome.friend) })
      break
    case 'aum':
      record(scene, 'core', outcome.change > 0 ? 'money_in' : 'money_out', seconds, {
        amount: Math.abs(outcome.change),
        bank: '他行',
      })
      break
    case 'left':
      if (life.current >= 1) record(scene, 'core', 'money_out', seconds, { amount: life.current, bank: '他行' })
      break
    case 'visited': {
      const device = errandDevice(scene, next, outcome.channel)
      if (!device) break
      const visit = arrive(scene, device, outcome.at, mark, next)
      if (next() < 0.7) login(scene, visit, 5 + 10 * next(), 'face')
      step(scene, visit, 'activity_view', 8 + 20 * next(), { activity: '专属推荐', ...contact })
      leaveApp(scene, visit, next)
      break
    }
    case 'bought':
      boughtSteps(scene, outcome, mark, order, next)
      break
    case 'put-off':
      break
  }
  return scene.events
}

function boughtSteps(
  scene: Scene,
  outcome: Extract<Outcome, { kind: 'bought' }>,
  mark: string,
  order: string,
  next: () => number,
): void {
  const product = shelf.find(({ no }) => no === outcome.product)
  if (!product) return
  const device = errandDevice(scene, next)
  if (!device) {
    record(
      scene,
      'branch',
      'purchase',
      (outcome.at - scene.start) / 1000,
      purchaseProps(order, product, outcome.amount, false),
      order,
    )
    return
  }
  const visit = arrive(scene, device, outcome.at, mark, next)
  purchaseSteps(scene, visit, next, { product, amount: outcome.amount, order, renewal: false })
  leaveApp(scene, visit, next)
}
