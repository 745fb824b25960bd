import { type Chance, clamp } from '../../chance.ts'
import type { Product } from '../../contract.ts'
import { chooseProduct, maturedLately, roundMoney } from '../../life.ts'
import { shelf } from '../../products.ts'
import { login, type Scene, step, type Visit } from '../scene.ts'
import { type Flow, reading } from './flow.ts'

const about = (product: Product) => ({
  product_no: product.no,
  category: product.kind,
  risk_grade: product.risk,
  annual_rate: product.annualRate,
})

/**
 * Looking without buying: each step is left by some. Who does buy was decided by his life (life.ts) and goes the same way to
 * its end, in purchaseVisit.
 */
export const wealth: Flow = {
  open: true,
  weight: ({ person, life, day }) => 9 + 34 * person.appetite ** 1.3 + (maturedLately(life, day) ? 25 : 0),
  play(scene, visit, next) {
    const { person } = scene
    step(scene, visit, 'product_list_view', reading(next, 7), {
      category: next() < 0.6 ? 'wealth' : next() < 0.6 ? 'deposit' : 'fund',
    })
    if (next() < 0.34) return
    const looks = 1 + Math.floor(2.4 * next() ** 2)
    let product: Product | undefined
    for (let n = 0; n < looks; n++) {
      const chosen = chooseProduct(person, Math.max(10_000, person.wealth), next)
      product = shelf[chosen] ?? product
      if (product) step(scene, visit, 'product_view', reading(next, 22), about(product))
    }
    if (!product || !visit.known || next() > 0.24 + 0.25 * person.appetite) return
    if (!assess(scene, visit, next, 0.72)) return
    if (next() < 0.45) return
    step(scene, visit, 'purchase_start', reading(next, 20), {
      ...about(product),
      amount: roundMoney(clamp(person.wealth / 3, 100, 1e7)),
    })
  },
}

/** Without a grade, or with an old one, the bank asks first; some give up there. */
function assess(scene: Scene, visit: Visit, next: Chance, finish: number): boolean {
  const { person, day } = scene
  const fresh = person.grade > 0 && day % 365 !== person.gradeUntil && next() < 0.82
  if (fresh) return true
  step(scene, visit, 'risk_assessment_start', reading(next, 6))
  if (next() > finish) return false
  step(scene, visit, 'risk_assessment_finish', 40 + reading(next, 60), { risk_grade: `C${person.grade || 2}` })
  return true
}

export type Bought = { product: Product; amount: number; order: string; renewal: boolean }

/** The whole way to a purchase that will be. */
export function purchaseSteps(
  scene: Scene,
  visit: Visit,
  next: Chance,
  { product, amount, order, renewal }: Bought,
): void {
  login(scene, visit, 4 + 12 * next(), visit.device.channel === 'app' ? 'face' : 'password')
  step(scene, visit, 'product_list_view', reading(next, 8), { category: product.kind })
  step(scene, visit, 'product_view', reading(next, 35), about(product))
  assess(scene, visit, next, 1)
  step(scene, visit, 'purchase_start', reading(next, 25), { ...about(product), amount })
  step(scene, visit, 'purchase', reading(next, 25), purchaseProps(order, product, amount, renewal), order)
}

export const purchaseProps = (order: string, product: Product, amount: number, renewal: boolean) => ({
  order_no: order,
  ...about(product),
  amount,
  ...(product.termDays !== null && { term_days: product.termDays }),
  renewal,
})
