import { type Text, text } from '../../../platform/problem.ts'
import type { Definitions, Kind, RfmGroup } from '../contract.ts'

/** A definition to begin with, which a person then fits to the bank. */
export type Template = {
  key: string
  name: Text
  about: Text
  kind: Kind
  folder: string
  draft: Record<string, unknown>
}

const group = (name: string, r: [number, number], f: [number, number], m: [number, number]): RfmGroup => ({
  ...{ name, r, f, m },
})

/** The eight corners of high and low. */
const corners: RfmGroup[] = [
  group('重要价值', [4, 5], [4, 5], [4, 5]),
  group('重要唤回', [1, 3], [4, 5], [4, 5]),
  group('重要发展', [4, 5], [1, 3], [4, 5]),
  group('重要挽留', [1, 3], [1, 3], [4, 5]),
  group('一般价值', [4, 5], [4, 5], [1, 3]),
  group('一般保持', [1, 3], [4, 5], [1, 3]),
  group('一般发展', [4, 5], [1, 3], [1, 3]),
  group('一般挽留', [1, 3], [1, 3], [1, 3]),
]

const rfm: Definitions['rfm'] = {
  events: ['purchase'],
  amount: null,
  window: { kind: 'last', n: 12, unit: 'month' },
  r: null,
  f: null,
  m: 'aum',
  bins: 5,
  cuts: null,
  groups: corners,
  otherwise: null,
  gives: 'group',
}

const cases = (list: [string, string][], otherwise: string | null): Definitions['rule'] => ({
  cases: list.map(([label, when]) => ({ label, when })),
  otherwise,
})

const days = (n: number) => `last ${n} days`
const active = (n: number) => `did(any event, ${days(n)})`

/** Which side of a track: active this month (MAU), and with how much (AUM). */
function dualTrack(): Definitions['rule'] {
  const mau: [string, string][] = [
    ['高活跃', `count(app_start, ${days(30)}) >= 8`],
    ['低活跃', `did(app_start, ${days(30)})`],
  ]
  const aum: [string, string][] = [
    ['高资产', 'aum >= 20万'],
    ['中资产', 'aum >= 1万'],
  ]
  const list: [string, string][] = []
  for (const [a, when] of [...mau, ['不活跃', ''] as [string, string]])
    for (const [b, test] of [...aum, ['低资产', ''] as [string, string]]) {
      const both = [when, test].filter(Boolean).join(' and ')
      if (both !== '') list.push([`${a}·${b}`, both])
    }
  return cases(list, '不活跃·低资产')
}

export const templates: readonly Template[] = [
  {
    key: 'level',
    name: text('资产等级', 'Asset level'),
    about: text('按金融资产分层:私行、财富、潜力、大众', 'By assets: private, wealth, promising, mass'),
    kind: 'rule',
    folder: '价值',
    draft: cases(
      [
        ['私行', 'aum >= 600万'],
        ['财富', 'aum >= 20万'],
        ['潜力', 'aum >= 5万'],
      ],
      '大众',
    ),
  },
  {
    key: 'rfm',
    name: text('RFM 分群', 'RFM groups'),
    about: text(
      '最近购买、购买次数、资产余额三个维度各五等分,组成八类客户;M 取 AUM',
      'Recency and frequency of purchases and assets, each in fifths, make eight groups',
    ),
    kind: 'rfm',
    folder: '价值',
    draft: rfm,
  },
  {
    key: 'lifecycle',
    name: text('生命周期阶段', 'Stage of life'),
    about: text(
      '新手、成长、成熟、衰退、沉睡、流失,从上到下第一个符合的',
      'New, growing, mature, declining, sleeping, lost: the first that fits',
    ),
    kind: 'stages',
    folder: '生命周期',
    draft: cases(
      [
        ['流失', `not ${active(180)} and (aum is missing or aum < 100)`],
        ['沉睡', `not ${active(60)}`],
        ['新手', `not did(any event, from 2000-01-01 to 30 days ago)`],
        ['衰退', `count(any event, ${days(30)}) * 2 < count(any event, from 90 days ago to 30 days ago) / 2`],
        ['成熟', `aum >= 5万 and did(purchase, ${days(90)})`],
      ],
      '成长',
    ),
  },
  {
    key: 'dual-track',
    name: text('MAU × AUM 双轨', 'MAU × AUM dual track'),
    about: text('月活与资产两条轨道交叉成九格,看客户在哪一格', 'Activity of the month and assets, crossed into nine'),
    kind: 'stages',
    folder: '生命周期',
    draft: dualTrack(),
  },
  {
    key: 'activity',
    name: text('活跃度', 'Activity'),
    about: text('近 30 天打开手机银行的次数', 'How often the app was opened in 30 days'),
    kind: 'rule',
    folder: '行为',
    draft: cases(
      [
        ['高', `count(app_start, ${days(30)}) >= 12`],
        ['中', `count(app_start, ${days(30)}) >= 4`],
        ['低', `did(app_start, ${days(30)})`],
      ],
      '不活跃',
    ),
  },
  {
    key: 'preference',
    name: text('偏好产品类别', 'Preferred kind of product'),
    about: text('近 90 天浏览和购买最多的产品类别', 'The kind of product looked at and bought most in 90 days'),
    kind: 'preference',
    folder: '偏好',
    draft: {
      ...{ events: ['product_view', 'purchase'], of: 'category', top: 1 },
      window: { kind: 'last', n: 90, unit: 'day' },
    },
  },
  {
    key: 'last-login',
    name: text('距上次登录天数', 'Days since the last login'),
    about: text('沉睡预警的基础', 'What a warning of sleep begins with'),
    kind: 'statistic',
    folder: '行为',
    draft: { measure: 'days_since_last', events: ['login'], of: null, window: { kind: 'ever' } },
  },
  {
    key: 'aum-change',
    name: text('近 30 天资产变化', 'Change of assets in 30 days'),
    about: text('现在的金融资产减去 30 天前', 'Assets now less those of 30 days ago'),
    kind: 'eql',
    folder: '价值',
    draft: { text: 'aum - aum as of today - 30 days' },
  },
]
