import { calendarDay, startOf } from '../calendar.ts'
import type { Bank, CalendarDay, DemoEvent, Device, Origin, Props, Who } from '../contract.ts'
import type { Life } from '../life.ts'
import { customerNo, loginOf, openidOf } from '../people/customer.ts'
import type { Person } from '../people/person.ts'
import type { EventName } from '../vocabulary.ts'

/** A day of one customer, on which the kinds of behaviour write what he does. */
export type Scene = {
  bank: Bank
  person: Person
  life: Life
  day: number
  date: CalendarDay
  /** The first instant of the day. */
  start: number
  events: Draft[]
}
export type Draft = Omit<DemoEvent, 'id' | 'customer'>

export function sceneOf(bank: Bank, life: Life, day: number): Scene {
  const { from } = bank.options
  return { bank, person: life.person, life, day, date: calendarDay(from, day), start: startOf(from, day), events: [] }
}

/** Something that the bank's own systems saw: they know the customer by his number. */
export function record(
  scene: Scene,
  origin: 'core' | 'branch',
  event: EventName,
  seconds: number,
  props: Props,
  order?: string,
): void {
  const at = scene.start + Math.floor(seconds) * 1000
  scene.events.push({
    origin,
    event,
    at,
    who: { customerNo: customerNo(scene.person.index) },
    props,
    ...(order && { order }),
  })
}

/** One visit by phone or computer: a clock that goes on from step to step, and who is known by now. */
export type Visit = {
  device: Device
  at: number
  /** After login the number and the login come together, always. */
  known: boolean
  session: string
  who: Who
}

export function step(
  scene: Scene,
  visit: Visit,
  event: EventName,
  afterSeconds: number,
  props: Props = {},
  order?: string,
): void {
  visit.at += Math.max(1, Math.round(afterSeconds)) * 1000
  scene.events.push({
    origin: visit.device.channel as Origin,
    event,
    at: visit.at,
    who: visit.who,
    props,
    session: visit.session,
    ...(order && { order }),
  })
}

export function login(scene: Scene, visit: Visit, afterSeconds: number, method: string): void {
  if (visit.known) return
  const { seed } = scene.bank.options
  const name = loginOf(seed, scene.person)
  visit.known = true
  visit.who = { ...visit.who, customerNo: customerNo(scene.person.index), ...(name && { login: name }) }
  step(scene, visit, 'login', afterSeconds, { method })
}

export function anonymous(scene: Scene, device: Device): Who {
  const openid = device.channel === 'mini-program' ? openidOf(scene.bank.options.seed, scene.person) : null
  return { device: device.id, ...(openid && { openid }) }
}

export const orderNo = (index: number, lot: number) =>
  `O${String(index + 1).padStart(8, '0')}${String(lot).padStart(3, '0')}`
export const holdingNo = (index: number, lot: number) =>
  `H${String(index + 1).padStart(8, '0')}${String(lot).padStart(3, '0')}`
