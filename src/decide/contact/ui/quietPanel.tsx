import { PlusOutlined } from '@ant-design/icons'
import { Button, Tag } from 'antd'
import { useState } from 'react'
import { Panel } from '../../../console/kit/pageHead.tsx'
import { type Column, TableView } from '../../../console/kit/tableView.tsx'
import { text, useText } from '../../../console/kit/text.ts'
import type { Policy, Quiet } from '../contract.ts'
import type { Draft } from './draft.ts'
import { QuietDrawer } from './quietDrawer.tsx'
import { WeekPicture } from './weekPicture.tsx'
import { quietSentence } from './words.ts'

type Line = Quiet & { from2: string | null; fixed: boolean }

export function QuietPanel({ policy, draft }: { policy: Policy; draft: Draft }) {
  const t = useText()
  const [editing, setEditing] = useState<Quiet | 'new'>()
  const { doc, may } = draft
  const lines: Line[] = [
    ...policy.statutory.map((one) => ({ ...one, from2: t('法定,不可修改', 'By law'), fixed: true })),
    ...policy.above.flatMap(({ org, quiet }) => quiet.map((one) => ({ ...one, from2: org.name, fixed: true }))),
    ...doc.quiet.map((one) => ({ ...one, from2: null, fixed: false })),
  ]
  const save = (quiet: Quiet) =>
    draft.change({
      quiet: doc.quiet.some(({ id }) => id === quiet.id)
        ? doc.quiet.map((one) => (one.id === quiet.id ? quiet : one))
        : [...doc.quiet, quiet],
    })
  return (
    <>
      <WeekPicture org={policy.org.id} dirty={draft.dirty} />
      <Panel
        title={t('以下时段的并集内不发送', 'Nothing is sent while any of these holds')}
        extra={
          may ? (
            <Button icon={<PlusOutlined aria-hidden />} onClick={() => setEditing('new')}>
              {t('新增时段', 'New quiet hours')}
            </Button>
          ) : null
        }
      >
        <TableView<Line>
          label={t('勿扰时段', 'Quiet hours')}
          columns={columns}
          rows={lines}
          rowKey={({ id, from2 }) => `${from2 ?? ''} ${id}`}
          acts={(line) =>
            line.fixed || !may
              ? []
              : [
                  {
                    key: 'edit',
                    label: t('编辑', 'Edit'),
                    run: () => setEditing(doc.quiet.find(({ id }) => id === line.id)),
                  },
                  {
                    key: 'remove',
                    label: t('删除', 'Remove'),
                    danger: true,
                    run: () => draft.change({ quiet: doc.quiet.filter(({ id }) => id !== line.id) }),
                  },
                ]
          }
        />
        <p className="zx-quiet zx-contact-note">
          {t(
            `节假日与调休按国务院安排(已收录至 ${policy.calendarUntil} 年,其后年份按周末推算,可在“消息类别”页补充本行日历)。客户本人设置的勿扰时段同样计入。被挡下的消息按策略延期到下一个开放时刻(错峰发出)或放弃。`,
            `Holidays are those of the State Council (known up to ${policy.calendarUntil}; later years by weekends, add days under Classes). Hours a customer asked for hold too. What is stopped waits for the next open minute, spread over some, or is dropped, as its strategy says.`,
          )}
        </p>
        <QuietDrawer
          key={editing === 'new' ? 'new' : (editing?.id ?? 'none')}
          open={editing !== undefined}
          quiet={editing === 'new' ? undefined : editing}
          taken={doc.quiet}
          close={() => setEditing(undefined)}
          save={save}
        />
      </Panel>
    </>
  )
}

const columns: Column<Line>[] = [
  { key: 'name', title: text('名称', 'Name'), width: 220, show: ({ name }) => name },
  { key: 'sentence', title: text('时段', 'Hours'), show: (line) => <Sentence quiet={line} /> },
  {
    key: 'from',
    title: text('来源', 'From'),
    width: 150,
    show: ({ from2, fixed }) => (from2 === null ? <Own /> : fixed ? <Tag>{from2}</Tag> : from2),
  },
]

function Sentence({ quiet }: { quiet: Quiet }) {
  return <span className="zx-contact-rule">{useText()(quietSentence(quiet))}</span>
}

function Own() {
  return useText()('本机构', 'This organisation')
}
