import { normal, one, weighted } from '../../chance.ts'
import { roundMoney } from '../../life.ts'
import { step } from '../scene.ts'
import { type Flow, reading } from './flow.ts'

const targets = ['own', 'family', 'friend', 'merchant'] as const
const banks = ['本行', '他行'] as const

export const transfer: Flow = {
  open: false,
  weight: () => 17,
  play(scene, visit, next) {
    step(scene, visit, 'transfer_start', reading(next, 8))
    if (next() < 0.16) return
    const to = targets[weighted(next(), [30, 34, 24, 12])] ?? 'own'
    const amount = roundMoney(Math.min(50_000, scene.person.income * 0.16 * Math.exp(1.1 * normal(next))))
    step(scene, visit, 'transfer', reading(next, 30), { to, bank: one(next, banks), amount })
  },
}
