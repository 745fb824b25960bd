import { openBytes } from '../../govern/privacy/privacy.ts'
import { read, unauditedChange } from '../../platform/change.ts'
import { asMachine, type Ctx } from '../../platform/ctx.ts'
import { dayOf, homeZone, timeOf } from '../../platform/time/zone.ts'
import { canonicalOf, openIdentities } from '../../sense/identity/identity.ts'
import { subscriptionsOf } from './keepStore.ts'
import type { Addressed, Letter, Outcome } from './kinds/kind.ts'
import type { Held, Lines } from './lines.ts'
import { admitted, judge } from './rules/health.ts'
import { grant, type Limits } from './rules/pace.ts'
import { withoutAddresses } from './rules/said.ts'
import { opensIn } from './rules/windows.ts'
import * as store from './trafficStore.ts'

/**
 * Sends a set by one account, as far as it may: outside its windows, above its rate, while it rests, letters come back as
 * `throttled` with the time to come again, and were not tried. One outcome for each letter. It cares for the account, not
 * for the customer: whether he may be disturbed was decided before.
 */
export async function sendLetters(
  any: Ctx,
  lines: Lines,
  account: string,
  letters: readonly Letter[],
  signal: AbortSignal,
  test = false,
): Promise<Outcome[]> {
  if (letters.length === 0) return []
  const ctx = asMachine(any, 'channels')
  const held = await lines.of(ctx, account)
  const { ready, without } = await addressed(ctx, held, letters)
  const { go, wait } = await admit(ctx, held, ready, test)
  const began = performance.now()
  const outcomes = go.length === 0 ? [] : (await held.line.send(go, signal)).map(discreet)
  const all = [...without, ...outcomes, ...wait]
  await note(ctx, held, [...without, ...outcomes], { ms: Math.round(performance.now() - began), test })
  return all
}

/** Whatever the way: what became of a letter goes into logs and events, where no address may stand. */
function discreet(outcome: Outcome): Outcome {
  return 'failed' in outcome ? { ...outcome, text: withoutAddresses(outcome.text) } : outcome
}

type Ready = { ready: Addressed[]; without: Outcome[] }

/** Opens the addresses of a set; a letter without one, or with one that cannot be, is over. */
async function addressed(ctx: Ctx, { account, kind }: Held, letters: readonly Letter[]): Promise<Ready> {
  const customers = letters.flatMap(({ to }) => ('customer' in to ? [to.customer] : []))
  const found =
    kind.kind === 'webpush'
      ? await browsersOf(ctx, account.id, customers)
      : account.identity === null || customers.length === 0
        ? new Map<number, string>()
        : await openIdentities(ctx, account.identity, customers)
  const ready: Addressed[] = []
  const without: Outcome[] = []
  for (const { key, to, fields } of letters) {
    const customer = 'customer' in to ? to.customer : undefined
    const own = account.identity === null && kind.kind !== 'webpush'
    const address = 'address' in to ? to.address : own ? String(to.customer) : found.get(to.customer)
    const fault = address === undefined ? undefined : kind.checkAddress(address)
    if (address === undefined)
      without.push({ key, failed: 'permanent', code: 'no_address', text: 'the customer has no such address' })
    else if (fault) without.push({ key, failed: 'permanent', code: 'bad_address', text: fault.en, suppress: true })
    else ready.push({ key, to: address, customer, fields })
  }
  return { ready, without }
}

/** All browsers of each, as one address: their subscriptions in JSON. */
async function browsersOf(ctx: Ctx, account: string, customers: readonly number[]): Promise<Map<number, string>> {
  const { canonical, rows } = await read(ctx, async (tx) => {
    const canonical = await canonicalOf(tx, customers)
    return { canonical, rows: await subscriptionsOf(tx, account, [...new Set([...customers, ...canonical.values()])]) }
  })
  const contents = await openBytes(
    ctx,
    rows.map(({ id, content }) => ({ owner: `push:${id.toString('hex')}`, sealed: content })),
  )
  const own = Map.groupBy(
    rows.map(({ customer }, i) => ({ customer, content: contents[i]?.toString('utf8') ?? '' })),
    ({ customer }) => customer,
  )
  return new Map(
    customers.flatMap((customer) => {
      const all = [...(own.get(customer) ?? [])]
      const survivor = canonical.get(customer)
      if (survivor !== undefined && survivor !== customer) all.push(...(own.get(survivor) ?? []))
      return all.length === 0 ? [] : [[customer, `[${all.map(({ content }) => content).join(',')}]`] as const]
    }),
  )
}

type Admitted = { go: Addressed[]; wait: Outcome[] }

