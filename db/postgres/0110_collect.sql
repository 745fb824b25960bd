-- The log of all that arrives. Messages are appended by the piece: what one group commit gathered is one row, compressed
-- and sealed (messages carry personal data). What makes a message itself is its key, unique with the insert.

create schema collect;

-- A sequence is no commit order: readers go by (xact, id) and stay below the oldest running transaction.
create table collect.piece (
  id          bigint      generated always as identity,
  xact        xid8        not null default pg_current_xact_id(),
  received_at timestamptz not null,                       -- also what the partitions go by
  messages    int         not null check (messages > 0),
  duplicates  int         not null default 0,             -- repeats that came with it and were not stored again
  body        bytea       not null,
  primary key (received_at, id)
) partition by range (received_at);
create index piece_in_order on collect.piece (xact, id);
-- Until a day has a partition of its own (see `makeRoom`): nothing is lost for want of one.
create table collect.piece_other partition of collect.piece default;

-- Keys are kept for two generations of seven days or more: a repeat is recognised for at least seven days, exactly.
create table collect.generation (
  number     int         primary key,
  begun_at   timestamptz not null
);
create table collect.message_key (
  generation int  not null,
  key        uuid not null,
  primary key (generation, key)
) partition by list (generation);
create table collect.message_key_1 partition of collect.message_key for values in (1);
insert into collect.generation values (1, '-infinity');

-- How far the pipeline is, and the batch it has in hand: planned before it is worked, so that a repeat is the same batch.
create table collect.position (
  reader       text        primary key,
  xact         xid8        not null,
  id           bigint      not null,
  batch        bigint      not null,                      -- the number of the batch in hand, or of the next
  to_xact      xid8,                                      -- its end; null: none is in hand
  to_id        bigint,
  worked_at    timestamptz,
  server       bigint      not null,                                    -- whose transactions these are; a restore may be into another
  check ((to_xact is null) = (to_id is null))
);
insert into collect.position (reader, xact, id, batch, server)
  select 'pipeline', '0', 0, 1, system_identifier from pg_control_system();

-- What could not be understood or is not as the plan wants it, with the reason.
create table collect.reject (
  id          text        collate "C" primary key,
  at          timestamptz not null,
  source      text        not null,
  org         text        not null,                       -- the source's: who sees the organisation sees its rejects
  key         uuid        not null unique,
  event       text,
  code        text        not null,
  reason      jsonb       not null,                       -- {zh, en}
  field       text,
  understood  boolean     not null,                       -- the body is an envelope; otherwise the message as it was sent
  body        bytea       not null,                       -- sealed
  state       text        not null check (state in ('open', 'replayed', 'dismissed')),
  ended_at    timestamptz
);
create index reject_newest on collect.reject (id) where state = 'open';
create index reject_by_code on collect.reject (code, id);
call orgs.protect('collect.reject');

-- Messages a minute, for the strip of figures. Written with the piece.
create table collect.minute (
  at         timestamptz not null,
  source     text        not null,
  stored     int         not null,
  duplicates int         not null,
  rejected   int         not null,
  primary key (at, source)
);
