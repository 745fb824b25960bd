import { works } from '../calendar.ts'
import { chanceOf, normal, poisson, purpose, streamOf, weighted, yuan } from '../chance.ts'
import type { Bank, Merchant, MerchantKind } from '../contract.ts'
import { stateOn } from '../life.ts'
import { cities, merchantKinds } from '../places.ts'
import { moodOf, secondsAt, shopHours } from './rhythm.ts'
import { record, type Scene } from './scene.ts'

/** How often, and the median amount. The order is that of merchantKinds. */
const kinds = {
  supermarket: [24, 68],
  restaurant: [22, 52],
  online: [18, 95],
  fuel: [6, 220],
  transport: [12, 9],
  clothing: [5, 210],
  health: [5, 85],
  education: [2, 480],
  entertainment: [4, 70],
  travel: [2, 520],
} as const

/** Payments by card: by what people buy on such days. */
export function card(scene: Scene): void {
  const { person, day, bank, date } = scene
  const { seed } = bank.options
  const state = stateOn(scene.life, day)
  if (state === 'left') return
  const free = !works(date)
  const rate = person.payments * (state === 'sleeping' ? 0.1 : 1) * (free ? 1.25 : 0.92) * (date.festival ? 1.25 : 1)
  const mean = rate * moodOf(seed, person.index + 0x40000000, day)
  if (chanceOf(seed, person.index, purpose.card, day) < Math.exp(-mean)) return
  const next = streamOf(seed, person.index, purpose.card, 0x800000 | day)
  const weights = merchantKinds.map((kind) => (kinds[kind][0] as number) * dayFactor(kind, scene))
  const count = 1 + poisson(next, mean * 0.6)
  for (let n = 0; n < count; n++) {
    const kind = merchantKinds[weighted(next(), weights)] ?? 'supermarket'
    const shops = shopsOf(bank, kind, person.city)
    const shop = shops[Math.floor(next() * next() * shops.length)] ?? bank.merchants[0]
    const rich = Math.sqrt(person.income / 6000)
    const amount = yuan(kinds[kind][1] * rich * Math.exp(0.75 * normal(next)))
    const way = kind === 'online' ? 'online' : next() < 0.75 ? 'qr' : 'pos'
    record(scene, 'core', 'card_pay', secondsAt(next, shopHours), {
      merchant_no: shop?.no ?? '',
      category: kind,
      amount,
      way,
    })
  }
}

const known = new WeakMap<Bank, Map<string, Merchant[]>>()

function shopsOf(bank: Bank, kind: MerchantKind, city: number): Merchant[] {
  let shops = known.get(bank)
  if (!shops) {
    shops = new Map()
    for (const merchant of bank.merchants) {
      const key = `${merchant.kind} ${cities.findIndex(({ name }) => name === merchant.city)}`
      shops.set(key, [...(shops.get(key) ?? []), merchant])
    }
    known.set(bank, shops)
  }
  return shops.get(`${kind} ${city}`) ?? []
}

/** Shopping festivals are online, holidays are for journeys and meals, working days for the way to work. */
function dayFactor(kind: string, { date }: Scene): number {
  if (kind === 'online') return date.festival ? 2.4 : 1
  if (kind === 'travel') return date.kind === 'holiday' ? 3.2 : date.kind === 'weekend' ? 1.4 : 0.8
  if (kind === 'restaurant' || kind === 'entertainment') return works(date) ? 0.85 : 1.5
  if (kind === 'transport') return works(date) ? 1.15 : 0.6
  return 1
}
