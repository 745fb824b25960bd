-- What ClickHouse has to be told again. The keys are written with what changed, in one transaction, so none is forgotten and
-- none comes too early; who follows reads what stands then, and deletes the rows. Their order is no matter.
create table platform.touched (
  id   bigint      generated always as identity primary key,
  feed text        not null,
  keys text[]      not null,
  at   timestamptz not null default clock_timestamp()        -- liveness, by the engine's own clock
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);
create index on platform.touched (feed, id);

create function platform.touch(feed text, keys text[]) returns void language sql as $$
  insert into platform.touched (feed, keys) select feed, keys where cardinality(keys) > 0
$$;

-- How far each copy is. All rows of one are written again between `refill_after` and `refill_until`, piece by piece.
create table platform.followed (
  feed         text   collate "C" primary key,
  generation   uuid   not null,                            -- of the filling: ClickHouse has the same, or is filled anew
  version      bigint not null,                            -- greater with every writing
  server       bigint not null,                            -- whose PostgreSQL this is; a restore may be into another
  refill_after text   collate "C",                         -- null: nothing is being filled
  refill_until text   collate "C",                         -- null: to the end
  sweep_below  bigint                                      -- then rows of older versions go
);
