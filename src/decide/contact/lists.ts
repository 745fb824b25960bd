import { namesOf } from '../../govern/orgs/orgs.ts'
import { read } from '../../platform/change.ts'
import { asMachine, type Ctx } from '../../platform/ctx.ts'
import { order, type Page } from '../../platform/page.ts'
import { describeCustomers } from '../../sense/customers/customers.ts'
import { findByIdentity } from '../../sense/identity/identity.ts'
import { barSorts, countBars, pageOfBars, type BarRow as Row } from './barStore.ts'
import type { BarCounts, BarQuery, BarRow, Overview, WhyCode } from './contract.ts'
import { toBarLine } from './explaining.ts'
import { whyNames } from './rules/words.ts'
import { talliesSince } from './store.ts'

/** Opt-outs, blacklists and dead addresses of the customers of the reader's organisation; who they are is masked. */
export async function listBars(ctx: Ctx, query: BarQuery): Promise<Page<BarRow>> {
  const by = order(query, barSorts, '-at')
  const words = query.q?.trim()
  const found = words ? (await findByIdentity(ctx, words)).map(({ customer }) => customer) : undefined
  const { page, orgs } = await read(ctx, async (tx) => {
    const rows = await pageOfBars(tx, query, found, ctx.now, by)
    const page = by.page(rows, (row) => row.at)
    return {
      page,
      orgs: await namesOf(
        tx,
        page.items.map(({ org }) => org),
      ),
    }
  })
  const customers = new Map(
    (
      await describeCustomers(
        ctx,
        page.items.map(({ customer }) => customer),
      )
    ).map((one) => [one.id, one]),
  )
  return {
    next: page.next,
    items: page.items.map((row) => {
      const known = customers.get(row.customer)
      return {
        ...toBarLine(row),
        customer: row.customer,
        name: known?.name ?? null,
        identities: known?.identities.slice(0, 2).map(({ kind, value }) => ({ kind, value })) ?? [],
        org: { id: row.org, name: orgs.get(row.org) ?? row.org },
        state: stateOf(row, ctx.now),
      }
    }),
  }
}

function stateOf({ endedAt, expiresAt }: Row, now: Date): BarRow['state'] {
  if (endedAt) return 'ended'
  return expiresAt && expiresAt <= now ? 'expired' : 'on'
}

export async function countListed(ctx: Ctx): Promise<BarCounts> {
  return { counts: await read(ctx, (tx) => countBars(tx, ctx.now)) }
}

const dayMs = 86_400_000

/** What the policy did in the last 24 hours, of all organisations: the count is the bank's (rule 40). */
export async function overview(ctx: Ctx): Promise<Overview> {
  const since = new Date(ctx.now.getTime() - dayMs)
  const rows = await read(asMachine(ctx, 'contact'), (tx) => talliesSince(tx, since))
  const sum = (...states: string[]) =>
    rows.filter(({ state }) => states.includes(state)).reduce((total, { messages }) => total + messages, 0)
  return {
    day: {
      reserved: sum('reserved', 'confirmed'),
      held: sum('held'),
      dropped: sum('dropped'),
      expired: sum('expired'),
    },
    dropped: rows
      .flatMap(({ code, messages }) => (code ? [{ code: code as WhyCode, messages }] : []))
      .sort((a, b) => b.messages - a.messages)
      .map(({ code, messages }) => ({ code, messages, text: whyNames[code] })),
    waiting: sum('planned', 'held'),
  }
}
