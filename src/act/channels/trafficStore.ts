import type { Tx } from '../../platform/db/db.ts'
import type { AccountState } from './contract.ts'
import type { Judged } from './rules/health.ts'
import type { Spent } from './rules/pace.ts'

/** Locks the account's row of what it has sent: who counts next waits for this transaction. */
export async function lockPace(tx: Tx, account: string): Promise<{ state: AccountState; spent: Spent } | undefined> {
  const [row] = await tx<{ state: AccountState; spent: Spent }[]>`
    select account.state, pace.spent from channels.pace join channels.account on account.id = pace.account
    where pace.account = ${account} for update of pace`
  return row
}

export async function savePace(tx: Tx, account: string, spent: Spent): Promise<void> {
  await tx`update channels.pace set spent = ${JSON.stringify(spent)}::text::jsonb where account = ${account}`
}

export type Counted = { outcome: string; count: number; units: number; ms: number }

export async function addMinutes(
  tx: Tx,
  account: { id: string; org: string },
  at: Date,
  counts: readonly Counted[],
): Promise<void> {
  if (counts.length === 0) return
  // In one order, so that two sets of one minute do not wait for one another crosswise.
  const rows = counts.toSorted((a, b) => (a.outcome < b.outcome ? -1 : 1))
  await tx`
    insert into channels.minute (account, org, at, outcome, count, units, ms)
    select ${account.id}, ${account.org}, date_trunc('minute', ${at}::timestamptz), new.*
    from unnest(${rows.map(({ outcome }) => outcome)}::text[], ${rows.map(({ count }) => count)}::bigint[],
                ${rows.map(({ units }) => units)}::bigint[], ${rows.map(({ ms }) => ms)}::bigint[]) as new
    on conflict (account, at, outcome) do update
      set count = minute.count + excluded.count, units = minute.units + excluded.units, ms = minute.ms + excluded.ms`
}

export type Sampled = { key: string; outcome: string; code: string; says: string; test: boolean }

export async function addSamples(
  tx: Tx,
  account: { id: string; org: string },
  at: Date,
  samples: readonly Sampled[],
): Promise<void> {
  if (samples.length === 0) return
  await tx`
    insert into channels.sample (account, org, at, key, outcome, code, says, test)
    select ${account.id}, ${account.org}, ${at}, new.*
    from unnest(${samples.map(({ key }) => key)}::text[], ${samples.map(({ outcome }) => outcome)}::text[],
                ${samples.map(({ code }) => code)}::text[], ${samples.map(({ says }) => says)}::text[],
                ${samples.map(({ test }) => test)}::boolean[]) as new`
}

/** Tests that these receipts are of, by their key or what the provider calls them. */
export function testsOf(tx: Tx, account: string, names: readonly string[]): Promise<{ key: string; code: string }[]> {
  return tx<{ key: string; code: string }[]>`
    select key, code from channels.sample
    where account = ${account} and test and outcome = 'sent' and (key = any (${[...names]}) or code = any (${[...names]}))`
}

export type HealthRow = { state: AccountState; failures: number; failuresMax: number; probes: number }

export async function lockHealth(tx: Tx, account: string): Promise<HealthRow | undefined> {
  const [row] = await tx<HealthRow[]>`
    select state, failures, failures_max, probes from channels.account where id = ${account} for update`
  return row
}

export async function saveHealth(
  tx: Tx,
  account: string,
  to: Judged & { reason: { zh: string; en: string } | null; probeAt: Date | null; succeeded: boolean; failed: boolean },
  at: Date,
): Promise<void> {
  await tx`
    update channels.account
    set state = ${to.state}, failures = ${to.failures}, probes = ${to.probes},
        probe_at = case when ${to.state} = 'resting' then coalesce(${to.probeAt}, probe_at) end,
        reason = case when ${to.state} = 'paused' then reason
                      else ${to.reason === null ? null : JSON.stringify(to.reason)}::text::jsonb end,
        succeeded_at = case when ${to.succeeded} then ${at} else succeeded_at end,
        failed_at = case when ${to.failed} then ${at} else failed_at end
    where id = ${account}`
}

/** Accounts whose rest is over are tried again, with one letter at a time. */
export async function endRests(tx: Tx, now: Date): Promise<string[]> {
  const rows = await tx<{ id: string }[]>`
    update channels.account set state = 'probing', probe_at = null
    where state = 'resting' and probe_at <= ${now} returning id`
  return rows.map(({ id }) => id)
}

/** Keeps the last failures of each account, and the minutes of so many days. */
export async function sweepTraffic(tx: Tx, before: Date, samples: number): Promise<void> {
  await tx`delete from channels.minute where at < ${before}`
  await tx`
    delete from channels.sample using (
      select account, id from (
        select account, id, row_number() over (partition by account order by id desc) as place from channels.sample
      ) ranked where place > ${samples}
    ) old where sample.account = old.account and sample.id = old.id`
}
