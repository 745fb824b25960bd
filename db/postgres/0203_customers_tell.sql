-- For statements that know whom they touched: in one piece, where a trigger would tell of each row.
create function customers.tell(numbers text[]) returns void language sql as $$
  select platform.touch('customer', numbers)
$$;
