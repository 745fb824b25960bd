import { one, weighted, yuan } from '../../chance.ts'
import { step } from '../scene.ts'
import { type Flow, reading } from './flow.ts'

const bills = [
  ['电费', 130],
  ['水费', 55],
  ['燃气费', 80],
  ['话费', 50],
  ['宽带', 100],
  ['物业费', 420],
  ['学费', 2600],
] as const

/** More in the heat of summer and the cold of winter, when electricity is dear; on the first days of a month most. */
export const bill: Flow = {
  open: false,
  weight({ date, person }) {
    const early = Number(date.date.slice(8)) <= 12 ? 1.5 : 0.8
    return 11 * early * (person.place === 0 ? 1.2 : 0.7)
  },
  play(scene, visit, next) {
    const month = Number(scene.date.date.slice(5, 7))
    const school = month === 2 || month === 8 || month === 9 ? 4 : 0.4
    const [kind, usual] = bills[weighted(next(), [30, 15, 14, 24, 8, 6, school])] ?? bills[0]
    step(scene, visit, 'bill_view', reading(next, 10), { kind })
    if (next() < 0.12) return
    const power = kind === '电费' && [1, 2, 7, 8, 12].includes(month) ? 1.6 : 1
    const amount = yuan(kind === '话费' ? one(next, [30, 50, 100, 200]) : usual * power * (0.5 + next()))
    step(scene, visit, 'bill_pay', reading(next, 20), { kind, amount })
  },
}
