import type { Tx } from '../../platform/db/db.ts'
import type { Id } from '../../platform/ids.ts'
import type { Order } from '../../platform/page.ts'
import type {
  AccountQuery,
  AccountState,
  Channel,
  KindName,
  SampleQuery,
  SeedQuery,
  Settings,
  Window,
} from './contract.ts'

type Words = { zh: string; en: string }

export type AccountRow = {
  id: Id<'acc'>
  org: string
  name: string
  channel: Channel
  kind: KindName
  identity: string | null
  settings: Settings
  secret: Buffer
  secrets: string[]
  price: number
  perSecond: number | null
  perMinute: number | null
  perDay: number | null
  windows: Window[]
  failuresMax: number
  state: AccountState
  reason: Words | null
  pausedAt: Date | null
  probeAt: Date | null
  probes: number
  failures: number
  succeededAt: Date | null
  failedAt: Date | null
  version: number
  byName: string
  createdAt: Date
  updatedAt: Date
}

const accountColumns = (tx: Tx) => tx`
  id, org, name, channel, kind, identity, settings, secret, secrets, price, per_second, per_minute, per_day, windows,
  failures_max, state, reason, paused_at, probe_at, probes, failures, succeeded_at, failed_at, version, by_name,
  created_at, updated_at`

export type AccountWritten = Pick<
  AccountRow,
  | 'id'
  | 'name'
  | 'identity'
  | 'settings'
  | 'secret'
  | 'secrets'
  | 'price'
  | 'perSecond'
  | 'perMinute'
  | 'perDay'
  | 'windows'
  | 'failuresMax'
>

export async function insertAccount(
  tx: Tx,
  made: AccountWritten & Pick<AccountRow, 'org' | 'channel' | 'kind' | 'byName' | 'createdAt'>,
): Promise<boolean> {
  const [row] = await tx`
    insert into channels.account
      (id, org, name, channel, kind, identity, settings, secret, secrets, price, per_second, per_minute, per_day, windows,
       failures_max, state, by_name, created_at, updated_at)
    values (${made.id}, ${made.org}, ${made.name}, ${made.channel}, ${made.kind}, ${made.identity},
            ${JSON.stringify(made.settings)}::text::jsonb, ${made.secret}, ${made.secrets}, ${made.price}, ${made.perSecond},
            ${made.perMinute}, ${made.perDay}, ${JSON.stringify(made.windows)}::text::jsonb, ${made.failuresMax}, 'on',
            ${made.byName}, ${made.createdAt}, ${made.createdAt})
    on conflict (org, name) do nothing
    returning id`
  if (row) await tx`insert into channels.pace (account, org) values (${made.id}, ${made.org})`
  return row !== undefined
}

export async function updateAccount(tx: Tx, to: AccountWritten, version: number, at: Date): Promise<boolean> {
  const [row] = await tx`
    update channels.account
    set name = ${to.name}, identity = ${to.identity}, settings = ${JSON.stringify(to.settings)}::text::jsonb,
        secret = ${to.secret}, secrets = ${to.secrets}, price = ${to.price}, per_second = ${to.perSecond},
        per_minute = ${to.perMinute}, per_day = ${to.perDay}, windows = ${JSON.stringify(to.windows)}::text::jsonb,
        failures_max = ${to.failuresMax}, version = version + 1, updated_at = ${at}
    where id = ${to.id} and version = ${version}
    returning id`
  return row !== undefined
}

/** By hand. What an account is switched to begins with a clean sheet. */
export async function switchAccount(
  tx: Tx,
  to: { id: string; state: AccountState; reason: Words | null; version: number },
  at: Date,
): Promise<boolean> {
  const [row] = await tx`
    update channels.account
    set state = ${to.state}, reason = ${to.reason === null ? null : JSON.stringify(to.reason)}::text::jsonb,
        paused_at = ${to.state === 'paused' ? at : null}, probe_at = null, probes = 0, failures = 0,
        version = version + 1, updated_at = ${at}
    where id = ${to.id} and version = ${to.version}
    returning id`
  return row !== undefined
}

export async function findAccount(tx: Tx, id: string): Promise<AccountRow | undefined> {
  const [row] = await tx<AccountRow[]>`select ${accountColumns(tx)} from channels.account where id = ${id}`
  return row
}

