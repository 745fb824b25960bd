import { change, read } from '../../platform/change.ts'
import type { Ctx } from '../../platform/ctx.ts'
import type { Tx } from '../../platform/db/db.ts'
import { newId } from '../../platform/ids.ts'
import { order, type Page } from '../../platform/page.ts'
import { missing, type Text } from '../../platform/problem.ts'
import { downstreamOf } from '../catalog/catalog.ts'
import * as store from './alertStore.ts'
import type { Alert, AlertQuery, CheckResult } from './contract.ts'
import type { RunRow } from './runStore.ts'

type Of = Pick<RunRow, 'mapping' | 'org'> & { id: string | null }

function raise(
  ctx: Ctx,
  tx: Tx,
  of: Of,
  alert: { kind: Alert['kind']; act: Alert['act']; topic: string; says: Text },
): Promise<void> {
  const says = { zh: alert.says.zh, en: alert.says.en }
  const made = { ...alert, says, id: newId('alr', ctx.now), org: of.org, mapping: of.mapping, run: of.id }
  return store.raise(tx, made, ctx.now)
}

/** Checks that failed are raised; alerts about what is right again, and about a failure that passed, are closed. */
export async function alertOnChecks(ctx: Ctx, tx: Tx, run: RunRow, checks: readonly CheckResult[]): Promise<void> {
  const open: string[] = []
  for (const [i, { ok, kind, act, says }] of checks.entries()) {
    if (ok) continue
    const topic = `${kind} ${run.definition.checks[i]?.column ?? run.definition.checks[i]?.columns?.join(',') ?? ''}`
    open.push(topic)
    await raise(ctx, tx, run, { kind: 'quality', act, topic, says })
  }
  await store.closeOthers(tx, run.mapping, ['quality', 'failed'], open, ctx.now)
}

export function alertOnFailure(ctx: Ctx, tx: Tx, run: RunRow, says: Text): Promise<void> {
  return raise(ctx, tx, run, { kind: 'failed', act: 'stop', topic: 'failed', says })
}

export async function alertOnDelay(ctx: Ctx, tx: Tx, of: Omit<Of, 'id'>, says: Text | undefined): Promise<void> {
  if (says) await raise(ctx, tx, { ...of, id: null }, { kind: 'delay', act: 'warn', topic: 'delay', says })
  else await store.closeOthers(tx, of.mapping, ['delay'], [], ctx.now)
}

const shownBelow = 20

export async function listAlerts(ctx: Ctx, query: AlertQuery): Promise<Page<Alert>> {
  const sorts = { lastAt: { sql: 'last_at', type: 'timestamptz' }, firstAt: { sql: 'first_at', type: 'timestamptz' } }
  const by = order(query, sorts, '-lastAt')
  const page = await read(ctx, async (tx) =>
    by.page(await store.pageOfAlerts(tx, query, by), (row) => row[by.name as keyof typeof sorts]),
  )
  // One walk a mapping, not one an alert.
  const below = new Map<string, Alert['downstream']>()
  for (const id of new Set(page.items.map(({ mapping }) => mapping))) below.set(id, await downstream(ctx, id))
  return { next: page.next, items: page.items.map((row) => toWire(row, below.get(row.mapping) ?? [])) }
}

async function downstream(ctx: Ctx, mapping: string): Promise<Alert['downstream']> {
  const nodes = await downstreamOf(ctx, { kind: 'mapping', id: mapping }, shownBelow)
  return nodes.map(({ kind, id, title }) => ({ kind, id, title }))
}

function toWire(row: store.AlertRow, below: Alert['downstream']): Alert {
  const { id, mapping, mappingName, run, kind, act, says, state, count, closedBy, firstAt, lastAt } = row
  return {
    ...{ id, run, kind, act, says, state, count, closedBy },
    mapping: { id: mapping, name: mappingName },
    downstream: below,
    firstAt: firstAt.toISOString(),
    lastAt: lastAt.toISOString(),
  }
}

/** Closed by hand: raised again when it is found again. */
export async function closeAlert(ctx: Ctx, id: string): Promise<Alert> {
  const target = { kind: 'warehouse-alert', id, name: undefined as string | undefined }
  const row = await change(ctx, 'warehouse.alert.close', target, async (tx) => {
    const before = (await store.findAlert(tx, id)) ?? missing('alert', id)
    target.name = before.mappingName
    tx.before({ state: before.state })
    await store.closeAlert(tx, id, ctx.who.name, ctx.now)
    tx.after({ state: 'closed' })
    return (await store.findAlert(tx, id)) ?? missing('alert', id)
  })
  return toWire(row, await downstream(ctx, row.mapping))
}
