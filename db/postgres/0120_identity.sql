-- OneID: which identities are one customer, how that came to be, and what people are asked to decide.

create schema identity;

-- What can name a customer. The personal kind is fixed once: identities are found by a blind index made for it.
create table identity.kind (
  id           text primary key check (id ~ '^[a-z][a-z0-9_]{0,39}$'),
  name_zh      text not null,
  name_en      text not null,
  strength     text not null check (strength in ('strong', 'weak')),
  many         boolean not null,
  max_held     int  check (max_held > 0),                -- of a kind of which a customer may hold many; null: no limit
  priority     int  not null check (priority > 0),       -- 1 decides first; strong kinds always stand before weak ones
  overflow     text not null check (overflow in ('refuse', 'replace-oldest')),
  shared       boolean not null,                         -- a device: people use it one after another
  personal     text,                                     -- a personal kind of privacy: kept sealed
  enabled      boolean not null,
  junk         text[] not null,                          -- values that name nobody, beside those that are junk for all
  version      int  not null default 1,
  check (not (shared and strength = 'strong'))
);

insert into identity.kind
  (id, name_zh, name_en, strength, many, max_held, priority, overflow, shared, personal, enabled, junk) values
  ('customer_no',  '客户号',         'Customer number', 'strong', false, null, 10,  'refuse',         false, null,          true, '{}'),
  ('certificate',  '证件号码',       'Certificate',     'strong', false, null, 20,  'refuse',         false, 'certificate', true,
     '{111111111111111111,123456789012345678}'),
  ('card',         '银行卡号',       'Bank card',       'strong', true,  50,   30,  'refuse',         false, 'card',        true, '{}'),
  ('login_id',     '登录账号',       'Login',           'strong', true,  5,    40,  'refuse',         false, null,          true,
     '{admin,guest,anonymous,visitor,游客}'),
  ('mobile',       '手机号',         'Mobile number',   'weak',   true,  5,    50,  'replace-oldest', false, 'mobile',      true,
     '{13800138000,11111111111,12345678901,12345678910}'),
  ('email',        '邮箱',           'Email',           'weak',   true,  5,    60,  'replace-oldest', false, 'email',       true,
     '{test@test.com,a@a.com}'),
  ('unionid',      '微信 UnionID',   'WeChat UnionID',  'weak',   false, null, 70,  'replace-oldest', false, null,          true, '{}'),
  ('openid',       '微信 OpenID',    'WeChat OpenID',   'weak',   true,  20,   80,  'replace-oldest', false, null,          true, '{}'),
  ('device_id',    '设备号',         'Device',          'weak',   true,  50,   90,  'replace-oldest', true,  null,          true,
     '{9774d56d682e549c,020000000000,02:00:00:00:00:00,unknown_device}'),
  ('anonymous_id', '匿名标识',       'Anonymous id',    'weak',   true,  200,  100, 'replace-oldest', true,  null,          true, '{}');

-- A customer is a number, given in the order of first sight; facts are written with it and never rewritten.
create table identity.customer (
  id          int         primary key generated always as identity,
  org         text        not null references orgs.org,
  born_at     timestamptz not null,
  merged_into int         references identity.customer check (merged_into <> id),
  version     int         not null default 1
);
create index on identity.customer (merged_into) where merged_into is not null;
create index on identity.customer (org);
call orgs.protect('identity.customer');

-- Who a merged number is now. Few steps: a customer is seldom merged twice.
create function identity.survivor(of_customer int) returns int language sql stable as $$
  with recursive up (id, above) as (
    select id, merged_into from identity.customer where id = of_customer
    union all
    select c.id, c.merged_into from up join identity.customer c on c.id = up.above
  )
  select id from up where above is null
$$;

-- An identity and the one customer it names: never a merged one, but his survivor.
create table identity.link (
  kind       text        not null,                       -- of identity.kind, which forgets none: no check a row
  match      text        collate "C" not null,           -- the normal form; of a personal kind the blind index in hex
  shown      text,                                       -- as it was first given, where it is no personal value
  sealed     bytea,
  customer   int         not null references identity.customer,
  org        text        not null,                       -- the customer's
  first_seen timestamptz not null,
  last_seen  timestamptz not null,                       -- by the product's clock, moved on by the hour
  source     text        not null,
  primary key (kind, match),
  check ((shown is null) <> (sealed is null))
);
create index on identity.link (customer);
call orgs.protect('identity.link');

-- What is seen of two customers is seen by those who see both.
create function identity.sees_both(one int, other int) returns boolean language sql stable as $$
  select count(*) = 2 from identity.customer where id in (one, other)
$$;

-- The log of merges: with what it keeps, each can be undone to the letter.
create table identity.merge (
  id         text        collate "C" primary key,
  winner     int         not null references identity.customer,
  loser      int         not null references identity.customer,
  loser_org  text        not null,
  why        text        not null check (why in ('bind', 'import', 'person', 'conflict')),
  reason     text        not null,                       -- a person's words
  via_kind   text,                                       -- the identity that joined them, where one did
  moved      jsonb       not null,                       -- [[kind, match], …] that the loser brought
  at         timestamptz not null,
  by_id      text        not null,
  by_name    text        not null,
  undone_at      timestamptz,
  undone_by_id   text,
  undone_by_name text,
  undone_reason  text
);
create index on identity.merge (loser);
create index on identity.merge (winner);
create index on identity.merge (at, id);
create index merge_undone on identity.merge (loser, winner) where undone_at is not null;
alter table identity.merge enable row level security;
alter table identity.merge force row level security;
create policy both_seen on identity.merge
  using ((select orgs.sees_everything()) or identity.sees_both(winner, loser));

-- Two customers who each hold a strong identity and were seen with one in common: once a pair, for a person to decide.
create table identity.conflict (
  id          text        collate "C" primary key,
  one         int         not null references identity.customer,
  other       int         not null references identity.customer,
  via_kind    text        not null,
  via_match   text        collate "C" not null,
  first_seen  timestamptz not null,
  last_seen   timestamptz not null,
  count       int         not null,
  source      text        not null,
  state       text        not null check (state in ('open', 'merged', 'kept-apart', 'ignored')),
  reason      text,
  decided_at  timestamptz,
  decided_by_id   text,
  decided_by_name text,
  version     int         not null default 1,
  check (one <> other)
);
create index on identity.conflict (one);
create index on identity.conflict (other);
create index on identity.conflict (state, last_seen, id);
alter table identity.conflict enable row level security;
alter table identity.conflict force row level security;
create policy both_seen on identity.conflict
  using ((select orgs.sees_everything()) or identity.sees_both(one, other));

-- What was answered for a batch that changed something: worked again after a kill, it is answered the same.
create table identity.answered (
  batch     bytea       primary key,                     -- SHA-256 over the keys of its messages
  customers int[]       not null,                        -- in the order of its messages; 0: none
  at        timestamptz not null
);
create index on identity.answered (at);
