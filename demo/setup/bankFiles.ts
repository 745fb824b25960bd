import { customerAt, customersOf, holdingsOn, profileOn } from '../bank/bank.ts'
import { dateOf } from '../bank/calendar.ts'
import type { Bank, Customer, Employee, Holding, Merchant, Org, Product, Profile } from '../bank/contract.ts'
import type { BankFile, Column } from '../doors/files.ts'

// The files that the bank's systems deliver, with the headings they have there. Core banking keeps money in fen, and so
// do its files.

function file<T>(parts: BankFile<T>): BankFile<unknown> {
  return parts as BankFile<unknown>
}

/** Fen of yuan. */
export const fen = (yuan: number) => Math.round(yuan * 100)

/** What changes seldom: the lists that the head office keeps. */
export function listFiles(bank: Bank): BankFile<unknown>[] {
  const asOf = bank.options.from
  return [
    file<Product>({
      name: '产品目录',
      target: 'items',
      item: 'product',
      asOf,
      rows: bank.products,
      columns: [
        { heading: '产品编号', value: ({ no }) => no, as: 'id' },
        { heading: '产品名称', value: ({ name }) => name, as: 'value', name: 'name' },
        { heading: '产品类别', value: ({ kind }) => kind, as: 'value', name: 'category' },
        { heading: '风险等级', value: ({ risk }) => risk, as: 'value', name: 'risk_grade' },
        { heading: '期限', value: ({ termDays }) => termDays, as: 'value', name: 'term_days', type: 'integer' },
        {
          heading: '年化利率',
          value: ({ annualRate }) => annualRate,
          as: 'value',
          name: 'annual_rate',
          type: 'number',
        },
        { heading: '费率', value: ({ fee }) => fee, as: 'value', name: 'fee_rate', type: 'number' },
        {
          heading: '起购金额(分)',
          value: ({ minimum }) => fen(minimum),
          as: 'value',
          name: 'minimum',
          type: 'integer',
        },
        {
          heading: '募集开始日',
          value: ({ onSaleFrom }) => onSaleFrom,
          as: 'value',
          name: 'on_sale_from',
          type: 'day',
        },
        {
          heading: '募集结束日',
          value: ({ onSaleUntil }) => onSaleUntil,
          as: 'value',
          name: 'on_sale_until',
          type: 'day',
        },
      ],
    }),
    file<Org>({
      name: '机构清单',
      target: 'items',
      item: 'org',
      asOf,
      rows: bank.orgs,
      columns: [
        { heading: '机构号', value: ({ code }) => code, as: 'id' },
        { heading: '机构名称', value: ({ name }) => name, as: 'value', name: 'name' },
        { heading: '上级机构', value: ({ parent }) => parent, as: 'value', name: 'parent_no' },
        { heading: '城市', value: ({ city }) => city, as: 'value', name: 'city' },
      ],
    }),
    file<Employee>({
      name: '员工清单',
      target: 'items',
      item: 'employee',
      asOf,
      rows: bank.employees,
      columns: [
        { heading: '工号', value: ({ no }) => no, as: 'id' },
        { heading: '岗位', value: ({ post }) => post, as: 'value', name: 'post' },
        { heading: '所属机构', value: ({ org }) => org, as: 'value', name: 'org_no' },
      ],
    }),
    file<Merchant>({
      name: '商户清单',
      target: 'items',
      item: 'merchant',
      asOf,
      rows: bank.merchants,
      columns: [
        { heading: '商户号', value: ({ no }) => no, as: 'id' },
        { heading: '商户名称', value: ({ name }) => name, as: 'value', name: 'name' },
        { heading: '行业', value: ({ kind }) => kind, as: 'value', name: 'category' },
        { heading: '城市', value: ({ city }) => city, as: 'value', name: 'city' },
        { heading: '管理机构', value: ({ org }) => org, as: 'value', name: 'org_no' },
      ],
    }),
  ]
}

type CustomerRow = { customer: Customer; profile: Profile }

