-- What is known of a customer, smaller: `{"": [[time, source], …], attribute: [value, place in that list, how, kind]}`. As text
-- that is JSON: to take it apart with each writing was most of what an import of customers cost. See `rules/stored.ts`.

create function customers.doc_in_small(doc jsonb) returns json language sql immutable as $$
  with entry as (
    select key, value, dense_rank() over (order by value -> 1, value -> 2) - 1 as place from jsonb_each(doc)
  )
  select case when count(*) = 0 then json '{}' else
    json_object_agg(key, small order by key = '' desc) end
  from (
    select '' as key,
           (select jsonb_agg(mark order by place) from (
              select distinct place, jsonb_build_array(value -> 1, value -> 2) as mark from entry) marks) as small
    from (select from entry limit 1) any_there
    union all
    select key, case when jsonb_array_length(value) > 4 then jsonb_build_array(value -> 0, place, value -> 3, value -> 4)
                     when jsonb_array_length(value) > 3 then jsonb_build_array(value -> 0, place, value -> 3)
                     else jsonb_build_array(value -> 0, place) end
    from entry
  ) parts
$$;
alter table customers.profile alter column doc drop default;
alter table customers.profile alter column doc type json using customers.doc_in_small(doc);
alter table customers.profile alter column doc set default '{}';
drop function customers.doc_in_small(jsonb);
