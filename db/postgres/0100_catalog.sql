-- The catalogue of data: where it comes from, which events and properties are planned, what a bank's things are.

create schema catalog;

-- Who sends. The project and the write key stand in every client: they say who sends, and open nothing.
create table catalog.source (
  id         text        primary key check (id ~ '^src_[0-9a-z]{26}$'),
  name       text        not null check (length(name) between 1 and 100),
  project    text        not null constraint source_project_key unique check (project ~ '^[A-Za-z0-9][A-Za-z0-9_-]{0,59}$'),
  write_key  text        not null constraint source_write_key_key unique check (length(write_key) = 32),
  kind       text        not null check (kind in ('web', 'app', 'mini-program', 'server', 'import')),
  org        text        not null,
  state      text        not null check (state in ('on', 'off')),
  note       text        not null check (length(note) <= 500),
  version    int         not null,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create index on catalog.source (org);
call orgs.protect('catalog.source');

-- The tracking plan is the whole bank's: one event means one thing in every branch.
create table catalog.event (
  name        text        primary key check (length(name) between 1 and 100),
  zh          text        not null,
  en          text        not null,
  mode        text        not null check (mode in ('off', 'warn', 'strict')),
  state       text        not null check (state in ('proposed', 'active', 'ignored', 'retired')),
  owner       text        not null,
  description text        not null,
  first_seen  timestamptz,
  last_seen   timestamptz,
  count       bigint      not null default 0,              -- about: counted in memory, written once a minute
  version     int         not null default 1
);
create index on catalog.event (state);

-- `event` is empty for a common property, which any event may carry.
create table catalog.property (
  event       text        not null,
  name        text        not null check (length(name) between 1 and 100),
  zh          text        not null,
  en          text        not null,
  type        text        not null
              check (type in ('text', 'number', 'integer', 'money', 'boolean', 'time', 'day', 'list', 'object')),
  codes       text[],                                      -- the values it may have; null: any
  unit        text        not null,
  required    boolean     not null,
  personal    text        check (personal in ('mobile', 'name', 'certificate', 'card', 'email', 'address', 'openid')),
  state       text        not null check (state in ('proposed', 'active', 'ignored')),
  description text        not null,
  seen        text[]      not null default '{}',           -- the types it arrived with
  first_seen  timestamptz,
  version     int         not null default 1,
  primary key (event, name)
);

create table catalog.entity (
  type          text primary key check (type ~ '^[a-z][a-z0-9_]{0,39}$'),
  zh            text    not null,
  en            text    not null,
  key_attribute text    not null,
  description   text    not null,
  built_in      boolean not null,
  place         int     not null,
  version       int     not null default 1
);

create table catalog.attribute (
  entity      text        not null references catalog.entity,
  name        text        not null check (length(name) between 1 and 100),
  zh          text        not null,
  en          text        not null,
  type        text        not null
              check (type in ('text', 'number', 'integer', 'money', 'boolean', 'time', 'day', 'list', 'object')),
  codes       text[],
  unit        text        not null,
  required    boolean     not null,
  personal    text        check (personal in ('mobile', 'name', 'certificate', 'card', 'email', 'address', 'openid')),
  state       text        not null check (state in ('proposed', 'active', 'ignored')),
  description text        not null,
  source      text        not null check (source in ('built-in', 'console', 'discovered')),
  seen        text[]      not null default '{}',           -- not empty: in use, its type stays
  place       int         not null,
  version     int         not null default 1,
  primary key (entity, name)
);

create table catalog.relation (
  entity      text not null references catalog.entity,
  name        text not null check (name ~ '^[a-z][a-z0-9_]{0,39}$'),
  zh          text not null,
  en          text not null,
  target      text not null references catalog.entity,
  cardinality text not null check (cardinality in ('one', 'many')),
  via         text not null,                               -- of `entity` for one, of `target` for many
  built_in    boolean not null,
  primary key (entity, name)
);

-- Things other than customers. A deleted one stays as a mark, so that an older message does not bring it back.
create table catalog.item (
  type         text        not null references catalog.entity,
  id           text        not null check (length(id) between 1 and 255),
  item_values  jsonb       not null,
  updated_at   timestamptz not null,
  source       text        not null,
  deleted      boolean     not null,
  primary key (type, id)
);
create index on catalog.item (type, updated_at desc, id) where not deleted;

-- The types a retail bank begins with; each line of attributes is "name|Chinese|English|type|personal|codes|unit".
create procedure catalog.bring(entity_type text, zh text, en text, about text, key text, at int, lines text[])
language plpgsql as $$
begin
  insert into catalog.entity (type, zh, en, key_attribute, description, built_in, place)
  values (entity_type, zh, en, key, about, true, at);
  insert into catalog.attribute (entity, name, zh, en, type, codes, unit, required, personal, state, description, source, place)
  select entity_type, split_part(line, '|', 1), split_part(line, '|', 2), split_part(line, '|', 3), split_part(line, '|', 4),
         string_to_array(nullif(split_part(line, '|', 6), ''), ','), split_part(line, '|', 7), false,
         nullif(split_part(line, '|', 5), ''), 'active', '', 'built-in', number * 10
  from unnest(lines) with ordinality value (line, number);
end $$;

call catalog.bring('customer', '客户', 'Customer', '银行的客户,以 OneID 归一', 'customer_no', 10, array[
  'customer_no|客户号|Customer number|text|||', 'name|姓名|Name|text|name||', 'mobile|手机号|Mobile|text|mobile||',
  'certificate|证件号|Certificate|text|certificate||', 'email|邮箱|Email|text|email||', 'address|地址|Address|text|address||',
  'gender|性别|Gender|text||0,1,2,9|', 'birthday|出生日期|Birthday|day|||', 'province|省份|Province|text|||',
  'city|城市|City|text|||', 'occupation|职业|Occupation|text|||', 'level|客户等级|Level|text|||',
  'risk_grade|风险承受能力|Risk grade|text||C1,C2,C3,C4,C5|', 'aum|金融资产余额|Assets under management|money|||CNY',
  'opened_on|开户日|Account opened|day|||', 'org_no|所属机构|Organisation|text|||', 'employee_no|客户经理|Manager|text|||']);
call catalog.bring('product', '产品', 'Product', '理财、基金、存款、贷款、保险等', 'product_no', 20, array[
  'product_no|产品编号|Product number|text|||', 'name|产品名称|Name|text|||', 'category|产品类别|Category|text|||',
  'risk_grade|产品风险等级|Risk grade|text||R1,R2,R3,R4,R5|', 'term_days|期限|Term|integer|||天',
  'annual_rate|业绩比较基准|Benchmark rate|number|||%', 'minimum|起购金额|Minimum purchase|money|||CNY',
  'on_sale_from|募集开始日|On sale from|day|||', 'on_sale_until|募集结束日|On sale until|day|||', 'state|销售状态|State|text|||']);
call catalog.bring('org', '机构', 'Organisation', '分行、支行与网点', 'org_no', 30, array[
  'org_no|机构号|Code|text|||', 'name|机构名称|Name|text|||', 'parent_no|上级机构|Above|text|||', 'city|城市|City|text|||']);
call catalog.bring('employee', '员工', 'Employee', '客户经理、理财经理等', 'employee_no', 40, array[
  'employee_no|工号|Number|text|||', 'post|岗位|Post|text|||', 'org_no|所属机构|Organisation|text|||',
  'state|在岗状态|State|text|||']);
call catalog.bring('holding', '持仓', 'Holding', '客户持有的产品与账户', 'holding_no', 50, array[
  'holding_no|持仓编号|Number|text|||', 'customer_no|客户号|Customer|text|||', 'product_no|产品编号|Product|text|||',
  'balance|余额|Balance|money|||CNY', 'units|份额|Units|number|||', 'opened_on|起始日|Since|day|||',
  'matures_on|到期日|Matures|day|||']);
call catalog.bring('order', '订单', 'Order', '申购、赎回、支付等委托', 'order_no', 60, array[
  'order_no|订单号|Number|text|||', 'customer_no|客户号|Customer|text|||', 'product_no|产品编号|Product|text|||',
  'amount|金额|Amount|money|||CNY', 'state|订单状态|State|text|||', 'ordered_at|下单时间|Ordered|time|||']);
call catalog.bring('transaction', '交易', 'Transaction', '动账交易流水', 'transaction_no', 70, array[
  'transaction_no|流水号|Number|text|||', 'customer_no|客户号|Customer|text|||', 'merchant_no|商户号|Merchant|text|||',
  'amount|金额|Amount|money|||CNY', 'direction|借贷方向|Direction|text||in,out|', 'channel|渠道|Channel|text|||',
  'transacted_at|交易时间|Time|time|||']);
call catalog.bring('content', '内容', 'Content', '资讯、海报、话术、视频', 'content_no', 80, array[
  'content_no|内容编号|Number|text|||', 'title|标题|Title|text|||', 'category|类别|Category|text|||',
  'product_no|关联产品|Product|text|||', 'published_at|发布时间|Published|time|||']);
call catalog.bring('merchant', '商户', 'Merchant', '收单与权益合作商户', 'merchant_no', 90, array[
  'merchant_no|商户号|Number|text|||', 'name|商户名称|Name|text|||', 'category|行业|Category|text|||', 'city|城市|City|text|||',
  'org_no|管理机构|Organisation|text|||']);

drop procedure catalog.bring(text, text, text, text, text, int, text[]);

insert into catalog.relation (entity, name, zh, en, target, cardinality, via, built_in) values
  ('customer', 'holdings', '持有', 'holds', 'holding', 'many', 'customer_no', true),
  ('customer', 'orders', '下单', 'orders', 'order', 'many', 'customer_no', true),
  ('customer', 'transactions', '发生交易', 'transacts', 'transaction', 'many', 'customer_no', true),
  ('customer', 'manager', '由其维护', 'is managed by', 'employee', 'one', 'employee_no', true),
  ('customer', 'org', '归属', 'belongs to', 'org', 'one', 'org_no', true),
  ('holding', 'product', '对应产品', 'is of', 'product', 'one', 'product_no', true),
  ('order', 'product', '对应产品', 'is of', 'product', 'one', 'product_no', true),
  ('transaction', 'merchant', '发生于', 'was at', 'merchant', 'one', 'merchant_no', true),
  ('employee', 'org', '任职于', 'works at', 'org', 'one', 'org_no', true),
  ('content', 'product', '介绍', 'is about', 'product', 'one', 'product_no', true),
  ('merchant', 'org', '由其管理', 'is managed by', 'org', 'one', 'org_no', true);
