import { namesOf } from '../../govern/orgs/orgs.ts'
import { read } from '../../platform/change.ts'
import { asMachine, type Ctx } from '../../platform/ctx.ts'
import { missing, type Text } from '../../platform/problem.ts'
import { addDays, day } from '../../platform/time/day.ts'
import { kindOfDay } from '../../platform/time/holidays.ts'
import { dayOf, type Zone } from '../../platform/time/zone.ts'
import { describeCustomers } from '../../sense/customers/customers.ts'
import { getIdentityOf } from '../../sense/identity/identity.ts'
import { listSegments } from '../../sense/segments/segments.ts'
import { barsOf, consentHistory } from './barStore.ts'
import type {
  Ask,
  Cap,
  Channel,
  EntryRow,
  Explained,
  ExplainQuery,
  MessageClass,
  Week,
  WeekQuery,
  When,
  WhenQuery,
  Why,
  WhySaid,
} from './contract.ts'
import { capSentence, channels, classes } from './contract.ts'
import { type Applied, appliedAt, memoryOf } from './memory.ts'
import { placeOf } from './policies.ts'
import { decide, usedOf } from './rules/decide.ts'
import { minutesOf, nextOpen, openMinutes } from './rules/quiet.ts'
import { leavesAt } from './rules/window.ts'
import { whySentence } from './rules/words.ts'
import { type Standing, standingsOf } from './standing.ts'
import { historyOf, type KeptEntry } from './store.ts'

/** Names of the segments that caps are for. */
export async function segmentNames(ctx: Ctx): Promise<Map<string, string>> {
  const { items } = await listSegments(asMachine(ctx, 'contact'), { limit: 200 })
  return new Map(items.map(({ id, name }) => [id, name]))
}

export function capWords(caps: readonly Cap[], segments: ReadonlyMap<string, string>): Map<string, Text> {
  return new Map(caps.map((cap) => [cap.id, capSentence(cap, cap.segment ? segments.get(cap.segment) : undefined)]))
}

export function said(why: Why, words: ReadonlyMap<string, Text>): WhySaid {
  return { code: why.code, ref: why.ref, text: whySentence(why, words) }
}

const farMs = 90 * 86_400_000
const shown = 100

/** Of one customer: what could go now by channel and class, and why not; what is used of each cap; and what was before. */
export async function explainCustomer(ctx: Ctx, customer: number, query: ExplainQuery): Promise<Explained> {
  // Whoever may see the customer sees all his contacts, whichever branch made them (rule 40).
  const identity = await getIdentityOf(ctx, customer)
  const machine = asMachine(ctx, 'contact')
  const at = query.at ? new Date(query.at) : ctx.now
  const [segments, [described]] = await Promise.all([segmentNames(ctx), describeCustomers(ctx, [identity.customer])])
  return read(machine, async (tx) => {
    const standing = (await standingsOf(tx, [identity.customer], at, { lock: false })).get(identity.customer)
    if (!standing) missing('customer', customer)
    const { who, applied, person, own } = standing
    const [bars, consents, history, orgs] = await Promise.all([
      barsOf(tx, who.members),
      consentHistory(tx, who.members),
      historyOf(tx, who.members, shown),
      namesOf(tx, [who.org, ...applied.caps.map(({ org }) => org)]),
    ])
    const words = capWords(applied.caps, segments)
    const org = (id: string) => ({ id, name: orgs.get(id) ?? id })
    return {
      ...{
        customer: who.id,
        name: described?.name ?? null,
        org: org(who.org),
        zone: applied.zone,
        control: person.control,
      },
      at: at.toISOString(),
      could: couldOf(standing, at, query.scene ?? null, words),
      caps: capsOf(standing, at, query.scene ?? null, words).map((cap) => ({ ...cap, org: org(cap.org) })),
      bars: bars.map(toBarLine),
      consents: consents.map(({ customer: _, ...row }) => ({ ...row, at: row.at.toISOString() })),
      quiet: [...own],
      history: history.map((entry) => toEntry(entry, words)),
    }
  })
}

function couldOf(
  standing: Standing,
  at: Date,
  scene: string | null,
  words: ReadonlyMap<string, Text>,
): Explained['could'] {
  return channels.flatMap((channel) =>
    classes.map((of) => {
      const person = { ...standing.person, entries: [...standing.person.entries] }
      const [decided] = decide([questionOf(channel, of, scene, at)], person, standing.applied, at.getTime())
      if (!decided || decided.verdict === 'reserved')
        return { channel, class: of, verdict: 'reserved' as const, until: null, why: null }
      const until = decided.verdict === 'held' ? new Date(decided.until).toISOString() : null
      return { channel, class: of, verdict: decided.verdict, until, why: said(decided.why, words) }
    }),
  )
}

function questionOf(channel: Channel, of: MessageClass, scene: string | null, at: Date): Ask {
  return {
    ...{ message: '', customer: 0, channel, class: of, scene, account: '', strategy: '', priority: 50, score: 0 },
    ...{ plannedAt: at, latest: new Date(at.getTime() + farMs), blocked: 'delay' },
  }
}

