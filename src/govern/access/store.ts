import type { Tx } from '../../platform/db/db.ts'
import type { Id } from '../../platform/ids.ts'
import type { Order } from '../../platform/page.ts'
import type { BuiltInRole } from './rules/roles.ts'

export type PersonRow = {
  id: Id<'usr'>
  login: string
  name: string
  email: string | null
  org: Id<'org'>
  lang: 'zh' | 'en'
  disabled: boolean
  passwordHash: string | null
  passwordChangedAt: Date | null
  mustChange: boolean
  lastSignInAt: Date | null
  lastSignInIp: string | null
  previousSignInAt: Date | null
  previousSignInIp: string | null
  totpSecret: Buffer | null
  totpOn: boolean
  totpStep: bigint | null
  demo: boolean
  createdAt: Date
  version: number
}

export async function findByLogin(tx: Tx, login: string): Promise<PersonRow | undefined> {
  const [row] = await tx<PersonRow[]>`select * from access.person where lower(login) = lower(${login})`
  return row
}

export async function findPerson(tx: Tx, id: string): Promise<PersonRow | undefined> {
  const [row] = await tx<PersonRow[]>`select * from access.person where id = ${id}`
  return row
}

export async function insertPerson(
  tx: Tx,
  person: Pick<PersonRow, 'id' | 'login' | 'name' | 'org' | 'demo' | 'mustChange' | 'passwordHash'>,
  at: Date,
): Promise<boolean> {
  const rows = await tx`
    insert into access.person (id, login, name, org, password_hash, password_changed_at, must_change, demo, created_at)
    values (${person.id}, ${person.login}, ${person.name}, ${person.org}, ${person.passwordHash}, ${person.passwordHash === null ? null : at},
            ${person.mustChange}, ${person.demo}, ${at})
    on conflict do nothing returning id`
  return rows.length > 0
}

/** In the whole bank, whatever the scope: the unique index knows no scope either. */
export async function loginTaken(tx: Tx, login: string, but: string | undefined): Promise<boolean> {
  const [row] = await tx<{ taken: boolean }[]>`select access.login_taken(${login}, ${but ?? null}) as taken`
  return row?.taken ?? false
}

export async function insertGrant(tx: Tx, grant: { person: string; role: string; org: string }): Promise<void> {
  await tx`insert into access.grant ${tx(grant)} on conflict do nothing`
}

/** Who hold the built-in administrator's role at that organisation and are not disabled. */
export async function administratorsAt(tx: Tx, org: string): Promise<string[]> {
  const rows = await tx<{ person: string }[]>`
    select distinct held.person
    from access.grant held join access.role on role.id = held.role join access.person on person.id = held.person
    where held.org = ${org} and role.built_in = 'admin' and not person.disabled`
  return rows.map((row) => row.person)
}

/** Two administrators who shut each other out at the same time: the second waits, and is refused. */
export async function lockAdministrators(tx: Tx): Promise<void> {
  await tx`select pg_advisory_xact_lock(hashtext('access.administrators'))`
}

/** All that a person holds, in the scope or not. */
export function heldBy(tx: Tx, person: string): Promise<{ role: string; org: string; permissions: string[] }[]> {
  return tx`select role, org, permissions from access.held(${person})`
}

/** The one before is kept, so that it cannot come back too soon. */
export async function savePassword(tx: Tx, id: string, hash: string, at: Date, mustChange: boolean): Promise<void> {
  await tx`
    insert into access.past_password (person, hash, at)
    select id, password_hash, ${at} from access.person where id = ${id} and password_hash is not null`
  await tx`
    delete from access.past_password
    where person = ${id} and id not in (
      select id from access.past_password where person = ${id} order by id desc limit 24)`
  await tx`
    update access.person
    set password_hash = ${hash}, password_changed_at = ${at}, must_change = ${mustChange}, version = version + 1
    where id = ${id}`
}

