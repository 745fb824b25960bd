-- Where data come from and where they go: recorded when they flow, never guessed afterwards.

create table catalog.lineage (
  from_kind text        not null,
  from_id   text        not null,
  to_kind   text        not null,
  to_id     text        not null,
  by_kind   text        not null,                        -- what carries it: a mapping, an import, the collection
  by_id     text        not null,
  first_at  timestamptz not null,
  last_at   timestamptz not null,
  ended_at  timestamptz,                                 -- it was so once and is no longer
  primary key (from_kind, from_id, to_kind, to_id, by_kind, by_id)
);
create index on catalog.lineage (to_kind, to_id);
create index on catalog.lineage (by_kind, by_id);
