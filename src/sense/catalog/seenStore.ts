import type { PersonalKind } from '../../govern/privacy/contract.ts'
import type { Tx } from '../../platform/db/db.ts'
import type { SeenType } from './contract.ts'
import { eventWords, propertyWords } from './rules/sdkNames.ts'

export type NewSeen = { event: string; name: string; type: SeenType; personal: PersonalKind | null; at: Date }

/** Proposes events and properties that are not there, and adds new types to those that are. In the order of names, so that two who propose the same do not wait for each other in a circle. */
export async function proposeSeen(
  tx: Tx,
  events: readonly { name: string; at: Date }[],
  properties: readonly NewSeen[],
): Promise<void> {
  const eventNames = events.map(({ name }) => eventWords(name))
  const names = properties.map(({ name }) => propertyWords(name))
  await tx`
    with new_events as (
      insert into catalog.event (name, zh, en, mode, state, owner, description, first_seen)
      select name, zh, en, 'off', 'proposed', '', '', at
      from unnest(${events.map((one) => one.name)}::text[], ${eventNames.map(({ zh }) => zh)}::text[],
                  ${eventNames.map(({ en }) => en)}::text[],
                  ${events.map((one) => one.at.toISOString())}::timestamptz[]) seen (name, zh, en, at)
      order by name
      on conflict do nothing
    )
    insert into catalog.property (event, name, zh, en, type, unit, required, personal, state, description, seen, first_seen)
    select event, name, max(zh), max(en), (array_agg(type order by place))[1], '', false, max(personal), 'proposed', '',
           array_agg(distinct type), min(at)
    from unnest(${properties.map((one) => one.event)}::text[], ${properties.map((one) => one.name)}::text[],
                ${properties.map((one) => one.type)}::text[], ${properties.map((one) => one.personal)}::text[],
                ${names.map(({ zh }) => zh)}::text[], ${names.map(({ en }) => en)}::text[],
                ${properties.map((one) => one.at.toISOString())}::timestamptz[])
         with ordinality seen (event, name, type, personal, zh, en, at, place)
    group by event, name
    order by event, name
    on conflict (event, name) do update
    set seen = (select array_agg(distinct type order by type) from unnest(property.seen || excluded.seen) type)
    where not property.seen @> excluded.seen`
}

export type Tally = { name: string; first: Date; last: Date; count: number }

/** Adds to what was counted. An event that someone is editing is left for the next time; the others are named. */
export async function addTallies(tx: Tx, tallies: readonly Tally[]): Promise<string[]> {
  const rows = await tx<{ name: string }[]>`
    with free as (
      select name from catalog.event where name = any (${tallies.map((one) => one.name)})
      order by name for update skip locked
    )
    update catalog.event e
    set first_seen = least(e.first_seen, seen.first), last_seen = greatest(e.last_seen, seen.last),
        count = e.count + seen.count
    from free join unnest(${tallies.map((one) => one.name)}::text[], ${tallies.map((one) => one.first.toISOString())}::timestamptz[],
                          ${tallies.map((one) => one.last.toISOString())}::timestamptz[], ${tallies.map((one) => one.count)}::bigint[])
              seen (name, first, last, count) using (name)
    where e.name = free.name
    returning e.name`
  return rows.map((row) => row.name)
}
