import { Tag } from 'antd'
import { api } from '../../../console/kit/api.ts'
import { useConfirmAct } from '../../../console/kit/confirmAct.tsx'
import type { RowAct } from '../../../console/kit/tableView.tsx'
import { useText } from '../../../console/kit/text.ts'
import { refresh, useApi } from '../../../console/kit/useApi.ts'
import { type Promotable, type Promoted, type Property, promotable } from '../contract.ts'

const path = '/api/catalog/properties/promoted'

/** Properties with a column of their own, by name; asked again while one of them is under way. */
export function usePromoted(): ReadonlyMap<string, Promoted> {
  const asked = useApi<{ items: Promoted[] }>(path)
  const items = asked.data?.items ?? []
  const busy = items.some(({ state }) => state !== 'ready')
  useApi<{ items: Promoted[] }>(path, undefined, busy ? { refetchEvery: 2000 } : {})
  return new Map(items.map((one) => [one.name, one]))
}

export function PromotedTag({ of }: { of: Promoted | undefined }) {
  const t = useText()
  if (!of) return null
  if (of.state === 'ready')
    return <Tag title={t('查询时读取独立列', 'Questions read a column of its own')}>{t('已加速', 'Fast')}</Tag>
  const part = Math.floor(of.progress * 100)
  return (
    <Tag color="processing">
      {of.state === 'filling' ? t(`加速中 ${part}%`, `Being written ${part}%`) : t('取消加速中', 'Being taken back')}
    </Tag>
  )
}

/** What can be done about the column of a property in use. */
export function usePromoteAct(): (one: Property, promoted: Promoted | undefined) => RowAct[] {
  const t = useText()
  const confirm = useConfirmAct()
  const again = () => refresh(path)
  return (one, promoted) => {
    const { name, type } = one
    if (one.state !== 'active' || !promotable.includes(type as Promotable) || promoted?.state === 'removing') return []
    if (promoted)
      return [
        {
          key: 'demote',
          label: t('取消加速', 'Take the column back'),
          danger: true,
          run: () =>
            confirm({
              title: t(`取消加速“${name}”?`, `Take the column of ${name} back?`),
              says: t(
                '数据不受影响,查询改为从原始属性中读取,可能变慢。',
                'Nothing is lost: questions read it from the events’ JSON again, and may be slower.',
              ),
              ok: t('取消加速', 'Take it back'),
              danger: true,
              run: async () => {
                await api.post('/api/catalog/properties/demote', { name })
                await again()
              },
              done: t('已开始', 'Begun'),
            }),
        },
      ]
    return [
      {
        key: 'promote',
        label: t('加速查询', 'Make it fast'),
        run: () =>
          confirm({
            title: t(`加速属性“${name}”?`, `Give ${name} a column of its own?`),
            says: t(
              '所有事件的同名属性将另存为一列,后台补齐历史数据,期间可照常采集和查询;会多占用一些存储。',
              'It is kept in a column of its own for all events that carry the name. Older events are written in the background while everything goes on; it takes some more room.',
            ),
            ok: t('加速', 'Make it fast'),
            run: async () => {
              await api.post('/api/catalog/properties/promote', { name, type })
              await again()
            },
            done: t('已开始', 'Begun'),
          }),
      },
    ]
  }
}
