import { PlusOutlined } from '@ant-design/icons'
import { Button, Tag } from 'antd'
import { useState } from 'react'
import { Panel } from '../../../console/kit/pageHead.tsx'
import { Empty } from '../../../console/kit/states.tsx'
import { type Column, TableView } from '../../../console/kit/tableView.tsx'
import { text, useText } from '../../../console/kit/text.ts'
import { type Cap, capSentence, type Policy } from '../contract.ts'
import { CapDrawer } from './capDrawer.tsx'
import type { Draft } from './draft.ts'

type Line = Cap & { from: string | null }

export function CapsPanel({ policy, draft }: { policy: Policy; draft: Draft }) {
  const t = useText()
  const [editing, setEditing] = useState<Cap | 'new'>()
  const { doc, may } = draft
  const lines: Line[] = [
    ...doc.caps.map((cap) => ({ ...cap, from: null })),
    ...policy.above.flatMap(({ org, caps }) => caps.map((cap) => ({ ...cap, from: org.name }))),
  ]
  const save = (cap: Cap) =>
    draft.change({
      caps: doc.caps.some(({ id }) => id === cap.id)
        ? doc.caps.map((one) => (one.id === cap.id ? cap : one))
        : [...doc.caps, cap],
    })
  const add = may ? (
    <Button icon={<PlusOutlined aria-hidden />} onClick={() => setEditing('new')}>
      {t('新增规则', 'New cap')}
    </Button>
  ) : null
  return (
    <Panel
      title={t('所有匹配的规则都要有名额,最严的那条说了算', 'All that match must have room: the strictest decides')}
      extra={add}
    >
      <TableView<Line>
        label={t('频控规则', 'Caps')}
        columns={useColumns(policy)}
        rows={lines}
        rowKey={({ id, from }) => `${from ?? ''} ${id}`}
        acts={(cap) =>
          cap.from !== null || !may
            ? []
            : [
                {
                  key: 'edit',
                  label: t('编辑', 'Edit'),
                  run: () => setEditing(doc.caps.find(({ id }) => id === cap.id)),
                },
                {
                  key: 'remove',
                  label: t('删除', 'Remove'),
                  danger: true,
                  run: () => draft.change({ caps: doc.caps.filter(({ id }) => id !== cap.id) }),
                },
              ]
        }
        empty={
          <Empty
            title={t('还没有频控规则', 'No caps yet')}
            hint={t(
              '没有规则时,营销消息的次数不受限制。',
              'Without one, nothing limits how often a customer is written to.',
            )}
          >
            {add}
          </Empty>
        }
      />
      <p className="zx-quiet zx-contact-note">
        {t(
          '计数时点:发出即计(占用、发送、确认);发送失败会退回名额。滚动周期按小时推移;自然日、周(周一起)、月按客户归属机构所在时区。合并客户的次数合在一起算。',
          'A contact counts when it is handed to the channel; a failed one gives its slot back. Rolling windows move with the hour; calendar days, weeks (from Monday) and months follow the zone of the customer’s organisation. Merged customers share their count.',
        )}
      </p>
      <CapDrawer
        key={editing === 'new' ? 'new' : (editing?.id ?? 'none')}
        open={editing !== undefined}
        cap={editing === 'new' ? undefined : editing}
        policy={policy}
        taken={doc.caps}
        close={() => setEditing(undefined)}
        save={save}
      />
    </Panel>
  )
}

function useColumns(policy: Policy): Column<Line>[] {
  const t = useText()
  const named = (id: string | null) => policy.segments.find((one) => one.id === id)
  return [
    {
      key: 'sentence',
      title: text('规则', 'Rule'),
      show: (cap) => <span className="zx-contact-rule">{t(capSentence(cap, named(cap.segment)?.name))}</span>,
    },
    {
      key: 'window',
      title: text('周期', 'Window'),
      width: 110,
      show: ({ window }) =>
        window.kind === 'rolling' ? (
          <Tag>{t('滚动', 'Rolling')}</Tag>
        ) : (
          <Tag color="blue">{t('自然周期', 'Calendar')}</Tag>
        ),
    },
    {
      key: 'segment',
      title: text('适用客户', 'For'),
      width: 180,
      show: ({ segment }) => {
        if (segment === null) return t('所有客户', 'Everyone')
        const known = named(segment)
        if (known && known.size === null)
          return (
            <>
              {known.name} <Tag color="warning">{t('名单未就绪,暂按所有客户', 'members unknown: everyone')}</Tag>
            </>
          )
        return known?.name ?? segment
      },
    },
    {
      key: 'from',
      title: text('来源', 'From'),
      width: 140,
      show: ({ from }) => from ?? t('本机构', 'This organisation'),
    },
  ]
}
