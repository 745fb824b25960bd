import { confirm, release, reserve, sortByRank, suppress } from '../../decide/contact/contact.ts'
import type { Channel, Verdict } from '../../decide/contact/contract.ts'
import { unauditedChange } from '../../platform/change.ts'
import { asMachine, type Ctx } from '../../platform/ctx.ts'
import type { Tx } from '../../platform/db/db.ts'
import { Problem } from '../../platform/problem.ts'
import type { Outcome } from '../channels/channels.ts'
import type { Written } from '../content/content.ts'
import type { State, Why } from './contract.ts'
import type { Deps } from './deps.ts'
import { askOf } from './planning.ts'
import { nextTry } from './rules/states.ts'
import type { Left, MessageRow, News, Turn } from './store.ts'
import * as store from './store.ts'
import { watchAfter } from './watching.ts'

/** Messages decided together, and letters given to a channel together. */
const decidedAtOnce = 2000
const sentAtOnce = 500
/** As long a sender has to be done with what it took. One that died had it until then. */
const leaseMs = 5 * 60_000

/**
 * Decides and sends a set of what is due. Answers how many it took; nothing was due when it is 0.
 *
 * Killed at any instant: what was decided stands, and is asked for again with the same answer; a letter that had begun to leave may
 * have left, so it is not sent again and its end is unknown (rule 85). The key of a letter is its message's, however often tried.
 */
export async function sendDue(any: Ctx, deps: Deps, signal: AbortSignal): Promise<number> {
  const ctx = asMachine(any, 'messages')
  const { taken, go } = await decide(ctx)
  for (const [, rows] of Map.groupBy(go, ({ account }) => account))
    for (let from = 0; from < rows.length && !signal.aborted; from += sentAtOnce)
      await leave(ctx, deps, rows.slice(from, from + sentAtOnce), signal)
  return taken
}

const later = (at: Date, ms: number) => new Date(at.getTime() + ms)
const whyOf = (by: Why['by'], code: string, name: string | null = null): Why => ({ by, code, ref: null, name })

async function decide(ctx: Ctx): Promise<{ taken: number; go: MessageRow[] }> {
  return unauditedChange(ctx, 'messages that are due', async (tx) => {
    const rows = await store.takeDue(tx, ctx.now, decidedAtOnce)
    if (rows.length === 0) return { taken: 0, go: [] }
    const abandoned = rows.filter(({ state }) => state === 'sending')
    const late = rows.filter((row) => row.state !== 'sending' && row.latest <= ctx.now)
    const open = rows.filter((row) => row.state !== 'sending' && row.latest > ctx.now)
    const verdicts = new Map(
      (await reserve(tx, ctx.now, sortByRank(open.map(askOf), ctx.now))).map((one) => [one.message, one]),
    )
    const turns = [
      ...abandoned.map(
        (row): Turn => ({ id: row.id, state: 'unknown', dueAt: null, why: whyOf('channel', 'abandoned') }),
      ),
      ...late.map((row): Turn => ({ id: row.id, state: 'dropped', dueAt: null, why: whyOf('time', 'too-late') })),
      ...open.map((row) => turnOf(row, verdicts.get(row.id), ctx.now)),
    ]
    await store.saveTurns(tx, turns, ctx.now)
    if (late.length > 0)
      await release(
        tx,
        late.map(({ id }) => id),
      )
    if (abandoned.length > 0)
      await confirm(
        tx,
        abandoned.map(({ id }) => id),
      )
    await store.addNews(
      tx,
      turns.flatMap((turn) => newsOf(turn, ctx.now)),
    )
    const going = new Set(turns.filter(({ state }) => state === 'reserved').map(({ id }) => id))
    return { taken: rows.length, go: open.filter(({ id }) => going.has(id)) }
  })
}

function turnOf(row: MessageRow, verdict: Verdict | undefined, now: Date): Turn {
  if (verdict?.verdict === 'reserved') return { id: row.id, state: 'reserved', dueAt: later(now, leaseMs), why: null }
  const why: Why = verdict
    ? { by: 'policy', code: verdict.why.code, ref: verdict.why.ref, name: verdict.why.name }
    : whyOf('policy', 'undecided')
  // Held beyond its use is dropped by the policy itself; here it waits.
  if (verdict?.verdict === 'held') return { id: row.id, state: 'held', dueAt: verdict.until, why }
  return { id: row.id, state: 'dropped', dueAt: null, why }
}

function newsOf({ id, state, dueAt, why }: Turn, at: Date): News[] {
  if (state === 'reserved') return []
  return [
    {
      message: id,
      state,
      at,
      detail: { ...(why ?? {}), ...(state === 'held' && dueAt ? { until: dueAt.toISOString() } : {}) },
    },
  ]
}

