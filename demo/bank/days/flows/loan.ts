import { one } from '../../chance.ts'
import { roundMoney } from '../../life.ts'
import { shelf } from '../../products.ts'
import { step } from '../scene.ts'
import { type Flow, reading } from './flow.ts'

const loans = shelf.filter(({ kind }) => kind === 'loan')

/** Looked at by people of working age with little money; one in five begins an application, half of them end it. */
export const loan: Flow = {
  open: true,
  weight: ({ person }) => (person.age < 55 ? 6 : 1) * (person.wealth < 20_000 ? 1.3 : 0.6),
  play(scene, visit, next) {
    const product = one(next, loans)
    step(scene, visit, 'loan_view', reading(next, 20), { product_no: product.no })
    if (!visit.known || next() > 0.2) return
    step(scene, visit, 'loan_apply_start', reading(next, 20), { product_no: product.no })
    if (next() > 0.48) return
    const amount = roundMoney(Math.max(product.minimum, scene.person.income * (2 + 10 * next())))
    step(scene, visit, 'loan_apply', 30 + reading(next, 90), { product_no: product.no, amount })
  },
}
