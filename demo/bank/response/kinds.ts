import type { ContactKind } from '../contract.ts'
import type { Person } from '../people/person.ts'

/** What a kind of contact is to people. A new kind is one line here and one in the contract. */
export type Kind = {
  /** How much it tires: a call twice as much as a text. */
  weight: number
  /** Seen at all by someone who looks at his phone just then, and by someone who does not. */
  seen: readonly [awake: number, away: number]
  /** Of those who saw it, how many follow it. */
  click: number
  /** The most that it can move the mind of the most persuadable. */
  pull: number
  optOut: number
  complaint: number
  /** How much of its effect hangs on habits with phones: −1 works on those without. */
  digital: number
  /** Seconds until it is seen, typically. */
  delay: number
}

export const kinds: Readonly<Record<ContactKind, Kind>> = {
  sms: {
    weight: 1,
    seen: [0.75, 0.45],
    click: 0.05,
    pull: 0.085,
    optOut: 0.002,
    complaint: 0.0006,
    digital: 0,
    delay: 1500,
  },
  email: {
    weight: 0.4,
    seen: [0.22, 0.12],
    click: 0.06,
    pull: 0.025,
    optOut: 0.0015,
    complaint: 0.0001,
    digital: 0.5,
    delay: 14_000,
  },
  push: {
    weight: 0.6,
    seen: [0.4, 0.12],
    click: 0.11,
    pull: 0.055,
    optOut: 0.003,
    complaint: 0.0002,
    digital: 0.8,
    delay: 900,
  },
  popup: {
    weight: 0.5,
    seen: [0.95, 0.95],
    click: 0.09,
    pull: 0.05,
    optOut: 0,
    complaint: 0.0004,
    digital: 0.6,
    delay: 2,
  },
  wecom: {
    weight: 0.9,
    seen: [0.7, 0.4],
    click: 0.16,
    pull: 0.11,
    optOut: 0.0025,
    complaint: 0.0003,
    digital: 0.3,
    delay: 2400,
  },
  call: {
    weight: 2,
    seen: [0.62, 0.3],
    click: 0.2,
    pull: 0.17,
    optOut: 0.006,
    complaint: 0.004,
    digital: -0.4,
    delay: 20,
  },
  coupon: {
    weight: 0.7,
    seen: [0.6, 0.35],
    click: 0.18,
    pull: 0.06,
    optOut: 0.001,
    complaint: 0.0002,
    digital: 0.5,
    delay: 3600,
  },
  placement: {
    weight: 0.1,
    seen: [0.6, 0.6],
    click: 0.035,
    pull: 0.025,
    optOut: 0,
    complaint: 0,
    digital: 0.6,
    delay: 3,
  },
}

/** Does it reach him by his nature: 0.4 for the wrong one, 1.3 for the right one. */
export const suits = (kind: Kind, person: Pick<Person, 'digital'>) => 0.85 + 0.9 * kind.digital * (person.digital - 0.5)
