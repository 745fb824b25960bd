import type { Api } from '../doors/api.ts'

/** Segments that an operator of the bank would have: from one attribute to what is read of other segments. */
const segments = [
  { name: '财富客户', folder: '经营分层', description: '金融资产 20 万元及以上', draft: 'aum >= 20万' },
  {
    name: '沉睡客户',
    folder: '生命周期',
    description: '有资产,两个月没有打开过手机银行',
    draft: 'aum >= 1万 and not did(app_start, last 60 days)',
  },
  {
    name: '理财即将到期',
    folder: '到期承接',
    description: '两周内有 1 万元以上的产品到期',
    draft: 'any(holdings where matures_on within next 14 days and balance >= 1万)',
  },
  {
    name: '反复浏览未购买',
    folder: '流程断点',
    description: '一个月内看了三次以上产品详情,没有购买',
    draft: 'count(product_view, last 30 days) >= 3\nand not did(purchase, last 30 days)',
  },
  {
    name: '沉睡的财富客户',
    folder: '生命周期',
    description: '由另外两个客群求交,请客户经理致电',
    draft: 'in segment "财富客户"\nand in segment "沉睡客户"',
  },
  {
    name: '今日活跃的财富客户',
    folder: '实时',
    description: '客户打开手机银行后约一秒进入,当天结束时离开',
    draft: 'aum >= 20万\nand did(app_start, today)',
    live: true,
  },
] as const

type Found = { id: string; name: string; state: string; revision: number; refreshing: boolean }

/** Creates and publishes those that are not there, one after another: the last reads the members of the first. */
export async function ensureSegments(api: Api, settled: () => Promise<void>): Promise<number> {
  const { items } = await api.get<{ items: Found[] }>('/api/segments?limit=200')
  for (const segment of segments) {
    const known = items.find(({ name }) => name === segment.name)
    if (known && known.state !== 'draft') continue
    const { id } = known ?? (await api.post<Found>('/api/segments', { ...segment, owner: '数字金融部' }))
    const { revision } = await api.get<Found>(`/api/segments/${id}`)
    await api.post(`/api/segments/${id}/publish`, { revision })
    await settled()
    while ((await api.get<Found>(`/api/segments/${id}`)).refreshing) await new Promise((done) => setTimeout(done, 100))
  }
  return segments.length
}
