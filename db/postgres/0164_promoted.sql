-- Properties that have a column of their own beside the JSON of the events, because they are asked for often. Of all events that
-- carry the name.
create table catalog.promoted (
  name     text        primary key check (length(name) between 1 and 100),
  type     text        not null check (type in ('text', 'number', 'integer', 'money', 'boolean', 'time', 'day')),
  state    text        not null check (state in ('filling', 'ready', 'removing')),
  at       timestamptz not null,
  by_name  text        not null
);
