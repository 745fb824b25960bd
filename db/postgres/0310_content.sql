-- Content: what may be said to customers, in templates whose approved versions never change, and the words that may not.

create schema content;

create table content.template (
  id          text        primary key check (id ~ '^tpl_[0-9a-z]{26}$'),
  org         text        not null,
  name        text        not null check (length(name) between 1 and 100),
  folder      text        not null default '',
  tags        text[]      not null default '{}',
  channel     text        not null,
  lang        text        not null check (lang in ('zh', 'en')),
  marketing   boolean     not null,                        -- marketing, or service and what must be told
  products    text[]      not null default '{}',           -- kinds of products it is about
  fields      jsonb       not null,                        -- of the draft: field of the channel -> Liquid
  fallbacks   jsonb       not null default '{}',           -- variable -> what stands for it when it is missing
  revision    int         not null default 1,              -- of the draft and the words, for two who edit
  version     int         not null default 0,              -- the latest approved; 0: none yet
  expires_on  date,                                        -- from this day on nothing of it is sent
  retired     boolean     not null default false,
  updated_at  timestamptz not null,
  updated_by  text        not null
);
create unique index template_name on content.template (org, lower(name)) where not retired;
create index on content.template (org);
call orgs.protect('content.template');

-- What was handed in for review, and with its approval may be sent. The content never changes; its state moves forward.
create table content.version (
  template     text        not null references content.template,
  version      int         not null check (version > 0),
  org          text        not null,
  channel      text        not null,
  lang         text        not null,
  marketing    boolean     not null,
  products     text[]      not null,
  fields       jsonb       not null,
  fallbacks    jsonb       not null,
  hash         bytea       not null,                       -- SHA-256 of all of the above: what an approval is bound to
  findings     jsonb       not null,                       -- of the review by machine
  state        text        not null check (state in ('waiting', 'approved', 'returned', 'withdrawn')),
  submitted_at timestamptz not null,
  submitted_by text        not null,                       -- the id of who handed it in: never the one who decides
  submitter    text        not null,                       -- his name
  decided_at   timestamptz,
  decided_by   text,
  decider      text,
  comment      text        not null default '',
  primary key (template, version),
  check (decided_by is null or decided_by <> submitted_by)
);
create index on content.version (submitted_at) where state = 'waiting';
call orgs.protect('content.version');

create function content.keep_version() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' then raise exception 'a version stays' using errcode = 'insufficient_privilege'; end if;
  if (new.template, new.version, new.channel, new.lang, new.marketing, new.products, new.fields, new.fallbacks, new.hash, new.submitted_by)
     is distinct from
     (old.template, old.version, old.channel, old.lang, old.marketing, old.products, old.fields, old.fallbacks, old.hash, old.submitted_by)
     or old.state <> 'waiting'
  then raise exception 'a version is not changed, and decided once' using errcode = 'insufficient_privilege'; end if;
  return new;
end $$;
create trigger keep_version before update or delete on content.version for each row execute function content.keep_version();

-- Words and patterns that may not be said, or that a reviewer is to look at. Of the whole bank.
create table content.words (
  id         text        primary key,
  name       text        not null,
  level      text        not null check (level in ('forbid', 'warn')),
  products   text[]      not null default '{}',
  source     text        not null default '',
  words      text[]      not null,
  enabled    boolean     not null default true,
  revision   int         not null default 1,
  updated_at timestamptz not null default now(),
  updated_by text        not null default ''
);

-- Sentences that must be said beside some content.
create table content.notice (
  id         text        primary key,
  name       text        not null,
  texts      text[]      not null check (cardinality(texts) > 0),
  products   text[]      not null default '{}',
  channels   text[]      not null default '{}',
  marketing  boolean     not null default false,
  source     text        not null default '',
  enabled    boolean     not null default true,
  revision   int         not null default 1,
  updated_at timestamptz not null default now(),
  updated_by text        not null default ''
);

-- To begin with. Facts of law and of regulators; the bank keeps them from here on.
insert into content.words (id, name, level, products, source, words) values
  ('absolute', '绝对化用语', 'forbid', '{}', '《广告法》(2021 修正)第九条第三项;工商广字〔1997〕207 号',
   '{国家级,最高级,最佳,极品}'),
  ('promise', '保本保收益', 'forbid', '{deposit,wealth,fund,insurance,metal}',
   '银发〔2019〕316 号;《中国人民银行金融消费者权益保护实施办法》(2020 年第 5 号令)',
   '{保本,保收益,无风险,零风险,稳赚不赔,稳赚,包赚}'),
  ('mismatch', '与风险收益特性不匹配的表述', 'forbid', '{wealth,fund}', '上海市工商局 2012 年银行理财广告要求(法制日报 2012-09-12)',
   '{保证,承诺,避险,有保障,高收益}'),
  ('expected', '预期收益率', 'forbid', '{wealth}', '《理财公司理财产品销售管理暂行办法》(银保监会令 2021 年第 4 号)',
   '{预期收益率,预计收益率}'),
  ('superlative', '极限用语', 'warn', '{}', '行业通行清单',
   '{最大,第一,唯一,首个,首选,最好,顶级,最高,最低,最新,最先进,绝对,独家,首家,金牌,顶尖,终极,极致,永久,独一无二,史无前例,万能,百分百,全网第一,排名第一,NO.1,Top1,冠军,领先}'),
  ('performance', '业绩夸大表述', 'warn', '{wealth,fund}', '上海市工商局 2012 年银行理财广告要求(法制日报 2012-09-12)',
   '{业绩优良,名列前茅,位居前列,最有价值,首只,最强}'),
  ('rate', '收益数字', 'warn', '{wealth,fund}', '业绩比较基准须写明依据,由审核人核对',
   '{"/(年化|收益率|回报率?)[^0-9。;]{0,6}\\d+(\\.\\d+)?%/"}');

insert into content.notice (id, name, texts, products, channels, marketing, source) values
  ('wealth', '理财风险提示', '{"理财非存款，产品有风险，投资须谨慎"}', '{wealth}', '{}', true, '上海市工商局 2012 年银行理财广告要求'),
  ('fund', '投资风险提示', '{"投资有风险，入市需谨慎","基金有风险，投资需谨慎"}', '{fund,metal}', '{}', true, '金融投资理财类广告合规指引'),
  ('sms-stop', '短信退订方式', '{"拒收请回复R","退订回T","回T退订","拒收回T"}', '{}', '{sms}', true, '《通信短信息服务管理规定》(工信部令第 31 号)');
