-- One of everything that makes a table hard to copy.

create schema odd;

create table odd.node (
  id          int  generated always as identity primary key,
  parent      int  references odd.node,
  path        ltree,
  dropped     text,
  "We ""ird"  text,
  doubled     int  generated always as (id * 2) stored
);
alter table odd.node drop column dropped;

create table odd.egg (id int primary key, hen int);
create table odd.hen (id int primary key, egg int not null references odd.egg on delete cascade);
alter table odd.egg add constraint laid_by foreign key (hen) references odd.hen deferrable initially deferred;

create table odd.value (
  id      bigserial primary key,
  org     text,
  body    bytea,
  at      timestamptz,
  day     date,
  lasting interval,
  text    text,
  spaced  json,
  packed  jsonb,
  list    text[],
  during  tstzrange,
  xact    xid8 default pg_current_xact_id(),
  exact   numeric,
  rough   float8
);
alter table odd.value enable row level security;
alter table odd.value force row level security;
create policy seen on odd.value
  using (current_setting('zhixing.scope', true) = '*' or org = current_setting('zhixing.scope', true));

create table odd.kept (n int primary key, what text);
create function odd.refuse() returns trigger language plpgsql as $$
begin
  raise exception 'append only';
end $$;
create trigger append_only before update or delete or truncate on odd.kept execute function odd.refuse();
create function odd.mark() returns trigger language plpgsql as $$
begin
  new.what := new.what || '!';
  return new;
end $$;
create trigger marked before insert on odd.kept for each row execute function odd.mark();
insert into odd.kept values (1, 'from the migration'), (2, 'taken back later');

create table odd.log (at timestamptz not null, body text) partition by range (at);
create table odd.log_2026_01 partition of odd.log for values from ('2026-01-01') to ('2026-02-01');

create table odd.empty (id int);
create sequence odd.ticket start 100;
create materialized view odd.total as select count(*) as rows from odd.value;
