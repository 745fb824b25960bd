import type { Zone } from '../../../platform/time/zone.ts'
import type { Ask, Cap, Channel, ClassRules, EntryRow, MessageClass, Tuning, Why } from '../contract.ts'
import { hashOf } from './chance.ts'
import { type Hours, nextOpen, openMinutes } from './quiet.ts'
import { leavesAt, stillCounts } from './window.ts'

const minuteMs = 60_000
const hourMs = 60 * minuteMs

/** What is kept of a message. Times in ms. */
export type Entry = {
  message: string
  at: number
  state: EntryRow['state']
  channel: Channel
  class: MessageClass
  scene: string | null
  account: string
  strategy: string
  counts: boolean
  priority: number
  score: number
  plannedAt: number
  latest: number
  until: number | null
  why: Why | null
}

export type Bar = {
  id: string
  kind: 'opt-out' | 'blacklist' | 'suppressed' | 'automated'
  channel: Channel | null
  classes: readonly MessageClass[]
  address: string | null
  reason: string
}

/** All that is decided by, of one person: his numbers, rules that hold for him, what stands against him, and his contacts. */
export type Person = {
  members: readonly number[]
  zone: Zone
  caps: readonly Cap[]
  hours(channel: Channel, of: MessageClass): Hours
  bars: readonly Bar[]
  /** By purpose; what was never said is not there. */
  consents: ReadonlyMap<string, boolean>
  control: boolean
  entries: Entry[]
}

export type Ground = { classes: ClassRules; tuning: Tuning }

type Wish = Pick<Ask, 'channel' | 'class' | 'scene' | 'account' | 'strategy'>

/** Whether a cap is about a message; `each` caps compare the two messages instead of a value. */
export function concerned(cap: Cap, wish: Wish): boolean {
  if (!cap.classes.includes(wish.class)) return false
  if (cap.scope === 'all') return true
  const value = wish[cap.scope]
  return value !== null && (cap.value === null || cap.value === value)
}

function together(cap: Cap, wish: Wish, other: Wish): boolean {
  if (!concerned(cap, other)) return false
  return cap.scope === 'all' || cap.value !== null || wish[cap.scope] === other[cap.scope]
}

const counted = (entry: Entry) => entry.counts && (entry.state === 'reserved' || entry.state === 'confirmed')
const waiting = (entry: Entry) => entry.state === 'planned' || entry.state === 'held'

/** Contacts that use a cap up, as the ask would. */
export function usedOf(cap: Cap, wish: Wish, person: Person, at: number): Entry[] {
  return person.entries.filter(
    (entry) => counted(entry) && together(cap, wish, entry) && stillCounts(cap.window, entry.at, at, person.zone),
  )
}

/** The first instant from `at` on at which there is room beside these contacts. */
function roomAt(cap: Cap, times: readonly number[], at: number, zone: Zone): number {
  if (cap.limit === 0) return Number.POSITIVE_INFINITY
  const held = times.filter((time) => stillCounts(cap.window, time, at, zone)).sort((a, b) => a - b)
  const over = held.length - cap.limit
  const leaving = held[over]
  return over < 0 || leaving === undefined ? at : leavesAt(cap.window, leaving, zone)
}

type Ranked = { message: string; priority: number; score: number; plannedAt: number }

/** Waiting raises the priority, so that nobody waits for ever (rule 37); bounded, so that it never outruns what is urgent. */
export function effective(one: Ranked, now: number, tuning: Tuning): number {
  const days = Math.max(0, now - one.plannedAt) / (24 * hourMs)
  return one.priority + Math.min(tuning.boostMost, days * tuning.boostPerDay)
}

/** Rule 37: priority, then score, then who has waited longer, then the id. Negative: `a` goes first. */
export function compareRank(a: Ranked, b: Ranked, now: number, tuning: Tuning): number {
  return (
    effective(b, now, tuning) - effective(a, now, tuning) ||
    b.score - a.score ||
    a.plannedAt - b.plannedAt ||
    (a.message < b.message ? -1 : 1)
  )
}