/** How many of a set may go now, counted exactly over all processes before any of them goes. */
async function admit(ctx: Ctx, held: Held, letters: readonly Addressed[], test: boolean): Promise<Admitted> {
  if (letters.length === 0) return { go: [], wait: [] }
  const { account, kind } = held
  const now = ctx.now
  const later = (set: readonly Addressed[], code: string, again: Date): Outcome[] =>
    set.map(({ key }) => ({ key, failed: 'throttled', code, text: code, again }))
  const closedFor = test ? 0 : opensIn(account.windows, momentOf(now))
  if (closedFor > 0)
    return { go: [], wait: later(letters, 'account.window', new Date(now.getTime() + closedFor * 60_000)) }
  return unauditedChange(ctx, 'how fast accounts send', async (tx) => {
    const locked = await store.lockPace(tx, account.id)
    const open = locked ? admitted(locked.state, letters.length) : 0
    if (!locked || open === 0)
      return { go: [], wait: later(letters, 'account.resting', new Date(now.getTime() + 60_000)) }
    const limits: Limits = account
    const most = Math.min(limits.perSecond ?? Infinity, limits.perMinute ?? Infinity, limits.perDay ?? Infinity)
    const weights = letters.slice(0, open).map(({ fields }) => Math.min(most, kind.units(fields, account.settings)))
    const wanted = weights.reduce((sum, weight) => sum + weight, 0)
    const day = dayOf(now, homeZone)
    const first = grant(locked.spent, limits, wanted, now, day)
    const count = fitting(weights, first.granted)
    const used = weights.slice(0, count).reduce((sum, weight) => sum + weight, 0)
    const { spent } = grant(locked.spent, limits, used, now, day)
    if (used > 0) await store.savePace(tx, account.id, spent)
    const again = first.again ?? new Date(now.getTime() + 1000)
    return { go: letters.slice(0, count), wait: later(letters.slice(count), 'account.rate', again) }
  })
}

/** How many of them, from the first, come to no more than so much. */
function fitting(weights: readonly number[], most: number): number {
  let sum = 0
  for (const [i, weight] of weights.entries()) {
    sum += weight
    if (sum > most) return i
  }
  return weights.length
}

function momentOf(now: Date) {
  const [hours = 0, minutes = 0] = timeOf(now, homeZone).split(':').map(Number)
  const day = new Date(`${dayOf(now, homeZone)}T00:00:00Z`).getUTCDay()
  return { day: day === 0 ? 7 : day, clock: hours * 60 + minutes }
}

/** So many failures of a set are kept to look at. */
const samplesOfSet = 10

/** Counts a set, keeps a few of its failures, and judges how the account fares. */
async function note(
  ctx: Ctx,
  { account }: Held,
  outcomes: readonly Outcome[],
  more: { ms: number; test: boolean },
): Promise<void> {
  if (outcomes.length === 0) return
  const at = ctx.now
  const counts = new Map<string, store.Counted>()
  for (const outcome of outcomes) {
    const name = 'state' in outcome ? 'sent' : outcome.failed
    const held = counts.get(name) ?? { outcome: name, count: 0, units: 0, ms: 0 }
    const sent = 'state' in outcome
    counts.set(name, {
      ...held,
      count: held.count + 1,
      units: held.units + (sent ? outcome.units : 0),
      ms: held.ms + (sent ? more.ms : 0),
    })
  }
  const failures = outcomes.flatMap((outcome) => ('failed' in outcome ? [outcome] : []))
  const own = failures.filter((failure) => failure.own)
  const samples = failures
    .slice(0, samplesOfSet)
    .map(({ key, failed, code, text }) => sampleOf(key, failed, code, text, more.test))
  if (more.test)
    for (const outcome of outcomes)
      if ('state' in outcome) samples.push(sampleOf(outcome.key, 'sent', outcome.providerId, 'test', true))
  await unauditedChange(ctx, 'how accounts fare', async (tx) => {
    await store.addMinutes(tx, account, at, [...counts.values()])
    await store.addSamples(tx, account, at, samples)
    await judged(ctx, tx, account, { sent: counts.get('sent')?.count ?? 0, own: own.length, last: own.at(-1) })
  })
}

function sampleOf(key: string, outcome: string, code: string, says: string, test: boolean): store.Sampled {
  return { key, outcome, code: code.slice(0, 200), says: says.slice(0, 300), test }
}

/** A success is noted so often at most: sets follow one another fast. */
const noteSuccessMs = 5000

type Fared = { sent: number; own: number; last: { code: string; text: string } | undefined }

async function judged(
  ctx: Ctx,
  tx: Parameters<typeof store.lockHealth>[0],
  account: Held['account'],
  came: Fared,
): Promise<void> {
  const at = ctx.now
  const lately = account.succeededAt !== null && at.getTime() - account.succeededAt.getTime() < noteSuccessMs
  const calm = account.state === 'on' && account.failures === 0 && came.own === 0
  if (calm && (lately || came.sent === 0)) return
  const health = await store.lockHealth(tx, account.id)
  if (!health) return
  const says = came.last
    ? { zh: `${came.last.code}:${came.last.text}`, en: `${came.last.code}: ${came.last.text}` }
    : undefined
  const verdict = judge(health, { sent: came.sent, own: came.own, says })
  const rests = verdict.state === 'resting' && verdict.restMs !== undefined
  await store.saveHealth(
    tx,
    account.id,
    {
      ...verdict,
      reason:
        verdict.state === 'resting'
          ? {
              zh: `连续失败 ${verdict.failures} 次:${says?.zh ?? ''}`,
              en: `${verdict.failures} failures in a row: ${says?.en ?? ''}`,
            }
          : null,
      probeAt: rests ? new Date(at.getTime() + (verdict.restMs ?? 0)) : null,
      succeeded: came.sent > 0,
      failed: came.own > 0,
    },
    at,
  )
  account.state = verdict.state
  account.failures = verdict.failures
  if (came.sent > 0) account.succeededAt = at
  if (rests)
    ctx.log.warn({ account: account.id, failures: verdict.failures, code: came.last?.code }, 'a channel account rests')
}
