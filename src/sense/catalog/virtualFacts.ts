import type { Facts } from '../../platform/facts/facts.ts'
import type { VirtualDefinition } from './contract.ts'
import { baseEvents, type Sql, virtualSql } from './rules/virtual.ts'

export type DayCount = { definition: number; day: string; events: bigint }

/**
 * How often each definition happened, by day of the zone, in one reading of the table: the rows of all their bases are
 * read once. `sources`: only what came from these.
 */
export async function countDays(
  facts: Facts,
  definitions: readonly VirtualDefinition[],
  window: { from: Date; until: Date; zone: string; sources: readonly string[] | undefined },
): Promise<DayCount[]> {
  if (definitions.length === 0) return []
  const conditions = definitions.map((one, i): Sql => virtualSql(one, `v${i}`))
  const events = [...new Set(definitions.flatMap(({ base }) => baseEvents[base]))]
  const params = Object.assign({}, ...conditions.map((one) => one.params), {
    events,
    from: instant(window.from),
    until: instant(window.until),
    zone: window.zone,
    ...(window.sources ? { sources: [...window.sources] } : {}),
  }) as Record<string, unknown>
  const list = conditions.map(({ sql }, i) => `if(${sql}, ${i}, -1)`).join(',\n        ')
  return facts.query<DayCount>({
    sql: `
      SELECT definition, toString(toDate(time, {zone:String})) AS day, count() AS events
      FROM event
      ARRAY JOIN arrayFilter(one -> one >= 0, [
        ${list}
      ]) AS definition
      WHERE event IN {events:Array(String)}
        AND time >= {from:DateTime64(3, 'UTC')} AND time < {until:DateTime64(3, 'UTC')}
        ${window.sources ? 'AND source IN {sources:Array(String)}' : ''}
      GROUP BY definition, day`,
    params,
  })
}

const instant = (at: Date) => at.toISOString().replace('T', ' ').replace('Z', '')
