-- The keys that seal personal data, wrapped by a master key that is never here, and how far a change of keys has come.

create schema privacy;

create table privacy.data_key (
  id           int         primary key check (id > 0),   -- stands in every value sealed under it
  purpose      text        not null check (purpose in ('seal', 'index')),
  algorithm    text        not null,
  wrapped      bytea       not null,
  master_check text        not null,                     -- which master key wrapped it: its check value
  made_at      timestamptz not null,
  used_from    timestamptz not null,                     -- later than made_at, so that every process knows it before it is used
  retired_at   timestamptz                               -- when nothing was found under it any more
);

-- A second key would make every value indexed under the first unfindable.
create unique index one_index_key on privacy.data_key (purpose) where purpose = 'index';

-- A key that is gone takes every value sealed under it along, those in backups too.
create function privacy.keep_keys() returns trigger language plpgsql as $$
begin
  raise exception 'data keys are kept for ever';
end $$;
create trigger keep_keys before delete or truncate on privacy.data_key execute function privacy.keep_keys();

-- Values by where they are kept and the key they are sealed under, as last counted.
create table privacy.sealed_count (
  sealed_column text        not null,
  key_id        bigint      not null,                    -- as it stands in the value; of a broken one it may be any number
  sealed        bigint      not null,
  broken        bigint      not null default 0,          -- of these, so many do not open
  counted_at    timestamptz not null,
  primary key (sealed_column, key_id)
);
