import { step } from '../scene.ts'
import { type Flow, reading } from './flow.ts'

const activities = ['周五加油日', '新客礼', '缴费立减', '积分兑好礼', '邀请有礼'] as const

/** The corner of coupons and activities: for those who count their money. */
export const benefits: Flow = {
  open: true,
  weight: ({ person, date }) => 12 * (0.4 + person.priceSensitivity) * (date.festival ? 1.5 : 1),
  play(scene, visit, next) {
    step(scene, visit, 'benefit_view', reading(next, 12), { page: 'benefits' })
    if (next() < 0.45)
      step(scene, visit, 'activity_view', reading(next, 18), {
        activity: activities[Math.floor(next() * activities.length)] ?? activities[0],
      })
  },
}
