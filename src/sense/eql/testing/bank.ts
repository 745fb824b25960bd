import type { Schema, SchemaField } from '../contract.ts'

function field(
  name: string,
  zh: string,
  en: string,
  type: SchemaField['type'],
  codes?: [string, string, string][],
): SchemaField {
  const list = codes?.map(([value, zhName, enName]) => ({ value, zh: zhName, en: enName }))
  return { name, zh, en, type, ...(list === undefined ? {} : { codes: list }) }
}

function personal(name: string, zh: string, en: string): SchemaField {
  return { ...field(name, zh, en, 'text'), onlyKnown: true }
}

const risk = ['1', '2', '3', '4', '5']

/** A small bank, as a catalogue would describe it: all types, all kinds of things, one name that is a trap. */
export const bank: Schema = {
  entities: [
    {
      name: 'customer',
      zh: '客户',
      en: 'Customer',
      rows: 1_000_000,
      fields: [
        personal('name', '姓名', 'Name'),
        personal('mobile', '手机号', 'Mobile'),
        field('gender', '性别', 'Gender', 'text'),
        field('birthday', '出生日期', 'Birthday', 'day'),
        field('city', '城市', 'City', 'text'),
        field('level', '客户等级', 'Level', 'text', [
          ['normal', '普通', 'Normal'],
          ['gold', '金卡', 'Gold'],
          ['platinum', '白金', 'Platinum'],
          ['private', '私行', 'Private banking'],
        ]),
        field(
          'risk_grade',
          '风险承受能力',
          'Risk grade',
          'text',
          risk.map((n) => [`C${n}`, `C${n}`, `C${n}`]),
        ),
        field('aum', '金融资产余额', 'Assets under management', 'money'),
        field('income', '月收入', 'Monthly income', 'money'),
        field('opened_on', '开户日', 'Account opened', 'day'),
        field('pay_day', '最近发薪日', 'Last pay day', 'day'),
        field('seen_at', '最近访问', 'Last seen', 'time'),
        field('score', '评分', 'Score', 'number'),
        field('children', '子女数', 'Children', 'integer'),
        field('employee', '行员', 'Works at the bank', 'boolean'),
        field('interests', '兴趣', 'Interests', 'list'),
        field('constructor', '构造', 'Constructor', 'text'),
      ],
      relations: [
        { name: 'holdings', zh: '持仓', en: 'holdings', target: 'holding', many: true },
        { name: 'orders', zh: '订单', en: 'orders', target: 'order', many: true },
        { name: 'org', zh: '归属机构', en: 'branch', target: 'org', many: false },
      ],
    },
    {
      name: 'holding',
      zh: '持仓',
      en: 'Holding',
      rows: 2_500_000,
      fields: [
        field('product_no', '产品编号', 'Product number', 'text'),
        field('balance', '余额', 'Balance', 'money'),
        field('units', '份额', 'Units', 'number'),
        field('opened_on', '起始日', 'Since', 'day'),
        field('matures_on', '到期日', 'Matures', 'day'),
      ],
      relations: [{ name: 'product', zh: '产品', en: 'product', target: 'product', many: false }],
    },
    {
      name: 'order',
      zh: '订单',
      en: 'Order',
      rows: 4_000_000,
      fields: [
        field('amount', '金额', 'Amount', 'money'),
        field('state', '订单状态', 'State', 'text'),
        field('ordered_at', '下单时间', 'Ordered', 'time'),
      ],
      relations: [{ name: 'product', zh: '产品', en: 'product', target: 'product', many: false }],
    },
    {
      name: 'product',
      zh: '产品',
      en: 'Product',
      rows: 3_000,
      fields: [
        field('name', '产品名称', 'Name', 'text'),
        field('category', '产品类别', 'Category', 'text', [
          ['deposit', '存款', 'Deposit'],
          ['wealth', '理财', 'Wealth'],
          ['fund', '基金', 'Fund'],
          ['insurance', '保险', 'Insurance'],
        ]),
        field(
          'risk_grade',
          '产品风险等级',
          'Risk grade',
          'text',
          risk.map((n) => [`R${n}`, `R${n}`, `R${n}`]),
        ),
        field('annual_rate', '业绩比较基准', 'Benchmark rate', 'number'),
      ],
      relations: [],
    },
    {
      name: 'org',
      zh: '机构',
      en: 'Organisation',
      rows: 200,
      fields: [field('org_no', '机构号', 'Code', 'text'), field('city', '城市', 'City', 'text')],
      relations: [],
    },
  ],
  events: [
    { name: 'app_open', zh: '打开手机银行', en: 'App opened', properties: [], perDay: 400_000 },
    {
      name: 'product_view',
      zh: '浏览产品',
      en: 'Product viewed',
      perDay: 250_000,
      properties: [
        field('product_no', '产品编号', 'Product number', 'text'),
        field('seconds', '停留秒数', 'Seconds', 'integer'),
      ],
    },
    {
      name: 'risk_assess',
      zh: '风险测评',
      en: 'Risk assessed',
      perDay: 3_000,
      properties: [
        field('grade', '测评结果', 'Grade', 'text'),
        field('product_no', '产品编号', 'Product number', 'text'),
      ],
    },
    {
      name: 'fund_buy',
      zh: '购买基金',
      en: 'Fund bought',
      perDay: 20_000,
      properties: [
        field('product_no', '产品编号', 'Product number', 'text'),
        field('amount', '金额', 'Amount', 'money'),
        field('rate', '费率', 'Fee rate', 'number'),
        field('first', '首次购买', 'First purchase', 'boolean'),
      ],
    },
    {
      name: 'fund_redeem',
      zh: '赎回基金',
      en: 'Fund redeemed',
      perDay: 8_000,
      properties: [
        field('product_no', '产品编号', 'Product number', 'text'),
        field('amount', '金额', 'Amount', 'money'),
      ],
    },
    {
      name: 'transfer_out',
      zh: '转出',
      en: 'Transferred out',
      perDay: 90_000,
      properties: [
        field('amount', '金额', 'Amount', 'money'),
        field('to_bank', '收款行', 'Receiving bank', 'text'),
        field('due', '到账日', 'Due', 'day'),
        field('labels', '用途标签', 'Labels', 'list'),
      ],
    },
    { name: '$AppStart', zh: '应用启动', en: 'App started', properties: [], perDay: 500_000 },
  ],
  common: [
    field('channel', '渠道', 'Channel', 'text', [
      ['app', '手机银行', 'App'],
      ['counter', '柜面', 'Counter'],
      ['web', '网银', 'Web'],
    ]),
    field('$os', '操作系统', 'System', 'text'),
  ],
  tags: [
    field('churn_risk', '流失风险', 'churn risk', 'number'),
    field('rfm_group', '价值分群', 'RFM group', 'text', [
      ['A', '重要价值', 'Champions'],
      ['B', '重要挽留', 'At risk'],
    ]),
    field('payroll', '代发客户', 'Payroll customer', 'boolean'),
    field('month_spend', '月均消费', 'Monthly spending', 'money'),
  ],
  segments: [
    { name: 'seg_salary', zh: '代发客群', en: 'salary customers', versions: 3, size: 120_000 },
    { name: 'seg_staff', zh: '行员及亲属', en: 'staff and family', versions: 1, size: 2_000 },
    { name: 'seg_complained', zh: '近期投诉客群', en: 'recent complaints', versions: 1, size: 900 },
  ],
  params: [
    field('min', '起点金额', 'Least amount', 'money'),
    field('levels', '等级', 'Levels', 'list'),
    field('times', '次数', 'Times', 'integer'),
  ],
  customers: 1_000_000,
  historyDays: 730,
}
