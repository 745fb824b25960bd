-- Organisations: one tree, and the row security that every table with an `org` column stands under.
-- Who has a scope sees the rows of that organisation and of all below it; who has none sees nothing.

create schema orgs;

-- The transaction's scope as a path; null for the machine ('*') and for nobody (empty or unset).
create function orgs.scope() returns ltree language sql stable as $$
  select nullif(nullif(current_setting('zhixing.scope', true), '*'), '')::ltree
$$;

create function orgs.sees_everything() returns boolean language sql stable as $$
  select coalesce(current_setting('zhixing.scope', true) = '*', false)
$$;

create table orgs.org (
  id          text        primary key check (id ~ '^org_[0-9a-z]{26}$'),
  -- Ids from the root down to itself. A move rewrites it for the whole subtree in one statement.
  path        ltree       not null unique,
  parent      text        generated always as
                (case when nlevel(path) > 1 then ltree2text(subpath(path, nlevel(path) - 2, 1)) end) stored,
  -- The path above must be an organisation's: a circle, a gap or a second spelling of the tree cannot be written.
  parent_path ltree       generated always as
                (case when nlevel(path) > 1 then subpath(path, 0, nlevel(path) - 1) end) stored references orgs.org (path),
  code        text        not null unique check (code ~ '^[A-Za-z0-9][A-Za-z0-9_.-]{0,39}$'),
  name        text        not null check (length(name) between 1 and 100),
  short_name  text        check (length(short_name) between 1 and 40),
  kind        text        not null check (kind in ('head', 'branch', 'sub-branch', 'department')),
  zone        text        not null,
  sort        int         not null check (sort >= 0),
  state       text        not null check (state in ('open', 'closed')),
  version     int         not null,
  created_at  timestamptz not null,
  updated_at  timestamptz not null,
  check (ltree2text(subpath(path, -1)) = id),
  check ((kind = 'head') = (nlevel(path) = 1)),
  check (nlevel(path) > 1 or state = 'open')
);
create unique index org_one_root on orgs.org ((nlevel(path))) where nlevel(path) = 1;
create index on orgs.org (parent);
create index on orgs.org (parent_path);

-- FORCE: the product works as the owner of its tables, and owners are exempt otherwise.
-- The sub-selects are asked once a statement, not once a row.
alter table orgs.org enable row level security;
alter table orgs.org force row level security;
create policy org_scope on orgs.org
  using ((select orgs.sees_everything()) or path <@ (select orgs.scope()));

-- The ids under the transaction's scope: what the policy above lets through.
create function orgs.visible() returns setof text language sql stable as $$
  select id from orgs.org
$$;

-- Puts a table with an `org` column under the scope, for reading and for writing. Every migration that makes such a
-- table calls it; partitions are tables of their own and need it too.
-- The sub-select becomes a hash table that is filled once a statement, and only when a row asks (`= any (array)` would
-- be searched from end to end for each row: fifty times slower with two thousand organisations).
create procedure orgs.protect(protected regclass) language plpgsql as $$
begin
  execute format('alter table %s enable row level security', protected);
  execute format('alter table %s force row level security', protected);
  execute format('create policy org_scope on %s
    using ((select orgs.sees_everything()) or org in (select visible.id from orgs.visible() visible (id)))', protected);
end $$;

-- Names beyond the scope, on purpose: a breadcrumb begins at the root, and a grant may lie elsewhere. Nothing but the
-- name is given. *Trap*: it lifts the scope while it runs, so it must be a statement's only source of rows.
create function orgs.names(ids text[]) returns table (id text, name text) language plpgsql as $$
declare
  scope text := coalesce(current_setting('zhixing.scope', true), '');
begin
  perform set_config('zhixing.scope', '*', true);
  return query select org.id, org.name from orgs.org where org.id = any (ids);
  perform set_config('zhixing.scope', scope, true);
end $$;

-- How each organisation stood from `at` on, until its next row. A move writes one for all that it carries along.
create table orgs.past (
  id      bigint      generated always as identity primary key,
  org     text        not null references orgs.org,
  at      timestamptz not null,
  change  text        not null check (change in ('created', 'edited', 'moved', 'carried', 'closed', 'reopened')),
  path    ltree       not null,
  code    text        not null,
  name    text        not null,
  kind    text        not null,
  state   text        not null,
  by_id   text        not null,
  by_name text        not null
);
create index on orgs.past (org, at, id);
call orgs.protect('orgs.past');
