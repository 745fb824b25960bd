import type { Tx } from '../../platform/db/db.ts'
import type { Failures } from './rules/lockout.ts'

// Wrong passwords, second factors and single sign-on: what proves a person, beside the session itself.

export type AttemptKey = { kind: 'login' | 'ip'; key: Buffer }

/** Locked until the transaction ends, so that guesses at the same moment are counted one after the other. */
export async function findAttempt(tx: Tx, of: AttemptKey, now: Date): Promise<Failures> {
  await tx`
    insert into access.attempt (kind, key, failures, last_at) values (${of.kind}, ${of.key}, 0, ${now})
    on conflict do nothing`
  const [row] = await tx<Failures[]>`
    select failures, last_at, blocked_until from access.attempt
    where kind = ${of.kind} and key = ${of.key} for update`
  return row ?? { failures: 0, lastAt: now, blockedUntil: null }
}

export async function saveAttempt(tx: Tx, of: AttemptKey, count: Failures): Promise<void> {
  await tx`
    update access.attempt set failures = ${count.failures}, last_at = ${count.lastAt}, blocked_until = ${count.blockedUntil}
    where kind = ${of.kind} and key = ${of.key}`
}

/** One that was counted before it was looked at, and was no failure. */
export async function takeBackAttempt(tx: Tx, of: AttemptKey): Promise<void> {
  await tx`
    update access.attempt set failures = greatest(0, failures - 1), blocked_until = null
    where kind = ${of.kind} and key = ${of.key}`
}

export async function deleteAttempt(tx: Tx, of: AttemptKey): Promise<void> {
  await tx`delete from access.attempt where kind = ${of.kind} and key = ${of.key}`
}

export async function saveTotpSecret(tx: Tx, person: string, sealed: Buffer): Promise<void> {
  await tx`update access.person set totp_secret = ${sealed}, totp_step = null where id = ${person} and not totp_on`
}

export async function turnTotpOn(tx: Tx, person: string, codes: readonly Buffer[]): Promise<void> {
  await tx`update access.person set totp_on = true, version = version + 1 where id = ${person}`
  await tx`delete from access.recovery_code where person = ${person}`
  for (const code of codes) await tx`insert into access.recovery_code (person, code_hash) values (${person}, ${code})`
}

export async function turnTotpOff(tx: Tx, person: string): Promise<void> {
  await tx`
    update access.person set totp_on = false, totp_secret = null, totp_step = null, version = version + 1
    where id = ${person}`
  await tx`delete from access.recovery_code where person = ${person}`
}

/** False when that code, or a later one, was used already. */
export async function spendTotpStep(tx: Tx, person: string, step: number): Promise<boolean> {
  const rows = await tx`
    update access.person set totp_step = ${step}
    where id = ${person} and (totp_step is null or totp_step < ${step}) returning id`
  return rows.length > 0
}

/** False when there is no such code, or it was used. */
export async function spendRecoveryCode(tx: Tx, person: string, codeHash: Buffer, at: Date): Promise<boolean> {
  const rows = await tx`
    update access.recovery_code set used_at = ${at}
    where person = ${person} and code_hash = ${codeHash} and used_at is null returning person`
  return rows.length > 0
}

export type OidcFlow = { provider: string; nonce: string; verifier: string; backTo: string }

export async function insertFlow(
  tx: Tx,
  flow: OidcFlow & { stateHash: Buffer; browserHash: Buffer; expiresAt: Date },
): Promise<void> {
  await tx`
    insert into access.oidc_flow (state_hash, browser_hash, provider, nonce, verifier, back_to, expires_at)
    values (${flow.stateHash}, ${flow.browserHash}, ${flow.provider}, ${flow.nonce}, ${flow.verifier}, ${flow.backTo},
            ${flow.expiresAt})`
}

/** Gives a flow once, and only to the browser that began it. */
export async function takeFlow(
  tx: Tx,
  stateHash: Buffer,
  browserHash: Buffer,
  now: Date,
): Promise<OidcFlow | undefined> {
  const [row] = await tx<OidcFlow[]>`
    delete from access.oidc_flow
    where state_hash = ${stateHash} and browser_hash = ${browserHash} and expires_at > ${now}
    returning provider, nonce, verifier, back_to`
  return row
}

export async function findIdentity(tx: Tx, provider: string, subject: string): Promise<string | undefined> {
  const [row] = await tx<{ person: string }[]>`
    select person from access.identity where provider = ${provider} and subject = ${subject}`
  return row?.person
}

/** False when the person is bound to another subject of that provider. */
export async function insertIdentity(
  tx: Tx,
  identity: { provider: string; subject: string; person: string; createdAt: Date },
): Promise<boolean> {
  const { provider, subject, person, createdAt } = identity
  const rows = await tx`
    insert into access.identity (provider, subject, person, created_at)
    values (${provider}, ${subject}, ${person}, ${createdAt})
    on conflict do nothing returning person`
  return rows.length > 0
}

export async function providersOf(tx: Tx, person: string): Promise<string[]> {
  const rows = await tx<{ provider: string }[]>`
    select provider from access.identity where person = ${person} order by provider`
  return rows.map((row) => row.provider)
}

/** Of people with that address at work, whatever its case. Two mean that nobody is meant. */
export async function peopleByEmail(tx: Tx, email: string): Promise<{ id: string }[]> {
  return tx<{ id: string }[]>`select id from access.person where lower(email) = lower(${email}) limit 2`
}
