-- Whose last sighting moved to another day is told to ClickHouse by the statement that moves it, once for all of a batch (see
-- `saveSightings`): a trigger for each row made a row of `platform.touched` of each, and small pieces of what follows.

drop trigger touch_changed on customers.profile;
create trigger touch_changed after update on customers.profile
  for each row when ((new.version, new.org, new.born_at) is distinct from (old.version, old.org, old.born_at))
  execute function customers.touch_profile();
