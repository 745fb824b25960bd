import { isPayDay } from '../calendar.ts'
import { purpose, streamOf, yuan } from '../chance.ts'
import { worthOf } from '../life.ts'
import { shelf } from '../products.ts'
import { batchHours, secondsAt, shopHours } from './rhythm.ts'
import { holdingNo, orderNo, record, type Scene } from './scene.ts'

/** Pay comes in the early morning of its day; in January or February a year's bonus comes with it. */
export function salary(scene: Scene): void {
  const { person, day, bank, life, date } = scene
  if (person.payDay === 0 || day < person.opened || !isPayDay(bank.options.from, day, person.payDay)) return
  if (life.states.some((turn) => turn.state === 'left' && turn.day <= day)) return
  const next = streamOf(bank.options.seed, person.index, purpose.salary, day)
  const bonus = date.date.slice(5, 7) === '01' && person.job.office ? 1 + 2.2 * next() : 1
  const amount = yuan(person.income * (0.96 + 0.08 * next()) * bonus)
  record(scene, 'core', 'salary_in', secondsAt(next, batchHours), { amount })
}

/** What the core system tells of a customer's products and of money from and to other banks. */
export function movements(scene: Scene): void {
  const { life, day, person, bank } = scene
  const moving = life.moves.some((move) => move.day === day) || life.lots.some((lot) => lot.closed === day)
  if (!moving || life.states.some((turn) => turn.state === 'left' && turn.day < day)) return
  const next = streamOf(bank.options.seed, person.index, purpose.money, 0x800000 | day)
  for (const lot of life.lots) {
    const product = shelf[lot.product]
    if (lot.closed !== day || !product || product.kind === 'loan' || product.kind === 'card') continue
    const matured = lot.matures === day
    record(
      scene,
      'core',
      matured ? 'maturity' : 'redeem',
      secondsAt(next, matured ? batchHours : shopHours),
      {
        holding_no: holdingNo(person.index, lot.n),
        product_no: product.no,
        category: product.kind,
        amount: worthOf(lot, day),
      },
      lot.opened >= 0 ? orderNo(person.index, lot.n) : undefined,
    )
  }
  for (const move of life.moves)
    if (move.day === day && Math.abs(move.change) >= 1)
      record(scene, 'core', move.change > 0 ? 'money_in' : 'money_out', secondsAt(next, shopHours), {
        amount: yuan(Math.abs(move.change)),
        bank: next() < 0.7 ? '他行' : '证券',
      })
}