const rankOf = (ask: Ask): Ranked => ({ ...ask, plannedAt: ask.plannedAt.getTime() })

/** What bars a message whatever the hour and the count: rules 29, 82, 86 and 90 at work before anything is counted. */
export function barredBy(ask: Ask, person: Person, ground: Ground): Why | undefined {
  const bar = person.bars.find((one) => hits(one, ask))
  if (bar) return { code: bar.kind, ref: bar.id, name: bar.reason }
  const { consent, control } = ground.classes[ask.class]
  const said = person.consents.get(ask.class)
  if ((consent === 'granted' && said !== true) || (consent === 'not-withdrawn' && said === false))
    return { code: 'no-consent', ref: ask.class, name: null }
  if (control && person.control) return { code: 'control', ref: null, name: null }
  return undefined
}

function hits(bar: Bar, ask: Ask): boolean {
  if (bar.kind === 'automated') return ask.personalised === true && bar.classes.includes(ask.class)
  if (bar.channel !== null && bar.channel !== ask.channel) return false
  if (!bar.classes.includes(ask.class)) return false
  return bar.address === null || ask.address === undefined || ask.address === null || bar.address === ask.address
}

/** A planned message that never came to ask holds no slot longer than this after its time. */
const overdueMs = 10 * minuteMs

/** Messages that wait, go before this one, and could still go: when each is due. */
function claimsBefore(ask: Ask, person: Person, ground: Ground, now: number, asked: ReadonlySet<string>) {
  const { holdHours, yieldHours } = ground.tuning
  if (!person.entries.some(waiting)) return []
  const waited = now - ask.plannedAt.getTime()
  if (waited > yieldHours * hourMs) return []
  const self = rankOf(ask)
  return person.entries
    .filter((entry) => waiting(entry) && entry.counts && !asked.has(entry.message) && entry.latest > now)
    .filter((entry) => entry.at > now - overdueMs && entry.at <= now + holdHours * hourMs)
    .filter((entry) => compareRank(entry, self, now, ground.tuning) < 0)
    .filter((entry) => !person.bars.some((bar) => hits(bar, asAsk(entry))))
    .map((entry) => ({ entry, due: Math.max(entry.at, now) }))
    .sort((a, b) => a.due - b.due)
}

function asAsk(entry: Entry): Ask {
  const { plannedAt, latest, ...rest } = entry
  return { ...rest, customer: 0, plannedAt: new Date(plannedAt), latest: new Date(latest), blocked: 'delay' }
}

type Claim = { entry: Entry; due: number }

/** The claim that would lose its slot if the ask took one now. */
function evicted(cap: Cap, ask: Ask, person: Person, claims: readonly Claim[], now: number): Claim | undefined {
  const ours = claims.filter(({ entry }) => together(cap, ask, entry))
  const used = person.entries.filter((entry) => counted(entry) && together(cap, ask, entry)).map((entry) => entry.at)
  return ours.find(({ due }, i) => {
    const times = [...used, ...ours.slice(0, i + 1).map((claim) => claim.due)]
    const there = times.filter((time) => stillCounts(cap.window, time, due, person.zone)).length
    return there <= cap.limit && there + (stillCounts(cap.window, now, due, person.zone) ? 1 : 0) > cap.limit
  })
}

type Found = { at: number; why: Why | undefined }

const rounds = 100