/** Column by column what is known of a customer; the bank's systems send the same by message on the day he comes. */
export const customerColumns: readonly Column<CustomerRow>[] = [
  { heading: '客户号', value: ({ customer }) => customer.no, as: 'identity', kind: 'customer_no' },
  { heading: '证件号码', value: ({ customer }) => customer.certificate, as: 'identity', kind: 'certificate' },
  { heading: '网银登录名', value: ({ customer }) => customer.login, as: 'identity', kind: 'login_id' },
  { heading: '手机号', value: ({ customer }) => customer.mobile, as: 'identity', kind: 'mobile' },
  { heading: '姓名', value: ({ customer }) => customer.name, as: 'value', name: 'name', personal: 'name' },
  { heading: '邮箱', value: ({ customer }) => customer.email, as: 'value', name: 'email', personal: 'email' },
  { heading: '地址', value: ({ customer }) => customer.address, as: 'value', name: 'address', personal: 'address' },
  { heading: '性别', value: ({ customer }) => customer.gender, as: 'value', name: 'gender' },
  { heading: '出生日期', value: ({ customer }) => customer.birthday, as: 'value', name: 'birthday', type: 'day' },
  { heading: '省份', value: ({ customer }) => customer.province, as: 'value', name: 'province' },
  { heading: '城市', value: ({ customer }) => customer.city, as: 'value', name: 'city' },
  { heading: '职业', value: ({ customer }) => customer.occupation, as: 'value', name: 'occupation' },
  { heading: '客户等级', value: ({ profile }) => profile.level, as: 'value', name: 'level' },
  { heading: '风险承受能力', value: ({ profile }) => profile.risk_grade, as: 'value', name: 'risk_grade' },
  { heading: '金融资产余额(分)', value: ({ profile }) => fen(profile.aum), as: 'value', name: 'aum', type: 'integer' },
  { heading: '开户日', value: ({ customer }) => customer.openedOn, as: 'value', name: 'opened_on', type: 'day' },
  { heading: '所属机构', value: ({ customer }) => customer.org, as: 'value', name: 'org_no' },
  { heading: '客户经理', value: ({ customer }) => customer.employee, as: 'value', name: 'employee_no' },
]

/** All who are customers at the end of the day, as of its last minute. */
export function customerFile(bank: Bank, day: number): BankFile<unknown> {
  const rows = function* (): Iterable<CustomerRow> {
    for (const customer of customersOf(bank))
      if (customer.openedDay <= day) yield { customer, profile: profileOn(bank, customer.index, day) }
  }
  const asOf = dateOf(bank.options.from, day)
  return file({
    name: `客户信息-${asOf}`,
    target: 'customers',
    asOf: `${asOf} 23:59:00`,
    columns: customerColumns,
    rows: rows(),
  })
}

/** Column by column what is known of a holding; the bank's systems send the same by message when a day is closed. */
export function holdingColumns(bank: Bank): readonly Column<Holding>[] {
  const numberOf = (index: number) => customerAt(bank, index).no
  return [
    { heading: '持仓编号', value: ({ no }) => no, as: 'id' },
    { heading: '客户号', value: ({ customer }) => numberOf(customer), as: 'value', name: 'customer_no' },
    { heading: '产品编号', value: ({ product }) => product, as: 'value', name: 'product_no' },
    { heading: '余额(分)', value: ({ balance }) => fen(balance), as: 'value', name: 'balance', type: 'integer' },
    { heading: '起始日', value: ({ openedOn }) => openedOn, as: 'value', name: 'opened_on', type: 'day' },
    { heading: '到期日', value: ({ maturesOn }) => maturesOn, as: 'value', name: 'matures_on', type: 'day' },
  ]
}

export function holdingFile(bank: Bank, day: number): BankFile<unknown> {
  const rows = function* (): Iterable<Holding> {
    for (const { index, openedDay } of customersOf(bank)) if (openedDay <= day) yield* holdingsOn(bank, index, day)
  }
  const asOf = dateOf(bank.options.from, day)
  return file<Holding>({
    name: `持仓-${asOf}`,
    target: 'items',
    item: 'holding',
    asOf: `${asOf} 23:59:00`,
    rows: rows(),
    columns: holdingColumns(bank),
  })
}

/** What core banking says of a customer on the day he opens his account: the columns of the file, as one message. */
export function newCustomerMessage(bank: Bank, customer: Customer, at: number): Readonly<Record<string, unknown>> {
  const profile = profileOn(bank, customer.index, customer.openedDay)
  const ids: Record<string, string> = {}
  const values: Record<string, unknown> = {}
  for (const { as, kind, name, value } of customerColumns) {
    const given = value({ customer, profile })
    if (given === null || given === undefined || given === '') continue
    if (as === 'identity' && kind) ids[kind] = String(given)
    else if (name) values[name] = given
  }
  const id = `open-${customer.no}`
  return { id, type: 'profile', time: new Date(at).toISOString(), ids, profile: { op: 'set', values }, history: true }
}
