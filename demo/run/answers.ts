import { customerAt, customersOf, respond } from '../bank/bank.ts'
import { dayMs } from '../bank/calendar.ts'
import type { Bank, Contact } from '../bank/contract.ts'
import type { Delivered, Reply } from '../stand-ins/standIn.ts'
import type { Player } from './player.ts'

/** Contacts older than this tire nobody any more. */
const rememberedMs = 60 * dayMs

/**
 * The customers' side of the gateways: who it is that a message has reached, and what he does about it. What he does comes
 * back as events through the doors, at its own time; an answer by the channel itself is returned.
 */
export function openAnswers(bank: Bank, player: Player): (message: Delivered) => Reply[] {
  let book: Map<string, number> | undefined
  const contacts = new Map<number, Contact['earlier'][number][]>()
  return ({ channel, id, to, at }) => {
    book ??= bookOf(bank)
    const customer = book.get(channel === 'sms' ? to.slice(-11) : to)
    // Somebody else's number: a message to it changes nothing here.
    if (customer === undefined) return []
    const earlier = (contacts.get(customer) ?? []).filter((one) => one.at > at - rememberedMs)
    const outcomes = respond(bank, { id, customer, kind: channel, at, earlier })
    contacts.set(customer, [...earlier, { kind: channel, at }])
    player.note(outcomes)
    return outcomes
      .filter(({ kind }) => kind === 'opted-out' && channel === 'sms')
      .map((outcome) => ({ to, at: outcome.at, text: 'TD' }))
  }
}

/** By what a channel knows a customer: mobile number, mail address, device, WeChat. */
function bookOf(bank: Bank): Map<string, number> {
  const book = new Map<string, number>()
  for (const { index } of customersOf(bank)) {
    const { mobile, email, openid, devices } = customerAt(bank, index)
    book.set(mobile, index)
    if (email) book.set(email.toLowerCase(), index)
    if (openid) book.set(openid, index)
    for (const device of devices) if (device.sharedWith === null) book.set(device.id, index)
  }
  return book
}
