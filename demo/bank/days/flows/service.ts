import { one } from '../../chance.ts'
import { step } from '../scene.ts'
import { type Flow, reading } from './flow.ts'

const topics = ['限额调整', '密码重置', '账单疑问', '到期咨询', '利率咨询'] as const

export const service: Flow = {
  open: false,
  weight: () => 3,
  play(scene, visit, next) {
    if (next() < 0.5) step(scene, visit, 'search', reading(next, 8), { keyword: one(next, topics) })
    step(scene, visit, 'service_chat', reading(next, 20), { topic: one(next, topics) })
  },
}
