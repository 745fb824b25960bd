import { read } from '../../platform/change.ts'
import { asMachine, type Ctx } from '../../platform/ctx.ts'
import { invalidField, text } from '../../platform/problem.ts'
import { personsOf } from '../../sense/identity/identity.ts'
import { latestMembers } from '../../sense/segments/segments.ts'
import type { Ask, Forecast, ForecastAsk, Why } from './contract.ts'
import { capWords, said, segmentNames } from './explaining.ts'
import { decideAll } from './reserving.ts'
import { standingsOf } from './standing.ts'

const perSet = 5000
const hourMs = 3_600_000

/**
 * What a planned send would lose to the policy, by reason: every customer is decided as if he were asked at that moment, by
 * what is known now, and nothing is kept. Exact for now; for a moment to come, all that happens until then is not in it.
 */
export async function forecast(ctx: Ctx, plan: ForecastAsk): Promise<Forecast> {
  const began = performance.now()
  const customers = await customersOf(ctx, plan)
  const at = plan.at ? new Date(plan.at) : ctx.now
  const machine = asMachine(ctx, 'contact')
  const counts = { now: 0, held: 0, dropped: 0 }
  const heldBy = new Map<string, { why: Why; customers: number }>()
  const droppedBy = new Map<string, { why: Why; customers: number }>()
  const release = new Map<number, number>()
  const caps = new Map<string, { zh: string; en: string }>()
  const segments = await segmentNames(ctx)
  for (let from = 0; from < customers.length; from += perSet) {
    const asks = customers.slice(from, from + perSet).map((customer) => askOf(plan, customer, at))
    const standings = await read(machine, (tx) =>
      standingsOf(
        tx,
        asks.map(({ customer }) => customer),
        at,
        { lock: false },
      ),
    )
    for (const applied of new Set([...standings.values()].map((one) => one.applied)))
      for (const [id, words] of capWords(applied.caps, segments)) caps.set(id, words)
    for (const { decision } of decideAll(asks, standings, at)) {
      if (decision.verdict === 'reserved') counts.now++
      else if (decision.verdict === 'held') {
        counts.held++
        add(heldBy, decision.why)
        const hour = Math.floor(decision.until / hourMs) * hourMs
        release.set(hour, (release.get(hour) ?? 0) + 1)
      } else {
        counts.dropped++
        add(droppedBy, decision.why)
      }
    }
  }
  const reasons = (of: typeof heldBy) =>
    [...of.values()]
      .sort((a, b) => b.customers - a.customers)
      .map((one) => ({ why: said(one.why, caps), customers: one.customers }))
  return {
    ...{ customers: customers.length, at: at.toISOString(), ...counts },
    heldBy: reasons(heldBy),
    droppedBy: reasons(droppedBy),
    release: [...release]
      .sort(([a], [b]) => a - b)
      .slice(0, 200)
      .map(([hour, n]) => ({ at: new Date(hour).toISOString(), customers: n })),
    ms: Math.round(performance.now() - began),
  }
}

/** By the rule that stands in the way; what names one customer's own entry is counted together. */
function add(to: Map<string, { why: Why; customers: number }>, why: Why): void {
  const general: Why = why.code === 'cap' || why.code === 'quiet' ? why : { ...why, ref: null, name: why.name }
  const key = [general.code, general.ref, general.code === 'yield' ? '' : general.name, general.late].join(' ')
  const known = to.get(key) ?? { why: general, customers: 0 }
  known.customers++
  to.set(key, known)
}

function askOf(plan: ForecastAsk, customer: number, at: Date): Ask {
  return {
    message: `forecast ${customer}`,
    customer,
    channel: plan.channel,
    class: plan.class,
    scene: plan.scene ?? null,
    account: plan.account ?? '',
    strategy: plan.strategy ?? '',
    priority: plan.priority ?? 50,
    score: 0,
    plannedAt: at,
    latest: new Date(at.getTime() + (plan.maxAgeHours ?? 24) * hourMs),
    blocked: plan.blocked,
  }
}

async function customersOf(ctx: Ctx, plan: ForecastAsk): Promise<number[]> {
  if ((plan.segment === undefined) === (plan.customers === undefined))
    throw invalidField('segment', 'contact.one_source', text('请选择客群', 'Choose a segment'))
  const { customers } = plan
  // Numbers that the reader does not see are not asked about.
  if (customers) return [...(await read(ctx, (tx) => personsOf(tx, customers))).keys()]
  const latest = await latestMembers(ctx, plan.segment ?? '')
  if (!latest?.members)
    throw invalidField('segment', 'contact.no_snapshot', text('该客群还没有名单', 'This segment has no members yet'))
  return latest.members
}
