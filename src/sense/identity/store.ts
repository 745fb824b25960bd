import type { Tx } from '../../platform/db/db.ts'

/** For `unnest(…::timestamptz[])`: of a list of dates the driver would take the type from its first. */
export function instants(dates: readonly Date[]): string[] {
  return dates.map((date) => date.toISOString())
}

/**
 * One decision about who is who at a time: the pipeline, an import and a person's decision never interleave. Statements
 * after it see all that the ones before it wrote. *Trap*: a plan that was kept from when the tables were small reads
 * millions of rows from end to end, so statements of this transaction are planned for what there is.
 */
export async function lockIdentity(tx: Tx): Promise<void> {
  await tx`
    select pg_advisory_xact_lock(hashtext('identity')), set_config('plan_cache_mode', 'force_custom_plan', true)`
}

// ---- a batch

export async function findAnswer(tx: Tx, batch: Buffer): Promise<number[] | undefined> {
  const [row] = await tx<{ customers: number[] }[]>`select customers from identity.answered where batch = ${batch}`
  return row?.customers
}

/** Answers are for batches worked again after a kill, which is a matter of minutes; a day is kept. */
export async function keepAnswer(tx: Tx, batch: Buffer, customers: readonly number[], at: Date): Promise<void> {
  await tx`
    with gone as (delete from identity.answered where at < ${at}::timestamptz - interval '1 day')
    insert into identity.answered (batch, customers, at) values (${batch}, ${[...customers]}::int[], ${at})`
}

export type Pairs = { kinds: string[]; matches: string[] }

/**
 * Who holds them, by place in the arrays; `old`: not seen since that instant. Ten thousand go in as two texts and come
 * out as one: an array of as many values costs the driver more than the engine takes to find them. *Trap*: values have
 * no control characters (`faultOf`), or lines would not be values. `limit 1` keeps the engine to its index.
 */
export async function holdersOf(
  tx: Tx,
  { kinds, matches }: Pairs,
  since: Date,
): Promise<{ place: number; customer: number; old: boolean }[]> {
  const [row] = await tx<{ found: string | null }[]>`
    select string_agg(wanted.place || ' ' || link.customer || case when link.last_seen <= ${since} then ' o' else '' end, ',')
      as found
    from rows from (string_to_table(${kinds.join('\n')}, chr(10)), string_to_table(${matches.join('\n')}, chr(10)))
      with ordinality as wanted(kind, match, place)
    cross join lateral (
      select customer, last_seen from identity.link
      where link.kind = wanted.kind and link.match = wanted.match limit 1
    ) link`
  if (!row?.found) return []
  return row.found.split(',').map((found) => {
    const [place, customer, old] = found.split(' ')
    return { place: Number(place), customer: Number(customer), old: old !== undefined }
  })
}

export type HeldRow = {
  kind: string
  match: string
  customer: number
  org: string
  firstSeen: Date
  lastSeen: Date
  source: string
}

/** All that these customers hold. `offset 0` keeps the engine to its index, also while it knows nothing of the table. */
export function linksOf(tx: Tx, customers: readonly number[]): Promise<HeldRow[]> {
  return tx<HeldRow[]>`
    select link.* from unnest(${[...customers]}::int[]) as wanted(customer)
    cross join lateral (
      select kind, match, customer, org, first_seen, last_seen, source
      from identity.link where link.customer = wanted.customer offset 0
    ) link`
}

/** Pairs among them whose merge a person undid, by the numbers they have now. */
export function apartOf(tx: Tx, customers: readonly number[]): Promise<{ one: number; other: number }[]> {
  return tx<{ one: number; other: number }[]>`
    select identity.survivor(winner) as one, identity.survivor(loser) as other
    from identity.merge
    where undone_at is not null
      and (winner = any (${[...customers]}::int[]) or loser = any (${[...customers]}::int[]))`
}

/** Numbers rise in the order given. */
export async function insertCustomers(tx: Tx, orgs: readonly string[], bornAt: readonly Date[]): Promise<number[]> {
  const rows = await tx<{ id: number }[]>`
    insert into identity.customer (org, born_at)
    select org, born_at
    from unnest(${[...orgs]}::text[], ${instants(bornAt)}::timestamptz[]) with ordinality as born(org, born_at, place)
    order by place
    returning id`
  return rows.map((row) => row.id).sort((a, b) => a - b)
}

export type LinkWrite = Omit<HeldRow, 'match'> & { match: string; shown: string | null; sealed: Buffer | null }

export async function insertLinks(tx: Tx, links: readonly LinkWrite[]): Promise<void> {
  await tx`
    insert into identity.link (kind, match, shown, sealed, customer, org, first_seen, last_seen, source)
    select kind, match, shown, decode(sealed, 'hex'), customer, org, first_seen, last_seen, source
    from unnest(${links.map((link) => link.kind)}::text[], ${links.map((link) => link.match)}::text[],
                ${links.map((link) => link.shown)}::text[],
                ${links.map((link) => link.sealed?.toString('hex') ?? null)}::text[],
                ${links.map((link) => link.customer)}::int[], ${links.map((link) => link.org)}::text[],
                ${instants(links.map((link) => link.firstSeen))}::timestamptz[],
                ${instants(links.map((link) => link.lastSeen))}::timestamptz[], ${links.map((link) => link.source)}::text[])
      as fresh(kind, match, shown, sealed, customer, org, first_seen, last_seen, source)`
}

