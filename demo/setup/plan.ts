import { vocabulary } from '../bank/vocabulary.ts'
import type { Api } from '../doors/api.ts'

type Declared = {
  name: string
  zh: string
  en: string
  type: 'text' | 'number' | 'integer' | 'boolean' | 'day'
  unit?: string
}

/** Properties that several events carry. */
const common: readonly Declared[] = [
  { name: 'page', zh: '页面', en: 'Page', type: 'text' },
  { name: 'title', zh: '页面标题', en: 'Title', type: 'text' },
  { name: 'product_no', zh: '产品编号', en: 'Product', type: 'text' },
  { name: 'category', zh: '类别', en: 'Category', type: 'text' },
  { name: 'amount', zh: '金额', en: 'Amount', type: 'number', unit: '元' },
  { name: 'session_id', zh: '会话', en: 'Session', type: 'text' },
]

/** What the owners of these events have made strict: one that does not fit is refused, with the reason. */
const strict: Readonly<Record<string, readonly Declared[]>> = {
  bill_pay: [
    { name: 'kind', zh: '缴费类型', en: 'Kind of bill', type: 'text' },
    { name: 'amount', zh: '金额', en: 'Amount', type: 'number', unit: '元' },
  ],
  transfer: [
    { name: 'to', zh: '收款方', en: 'To', type: 'text' },
    { name: 'bank', zh: '收款行', en: 'Bank', type: 'text' },
    { name: 'amount', zh: '金额', en: 'Amount', type: 'number', unit: '元' },
  ],
}

const owners: Readonly<Record<string, string>> = { bill_pay: '手机银行团队', transfer: '手机银行团队' }

/** The tracking plan of the bank, as a sheet of it would be imported. The rest is discovered from what arrives. */
export async function ensurePlan(api: Api): Promise<void> {
  const lines = [
    'event,event_zh,event_en,mode,owner,property,property_zh,property_en,type,unit,required',
    ...common.map((one) => line('', { zh: '', en: '' }, '', one, false)),
    ...Object.entries(vocabulary).flatMap(([event, names]) => {
      const own = strict[event] ?? []
      if (own.length === 0) return [[event, names.zh, names.en, 'off', '数字金融部', '', '', '', '', '', ''].join(',')]
      return own.map((one) => line(event, names, 'strict', one, true))
    }),
  ]
  await api.post('/api/catalog/plan/import', { csv: `${lines.join('\r\n')}\r\n` })
}

function line(event: string, names: { zh: string; en: string }, mode: string, one: Declared, required: boolean) {
  const { name, zh, en, type, unit = '' } = one
  const owner = event === '' ? '' : (owners[event] ?? '')
  return [event, names.zh, names.en, mode, owner, name, zh, en, type, unit, required ? 'y' : ''].join(',')
}
