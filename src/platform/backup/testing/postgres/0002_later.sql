alter table odd.hen add column name text;
update odd.hen set name = 'hen ' || id;
