-- What every capability stands on. Business words begin with the next number.

-- The answer given to a keyed request, kept so that a repeat gets the same answer and does nothing again.
create table platform.idempotency (
  caller   text        not null,
  key      text        not null,
  action   text        not null,
  question bytea       not null,             -- SHA-256 of what was asked: the same key with another question is refused
  answer   jsonb,                            -- null: done, and not ours to repeat (a secret shown once)
  at       timestamptz not null,
  primary key (caller, key, action)
);
create index on platform.idempotency (at);

-- Work that is due later by the product's own clock; when due it moves to the job queue.
create table platform.timer (
  id           bigint generated always as identity primary key,
  due_at       timestamptz not null,
  task         text        not null,
  payload      jsonb       not null,
  job_key      text unique,                  -- a later timer with the same key replaces the earlier
  max_attempts int         not null
);
create index on platform.timer (due_at);

-- The next time each recurring job is due. The calendar itself is code.
create table platform.cron (
  name    text primary key,
  next_at timestamptz not null,
  last_at timestamptz
);

-- The job runners that are alive, by the engine's own clock: what a silent one holds is given back.
create table platform.worker (
  id      text primary key,
  beat_at timestamptz not null
);