/** Hashes of the passwords before the one in use, newest first. */
export async function pastPasswords(tx: Tx, person: string, limit: number): Promise<string[]> {
  const rows = await tx<{ hash: string }[]>`
    select hash from access.past_password where person = ${person} order by id desc limit ${limit}`
  return rows.map((row) => row.hash)
}

export async function saveDisabled(tx: Tx, id: string, disabled: boolean): Promise<void> {
  await tx`update access.person set disabled = ${disabled}, version = version + 1 where id = ${id}`
}

export async function saveProfile(
  tx: Tx,
  id: string,
  edit: { name?: string | undefined; lang?: string | undefined },
): Promise<void> {
  await tx`
    update access.person set name = coalesce(${edit.name ?? null}, name), lang = coalesce(${edit.lang ?? null}, lang),
                             version = version + 1
    where id = ${id}`
}

export type SessionRow = {
  id: Id<'ses'>
  person: Id<'usr'>
  createdAt: Date
  lastSeenAt: Date
  expiresAt: Date
  ip: string
  agent: string
  via: string
}

export async function insertSession(tx: Tx, session: SessionRow & { tokenHash: Buffer }): Promise<void> {
  await tx`
    insert into access.session (id, person, token_hash, created_at, last_seen_at, expires_at, ip, agent, via)
    values (${session.id}, ${session.person}, ${session.tokenHash}, ${session.createdAt}, ${session.lastSeenAt},
            ${session.expiresAt}, ${session.ip}, ${session.agent}, ${session.via})`
}

export async function saveSignIn(tx: Tx, person: string, at: Date, ip: string): Promise<void> {
  await tx`
    update access.person
    set previous_sign_in_at = last_sign_in_at, previous_sign_in_ip = last_sign_in_ip,
        last_sign_in_at = ${at}, last_sign_in_ip = ${ip}
    where id = ${person}`
}

export type Proof = {
  session: Id<'ses'>
  person: Id<'usr'>
  name: string
  lang: 'zh' | 'en'
  mustChange: boolean
  /** Null for one who signed in without a password: his does not age. */
  passwordChangedAt: Date | null
  lastSeenAt: Date
  expiresAt: Date
  grants: { org: Id<'org'>; permissions: string[] }[]
}

/** Who a token stands for, with all that he holds. `idleSince`: a session that was last used before has ended. */
export async function findProof(tx: Tx, tokenHash: Buffer, now: Date, idleSince: Date): Promise<Proof | undefined> {
  const [row] = await tx<Proof[]>`
    select session.id as session, person.id as person, person.name, person.lang, person.must_change, session.last_seen_at,
           session.expires_at, case when session.via = 'password' then person.password_changed_at end as password_changed_at,
           (select coalesce(jsonb_agg(jsonb_build_object('org', held.org, 'permissions', to_jsonb(role.permissions))), '[]')
            from access.grant held join access.role on role.id = held.role where held.person = person.id) as grants
    from access.session join access.person on person.id = session.person
    where session.token_hash = ${tokenHash} and session.expires_at > ${now} and session.last_seen_at > ${idleSince}
      and not person.disabled`
  return row
}

export async function touchSession(tx: Tx, id: string, now: Date): Promise<void> {
  await tx`update access.session set last_seen_at = ${now} where id = ${id}`
}

/** The same session under another token: the earlier one opens nothing any more. */
export async function saveToken(tx: Tx, id: string, tokenHash: Buffer): Promise<Date | undefined> {
  const [row] = await tx<{ expiresAt: Date }[]>`
    update access.session set token_hash = ${tokenHash} where id = ${id} returning expires_at`
  return row?.expiresAt
}

export function sessionsOf(tx: Tx, person: string, now: Date, idleSince: Date): Promise<SessionRow[]> {
  return tx<SessionRow[]>`
    select id, person, created_at, last_seen_at, expires_at, ip, agent, via from access.session
    where person = ${person} and expires_at > ${now} and last_seen_at > ${idleSince} order by last_seen_at desc`
}

