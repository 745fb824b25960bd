-- Segments: questions that are kept, what they were at each version, and what they answered.

create schema segments;

create table segments.segment (
  id             text        primary key check (id ~ '^seg_[0-9a-z]{26}$'),
  org            text        not null,
  name           text        not null check (length(name) between 1 and 100),
  folder         text        not null default '',
  description    text        not null default '',
  owner          text        not null default '',          -- a name, as a person wrote it
  state          text        not null check (state in ('draft', 'live', 'paused', 'retired')),
  draft          text        not null default '',          -- of the rule; may be unfinished
  revision       int         not null default 1,           -- of the draft and the words, for two who edit
  version        int         not null default 0,           -- the latest published; 0: none yet
  cron           text,                                     -- five fields; null: by hand
  zone           text        not null,
  next_at        timestamptz,
  refreshing     boolean     not null default false,
  error          jsonb,                                    -- why the last refresh failed
  size           bigint,                                   -- of the last snapshot
  refreshed_at   timestamptz,
  updated_at     timestamptz not null,
  updated_by     text        not null
);
-- Every segment has a name that a rule can say; letters of another case are no other name.
create unique index segment_name on segments.segment (lower(name)) where state <> 'retired';
create index on segments.segment (org);
create index on segments.segment (next_at) where next_at is not null;
call orgs.protect('segments.segment');

-- Never changed once it is there.
create table segments.version (
  segment      text        not null references segments.segment,
  version      int         not null check (version > 0),
  org          text        not null,
  text         text        not null,
  rule         jsonb       not null,
  uses         jsonb       not null default '[]',          -- segments it reads: [{segment, version or null}]
  published_at timestamptz not null,
  published_by text        not null,
  primary key (segment, version)
);
call orgs.protect('segments.version');

-- Who were in it at a moment; the members themselves are a bitmap in ClickHouse.
create table segments.snapshot (
  id       text        primary key check (id ~ '^snp_[0-9a-z]{26}$'),
  segment  text        not null references segments.segment,
  org      text        not null,
  version  int         not null,
  at       timestamptz not null,
  size     bigint      not null,
  ms       int         not null,
  pinned   boolean     not null default false             -- of an earlier version, for a rule that holds on to it
);
create index on segments.snapshot (segment, at);
call orgs.protect('segments.snapshot');
