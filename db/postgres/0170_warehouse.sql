-- Tables of the bank's own systems: where they are, what their columns become, how often they are read.

create schema warehouse;

create table warehouse.connection (
  id         text        primary key check (id ~ '^con_[0-9a-z]{26}$'),
  org        text        not null,
  name       text        not null check (length(name) between 1 and 100),
  kind       text        not null check (kind in ('postgres', 'mysql', 's3', 'folder')),
  settings   jsonb       not null,                       -- nothing secret
  secret     bytea,                                      -- sealed: a password, a secret key
  tested     jsonb,                                      -- what the last test found
  version    int         not null default 1,
  by_name    text        not null,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create index on warehouse.connection (org);
create index on warehouse.connection (substring(secret from 3 for 4), id);
call orgs.protect('warehouse.connection');

create table warehouse.mapping (
  id         text        primary key check (id ~ '^map_[0-9a-z]{26}$'),
  org        text        not null,
  name       text        not null check (length(name) between 1 and 100),
  -- How SQL steps name it.
  code       text        not null constraint mapping_code_key unique check (code ~ '^[a-z][a-z0-9_]{0,39}$'),
  connection text        not null references warehouse.connection,
  way        text        not null check (way in ('mapped', 'loaded')),
  state      text        not null check (state in ('draft', 'on', 'off')),
  definition jsonb       not null,                       -- what is read, the step, the columns, the timetable, the checks
  version    int         not null default 1,             -- of the definition: a run keeps the one it began with
  salt       bytea       not null,                       -- sealed: keys the fingerprints of rows
  watermark  text,                                       -- of the last run that was done
  next_at    timestamptz,
  by_name    text        not null,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create index on warehouse.mapping (org);
create index on warehouse.mapping (connection);
create index on warehouse.mapping (substring(salt from 3 for 4), id);
call orgs.protect('warehouse.mapping');

create table warehouse.run (
  id             text        primary key check (id ~ '^run_[0-9a-z]{26}$'),
  mapping        text        not null references warehouse.mapping on delete cascade,
  org            text        not null,
  version        int         not null,
  definition     jsonb       not null,
  cause          text        not null check (cause in ('timetable', 'hand', 'reload')),
  state          text        not null check (state in ('waiting', 'reading', 'sending', 'done', 'stopped', 'failed', 'cancelled')),
  attempt        int         not null default 0,
  retry_at       timestamptz,                            -- when it is tried again, after a failure that may pass
  watermark_from text,
  watermark_to   text,
  columns        jsonb,
  -- Rows of the spool that are done with, and all of them once they are read.
  rows           bigint,
  position       bigint      not null default 0,
  changed        bigint      not null default 0,
  same           bigint      not null default 0,
  rejected       bigint      not null default 0,
  bad            bigint      not null default 0,
  reasons        jsonb       not null default '[]',
  checks         jsonb       not null default '[]',
  log            jsonb       not null default '[]',
  error          jsonb,
  by_name        text        not null,
  created_at     timestamptz not null,
  started_at     timestamptz,
  finished_at    timestamptz
);
create index on warehouse.run (mapping, created_at, id);
create unique index run_one_at_a_time on warehouse.run (mapping) where state in ('waiting', 'reading', 'sending');
call orgs.protect('warehouse.run');

create table warehouse.bad_row (
  id      text   primary key,                            -- run:line, the line in ten digits
  run     text   not null references warehouse.run on delete cascade,
  org     text   not null,
  line    bigint not null,
  code    text   not null,
  col     text,
  content bytea  not null                                -- sealed
);
create index on warehouse.bad_row (run, line);
create index on warehouse.bad_row (substring(content from 3 for 4), id);
call orgs.protect('warehouse.bad_row');

-- What each row said last, as keyed fingerprints: a row that says the same again is not sent again.
create table warehouse.row_state (
  mapping text  not null references warehouse.mapping on delete cascade,
  key     bytea not null,
  content bytea not null,
  run     text  not null,                                -- the one that sent it
  primary key (mapping, key)
);

create table warehouse.alert (
  id        text        primary key check (id ~ '^alr_[0-9a-z]{26}$'),
  org       text        not null,
  mapping   text        not null references warehouse.mapping on delete cascade,
  run       text        references warehouse.run on delete set null,
  kind      text        not null check (kind in ('quality', 'delay', 'failed')),
  act       text        not null check (act in ('warn', 'stop')),
  topic     text        not null,                        -- one open alert of a mapping about each thing
  says      jsonb       not null,
  state     text        not null check (state in ('open', 'closed')),
  count     int         not null default 1,
  closed_by text,
  first_at  timestamptz not null,
  last_at   timestamptz not null,
  closed_at timestamptz
);
create unique index alert_one_open on warehouse.alert (mapping, topic) where state = 'open';
create index on warehouse.alert (last_at, id);
create index on warehouse.alert (org);
call orgs.protect('warehouse.alert');
