import { calendarDay } from './calendar.ts'
import type { Bank, BankOptions, Customer, Holding, Profile, Traits } from './contract.ts'
import { holdingsOf, profileFrom } from './holdings.ts'
import { lifeOf } from './life.ts'
import { attentionOf } from './people/attention.ts'
import { customerAt } from './people/customer.ts'
import { personOf } from './people/person.ts'
import { makeEmployees, makeMerchants, makeOrgs } from './places.ts'
import { shelf } from './products.ts'

export { eventsOf, eventsOfCustomer, historyOf } from './days/history.ts'
export { customerAt } from './people/customer.ts'
export { membersOf } from './people/household.ts'
export { effectOf } from './response/effect.ts'
export { respond } from './response/respond.ts'
export { truthOf, truthOfCustomers } from './response/truth.ts'
export { type EventName, vocabulary } from './vocabulary.ts'
export { worldOf } from './world.ts'

export function makeBank(options: BankOptions): Bank {
  const orgs = makeOrgs()
  return {
    options,
    orgs,
    employees: makeEmployees(options.seed, orgs),
    products: shelf,
    merchants: makeMerchants(options.seed),
    calendar: Array.from({ length: options.days }, (_, day) => calendarDay(options.from, day)),
  }
}

export function* customersOf(bank: Bank): Iterable<Customer> {
  for (let index = 0; index < bank.options.customers; index++) yield customerAt(bank, index)
}

export function traitsOf(bank: Bank, index: number): Traits {
  const person = personOf(bank.options, index)
  const { digital, priceSensitivity, trust, irritability, appetite } = person
  return { digital, priceSensitivity, trust, irritability, appetite, attention: attentionOf(person) }
}

export const holdingsOn = (bank: Bank, index: number, day: number): Holding[] =>
  holdingsOf(bank, lifeOf(bank.options, index, day))

export function profileOn(bank: Bank, index: number, day: number): Profile {
  const life = lifeOf(bank.options, index, day)
  return profileFrom(life, holdingsOf(bank, life))
}

/** Holdings and profile from one life: half the work where both are wanted. */
export function standingOn(bank: Bank, index: number, day: number): { holdings: Holding[]; profile: Profile } {
  const life = lifeOf(bank.options, index, day)
  const holdings = holdingsOf(bank, life)
  return { holdings, profile: profileFrom(life, holdings) }
}
