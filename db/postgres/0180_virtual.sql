-- Virtual events: what pages send by themselves, named afterwards. They are the whole bank's, as the tracking plan is.

create table catalog.virtual_event (
  name        text        primary key check (length(name) between 1 and 100),
  zh          text        not null,
  en          text        not null,
  description text        not null,
  owner       text        not null,
  base        text        not null check (base in ('click', 'submit', 'exposure', 'page')),
  conditions  jsonb       not null check (jsonb_typeof(conditions) = 'array'),
  state       text        not null check (state in ('draft', 'active', 'retired')),
  version     int         not null,
  made_by     text        not null,
  made_at     timestamptz not null,
  edited_at   timestamptz not null
);

-- What each version meant: a figure that was told under it can be counted again.
create table catalog.virtual_version (
  name       text        not null references catalog.virtual_event,
  version    int         not null,
  base       text        not null,
  conditions jsonb       not null,
  state      text        not null,
  by         text        not null,
  at         timestamptz not null,
  primary key (name, version)
);