/** Ends sessions: one, or all of a person but one. Returns how many. */
export async function endSessions(tx: Tx, person: string, which: { only?: string; but?: string }): Promise<number> {
  const rows = await tx`
    delete from access.session
    where person = ${person} and (${which.only ?? null}::text is null or id = ${which.only ?? null})
      and id is distinct from ${which.but ?? null} returning id`
  return rows.length
}

/** Sessions and sign-ins on their way that ended by themselves, and wrong passwords that no longer count. */
export async function deleteExpired(tx: Tx, now: Date): Promise<void> {
  await tx`delete from access.session where expires_at <= ${now}`
  await tx`delete from access.oidc_flow where expires_at <= ${now}`
  await tx`delete from access.attempt where last_at < ${now}::timestamptz - interval '2 days'`
}

export type RoleRow = {
  id: Id<'rol'>
  builtIn: string | null
  nameZh: string
  nameEn: string
  aboutZh: string
  aboutEn: string
  permissions: string[]
  version: number
  updatedAt: Date
  users: number
}

export function listRoles(tx: Tx): Promise<RoleRow[]> {
  return tx<RoleRow[]>`
    select role.*, (select count(distinct person)::int from access.grant where access.grant.role = role.id) as users
    from access.role order by role.id`
}

/** Built-in roles follow the program: what is new is added, what changed is brought up to date. */
export async function saveBuiltInRole(tx: Tx, id: string, role: BuiltInRole, at: Date): Promise<void> {
  await tx`
    insert into access.role (id, built_in, name_zh, name_en, about_zh, about_en, permissions, updated_at)
    values (${id}, ${role.key}, ${role.name.zh}, ${role.name.en}, ${role.about.zh}, ${role.about.en},
            ${[...role.permissions]}, ${at})
    on conflict (built_in) do update
      set permissions = excluded.permissions, name_zh = excluded.name_zh, name_en = excluded.name_en,
          about_zh = excluded.about_zh, about_en = excluded.about_en, updated_at = excluded.updated_at
      where role.permissions <> excluded.permissions`
}

export type HeldRole = { person: string; role: string; nameZh: string; nameEn: string; org: Id<'org'> }

export function grantsOf(tx: Tx, people: readonly string[]): Promise<HeldRole[]> {
  return tx<HeldRole[]>`
    select held.person, held.role, role.name_zh, role.name_en, held.org
    from access.grant held join access.role on role.id = held.role
    where held.person = any (${[...people]}) order by role.id, held.org`
}

export function listPeople(
  tx: Tx,
  filter: {
    id: string | null
    q: string | null
    org: string[] | null
    state: string | null
    role: string | null
    now: Date
  },
  by: Order,
): Promise<(PersonRow & { lockedUntil: Date | null })[]> {
  return tx<(PersonRow & { lockedUntil: Date | null })[]>`
    select * from (
      select person.*, attempt.blocked_until as locked_until
      from access.person left join access.attempt
        on attempt.kind = 'login' and attempt.key = sha256(convert_to(lower(login), 'UTF8'))
    ) person
    where ${by.after(tx)}
      and (${filter.id}::text is null or id = ${filter.id})
      and (${filter.q}::text is null or login ilike ${filter.q} or name ilike ${filter.q})
      and (${filter.org}::text[] is null or org in (select unnest(${filter.org}::text[])))
      and (${filter.role}::text is null or exists (
            select from access.grant held where held.person = person.id and held.role = ${filter.role}))
      and (${filter.state}::text is null or ${filter.state} =
            case when disabled then 'disabled' when locked_until > ${filter.now} then 'locked' else 'active' end)
    order by ${by.by(tx)}
    limit ${by.limit + 1}`
}

export type PersonEdit = { login: string; name: string; email: string | null; org: string; lang: string }

/** False when the version is not the one that was read. */
export async function updatePerson(tx: Tx, id: string, version: number, edit: PersonEdit): Promise<boolean> {
  const rows =
    await tx`update access.person set ${tx(edit)}, version = version + 1 where id = ${id} and version = ${version} returning id`
  return rows.length > 0
}

