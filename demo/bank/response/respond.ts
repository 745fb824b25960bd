import { dayOf, startOf } from '../calendar.ts'
import { type Chance, chanceOf, numberOf, purpose, streamOf } from '../chance.ts'
import type { Bank, Contact, Outcome } from '../contract.ts'
import { secondsAt } from '../days/rhythm.ts'
import { orderNo } from '../days/scene.ts'
import { chooseProduct, type Life, lifeOf, playTo, roundMoney } from '../life.ts'
import { attentionOf } from '../people/attention.ts'
import type { Person } from '../people/person.ts'
import { goesDigital } from '../people/reach.ts'
import { productNamed, shelf } from '../products.ts'
import { decision, effectAt, newMoney, typicalAmount, windowDays } from './effect.ts'
import { friendsOf } from './friends.ts'
import { kinds } from './kinds.ts'

/**
 * What a contact changes for its customer. Chance is a function of the customer, the day and what is drawn, not of the kind:
 * two treatments of one person on one day differ by their effect alone (common random numbers). A second contact on that day
 * draws anew.
 */
export function respond(bank: Bank, contact: Contact): Outcome[] {
  const { options } = bank
  const { customer, at } = contact
  const day = dayOf(options.from, at)
  const life = lifeOf(options, customer, day)
  const effect = effectAt(bank, life, contact)
  if (effect.opened === 0) return []
  const today = contact.earlier.filter((one) => dayOf(options.from, one.at) === day && one.at < at).length
  const draw = (what: number) =>
    chanceOf(options.seed, customer, purpose.effect, ((day & 0x3fff) << 10) | ((today & 31) << 5) | what)
  const next = streamOf(options.seed ^ numberOf(contact.id), customer, purpose.contact, day)
  const outcomes: Outcome[] = []
  const say = (seconds: number, what: Said) =>
    outcomes.push({ customer, contact: contact.id, at: at + Math.ceil(seconds) * 1000, ...what })

  // One draw for seeing and following: who clicks has seen.
  const sight = draw(1)
  const delay = kinds[contact.kind].delay * (0.1 - Math.log(1 - 0.98 * next()))
  if (sight < effect.opened) say(delay, { kind: 'opened' })
  if (sight < effect.clicked) say(delay + 15, { kind: 'clicked' })
  // Who follows it comes; of the others some come later by themselves.
  const comes = (extra(effect.visited) - effect.clicked) / (1 - effect.clicked)
  if (goesDigital(options.seed, life.person) && (sight < effect.clicked || draw(2) < comes))
    say(delay + 20, { kind: 'visited', channel: contact.kind === 'email' ? 'web' : 'app' })
  buying(bank, life, contact, effect.bought, draw(3), next, say)
  if (contact.value && sight < effect.clicked && draw(4) < 0.25 + 0.5 * life.person.priceSensitivity)
    say(delay + 3600 + 80_000 * next(), { kind: 'redeemed' })
  if (draw(5) < effect.optedOut.with) say(delay + 60, { kind: 'opted-out' })
  if (draw(6) < extra(effect.complained)) say(delay + 600 + 40_000 * next(), { kind: 'complained' })
  if (draw(7) < extra(effect.left)) say(86_400 * (2 + 8 * next()), { kind: 'left' })
  if (contact.invitation && sight < effect.opened)
    for (const friend of friendsOf(bank, life.person, draw))
      say(delay + 300 + 80_000 * next(), { kind: 'invited', friend })
  return outcomes.sort((a, b) => a.at - b.at)
}

type Said = Outcome extends infer O ? (O extends Outcome ? Omit<O, 'customer' | 'at' | 'contact'> : never) : never

/** The probability that it happens through the contact, given that it would not have without. */
const extra = (p: { without: number; with: number }) =>
  p.without >= 1 ? 0 : Math.max(0, (p.with - p.without) / (1 - p.without))

/**
 * Plays the life on to the end of the window: what is asked of it at the contact is asked before.
 *
 * Those who would have bought within the window buy, unless they are put off; of the others some are persuaded. Both sides
 * hang on one draw, so that a stronger treatment never loses a buyer whom a weaker one won.
 */
function buying(
  bank: Bank,
  life: Life,
  contact: Contact,
  p: { without: number; with: number },
  draw: number,
  next: Chance,
  say: (seconds: number, what: Said) => void,
): void {
  const { person, day, current } = life
  const typical = typicalAmount(life)
  playTo(bank.options, life, day + windowDays)
  const natural = life.purchases.filter((purchase) => purchase.day > day)
  if (natural.length > 0) {
    if (p.with < p.without && draw < 1 - p.with / p.without)
      for (const { lot } of natural) say(1, { kind: 'put-off', order: orderNo(contact.customer, lot.n) })
    return
  }
  if (p.with <= p.without || draw >= extra(p)) return
  const amount = Math.min(5_000_000, roundMoney(typical * (0.6 + 0.8 * next())))
  const offered = contact.product ? productNamed.get(contact.product) : undefined
  const chosen = offered && offered.minimum <= amount ? offered : shelf[chooseProduct(person, amount, next)]
  if (!chosen) return
  const when = buyingTime(bank, person, day, contact, next)
  // What he has is not always enough or not meant for this: then money comes from elsewhere before.
  if (next() < newMoney || current < amount) say((when - contact.at) / 1000 - 1800, { kind: 'aum', change: amount })
  say((when - contact.at) / 1000, { kind: 'bought', product: chosen.no, amount, termDays: chosen.termDays })
}

/** Most decide within three days; at an hour at which he looks at his phone, and never before the message. */
function buyingTime(bank: Bank, person: Person, day: number, contact: Contact, next: Chance): number {
  const wait = Math.min(windowDays - 1, Math.floor(-decision * Math.log(1 - next())))
  const start = startOf(bank.options.from, day + wait)
  const at = start + secondsAt(next, attentionOf(person)) * 1000
  return Math.max(at, contact.at + 3_600_000)
}
