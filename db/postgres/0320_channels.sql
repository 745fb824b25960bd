-- Ways to reach a customer: the accounts, how fast each may go, how it fares, and what comes back.

create schema channels;

create table channels.account (
  id           text        primary key check (id ~ '^acc_[0-9a-z]{26}$'),
  org          text        not null,
  name         text        not null check (length(name) between 1 and 100),
  channel      text        not null,
  kind         text        not null,                     -- the way it is done: one file of kinds/
  identity     text,                                     -- the kind of identity that is its address
  settings     jsonb       not null,                     -- nothing secret
  secret       bytea       not null,                     -- sealed: {name: value}, and the key of its receipts
  secrets      text[]      not null,                     -- the names of those that are given
  price        int         not null default 0 check (price >= 0),  -- of one unit, in ten-thousandths of a yuan
  per_second   int         check (per_second > 0),
  per_minute   int         check (per_minute > 0),
  per_day      int         check (per_day > 0),
  windows      jsonb       not null default '[]',        -- when it may send; empty: always
  failures_max int         not null default 20 check (failures_max > 0),
  state        text        not null check (state in ('on', 'probing', 'resting', 'paused')),
  -- resting: by itself, until probe_at; paused: by hand, until somebody says otherwise.
  reason       jsonb,
  paused_at    timestamptz,
  probe_at     timestamptz,
  probes       int         not null default 0,
  failures     int         not null default 0,           -- of the account in a row, not of addresses
  succeeded_at timestamptz,
  failed_at    timestamptz,
  version      int         not null default 1,
  by_name      text        not null,
  created_at   timestamptz not null,
  updated_at   timestamptz not null
);
create unique index account_name_key on channels.account (org, name);
create index on channels.account (channel, org);
create index on channels.account (substring(secret from 3 for 4), id);
call orgs.protect('channels.account');

-- What an account has sent of late: exact over all processes, so one row, locked for the moment of counting.
create table channels.pace (
  account text  primary key references channels.account on delete cascade,
  org     text  not null,
  spent   jsonb not null default '{}'
);
call orgs.protect('channels.pace');

-- Outcomes by minute: throughput, health, cost.
create table channels.minute (
  account   text        not null references channels.account on delete cascade,
  org       text        not null,
  at        timestamptz not null,
  outcome   text        not null,                        -- sent, throttled, transient, permanent, delivered, …
  count     bigint      not null,
  units     bigint      not null default 0,
  ms        bigint      not null default 0,              -- spent on answers, of what was sent
  primary key (account, at, outcome)
);
create index on channels.minute (at);
call orgs.protect('channels.minute');

-- The last failures and tests of each account, a few of each set: to see what is wrong, not to keep a record.
create table channels.sample (
  id      bigint      primary key generated always as identity,
  account text        not null references channels.account on delete cascade,
  org     text        not null,
  at      timestamptz not null,
  key     text        not null,
  outcome text        not null,
  code    text        not null,
  says    text        not null,
  test    boolean     not null default false
);
create index on channels.sample (account, id);
call orgs.protect('channels.sample');

-- Receipts that no message is known for yet: they may come before the answer to the submission.
create table channels.stray (
  id          bigint      primary key generated always as identity,
  account     text        not null references channels.account on delete cascade,
  org         text        not null,
  provider_id text        not null,
  receipt     jsonb       not null,
  arrived_at  timestamptz not null,
  tried_at    timestamptz not null
);
create index on channels.stray (account, provider_id);
create index on channels.stray (tried_at);
create unique index stray_once on channels.stray (account, provider_id, (receipt ->> 'state'));
call orgs.protect('channels.stray');

-- The parts of a long message each have an id, and a receipt, of their own.
create table channels.part (
  account     text        not null references channels.account on delete cascade,
  org         text        not null,
  provider_id text        not null,
  message     text        not null,                      -- the id of its first part
  state       text,
  sent_at     timestamptz not null,
  primary key (account, provider_id)
);
create index on channels.part (account, message);
create index on channels.part (sent_at);
call orgs.protect('channels.part');

-- Tasks given to employees (WeCom), asked after until they are decided.
create table channels.errand (
  account     text        not null references channels.account on delete cascade,
  org         text        not null,
  provider_id text        not null,
  about       jsonb       not null,                      -- whose: sender, customers of the task by message key
  given_at    timestamptz not null,
  ask_at      timestamptz not null,
  open        int         not null,
  primary key (account, provider_id)
);
create index on channels.errand (ask_at) where open > 0;
call orgs.protect('channels.errand');

-- What waits in the app for a customer: popups and the inbox.
create table channels.note (
  key          text        primary key,
  account      text        not null references channels.account on delete cascade,
  org          text        not null,
  customer     int         not null,
  content      bytea       not null,                     -- sealed: what was rendered for one person
  created_at   timestamptz not null,
  expires_at   timestamptz not null,
  delivered_at timestamptz,
  opened_at    timestamptz,
  clicked_at   timestamptz,
  closed_at    timestamptz
);
create index on channels.note (account, customer, created_at desc);
create index on channels.note (expires_at);
call orgs.protect('channels.note');

-- Browsers that said yes to web push.
create table channels.subscription (
  account    text        not null references channels.account on delete cascade,
  id         bytea       not null,                       -- SHA-256 of the endpoint
  org        text        not null,
  customer   int         not null,
  content    bytea       not null,                       -- sealed: endpoint and keys
  created_at timestamptz not null,
  primary key (account, id)
);
create index on channels.subscription (account, customer, created_at);
call orgs.protect('channels.subscription');

-- Addresses for tests, of the bank's own people.
create table channels.seed (
  id         text        primary key check (id ~ '^sed_[0-9a-z]{26}$'),
  org        text        not null,
  name       text        not null check (length(name) between 1 and 60),
  channel    text        not null,
  address    bytea       not null,                       -- sealed
  masked     text        not null,
  by_name    text        not null,
  created_at timestamptz not null
);
create index on channels.seed (org, channel);
create index on channels.seed (substring(address from 3 for 4), id);
call orgs.protect('channels.seed');