/** When the ask could go at the earliest, as things stand, and what is first in its way. */
function earliest(ask: Ask, person: Person, ground: Ground, now: number, asked: ReadonlySet<string>): Found {
  const rules = ground.classes[ask.class]
  const hours = rules.quiet ? person.hours(ask.channel, ask.class) : undefined
  const caps = rules.caps ? person.caps.filter((cap) => concerned(cap, ask)) : []
  const claims = caps.length > 0 ? claimsBefore(ask, person, ground, now, asked) : []
  let at = now
  let why: Why | undefined
  for (let round = 0; round < rounds && at <= ask.latest.getTime(); round++) {
    const step = blockedAt(at)
    if (!step) return { at, why }
    why ??= step.why
    at = step.at
  }
  return { at, why }

  function blockedAt(moment: number): Found | undefined {
    if (hours) {
      const { at: open, closedBy } = nextOpen(hours, moment)
      if (closedBy) return { at: spread(open), why: { code: 'quiet', ref: closedBy.id, name: closedBy.name } }
    }
    for (const cap of caps) {
      const used = person.entries.filter((entry) => counted(entry) && together(cap, ask, entry)).map(({ at }) => at)
      const room = roomAt(cap, used, moment, person.zone)
      if (room > moment) return { at: room, why: { code: 'cap', ref: cap.id, name: null } }
      const claim = moment === now ? evicted(cap, ask, person, claims, now) : undefined
      // Just after the other's turn the slot is either used, or free: then it is asked again.
      if (claim) return { at: claim.due + overdueMs, why: { code: 'yield', ref: claim.entry.message, name: cap.id } }
    }
    return undefined
  }

  /** Rule 39: what was held through the night does not all go at eight. Who goes when is chance, but always the same. */
  function spread(open: number): number {
    const most = ground.tuning.jitterMinutes
    if (!hours || most === 0 || !Number.isFinite(open)) return open
    const room = openMinutes(hours, open, most)
    const later = open + (hashOf(ask.message) % (room * minuteMs + 1))
    // One that is of no use so late goes with the first.
    return later > ask.latest.getTime() ? open : later
  }
}

export type Decided =
  | { ask: Ask; verdict: 'reserved' }
  | { ask: Ask; verdict: 'held'; until: number; why: Why }
  | { ask: Ask; verdict: 'dropped'; why: Why }

/** What becomes of one ask; a reservation or a wait is seen by those that are decided after it. */
function decideOne(ask: Ask, person: Person, ground: Ground, now: number, asked: ReadonlySet<string>): Decided {
  if (ask.latest.getTime() <= now) return { ask, verdict: 'dropped', why: { code: 'too-late', ref: null, name: null } }
  const bar = barredBy(ask, person, ground)
  if (bar) return { ask, verdict: 'dropped', why: bar }
  const { at, why } = earliest(ask, person, ground, now, asked)
  if (!why) return { ask, verdict: 'reserved' }
  if (ask.blocked === 'drop') return { ask, verdict: 'dropped', why }
  if (at > ask.latest.getTime()) return { ask, verdict: 'dropped', why: { ...why, late: true } }
  return { ask, verdict: 'held', until: at, why }
}

/** The asks of one person, in the order of rule 37. `person.entries` grows by what is reserved and held. */
export function decide(asks: readonly Ask[], person: Person, ground: Ground, now: number): Decided[] {
  const asked = new Set(asks.map(({ message }) => message))
  const [single] = asks
  const ranked =
    asks.length === 1 && single
      ? [single]
      : [...asks].sort((a, b) => compareRank(rankOf(a), rankOf(b), now, ground.tuning))
  return ranked.map((ask) => {
    const decided = decideOne(ask, person, ground, now, asked)
    asked.delete(ask.message)
    const place = person.entries.findIndex((entry) => entry.message === ask.message)
    if (place >= 0) person.entries.splice(place, 1)
    if (decided.verdict !== 'dropped') person.entries.push(entryOf(decided, ground, now))
    return decided
  })
}

export function entryOf(decided: Decided, { classes, tuning }: Ground, now: number): Entry {
  const { ask } = decided
  const { message, channel, class: of, scene, account, strategy, priority, score } = ask
  const at = decided.verdict === 'held' ? decided.until : now
  return {
    ...{ message, channel, class: of, scene, account, strategy, priority, score, at },
    state: decided.verdict,
    counts: classes[of].counts,
    plannedAt: ask.plannedAt.getTime(),
    latest: ask.latest.getTime(),
    until:
      decided.verdict === 'reserved' ? now + tuning.reserveMinutes * minuteMs : decided.verdict === 'held' ? at : null,
    why: decided.verdict === 'reserved' ? null : decided.why,
  }
}
