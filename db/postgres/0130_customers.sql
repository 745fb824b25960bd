-- What is known of each customer. One row for each number that was ever given: numbers that turned out to be one person
-- keep their own rows, and readers put them together (an undone merge has nothing to restore).

create schema customers;

create table customers.profile (
  customer   int         primary key check (customer > 0),
  org        text        not null references orgs.org,
  born_at    timestamptz not null,                        -- when the first message about him was received
  seen_at    timestamptz not null,                        -- his last event, to the hour; 1970 when he did nothing yet
  doc        jsonb       not null default '{}',           -- attribute -> [value, client time in ms, source, how, kind]
  emptied    bigint      not null default 0,              -- older entries were deleted with the whole profile; ms since 1970
  updated_at timestamptz not null,                        -- of doc
  version    int         not null default 0               -- of doc
) with (fillfactor = 85);
create index on customers.profile (seen_at, customer);
create index on customers.profile (org, seen_at, customer);
call orgs.protect('customers.profile');

-- Values of personal attributes; what else is known of them stands in doc.
create table customers.personal (
  customer  int   not null references customers.profile,
  attribute text  not null,
  kind      text  not null,
  sealed    bytea not null,
  lookup    bytea,                                        -- blind index; null for what has no form to look up
  primary key (customer, attribute)
);
create index on customers.personal (lookup, customer);
create index on customers.personal (substring(sealed from 3 for 4), customer, attribute);

-- A value is seen by those who see the customer.
alter table customers.personal enable row level security;
alter table customers.personal force row level security;
create policy org_scope on customers.personal
  using ((select orgs.sees_everything())
         or exists (select from customers.profile where profile.customer = personal.customer));
