-- The contact policy: how often, when and whom a bank may disturb, and who was.

create schema contact;

-- What an organisation says, whole, at each version. The newest that is in effect holds; the head office's stands for all,
-- a branch adds to it and so can only make it stricter.
create table contact.policy (
  org          text        not null references orgs.org,
  version      int         not null check (version > 0),
  effective_at timestamptz not null,
  doc          jsonb       not null,
  note         text        not null,
  published_at timestamptz not null,
  published_by text        not null,
  primary key (org, version)
);
call orgs.protect('contact.policy');

-- One row each number that was ever asked about: held while it is decided, so that no two decide about one person at once.
create table contact.person (
  customer int      primary key,
  marks    smallint not null default 0                -- where more is known of him: 1 bars, 2 consents, 4 preferences
) with (fillfactor = 70);

-- One row a message: what was decided, and while it is reserved or confirmed a contact that is counted.
-- It is read about persons, by the machine; who may see a customer is asked before.
create table contact.entry (
  message    text        collate "C" primary key,
  customer   int         not null,
  at         timestamptz not null,                    -- when it was reserved; of one that waits, when it will ask again
  state      text        not null check (state in ('planned', 'held', 'reserved', 'confirmed', 'released', 'expired', 'dropped')),
  channel    text        not null,
  class      text        not null,
  scene      text,
  account    text        not null,
  strategy   text        not null,
  counts     boolean     not null,
  priority   smallint    not null,
  score      float8      not null,
  planned_at timestamptz not null,
  latest     timestamptz not null,
  until      timestamptz,                             -- of a reservation: when it ends by itself; of a held one: when to ask again
  why        jsonb
) with (fillfactor = 85);
-- Of its columns only `at` is in an index, and confirming touches none: it stays on the page.
create index on contact.entry (customer, at);
create index on contact.entry using brin (at) with (pages_per_range = 32);

-- Why a customer may not be written to, whatever the caps say. Ended ones stay, as proof.
create table contact.bar (
  id        text        primary key check (id ~ '^bar_[0-9a-z]{26}$'),
  kind      text        not null check (kind in ('opt-out', 'blacklist', 'suppressed', 'automated')),
  customer  int         not null,
  org       text        not null,
  channel   text,                                     -- null: all
  classes   text[]      not null,
  address   text,                                     -- a hash of the address that failed; null: whatever address
  reason    text        not null,
  source    text        not null,
  at        timestamptz not null,
  by        text        not null,
  expires_at timestamptz,
  ended_at  timestamptz,
  ended_by  text
);
create index on contact.bar (customer) where ended_at is null;
create index on contact.bar (kind, at, id);
call orgs.protect('contact.bar');

-- What a customer agreed to, as it was said; the latest word holds.
create table contact.consent (
  id       bigint      generated always as identity primary key,
  customer int         not null,
  purpose  text        not null,
  granted  boolean     not null,
  source   text        not null,
  at       timestamptz not null,
  by       text        not null
);
create index on contact.consent (customer, purpose, at);

-- When a customer himself wants to be left alone.
create table contact.preference (
  customer int         primary key,
  quiet    jsonb       not null,
  source   text        not null,
  at       timestamptz not null
);

-- Members of a segment that a cap is for, sorted, four bytes each, of one snapshot.
create table contact.segment_set (
  segment  text        primary key,
  snapshot text        not null,
  size     int         not null,
  members  bytea       not null,
  at       timestamptz not null
);

-- Another value after each change of policies and sets: what a process keeps in memory is kept under it.
create table contact.stamp (
  only_one boolean primary key default true check (only_one),
  value    uuid    not null default gen_random_uuid()
);
insert into contact.stamp default values;