/** Gives them to the customers said, with their times. */
export async function updateLinks(tx: Tx, links: readonly HeldRow[]): Promise<void> {
  await tx`
    update identity.link
    set customer = now.customer, org = now.org, source = now.source, last_seen = now.last_seen,
        first_seen = now.first_seen
    from unnest(${links.map((link) => link.kind)}::text[], ${links.map((link) => link.match)}::text[],
                ${links.map((link) => link.customer)}::int[], ${links.map((link) => link.org)}::text[],
                ${instants(links.map((link) => link.firstSeen))}::timestamptz[],
                ${instants(links.map((link) => link.lastSeen))}::timestamptz[], ${links.map((link) => link.source)}::text[])
      as now(kind, match, customer, org, first_seen, last_seen, source)
    where link.kind = now.kind and link.match = now.match`
}

/** Known ones seen again by the customers who hold them. */
export async function touchLinks(tx: Tx, { kinds, matches }: Pairs, lastSeen: readonly Date[]): Promise<void> {
  await tx`
    update identity.link set last_seen = greatest(link.last_seen, seen.at)
    from unnest(${kinds}::text[], ${matches}::text[], ${instants(lastSeen)}::timestamptz[]) as seen(kind, match, at)
    where link.kind = seen.kind and link.match = seen.match`
}

export async function deleteLinks(tx: Tx, { kinds, matches }: Pairs): Promise<void> {
  await tx`
    delete from identity.link using unnest(${kinds}::text[], ${matches}::text[]) as gone(kind, match)
    where link.kind = gone.kind and link.match = gone.match`
}

// ---- customers

/**
 * The numbers that they survive under, in the order given; undefined for numbers that are none in the scope. Those who were
 * never merged, nearly all, are found by one look at the index: the function is called for the others alone.
 */
export async function survivorsOf(tx: Tx, customers: readonly number[]): Promise<(number | undefined)[]> {
  const rows = await tx<{ asked: number; customer: number | null }[]>`
    select c.id as asked, case when c.merged_into is null then c.id else identity.survivor(c.id) end as customer
    from identity.customer c where c.id = any (${[...customers]}::int[])`
  const found = new Map(rows.map((row) => [row.asked, row.customer ?? undefined]))
  return customers.map((customer) => found.get(customer))
}

export type MemberRow = { root: number; id: number; org: string; bornAt: Date; mergedInto: number | null }

/** Of each number that is given: himself and all that were ever merged into him, himself first. */
export function membersBelow(tx: Tx, roots: readonly number[]): Promise<MemberRow[]> {
  return tx<MemberRow[]>`
    with recursive down (root, id, org, born_at, merged_into, depth) as (
      select id, id, org, born_at, merged_into, 0 from identity.customer where id = any (${[...roots]}::int[])
      union all
      select down.root, c.id, c.org, c.born_at, c.merged_into, down.depth + 1
      from down join identity.customer c on c.merged_into = down.id
    )
    select root, id, org, born_at, merged_into from down order by root, depth, id`
}

/** Of each number whether it is a person by itself: merged into none, and none into it. */
export function aloneOf(tx: Tx, customers: readonly number[]): Promise<{ id: number; org: string; alone: boolean }[]> {
  return tx`
    select c.id, c.org,
           c.merged_into is null and not exists (select from identity.customer m where m.merged_into = c.id) as alone
    from identity.customer c where c.id = any (${[...customers]}::int[])`
}

/** Numbers that were merged into another, in their order. */
export async function mergedAfter(tx: Tx, after: number, limit: number): Promise<number[]> {
  const rows = await tx<{ id: number }[]>`
    select id from identity.customer where merged_into is not null and id > ${after} order by id limit ${limit}`
  return rows.map((row) => row.id)
}

/** Puts customers with all their members and identities under organisations; those who are there already stay untouched. */
export async function place(tx: Tx, customers: readonly number[], orgs: readonly string[]): Promise<number> {
  const [row] = await tx<{ moved: number }[]>`
    with recursive down (id, org) as (
      select customer, org from unnest(${[...customers]}::int[], ${[...orgs]}::text[]) as placed(customer, org)
      union all
      select c.id, down.org from down join identity.customer c on c.merged_into = down.id
    ), moved as (
      update identity.customer c set org = down.org, version = c.version + 1
      from down where c.id = down.id and c.org <> down.org
      returning c.id
    ), links as (
      update identity.link set org = down.org
      from down where link.customer = down.id and link.org <> down.org
    )
    select count(*)::int as moved from moved`
  return row?.moved ?? 0
}

export type ShownLink = HeldRow & { shown: string | null; sealed: Buffer | null }

export function shownLinksOf(tx: Tx, customers: readonly number[]): Promise<ShownLink[]> {
  return tx<ShownLink[]>`
    select kind, match, shown, sealed, customer, org, first_seen, last_seen, source
    from identity.link where customer = any (${[...customers]}::int[])`
}

/** Of one kind, the one seen last of each customer. */
export function newestOfKind(tx: Tx, kind: string, customers: readonly number[]): Promise<ShownLink[]> {
  return tx<ShownLink[]>`
    select link.* from unnest(${[...customers]}::int[]) as wanted(customer)
    cross join lateral (
      select kind, match, shown, sealed, customer, org, first_seen, last_seen, source
      from identity.link where link.customer = wanted.customer and link.kind = ${kind}
      order by last_seen desc, match limit 1
    ) link`
}

/** The links that are exactly one of these. */
export function findLinks(tx: Tx, { kinds, matches }: Pairs): Promise<ShownLink[]> {
  return tx<ShownLink[]>`
    select link.kind, link.match, shown, sealed, customer, org, first_seen, last_seen, source
    from unnest(${kinds}::text[], ${matches}::text[]) as wanted(kind, match)
    join identity.link on link.kind = wanted.kind and link.match = wanted.match`
}
