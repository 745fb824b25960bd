-- Who did what, when and to what: appended, never changed, chained by hashes.

create schema audit;

create table audit.entry (
  id          text        collate "C" primary key,       -- begins with its time: the primary key is the index by time
  at          timestamptz not null,
  xact        xid8        not null default pg_current_xact_id(),  -- a sequence is no commit order; this tells what is final
  who_kind    text        not null,
  who_id      text        collate "C" not null,
  who_name    text        not null,
  action      text        collate "C" not null,
  target_kind text        not null,
  target_id   text        collate "C" not null,
  target_name text,
  org         text        collate "C",                   -- null: belongs to the whole bank
  before      json,                                      -- json, not jsonb: the MAC covers the text to the letter
  after       json,
  request_id  text,
  ip          text,
  agent       text,
  mac         bytea       not null                       -- HMAC-SHA256 over all of the above but xact
);
create index entry_to_seal on audit.entry (xact);
create index entry_of_target on audit.entry (target_id, id);
create index entry_of_who on audit.entry (who_id, id);
create index entry_of_org on audit.entry (org, id) where org is not null;

-- An entry's place in the chain, given about a second after its transaction ended.
create table audit.link (
  seq   bigint primary key,
  entry text   collate "C" not null unique,
  hash  bytea  not null                                  -- SHA-256 over the link before, seq, entry, its xact and mac
);

-- A set of links, closed with a MAC. The next set begins after (xact, entry).
create table audit.seal (
  seq      bigint      primary key,                      -- the last place of the set
  from_seq bigint      not null,
  hash     bytea       not null,
  xact     xid8        not null,
  entry    text        collate "C" not null,
  at       timestamptz not null,
  mac      bytea       not null
);

create function audit.refuse() returns trigger language plpgsql as $$
begin
  raise exception 'the audit is append only: % on % is refused', tg_op, tg_table_name using errcode = 'insufficient_privilege';
end $$;
create trigger append_only before update or delete or truncate on audit.entry execute function audit.refuse();
create trigger append_only before update or delete or truncate on audit.link execute function audit.refuse();
create trigger append_only before update or delete or truncate on audit.seal execute function audit.refuse();

-- Read under the reader's scope; head office also sees what belongs to no single organisation. Written by whoever acts,
-- whatever he sees: a sign-in that fails is an entry too.
alter table audit.entry enable row level security;
alter table audit.entry force row level security;
create policy seen on audit.entry for select
  using ((select orgs.sees_everything() or coalesce(nlevel(orgs.scope()) = 1, false))
         or org in (select visible.id from orgs.visible() visible (id)));
create policy written on audit.entry for insert with check (true);

-- The organisations that the reader sees, to read the newest of each from an index.
create function audit.readable_orgs() returns setof text language sql stable as $$
  select visible.id from orgs.visible() visible (id)
$$;