export function accountsOfKinds(tx: Tx, kinds: readonly string[]): Promise<AccountRow[]> {
  return tx<AccountRow[]>`
    select ${accountColumns(tx)} from channels.account where kind = any (${[...kinds]}) and state <> 'paused' order by id`
}

export function accountsOf(tx: Tx, channel: Channel | null): Promise<AccountRow[]> {
  return tx<AccountRow[]>`
    select ${accountColumns(tx)} from channels.account
    where ${channel}::text is null or channel = ${channel} order by id`
}

export function pageOfAccounts(tx: Tx, query: AccountQuery, order: Order): Promise<AccountRow[]> {
  const { q = null, channel = null, state = null } = query
  return tx<AccountRow[]>`
    select ${accountColumns(tx)} from channels.account
    where (${q}::text is null or position(lower(${q}) in lower(name)) > 0)
      and (${channel}::text is null or channel = ${channel})
      and (${state}::text is null or state = ${state})
      and ${order.after(tx)}
    order by ${order.by(tx)}
    limit ${order.limit + 1}`
}

export async function deleteAccount(tx: Tx, id: string): Promise<void> {
  await tx`delete from channels.account where id = ${id}`
}

export type Sums = { account: string; outcome: string; count: number; units: number; ms: number }

export function sumsSince(tx: Tx, accounts: readonly string[], since: Date): Promise<Sums[]> {
  return tx<Sums[]>`
    select account, outcome, sum(count)::float8 as count, sum(units)::float8 as units, sum(ms)::float8 as ms
    from channels.minute where account = any (${[...accounts]}) and at >= ${since}
    group by account, outcome`
}

export function hoursSince(tx: Tx, account: string, since: Date): Promise<(Sums & { at: Date })[]> {
  return tx<(Sums & { at: Date })[]>`
    select account, outcome, date_trunc('hour', at) as at, sum(count)::float8 as count, sum(units)::float8 as units,
           sum(ms)::float8 as ms
    from channels.minute where account = ${account} and at >= ${since}
    group by account, outcome, date_trunc('hour', at)
    order by 3`
}

export type SampleRow = {
  id: string
  at: Date
  key: string
  outcome: string
  code: string
  says: string
  test: boolean
}

export function pageOfSamples(tx: Tx, account: string, query: SampleQuery, order: Order): Promise<SampleRow[]> {
  const { q = null, outcome = null } = query
  return tx<SampleRow[]>`
    select id::text, at, key, outcome, code, says, test from channels.sample
    where account = ${account}
      and (${q}::text is null or position(lower(${q}) in lower(key || ' ' || code || ' ' || says)) > 0)
      and (${outcome}::text is null or outcome = ${outcome})
      and ${order.after(tx)}
    order by ${order.by(tx)}
    limit ${order.limit + 1}`
}

// ---- the seed list

export type SeedRow = {
  id: Id<'sed'>
  org: string
  name: string
  channel: Channel
  address: Buffer
  masked: string
  byName: string
  createdAt: Date
}

const seedColumns = (tx: Tx) => tx`id, org, name, channel, address, masked, by_name, created_at`

export async function insertSeed(tx: Tx, made: SeedRow): Promise<void> {
  await tx`
    insert into channels.seed (id, org, name, channel, address, masked, by_name, created_at)
    values (${made.id}, ${made.org}, ${made.name}, ${made.channel}, ${made.address}, ${made.masked}, ${made.byName},
            ${made.createdAt})`
}

export async function findSeed(tx: Tx, id: string): Promise<SeedRow | undefined> {
  const [row] = await tx<SeedRow[]>`select ${seedColumns(tx)} from channels.seed where id = ${id}`
  return row
}

export function pageOfSeeds(tx: Tx, query: SeedQuery, order: Order): Promise<SeedRow[]> {
  const { q = null, channel = null } = query
  return tx<SeedRow[]>`
    select ${seedColumns(tx)} from channels.seed
    where (${q}::text is null or position(lower(${q}) in lower(name)) > 0)
      and (${channel}::text is null or channel = ${channel})
      and ${order.after(tx)}
    order by ${order.by(tx)}
    limit ${order.limit + 1}`
}

export async function deleteSeed(tx: Tx, id: string): Promise<void> {
  await tx`delete from channels.seed where id = ${id}`
}
