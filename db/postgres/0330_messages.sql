-- Messages: one customer, one approved content, one account. What became of each, and what is still to be told of it.

create schema messages;

create table messages.message (
  id           text        primary key check (id ~ '^msg_[0-9a-z]{26}$'),
  org          text        not null,
  customer     int         not null check (customer > 0),  -- his number when it was planned
  key          text        not null unique,                -- strategy version, person, step and instance (rule 83)
  strategy     text        not null,
  step         text        not null default '',
  scene        text,
  channel      text        not null,
  account      text        not null,
  template     text        not null,
  version      int         not null,
  class        text        not null check (class in ('regulatory', 'transactional', 'service', 'marketing')),
  priority     int         not null,
  score        float8      not null,
  blocked      text        not null check (blocked in ('delay', 'drop')),
  personalised boolean     not null default false,
  given        jsonb       not null default '{}',          -- what the content speaks of beside the customer
  fallover     jsonb       not null default '[]',          -- what is tried next, and when
  before       text,                                       -- the message in whose stead it goes
  state        text        not null check (state in ('planned', 'held', 'reserved', 'sending', 'sent', 'unknown', 'failed',
                                                     'dropped', 'delivered', 'opened', 'clicked')),
  planned_at   timestamptz not null,
  due_at       timestamptz,                                -- when the sender looks at it; null: nothing is to be done
  latest       timestamptz not null,                       -- after it the message is of no use (rule 39)
  watch_at     timestamptz,                                -- when somebody asks what became of it
  attempts     int         not null default 0,
  why          jsonb,                                      -- of held, dropped, failed
  provider_id  text,
  units        int         not null default 0,
  price        bigint      not null default 0,             -- of all units, in ten-thousandths of a yuan
  sent_at      timestamptz,
  delivered_at timestamptz,
  opened_at    timestamptz,
  clicked_at   timestamptz,
  ended_at     timestamptz                                 -- dropped, failed, unknown
) with (fillfactor = 70);
create index message_due on messages.message (due_at) where due_at is not null;
create index message_watch on messages.message (watch_at) where watch_at is not null;
create index message_provider on messages.message (account, provider_id) where provider_id is not null;
create index message_of_customer on messages.message (customer, id);
create index message_of_strategy on messages.message (strategy, id);
create index on messages.message (org);
call orgs.protect('messages.message');

-- Changes that are not yet events of their customers: written with the change, gone when they are told.
create table messages.news (
  id      bigint      primary key generated always as identity,
  message text        not null,
  state   text        not null,
  at      timestamptz not null,
  detail  jsonb       not null default '{}'
);
