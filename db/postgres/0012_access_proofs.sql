-- Second factors, single sign-on, earlier passwords, and the counting of wrong ones.

-- Counted by what was typed and from where, not by account: an unknown login locks like a known one, and tells nothing.
create table access.attempt (
  kind          text        not null check (kind in ('login', 'ip')),
  key           bytea       not null,              -- SHA-256: people type passwords into the wrong field
  failures      int         not null,
  last_at       timestamptz not null,
  blocked_until timestamptz,
  primary key (kind, key)
);
create index on access.attempt (last_at);
alter table access.person drop column failures, drop column locked_until;

alter table access.person
  add column last_sign_in_ip     text,
  add column previous_sign_in_at timestamptz,
  add column previous_sign_in_ip text,
  add column totp_secret         bytea,                      -- sealed; stands before it is confirmed, too
  add column totp_on             boolean not null default false,
  add column totp_step           bigint;                     -- the last one used: no code signs in twice

create table access.recovery_code (
  person    text  not null references access.person on delete cascade,
  code_hash bytea not null,
  used_at   timestamptz,
  primary key (person, code_hash)
);

create table access.past_password (
  id     bigint generated always as identity primary key,
  person text        not null references access.person on delete cascade,
  hash   text        not null,
  at     timestamptz not null
);
create index on access.past_password (person, id);

-- Whom a provider of single sign-on means. Bound once; a name or address that changes there moves nobody.
create table access.identity (
  provider   text        not null,
  subject    text        not null,
  person     text        not null references access.person on delete cascade,
  created_at timestamptz not null,
  primary key (provider, subject),
  unique (provider, person)
);

-- A sign-in that is on its way through a provider.
create table access.oidc_flow (
  state_hash   bytea       primary key,
  browser_hash bytea       not null,
  provider     text        not null,
  nonce        text        not null,
  verifier     text        not null,
  back_to      text        not null,
  expires_at   timestamptz not null
);
create index on access.oidc_flow (expires_at);

-- All that a person holds, also outside the scope: whoever may do more than you is not yours to manage. Nothing but the
-- grants is given. *Trap*: it lifts the scope while it runs, so it must be a statement's only source of rows.
create function access.held(of_person text) returns table (role text, org text, permissions text[]) language plpgsql as $$
declare
  scope text := coalesce(current_setting('zhixing.scope', true), '');
begin
  perform set_config('zhixing.scope', '*', true);
  return query
    select given.role, given.org, role.permissions
    from access.grant given join access.role on role.id = given.role
    where given.person = of_person;
  perform set_config('zhixing.scope', scope, true);
end $$;

-- Whether anyone but that person has the login, also outside the scope.
create function access.login_taken(wanted text, but text) returns boolean language plpgsql as $$
declare
  scope text := coalesce(current_setting('zhixing.scope', true), '');
  taken boolean;
begin
  perform set_config('zhixing.scope', '*', true);
  select exists (select from access.person where lower(login) = lower(wanted) and id is distinct from but) into taken;
  perform set_config('zhixing.scope', scope, true);
  return taken;
end $$;