/** Writes and sends letters of one account, and keeps what became of each. */
async function leave(ctx: Ctx, deps: Deps, rows: readonly MessageRow[], signal: AbortSignal): Promise<void> {
  const { letters, refused } = await written(ctx, deps, rows)
  const going = await unauditedChange(ctx, 'letters that leave', (tx) =>
    store.markSending(
      tx,
      rows.map(({ id }) => id),
    ),
  )
  const account = rows[0]?.account ?? ''
  const out = letters.filter(({ key }) => going.has(key))
  const began = ctx.now
  let outcomes: Outcome[]
  try {
    outcomes = out.length === 0 ? [] : await deps.send(ctx, account, out, signal)
  } catch (error) {
    if (!(error instanceof Problem))
      ctx.log.error({ err: error, account }, 'letters could not be given to their channel')
    outcomes = out.map(({ key }) => ({ key, failed: 'transient', code: 'channel', text: (error as Error).message }))
  }
  const price = (await deps.prices(ctx, [account])).get(account) ?? 0
  const byKey = new Map([...refused, ...outcomes].map((one) => [one.key, one]))
  const left = rows.filter(({ id }) => going.has(id)).map((row) => leftOf(row, byKey.get(row.id), price, ctx.now))
  const dead = rows.flatMap(({ id, customer, channel }) => {
    const outcome = byKey.get(id)
    return outcome && 'failed' in outcome && outcome.suppress ? [{ customer, channel, reason: outcome.code }] : []
  })
  await keep(ctx, left, dead, began)
}

type Letters = {
  letters: { key: string; to: { customer: number }; fields: Record<string, unknown> }[]
  refused: Outcome[]
}

/** Nothing with a hole in it leaves (rule 88). */
async function written(ctx: Ctx, deps: Deps, rows: readonly MessageRow[]): Promise<Letters> {
  const letters: Letters['letters'] = []
  const refused: Outcome[] = []
  const refuse = (key: string, code: string, text: string) => refused.push({ key, failed: 'permanent', code, text })
  for (const [, own] of Map.groupBy(rows, ({ template, version }) => `${template} ${version}`)) {
    const [first] = own
    if (!first) continue
    const addressees = own.map(({ id, customer, org, given, strategy }) => ({
      ...{ key: id, customer, org },
      given: { ...given, strategy: { id: strategy, ...given.strategy } },
    }))
    const answers = await deps.write(ctx, first, addressees).catch((error: unknown): Written[] => {
      if (!(error instanceof Problem)) throw error
      for (const { id } of own) refuse(id, error.code, error.text.en)
      return []
    })
    const customers = new Map<string, number>(own.map(({ id, customer }) => [id, customer]))
    for (const answer of answers) {
      if ('fields' in answer)
        letters.push({ key: answer.key, to: { customer: customers.get(answer.key) ?? 0 }, fields: answer.fields })
      else if ('missing' in answer) refuse(answer.key, 'content.missing', answer.missing)
      else refuse(answer.key, 'content.fault', answer.fault)
    }
  }
  return { letters, refused }
}

type Dead = { customer: number; channel: Channel; reason: string }
type Became = Left & { detail: Record<string, unknown> }

function leftOf(row: MessageRow, outcome: Outcome | undefined, price: number, now: Date): Became {
  const base = { id: row.id, watchAt: null, providerId: null, units: 0, price: 0n, detail: {} }
  // No answer of the channel is no answer: it may have left.
  if (!outcome) return { ...base, state: 'unknown', dueAt: null, why: whyOf('channel', 'no-answer'), tried: true }
  if ('state' in outcome) {
    const cost = BigInt(outcome.units * price)
    return {
      ...{ ...base, state: 'sent', dueAt: null, why: null, tried: true, providerId: outcome.providerId },
      ...{ watchAt: watchAfter(row, now), units: outcome.units, price: cost },
      detail: { units: outcome.units, price: Number(cost) },
    }
  }
  const why = whyOf(
    outcome.code.startsWith('content.') ? 'content' : 'channel',
    outcome.code,
    outcome.text.slice(0, 200),
  )
  const detail = { ...why, class: outcome.failed }
  if (outcome.uncertain) return { ...base, state: 'unknown', dueAt: null, why, tried: true, detail }
  if (outcome.failed === 'throttled') {
    const again = outcome.again && outcome.again > now ? outcome.again : later(now, 60_000)
    return { ...base, state: 'planned', dueAt: again, why, tried: false, detail }
  }
  const wait = outcome.failed === 'transient' ? nextTry(row.attempts + 1) : undefined
  if (wait !== undefined)
    return { ...base, state: 'planned', dueAt: later(now, wait * 60_000), why, tried: true, detail }
  const state: State = why.by === 'content' ? 'dropped' : 'failed'
  return { ...base, state, dueAt: null, watchAt: row.fallover.length > 0 ? now : null, why, tried: true, detail }
}

/** The message, its slots under the caps and its news in one transaction. What goes again gives its slots back meanwhile. */
async function keep(ctx: Ctx, left: readonly Became[], dead: readonly Dead[], began: Date): Promise<void> {
  if (left.length === 0) return
  await unauditedChange(ctx, 'what became of letters', async (tx: Tx) => {
    const saved = await store.saveLeft(tx, left, ctx.now)
    const counted = new Map(saved.map((row) => [row.id, row.counted]))
    await confirm(
      tx,
      left.filter(({ id }) => counted.get(id)).map(({ id }) => id),
    )
    await release(
      tx,
      left.filter(({ id }) => counted.get(id) === false).map(({ id }) => id),
    )
    // Never again to an address that is gone (rule 84).
    if (dead.length > 0)
      await suppress(
        tx,
        ctx.now,
        dead.map((one) => ({ ...one, address: null, source: 'channel', by: 'channel' })),
      )
    await store.addNews(
      tx,
      left
        .filter(({ state, tried }) => state !== 'planned' || tried)
        .map(({ id, state, detail }) => ({ message: id, state, at: state === 'sent' ? began : ctx.now, detail })),
    )
  })
}