/** Replaces what is held in the scope; what is held elsewhere is not seen, and stays. */
export async function replaceGrants(
  tx: Tx,
  person: string,
  grants: readonly { role: string; org: string }[],
): Promise<void> {
  await tx`delete from access.grant where person = ${person}`
  for (const grant of grants) await insertGrant(tx, { person, ...grant })
}

export async function findRole(tx: Tx, id: string): Promise<RoleRow | undefined> {
  return (await listRoles(tx)).find((role) => role.id === id)
}

type RoleEdit = { nameZh: string; nameEn: string; aboutZh: string; aboutEn: string; permissions: string[] }

export async function insertRole(tx: Tx, id: string, role: RoleEdit, at: Date): Promise<void> {
  await tx`
    insert into access.role (id, name_zh, name_en, about_zh, about_en, permissions, updated_at)
    values (${id}, ${role.nameZh}, ${role.nameEn}, ${role.aboutZh}, ${role.aboutEn}, ${role.permissions}, ${at})`
}

export async function updateRole(tx: Tx, id: string, version: number, role: RoleEdit, at: Date): Promise<boolean> {
  const rows = await tx`
    update access.role set name_zh = ${role.nameZh}, name_en = ${role.nameEn}, about_zh = ${role.aboutZh},
           about_en = ${role.aboutEn}, permissions = ${role.permissions}, updated_at = ${at}, version = version + 1
    where id = ${id} and version = ${version} and built_in is null returning id`
  return rows.length > 0
}

export async function deleteRole(tx: Tx, id: string): Promise<void> {
  await tx`delete from access.role where id = ${id} and built_in is null`
}

export type KeyRow = {
  id: Id<'key'>
  name: string
  hint: string
  org: Id<'org'>
  permissions: string[]
  expiresAt: Date | null
  lastUsedAt: Date | null
  lastUsedIp: string | null
  createdAt: Date
  byId: string
  byName: string
  revokedAt: Date | null
}

export async function insertKey(
  tx: Tx,
  key: Omit<KeyRow, 'lastUsedAt' | 'lastUsedIp' | 'revokedAt'> & { secretHash: Buffer },
): Promise<void> {
  await tx`
    insert into access.key (id, name, hint, secret_hash, org, permissions, expires_at, created_at, by_id, by_name)
    values (${key.id}, ${key.name}, ${key.hint}, ${key.secretHash}, ${key.org}, ${key.permissions}, ${key.expiresAt},
            ${key.createdAt}, ${key.byId}, ${key.byName})`
}

export function listKeys(
  tx: Tx,
  filter: { q: string | null; state: string | null; now: Date },
  by: Order,
): Promise<KeyRow[]> {
  return tx<KeyRow[]>`
    select * from access.key
    where ${by.after(tx)} and (${filter.q}::text is null or name ilike ${filter.q})
      and (${filter.state}::text is null or ${filter.state} =
            case when revoked_at is not null then 'revoked' when expires_at <= ${filter.now} then 'expired' else 'active' end)
    order by ${by.by(tx)} limit ${by.limit + 1}`
}

export async function revokeKey(tx: Tx, id: string, at: Date): Promise<KeyRow | undefined> {
  const [row] = await tx<
    KeyRow[]
  >`update access.key set revoked_at = coalesce(revoked_at, ${at}) where id = ${id} returning *`
  return row
}

/** The live key that a secret belongs to. */
export async function findKey(tx: Tx, secretHash: Buffer, now: Date): Promise<KeyRow | undefined> {
  const [row] = await tx<KeyRow[]>`
    select * from access.key
    where secret_hash = ${secretHash} and revoked_at is null and (expires_at is null or expires_at > ${now})`
  return row
}

export async function touchKey(tx: Tx, id: string, now: Date, ip: string): Promise<void> {
  await tx`update access.key set last_used_at = ${now}, last_used_ip = ${ip} where id = ${id}`
}
