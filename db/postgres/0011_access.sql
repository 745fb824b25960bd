-- Who works in the console, what they may do where, and the proofs they carry.

create schema access;

create table access.role (
  id          text        primary key,
  built_in    text        unique,                    -- operator, …; null for one of the bank itself
  name_zh     text        not null,
  name_en     text        not null,
  about_zh    text        not null default '',
  about_en    text        not null default '',
  permissions text[]      not null,                  -- ids, or patterns such as *.read for built-in ones
  version     int         not null default 1,
  updated_at  timestamptz not null
);

create table access.person (
  id                  text        primary key,
  login               text        not null,
  name                text        not null,
  email               text,                          -- of the bank's own staff, at work
  org                 text        not null references orgs.org,
  lang                text        not null default 'zh' check (lang in ('zh', 'en')),
  disabled            boolean     not null default false,
  password_hash       text,
  password_changed_at timestamptz,
  must_change         boolean     not null default false,
  failures            int         not null default 0,
  locked_until        timestamptz,
  last_sign_in_at     timestamptz,
  demo                boolean     not null default false,
  created_at          timestamptz not null,
  version             int         not null default 1
);
create unique index person_login on access.person (lower(login));
create index on access.person (org);
call orgs.protect('access.person');

-- A role held at an organisation: its permissions hold there and in all below.
create table access.grant (
  person text not null references access.person on delete cascade,
  role   text not null references access.role,
  org    text not null references orgs.org,
  primary key (person, role, org)
);
call orgs.protect('access.grant');

-- One sign-in of one browser. Only the hash of its token is kept.
create table access.session (
  id           text        primary key,
  person       text        not null references access.person on delete cascade,
  token_hash   bytea       not null unique,
  created_at   timestamptz not null,
  last_seen_at timestamptz not null,
  expires_at   timestamptz not null,
  ip           text        not null,
  agent        text        not null,
  via          text        not null
);
create index on access.session (person);
create index on access.session (expires_at);

-- A program's proof of itself: shown once, kept as a hash.
create table access.key (
  id           text        primary key,
  name         text        not null,
  hint         text        not null,
  secret_hash  bytea       not null unique,
  org          text        not null references orgs.org,
  permissions  text[]      not null,
  expires_at   timestamptz,
  last_used_at timestamptz,
  last_used_ip text,
  created_at   timestamptz not null,
  by_id        text        not null,
  by_name      text        not null,
  revoked_at   timestamptz
);
create index on access.key (org);
call orgs.protect('access.key');
