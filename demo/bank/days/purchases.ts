import { purpose, streamOf } from '../chance.ts'
import { attentionOf } from '../people/attention.ts'
import { loginOf } from '../people/customer.ts'
import { shelf } from '../products.ts'
import { purchaseProps, purchaseSteps } from './flows/wealth.ts'
import { branchHours, secondsAt } from './rhythm.ts'
import { orderNo, record, type Scene } from './scene.ts'
import { arrive, errandDevice, leaveApp } from './visits.ts'

/** What the life of a customer buys today: by phone or at the counter. */
export function purchases(scene: Scene): void {
  const { life, day, person, bank } = scene
  for (const { lot, renewal, day: on } of life.purchases) {
    if (on !== day) continue
    const next = streamOf(bank.options.seed, person.index, purpose.purchase, 0x400000 | day)
    const device =
      loginOf(bank.options.seed, person) && next() < 0.3 + 0.65 * person.digital ? errandDevice(scene, next) : undefined
    const product = shelf[lot.product]
    if (!product) continue
    const order = orderNo(person.index, lot.n)
    if (device) {
      const visit = arrive(scene, device, scene.start + secondsAt(next, attentionOf(person)) * 1000, 'buy', next)
      purchaseSteps(scene, visit, next, { product, amount: lot.amount, order, renewal })
      leaveApp(scene, visit, next)
    } else {
      const seconds = secondsAt(next, branchHours)
      record(scene, 'branch', 'branch_visit', seconds, { business: '理财购买', minutes: 15 + Math.floor(30 * next()) })
      record(scene, 'branch', 'purchase', seconds + 1200, purchaseProps(order, product, lot.amount, renewal), order)
    }
  }
}
