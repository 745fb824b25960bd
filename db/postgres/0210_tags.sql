-- Tags: what the bank says of each customer, how it is found out, and each time that was done. The values are in ClickHouse.

create schema tags;

create table tags.tag (
  id            text        primary key check (id ~ '^tag_[0-9a-z]{26}$'),
  org           text        not null,
  name          text        not null check (length(name) between 1 and 100),
  folder        text        not null default '',           -- 'a/b': a folder in a folder
  description   text        not null default '',
  owner         text        not null default '',           -- a name, as a person wrote it
  kind          text        not null,
  state         text        not null check (state in ('draft', 'live', 'paused', 'retired')),
  draft         jsonb       not null,                      -- of the definition; may be unfinished
  revision      int         not null default 1,            -- of the draft and the words, for two who edit
  version       int         not null default 0,            -- the latest published; 0: none yet
  type          text,                                      -- of the values of the latest version
  cron          text,                                      -- five fields; null: by hand, or after what it reads
  zone          text        not null,
  next_at       timestamptz,
  follows       boolean     not null default false,        -- computed after data came in, and after tags that it reads
  keep_days     int         check (keep_days between 1 and 3650),
  expires_on    date,
  computing     boolean     not null default false,
  error         jsonb,                                     -- why the last computation failed
  run           text,                                      -- the computation whose values stand
  computed_at   timestamptz,                               -- the instant these values are of
  covered       bigint,                                    -- customers who have a value
  universe      bigint,                                    -- customers who could have one
  drift         float8,
  used_at       timestamptz,                               -- when a rule last read it
  updated_at    timestamptz not null,
  updated_by    text        not null
);
-- Every tag has a name that a rule can say; letters of another case are no other name.
create unique index tag_name on tags.tag (lower(name)) where state <> 'retired';
create index on tags.tag (org);
create index on tags.tag (next_at) where next_at is not null;
call orgs.protect('tags.tag');

-- Never changed once it is there.
create table tags.version (
  tag          text        not null references tags.tag,
  version      int         not null check (version > 0),
  org          text        not null,
  definition   jsonb       not null,
  rule         jsonb,                                      -- null: its values are given, not computed
  type         text        not null,
  codes        jsonb       not null default '[]',          -- the values it can have, in their order
  reads        jsonb       not null default '[]',          -- ids of tags
  published_at timestamptz not null,
  published_by text        not null,
  primary key (tag, version)
);
call orgs.protect('tags.version');

create table tags.run (
  id       text        primary key check (id ~ '^tgr_[0-9a-z]{26}$'),
  tag      text        not null references tags.tag,
  org      text        not null,
  version  int         not null,
  at       timestamptz not null,                           -- the instant that was asked about
  done     boolean     not null default false,             -- until then its rows are of a computation that may have been cut off
  ms       int         not null default 0,
  covered  bigint      not null default 0,
  universe bigint      not null default 0,
  changed  bigint      not null default 0,                 -- customers whose value is another than before
  shares   jsonb,                                          -- how the values are distributed
  drift    float8,                                         -- against the run before (population stability index)
  cuts     jsonb                                           -- where scores were cut
);
create index on tags.run (tag, at);
call orgs.protect('tags.run');
