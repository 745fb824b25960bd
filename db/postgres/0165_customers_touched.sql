-- That a customer was seen once more, an hour later, is no news for ClickHouse: on another day it is. A condition for each row,
-- because the engine looks at it without calling anything.

create function customers.touch_profile() returns trigger language plpgsql as $$
begin
  perform platform.touch('customer', array[new.customer::text]);
  return null;
end $$;
drop trigger touch_changed on customers.profile;
create trigger touch_changed after update on customers.profile
  for each row when ((new.version, new.org, new.born_at, date_trunc('day', new.seen_at, 'UTC')) is distinct from
                     (old.version, old.org, old.born_at, date_trunc('day', old.seen_at, 'UTC')))
  execute function customers.touch_profile();
