import type { Tx } from '../../platform/db/db.ts'
import type { Order } from '../../platform/page.ts'
import type { AlertQuery } from './contract.ts'

type Words = { zh: string; en: string }
export type AlertRow = {
  id: string
  org: string
  mapping: string
  mappingName: string
  run: string | null
  kind: 'quality' | 'delay' | 'failed'
  act: 'warn' | 'stop'
  topic: string
  says: Words
  state: 'open' | 'closed'
  count: number
  closedBy: string | null
  firstAt: Date
  lastAt: Date
}

/** An alert about the same thing that is still open is raised again, not beside it. */
export async function raise(
  tx: Tx,
  alert: Pick<AlertRow, 'id' | 'org' | 'mapping' | 'run' | 'kind' | 'act' | 'topic' | 'says'>,
  at: Date,
): Promise<void> {
  await tx`
    insert into warehouse.alert (id, org, mapping, run, kind, act, topic, says, state, first_at, last_at)
    values (${alert.id}, ${alert.org}, ${alert.mapping}, ${alert.run}, ${alert.kind}, ${alert.act}, ${alert.topic},
            ${JSON.stringify(alert.says)}::text::jsonb, 'open', ${at}, ${at})
    on conflict (mapping, topic) where state = 'open'
    do update set run = excluded.run, act = excluded.act, says = excluded.says, last_at = excluded.last_at,
                  count = alert.count + 1`
}

/** What is right again: open alerts of the mapping about anything but these. */
export async function closeOthers(
  tx: Tx,
  mapping: string,
  kinds: readonly string[],
  stillOpen: readonly string[],
  at: Date,
): Promise<void> {
  await tx`
    update warehouse.alert set state = 'closed', closed_by = null, closed_at = ${at}
    where mapping = ${mapping} and state = 'open' and kind = any (${kinds}) and not topic = any (${stillOpen})`
}

export async function closeAlert(tx: Tx, id: string, by: string, at: Date): Promise<boolean> {
  const [row] = await tx`
    update warehouse.alert set state = 'closed', closed_by = ${by}, closed_at = ${at}
    where id = ${id} and state = 'open' returning id`
  return row !== undefined
}

const alerts = (tx: Tx) => tx`
  select alert.id, alert.org, alert.mapping, mapping.name as mapping_name, alert.run, alert.kind, alert.act, alert.topic,
         alert.says, alert.state, alert.count, alert.closed_by, alert.first_at, alert.last_at
  from warehouse.alert join warehouse.mapping on mapping.id = alert.mapping`

export async function findAlert(tx: Tx, id: string): Promise<AlertRow | undefined> {
  const [row] = await tx<AlertRow[]>`${alerts(tx)} where alert.id = ${id}`
  return row
}

export function pageOfAlerts(tx: Tx, query: AlertQuery, order: Order): Promise<AlertRow[]> {
  const { q = null, kind = null, state = null, mapping = null } = query
  return tx<AlertRow[]>`
    select * from (${alerts(tx)}) found
    where (${q}::text is null or position(lower(${q}) in lower(mapping_name || ' ' || says::text)) > 0)
      and (${kind}::text is null or kind = ${kind})
      and (${state}::text is null or state = ${state})
      and (${mapping}::text is null or mapping = ${mapping})
      and ${order.after(tx)}
    order by ${order.by(tx)}
    limit ${order.limit + 1}`
}
