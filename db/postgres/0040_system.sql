-- Settings, and the values that codes may take.

create schema system;

-- A setting that was changed; all others have the default that the program brings.
create table system.parameter (
  name       text        primary key,
  value      jsonb,                                      -- null: back to the default
  revision   int         not null,
  changed_at timestamptz not null,
  changed_by text        not null
);

create table system.parameter_change (
  name     text        not null,
  revision int         not null,
  value    jsonb,
  at       timestamptz not null,
  by_id    text        not null,
  by_name  text        not null,
  primary key (name, revision)
);

create table system.code_set (
  set            text primary key check (set ~ '^[a-z][a-z0-9_]*$'),
  name_zh        text not null,
  name_en        text not null,
  description_zh text not null,
  description_en text not null,
  owner          text,                                   -- the capability that reads it; null: made in the console
  version        int,                                    -- the published one
  revision       int  not null default 1
);

-- What was published stays as it was. Values are kept together: they are only ever read and compared as a whole.
create table system.code_version (
  set          text        not null references system.code_set,
  version      int         not null,
  code_values  jsonb       not null,
  note         text        not null,
  added        int         not null,
  removed      int         not null,
  changed      int         not null,
  published_at timestamptz not null,
  published_by text        not null,
  primary key (set, version)
);

create table system.code_draft (
  set         text        primary key references system.code_set,
  code_values jsonb       not null,
  changed_at  timestamptz not null,
  changed_by  text        not null
);

-- The sets that come with the product: national and international standards, and the grades of investor suitability.
-- Each value here is written "code|Chinese|English|code above".
create procedure system.bring(set_code text, zh text, en text, about_zh text, about_en text, lines text[])
language plpgsql as $$
begin
  insert into system.code_set (set, name_zh, name_en, description_zh, description_en, owner, version)
  values (set_code, zh, en, about_zh, about_en, 'system', 1);
  insert into system.code_version (set, version, code_values, note, added, removed, changed, published_at, published_by)
  select set_code, 1,
         jsonb_agg(jsonb_build_object(
           'code', split_part(line, '|', 1), 'zh', split_part(line, '|', 2), 'en', split_part(line, '|', 3),
           'order', place * 10, 'state', 'active', 'parent', nullif(split_part(line, '|', 4), ''),
           'from', null, 'to', null) order by place),
         '', cardinality(lines), 0, 0, now(), 'zhixing'
  from unnest(lines) with ordinality value (line, place);
end $$;

call system.bring('certificate_kind', '证件类型', 'Kinds of certificate',
  '个人证件类型,代码沿用个人征信报送的习惯', 'Personal certificates, coded as in personal credit reporting', array[
  '0|居民身份证|Resident identity card', '1|户口簿|Household register', '2|护照|Passport', '3|军官证|Officer certificate',
  '4|士兵证|Soldier certificate', '5|港澳居民来往内地通行证|Mainland travel permit for Hong Kong and Macao residents',
  '6|台湾居民来往大陆通行证|Mainland travel permit for Taiwan residents', '7|临时身份证|Temporary identity card',
  '8|外国人居留证|Residence permit for foreigners', '9|警官证|Police officer certificate',
  'A|香港身份证|Hong Kong identity card', 'B|澳门身份证|Macao identity card', 'C|台湾身份证|Taiwan identity card',
  'X|其他证件|Other certificate']);

call system.bring('gender', '性别', 'Gender', 'GB/T 2261.1', 'GB/T 2261.1', array[
  '0|未知的性别|Unknown', '1|男性|Male', '2|女性|Female', '9|未说明的性别|Not stated']);

call system.bring('marital_status', '婚姻状况', 'Marital status', 'GB/T 2261.2', 'GB/T 2261.2', array[
  '10|未婚|Never married', '20|已婚|Married', '21|初婚|Married for the first time|20', '22|再婚|Remarried|20',
  '23|复婚|Remarried to the former spouse|20', '30|丧偶|Widowed', '40|离婚|Divorced', '90|未说明的婚姻状况|Not stated']);

call system.bring('education', '学历', 'Education', 'GB/T 4658', 'GB/T 4658', array[
  '10|研究生教育|Postgraduate', '20|大学本科教育|Undergraduate', '30|大学专科教育|Junior college',
  '40|中等职业教育|Secondary vocational', '60|普通高级中学教育|Senior secondary', '70|初级中学教育|Junior secondary',
  '80|小学教育|Primary', '90|其他|Other']);

call system.bring('currency', '币种', 'Currencies', 'ISO 4217 字母代码', 'ISO 4217 letter codes', array[
  'CNY|人民币|Chinese yuan', 'USD|美元|US dollar', 'EUR|欧元|Euro', 'HKD|港元|Hong Kong dollar', 'MOP|澳门元|Macanese pataca',
  'TWD|新台币|New Taiwan dollar', 'JPY|日元|Japanese yen', 'GBP|英镑|Pound sterling', 'AUD|澳大利亚元|Australian dollar',
  'CAD|加拿大元|Canadian dollar', 'CHF|瑞士法郎|Swiss franc', 'SGD|新加坡元|Singapore dollar', 'NZD|新西兰元|New Zealand dollar',
  'KRW|韩元|South Korean won', 'THB|泰铢|Thai baht']);

call system.bring('province', '省级行政区', 'Provinces', 'GB/T 2260', 'GB/T 2260', array[
  '110000|北京市|Beijing', '120000|天津市|Tianjin', '130000|河北省|Hebei', '140000|山西省|Shanxi',
  '150000|内蒙古自治区|Inner Mongolia', '210000|辽宁省|Liaoning', '220000|吉林省|Jilin', '230000|黑龙江省|Heilongjiang',
  '310000|上海市|Shanghai', '320000|江苏省|Jiangsu', '330000|浙江省|Zhejiang', '340000|安徽省|Anhui', '350000|福建省|Fujian',
  '360000|江西省|Jiangxi', '370000|山东省|Shandong', '410000|河南省|Henan', '420000|湖北省|Hubei', '430000|湖南省|Hunan',
  '440000|广东省|Guangdong', '450000|广西壮族自治区|Guangxi', '460000|海南省|Hainan', '500000|重庆市|Chongqing',
  '510000|四川省|Sichuan', '520000|贵州省|Guizhou', '530000|云南省|Yunnan', '540000|西藏自治区|Tibet',
  '610000|陕西省|Shaanxi', '620000|甘肃省|Gansu', '630000|青海省|Qinghai', '640000|宁夏回族自治区|Ningxia',
  '650000|新疆维吾尔自治区|Xinjiang', '710000|台湾省|Taiwan', '810000|香港特别行政区|Hong Kong', '820000|澳门特别行政区|Macao']);

call system.bring('customer_risk_grade', '客户风险承受能力', 'Risk grades of customers',
  '五级,由低到高;用于与产品风险等级匹配', 'Five grades from low to high, matched against those of products', array[
  'C1|保守型|Conservative', 'C2|稳健型|Cautious', 'C3|平衡型|Balanced', 'C4|成长型|Growth', 'C5|进取型|Aggressive']);

call system.bring('product_risk_grade', '产品风险等级', 'Risk grades of products',
  '五级,由低到高', 'Five grades from low to high', array[
  'R1|低风险|Low', 'R2|中低风险|Low to medium', 'R3|中风险|Medium', 'R4|中高风险|Medium to high', 'R5|高风险|High']);

drop procedure system.bring(text, text, text, text, text, text[]);
