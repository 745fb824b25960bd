import type { ColumnUse, PersonalColumn, ValueType } from '../contract.ts'

/** What a column's name says of it. Types are only said where the values could mislead. */
export type Known = {
  as: Exclude<ColumnUse, 'skip'>
  kind?: string
  name?: string
  type?: ValueType
  personal?: PersonalColumn
}

type Line = [names: string, known: Known]

const value = (name: string, type?: ValueType, personal?: PersonalColumn): Known => ({
  as: 'value',
  name,
  ...(type ? { type } : {}),
  ...(personal ? { personal } : {}),
})
const identity = (kind: string, personal?: PersonalColumn): Known => ({
  as: 'identity',
  kind,
  ...(personal ? { personal } : {}),
})

/** Names as banks write them, compared without spaces, marks and case; the first line that has the name is taken. */
const lines: Line[] = [
  [
    '客户号 客户编号 客户代码 客户ID 客户标识 核心客户号 ECIF号 ECIF客户号 cust_no custno customer_no customerno cust_id custid customer_id customerid client_id clientid ecif cif cif_no party_id',
    identity('customer_no'),
  ],
  [
    '证件号 证件号码 身份证 身份证号 身份证号码 证件编号 cert_no certno certificate certificate_no id_no idno id_card idcard id_number',
    identity('certificate', 'certificate'),
  ],
  ['卡号 银行卡号 借记卡号 信用卡号 card_no cardno card_number cardnumber', identity('card', 'card')],
  [
    '手机 手机号 手机号码 移动电话 联系电话 电话 mobile mobile_no mobileno mobile_phone phone phone_no phone_number tel telephone cellphone',
    identity('mobile', 'mobile'),
  ],
  ['邮箱 电子邮箱 电子邮件 邮件地址 email e-mail mail email_address', identity('email', 'email')],
  ['登录账号 登录名 用户名 login login_id loginid user_name username', identity('login_id')],
  ['unionid union_id', identity('unionid')],
  ['openid open_id 微信openid', identity('openid')],
  ['设备号 设备ID device_id deviceid device', identity('device_id')],
  ['匿名ID anonymous_id anonymousid distinct_id', identity('anonymous_id')],
  ['姓名 客户姓名 客户名称 名字 name full_name fullname customer_name cust_name', value('name', 'text', 'name')],
  ['姓 surname last_name lastname', value('surname', 'text', 'name')],
  ['名 first_name firstname given_name', value('given_name', 'text', 'name')],
  ['地址 联系地址 家庭地址 通讯地址 居住地址 address home_address addr', value('address', 'text', 'address')],
  ['性别 gender sex', value('gender', 'text')],
  ['出生日期 生日 出生年月日 birthday birth_date birthdate date_of_birth dob', value('birthday', 'day')],
  ['年龄 age', value('age', 'integer')],
  [
    '开户机构 所属机构 归属机构 机构 机构号 网点 支行 org org_no org_id branch branch_id branch_no',
    value('open_org', 'text'),
  ],
  ['开户日期 开户日 open_date opendate account_open_date', value('open_date', 'day')],
  ['客户经理 客户经理号 管户经理 manager manager_id rm rm_id', value('manager', 'text')],
  ['客户等级 客户级别 等级 level grade customer_level vip_level', value('level', 'text')],
  ['风险等级 风险承受能力 客户风险等级 risk_level risk_grade', value('risk_grade', 'text')],
  ['职业 occupation job profession', value('occupation', 'text')],
  ['学历 教育程度 education', value('education', 'text')],
  ['婚姻 婚姻状况 marital marital_status marriage', value('marital_status', 'text')],
  ['省份 省 province', value('province', 'text')],
  ['城市 市 city', value('city', 'text')],
  ['国家 地区 country geography region', value('region', 'text')],
  ['AUM 资产 总资产 金融资产 管理资产 aum_balance total_assets', value('aum', 'money')],
  ['月日均AUM 月日均资产 aum_avg aum_month_avg', value('aum_month_avg', 'money')],
  ['存款余额 余额 账户余额 balance', value('balance', 'money')],
  ['收入 月收入 年收入 income salary estimated_salary estimatedsalary', value('income', 'money')],
  ['金额 交易金额 amount amt trans_amount transaction_amount', value('amount', 'money')],
  ['币种 currency ccy', value('currency', 'text')],
  [
    '时间 发生时间 事件时间 交易时间 交易日期 发生日期 time timestamp event_time occurred_at trans_time trans_date transaction_time',
    { as: 'time', type: 'time' },
  ],
  ['数据日期 统计日期 data_date stat_date as_of asof dt', { as: 'time', type: 'day' }],
  ['事件 事件名 事件名称 event event_name eventname', { as: 'event', type: 'text' }],
  ['产品代码 产品编号 产品号 product_id product_code product_no', { as: 'id', name: 'product_id', type: 'text' }],
  ['持仓编号 账户号 账号 account account_no account_id holding_id', { as: 'id', name: 'account_no', type: 'text' }],
]

const plain = (name: string) => name.toLowerCase().replace(/[\s_\-.()（）【】[\]/]/g, '')

const known = new Map<string, Known>()
for (const [names, meaning] of lines)
  for (const name of names.split(' ')) if (!known.has(plain(name))) known.set(plain(name), meaning)

/** What the name says, if it is one of those that banks use; what stands in brackets behind it is left out. */
export function knownHeader(name: string): Known | undefined {
  return known.get(plain(name)) ?? known.get(plain(name.replace(/[(（].*$/, '')))
}

/** A name for a value out of a column's own: letters, digits and lines, as events and attributes have them. */
export function nameFrom(header: string, place: number): string {
  const name = header
    .trim()
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '')
    .slice(0, 60)
  if (/^[a-z]/.test(name)) return name
  return `column_${place + 1}`
}
