import type { Api } from '../doors/api.ts'

type Policy = {
  org: { id: string }
  version: number
  doc: Record<string, unknown>
  segments: { id: string; name: string }[]
}
type Cap = { id: string } & Record<string, unknown>

const marketing = ['marketing']
const rolling = (length: number) => ({ kind: 'rolling', unit: 'day', length })
const each = (unit: string) => ({ kind: 'calendar', unit, length: 1 })
const cap = (id: string, over: Record<string, unknown>): Cap => ({
  ...{ id, scope: 'all', value: null, classes: marketing, segment: null },
  ...over,
})

/** What a careful bank would say: a few contacts a week, fewer of each kind, and more room for the wealthy. */
const caps: Cap[] = [
  cap('week', { window: rolling(7), limit: 5 }),
  cap('day', { window: each('day'), limit: 2 }),
  cap('sms', { scope: 'channel', value: 'sms', window: rolling(7), limit: 2 }),
  cap('call', { scope: 'channel', value: 'call', window: each('month'), limit: 1 }),
  cap('each', { scope: 'strategy', window: rolling(30), limit: 3 }),
  cap('service', { classes: ['service'], window: each('day'), limit: 3 }),
]

const quiet = (id: string, name: string, over: Record<string, unknown>) => ({
  ...{ id, name, channels: [], classes: marketing, weekdays: [], dates: [], calendar: 'any' },
  ...over,
})

const quietHours = [
  quiet('night', '夜间免打扰', { from: '21:00', until: '09:00' }),
  quiet('lunch', '午休不外呼', { channels: ['call', 'agent'], from: '12:00', until: '14:00' }),
  quiet('holiday', '节假日不外呼', { channels: ['call', 'agent'], calendar: 'holiday', from: '00:00', until: '24:00' }),
]

/** Publishes the policy and draws a control group, where neither was done before. */
export async function ensureContactPolicy(api: Api): Promise<number> {
  const policy = await api.get<Policy>('/api/contact/policy')
  if (policy.version > 0) return caps.length
  const asleep = policy.segments.find(({ name }) => name === '沉睡客户')
  const all = asleep ? [...caps, cap('asleep', { window: rolling(30), limit: 2, segment: asleep.id })] : caps
  const { control: _, ...doc } = policy.doc
  const body = {
    org: policy.org.id,
    version: 0,
    effectiveAt: null,
    note: '首版策略',
    doc: { ...doc, caps: all, quiet: quietHours },
  }
  await api.put('/api/contact/policy', body)
  await api.put('/api/contact/control', { version: 1, share: 500, shuffle: false, reason: '衡量全部营销的增量' })
  return all.length
}
