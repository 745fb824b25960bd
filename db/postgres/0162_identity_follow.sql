-- Merges, and whose a customer number is, are followed by ClickHouse.

create function identity.touch_merged() returns trigger language plpgsql as $$
begin
  perform platform.touch('alias', array[new.id::text]);
  perform platform.touch('customer', array_remove(array[new.id, old.merged_into, new.merged_into]::text[], null));
  return null;
end $$;
create trigger touch_merged after update on identity.customer
  for each row when (old.merged_into is distinct from new.merged_into) execute function identity.touch_merged();

create function identity.touch_owners() returns trigger language plpgsql as $$
begin
  perform platform.touch('owner', (select array_agg(match) from touched where kind = 'customer_no'));
  return null;
end $$;
create trigger touch_new after insert on identity.link
  referencing new table as touched for each statement execute function identity.touch_owners();
create trigger touch_gone after delete on identity.link
  referencing old table as touched for each statement execute function identity.touch_owners();

create function identity.touch_owner() returns trigger language plpgsql as $$
begin
  perform platform.touch('owner', array[new.match]);
  return null;
end $$;
create trigger touch_moved after update on identity.link
  for each row when (new.kind = 'customer_no' and old.customer <> new.customer) execute function identity.touch_owner();
