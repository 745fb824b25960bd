import type { Api } from '../doors/api.ts'

const last = (n: number, unit: 'day' | 'month') => ({ kind: 'last', n, unit })
const cases = (list: [string, string][], otherwise: string | null) => ({
  cases: list.map(([label, when]) => ({ label, when })),
  otherwise,
})
const group = (name: string, r: number[], f: number[], m: number[]) => ({ name, r, f, m })
const [low, high] = [
  [1, 3],
  [4, 5],
]

/** Tags that the analysts of the bank would keep, one of most kinds; the later ones may read the earlier. */
const tags = [
  {
    name: '资产等级',
    kind: 'rule',
    folder: '价值',
    description: '按金融资产余额分层',
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
    name: '近30天资产变化',
    kind: 'eql',
    folder: '价值',
    description: '现在的金融资产减去 30 天前',
    draft: { text: 'aum - aum as of today - 30 days' },
  },
  {
    name: 'RFM 分群',
    kind: 'rfm',
    folder: '价值',
    description: '近 12 个月购买的远近与次数、金融资产余额,各五等分',
    draft: {
      ...{ events: ['purchase'], amount: null, window: last(12, 'month'), r: null, f: null, m: 'aum', bins: 5 },
      ...{ cuts: null, otherwise: null, gives: 'group' },
      groups: [
        group('重要价值', high, high, high),
        group('重要唤回', low, high, high),
        group('重要发展', high, low, high),
        group('重要挽留', low, low, high),
        group('一般价值', high, high, low),
        group('一般保持', low, high, low),
        group('一般发展', high, low, low),
        group('一般挽留', low, low, low),
      ],
    },
  },
  {
    name: '距上次登录天数',
    kind: 'statistic',
    folder: '行为',
    description: '沉睡预警的基础',
    draft: { measure: 'days_since_last', events: ['login'], of: null, window: { kind: 'ever' } },
  },
  {
    name: '活跃度',
    kind: 'rule',
    folder: '行为',
    description: '近 30 天打开手机银行的次数',
    draft: cases(
      [
        ['高', 'count(app_start, last 30 days) >= 12'],
        ['中', 'count(app_start, last 30 days) >= 4'],
        ['低', 'did(app_start, last 30 days)'],
      ],
      '不活跃',
    ),
  },
  {
    name: '偏好产品类别',
    kind: 'preference',
    folder: '行为/偏好',
    description: '近 90 天浏览和购买最多的类别',
    draft: { events: ['product_view', 'purchase'], of: 'category', top: 1, window: last(90, 'day') },
  },
  {
    name: '生命周期阶段',
    kind: 'stages',
    folder: '生命周期',
    description: '从上到下第一个符合的阶段',
    draft: cases(
      [
        ['沉睡', 'not did(any event, last 60 days)'],
        ['新手', 'not did(any event, from 2000-01-01 to 30 days ago)'],
        ['衰退', 'count(any event, last 30 days) * 4 < count(any event, from 90 days ago to 30 days ago)'],
        ['成熟', "tag \"资产等级\" in ('财富', '私行') and did(purchase, last 90 days)"],
      ],
      '成长',
    ),
  },
  {
    name: '两周内有产品到期',
    kind: 'rule',
    folder: '到期',
    description: '到期金额 1 万元以上,值得联系',
    draft: cases(
      [
        ['大额', 'any(holdings where matures_on within next 14 days and balance >= 10万)'],
        ['普通', 'any(holdings where matures_on within next 14 days and balance >= 1万)'],
      ],
      null,
    ),
  },
] as const

type Found = { id: string; name: string; state: string; revision: number; computing: boolean }

/** Creates and publishes those that are not there, one after another, each computed before the next. */
export async function ensureTags(api: Api, settled: () => Promise<void>): Promise<number> {
  const { items } = await api.get<{ items: Found[] }>('/api/tags?limit=200')
  for (const tag of tags) {
    const known = items.find(({ name }) => name === tag.name)
    if (known && known.state !== 'draft') continue
    const { id } =
      known ?? (await api.post<Found>('/api/tags', { ...tag, owner: '数据分析部', cron: '0 6 * * *', follows: true }))
    const { revision } = await api.get<Found>(`/api/tags/${id}`)
    await api.post(`/api/tags/${id}/publish`, { revision })
    await settled()
    while ((await api.get<Found>(`/api/tags/${id}`)).computing) await new Promise((done) => setTimeout(done, 100))
  }
  return tags.length
}
