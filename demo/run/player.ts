import { customerAt, customersOf, worldOf } from '../bank/bank.ts'
import { startOf } from '../bank/calendar.ts'
import type { Bank, Customer, DemoEvent, Device, Outcome } from '../bank/contract.ts'
import type { Api } from '../doors/api.ts'
import { lotOf, type Source } from '../doors/messages.ts'
import { openSender, type Sender } from '../doors/sender.ts'
import { newCustomerMessage } from '../setup/bankFiles.ts'
import { closeDay } from './nightly.ts'

const mixUps = 1 / 300

/** The bank at play, and the doors its life goes through. */
export type Player = {
  readonly bank: Bank
  sender(options: { history: boolean; batch: number }): Sender
  /** Sends what happened from `from` until before `to` (all of the day without them), in the order of time. */
  play(sender: Sender, day: number, range?: { from: number; to: number }): Promise<void>
  /** What the bank's books say at the end of the day of those whose money moved. */
  closeDay(sender: Sender, day: number): Promise<void>
  /** What contacts have changed: felt by everything that is played afterwards. */
  note(outcomes: readonly Outcome[]): void
}

export function openPlayer(bank: Bank, api: Api, sources: Record<Source, string>): Player {
  const world = worldOf(bank)
  const newcomers = newcomersOf(bank)
  let today: { day: number; events: DemoEvent[] } | undefined
  let last: Customer | undefined

  function deviceOf({ customer, who }: DemoEvent): Device | undefined {
    if (who.device === undefined) return undefined
    if (last?.index !== customer) last = customerAt(bank, customer)
    return last.devices.find(({ id }) => id === who.device)
  }
  function eventsOf(day: number): DemoEvent[] {
    if (today?.day !== day) today = { day, events: [...world.eventsOf(day)].sort((a, b) => a.at - b.at) }
    return today.events
  }
  return {
    bank,
    sender: (options) => openSender({ api, sources, deviceOf, ...options }),
    async play(sender, day, range) {
      const within = (at: number) => !range || (at >= range.from && at < range.to)
      // The account comes before anything that is done with it.
      const opens = startOf(bank.options.from, day)
      if (within(opens))
        for (const index of newcomers.get(day) ?? [])
          await sender.sendOther(newCustomerMessage(bank, customerAt(bank, index), opens))
      for (const event of eventsOf(day)) if (within(event.at)) await sender.send(event, mixedUp(bank, event))
    },
    closeDay: (sender, day) => closeDay(world, sender, day, eventsOf(day)),
    note(outcomes) {
      world.note(outcomes)
      today = undefined
    },
  }
}

/**
 * Now and then a teller serves a couple and types the other's certificate: two customers who are each known for certain
 * meet in one message, and a person at the bank has to decide.
 */
function mixedUp(bank: Bank, event: DemoEvent): Record<string, string> | undefined {
  if (event.event !== 'branch_visit' || lotOf(event).mixedUp >= mixUps) return undefined
  const other = customerAt(bank, (event.customer + 1) % bank.options.customers)
  return other.index === event.customer ? undefined : { certificate: other.certificate }
}

/** Who opens his account after the first day began, by day. */
function newcomersOf(bank: Bank): Map<number, number[]> {
  const byDay = new Map<number, number[]>()
  for (const { index, openedDay } of customersOf(bank)) {
    if (openedDay < 0) continue
    const those = byDay.get(openedDay)
    if (those) those.push(index)
    else byDay.set(openedDay, [index])
  }
  return byDay
}
