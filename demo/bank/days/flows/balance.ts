import { step } from '../scene.ts'
import { type Flow, reading } from './flow.ts'

/** Nearly half of all visits look at the account and go. */
export const balance: Flow = {
  open: false,
  weight: () => 44,
  play(scene, visit, next) {
    step(scene, visit, 'page_view', reading(next, 5), { page: 'account', title: '我的账户' })
    if (next() < 0.38) step(scene, visit, 'page_view', reading(next, 15), { page: 'statement', title: '收支明细' })
  },
}
