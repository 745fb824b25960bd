-- Files on their way into the event log.

create schema imports;

create table imports.import (
  id          text        primary key check (id ~ '^imp_[0-9a-z]{26}$'),
  org         text        not null,
  name        text        not null check (length(name) between 1 and 100),
  file_name   text        not null,                      -- as it was called where it came from; never a path here
  file_size   bigint      not null,
  received    bigint      not null default 0,            -- bytes that are here
  file_hash   text,                                      -- SHA-256, once it is whole
  file_gone   boolean     not null default false,
  format      text        check (format in ('csv', 'excel', 'parquet', 'jsonl')),
  reading     jsonb       not null default '{}',
  target      text        check (target in ('customers', 'events', 'items')),
  mapping     jsonb,
  revision    int         not null default 1,            -- of the mapping
  state       text        not null check (state in ('uploading', 'uploaded', 'mapped', 'checking', 'checked', 'running', 'done',
                                                    'failed', 'cancelled')),
  mode        text        check (mode in ('all', 'good')),
  checked     jsonb,                                     -- what the last check found, and of which revision
  reasons     jsonb       not null default '[]',         -- bad rows by reason, of the last check or run
  rows        bigint,                                    -- of the file, once they were counted
  -- Rows that are done with, and up to where they may have been sent when the work was cut off.
  position    bigint      not null default 0,
  sending     bigint      not null default 0,
  progress    real        not null default 0,
  accepted    bigint      not null default 0,
  duplicates  bigint      not null default 0,
  resent      bigint      not null default 0,
  rejected    bigint      not null default 0,
  bad         bigint      not null default 0,
  error       jsonb,
  by_id       text        not null,
  by_name     text        not null,
  created_at  timestamptz not null,
  started_at  timestamptz,
  finished_at timestamptz
);
create index on imports.import (created_at, id);
create index on imports.import (org);
call orgs.protect('imports.import');

-- Rows that could not be understood. Their content holds personal data and is sealed.
create table imports.bad_row (
  id      text  primary key,                             -- import:line, the line in ten digits
  import  text  not null references imports.import on delete cascade,
  org     text  not null,
  line    bigint not null,
  code    text  not null,
  col     text,
  content bytea not null
);
create index on imports.bad_row (import, line);
create index on imports.bad_row (substring(content from 3 for 4), id);
call orgs.protect('imports.bad_row');
