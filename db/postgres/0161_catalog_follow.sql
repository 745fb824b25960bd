-- Things and attributes are followed by ClickHouse.

create function catalog.touch_items() returns trigger language plpgsql as $$
begin
  perform platform.touch('item', (select array_agg(type || '/' || id) from touched));
  return null;
end $$;
create trigger touch_new after insert on catalog.item
  referencing new table as touched for each statement execute function catalog.touch_items();
create trigger touch_changed after update on catalog.item
  referencing new table as touched for each statement execute function catalog.touch_items();
create trigger touch_gone after delete on catalog.item
  referencing old table as touched for each statement execute function catalog.touch_items();

-- Whose a thing is said to be (the number it says, in its normal form), and under which customers it may stand in ClickHouse.
create table catalog.item_place (
  type      text  not null,
  id        text  not null,
  owner     text  collate "C" not null,                    -- empty: nobody
  customers int[] not null,
  primary key (type, id)
);
create index on catalog.item_place (owner) where owner <> '';

create function catalog.touch_columns() returns trigger language plpgsql as $$
begin
  if old is null or new is null or (old.type, old.state, old.personal, old.codes is null)
       is distinct from (new.type, new.state, new.personal, new.codes is null) then
    perform platform.touch('columns', array[coalesce(new.entity, old.entity)]);
  end if;
  return null;
end $$;
create trigger touch_columns after insert or update or delete on catalog.attribute
  for each row execute function catalog.touch_columns();

-- A relation from the customer says which things are whose.
create function catalog.touch_relation() returns trigger language plpgsql as $$
begin
  perform platform.touch('columns', array[coalesce(new.target, old.target) || '!']);
  return null;
end $$;
create trigger touch_relation after insert or update or delete on catalog.relation
  for each row execute function catalog.touch_relation();