/** Each cap as it stands; one that counts each of a kind by itself is shown for those that were used. */
function capsOf({ person, applied }: Standing, at: Date, scene: string | null, words: ReadonlyMap<string, Text>) {
  const held = new Set(person.caps.map(({ id }) => id))
  return applied.caps
    .filter(({ id }) => held.has(id))
    .flatMap((cap) => {
      const [of = 'marketing'] = cap.classes
      const each = cap.scope !== 'all' && cap.value === null
      const values =
        each && cap.scope !== 'all'
          ? [...new Set(person.entries.map((entry) => entry[cap.scope as 'strategy']))]
          : [cap.value]
      return values.flatMap((value) => {
        if (each && value === null) return []
        const wish = { ...questionOf('push', of, scene, at), ...(cap.scope === 'all' ? {} : { [cap.scope]: value }) }
        const used = usedOf(cap, wish, person, at.getTime())
          .map((entry) => entry.at)
          .sort((a, b) => a - b)
        const first = used[0]
        const freeAt =
          used.length > 0 && first !== undefined
            ? leavesAt(cap.window, used[Math.max(0, used.length - cap.limit)] ?? first, applied.zone)
            : null
        return [
          {
            ...{
              id: cap.id,
              org: cap.org,
              sentence: words.get(cap.id) ?? capSentence(cap),
              value: each ? value : null,
            },
            ...{ used: used.length, limit: cap.limit, freeAt: freeAt === null ? null : new Date(freeAt).toISOString() },
          },
        ]
      })
    })
}

export function toBarLine(bar: Awaited<ReturnType<typeof barsOf>>[number]): Explained['bars'][number] {
  const { id, kind, channel, classes, reason, source, by } = bar
  return {
    ...{ id, kind, channel, classes, reason, source, by },
    at: bar.at.toISOString(),
    expiresAt: bar.expiresAt?.toISOString() ?? null,
    endedAt: bar.endedAt?.toISOString() ?? null,
  }
}

function toEntry(entry: KeptEntry, words: ReadonlyMap<string, Text>): EntryRow {
  const { message, state, channel, class: of, scene, strategy, counts } = entry
  return {
    ...{ message, state, channel, class: of, scene, strategy, counts },
    at: new Date(entry.at).toISOString(),
    why: entry.why ? said(entry.why, words) : null,
  }
}

async function appliedOf(ctx: Ctx, org: string | undefined): Promise<Applied> {
  const place = await placeOf(ctx, org)
  return appliedAt(await read(asMachine(ctx, 'contact'), memoryOf), place, ctx.now)
}

/** Seven days of one channel and class, minute by minute: what is open, and whose rule closes it. */
export async function weekOf(ctx: Ctx, query: WeekQuery): Promise<Week> {
  const applied = await appliedOf(ctx, query.org)
  const hours = applied.hours(query.channel, query.class)
  const obeys = applied.classes[query.class].quiet
  const first = query.from ? day(query.from) : dayOf(ctx.now, applied.zone as Zone)
  return {
    zone: applied.zone,
    days: Array.from({ length: 7 }, (_, i) => {
      const one = addDays(first, i)
      const own = applied.head.days.find((known) => known.day === one)
      const official = kindOfDay(one)
      const minutes = obeys ? minutesOf(hours.all, one, hours.days) : new Int16Array(1440).fill(-1)
      return {
        day: one,
        work: own?.work ?? official.work,
        holiday: own?.name ?? official.name,
        spans: spansOf(minutes, hours.all),
      }
    }),
  }
}

const clock = (minute: number) =>
  `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`

function spansOf(minutes: Int16Array, all: readonly { name: string; source: string }[]): Week['days'][number]['spans'] {
  const spans: Week['days'][number]['spans'] = []
  let from = 0
  for (let minute = 1; minute <= minutes.length; minute++) {
    if (minute < minutes.length && minutes[minute] === minutes[from]) continue
    const rule = all[minutes[from] ?? -1]
    spans.push({ from: clock(from), until: clock(minute), rule: rule?.name ?? null, source: rule?.source ?? '' })
    from = minute
  }
  return spans
}

/** When a message of a channel and class could go by the hours alone. */
export async function whenOpen(ctx: Ctx, query: WhenQuery): Promise<When> {
  const applied = await appliedOf(ctx, query.org)
  const at = new Date(query.at)
  if (!applied.classes[query.class].quiet) return { at: at.toISOString(), zone: applied.zone, why: null, spread: 0 }
  const hours = applied.hours(query.channel, query.class)
  const { at: open, closedBy } = nextOpen(hours, at.getTime())
  const why = closedBy ? said({ code: 'quiet', ref: closedBy.id, name: closedBy.name }, new Map()) : null
  const spread = closedBy && Number.isFinite(open) ? openMinutes(hours, open, applied.tuning.jitterMinutes) : 0
  const shownAt = Number.isFinite(open) ? new Date(open) : new Date(at.getTime() + 400 * 86_400_000)
  return { at: shownAt.toISOString(), zone: applied.zone, why, spread }
}
