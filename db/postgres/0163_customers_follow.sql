-- Profiles are followed by ClickHouse.

create function customers.touch_profiles() returns trigger language plpgsql as $$
begin
  perform platform.touch('customer', (select array_agg(customer::text) from touched));
  return null;
end $$;
create trigger touch_new after insert on customers.profile
  referencing new table as touched for each statement execute function customers.touch_profiles();
create trigger touch_changed after update on customers.profile
  referencing new table as touched for each statement execute function customers.touch_profiles();
create trigger touch_gone after delete on customers.profile
  referencing old table as touched for each statement execute function customers.touch_profiles();
