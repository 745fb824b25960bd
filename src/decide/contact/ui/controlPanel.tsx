import { Button } from 'antd'
import { useState } from 'react'
import { Type } from 'typebox'
import { api } from '../../../console/kit/api.ts'
import { Detail } from '../../../console/kit/detail.tsx'
import { blank, useFormats } from '../../../console/kit/format.ts'
import { FormDrawer } from '../../../console/kit/formDrawer.tsx'
import { Panel } from '../../../console/kit/pageHead.tsx'
import { Can } from '../../../console/kit/session.tsx'
import { Answer } from '../../../console/kit/states.tsx'
import { text, useText } from '../../../console/kit/text.ts'
import { refresh, useApi } from '../../../console/kit/useApi.ts'
import type { ControlState } from '../contract.ts'

const Form = Type.Object({
  percent: Type.Number({ minimum: 0, maximum: 30 }),
  shuffle: Type.Boolean(),
  reason: Type.String({ minLength: 1, maxLength: 200 }),
})

/** Rule 43 on one sheet. */
export function ControlPanel() {
  const asked = useApi<ControlState>('/api/contact/control')
  return <Answer of={asked}>{(control) => <Sheet control={control} />}</Answer>
}

function Sheet({ control }: { control: ControlState }) {
  const t = useText()
  const { time, number } = useFormats()
  const [editing, setEditing] = useState(false)
  const percent = control.share / 100
  return (
    <Panel
      title={t('全局对照组', 'Global control group')}
      extra={
        <Can needs="contact.control.manage">
          <Button onClick={() => setEditing(true)}>{t('调整…', 'Change…')}</Button>
        </Can>
      }
    >
      <Detail
        items={[
          { label: t('比例', 'Share'), value: control.share === 0 ? t('未启用', 'Not in use') : `${percent}%` },
          {
            label: t('客户数', 'Customers'),
            value:
              control.members === null || control.customers === null
                ? blank
                : t(
                    `约 ${number(control.members)} / ${number(control.customers)} 位`,
                    `about ${number(control.members)} of ${number(control.customers)}`,
                  ),
          },
          { label: t('分组时间', 'Drawn'), value: control.shuffledAt ? time(control.shuffledAt) : blank },
          {
            label: t('最早可重新分组', 'May be drawn anew'),
            value: control.mayShuffleAt ? time(control.mayShuffleAt) : blank,
          },
        ]}
      />
      <ul className="zx-contact-says">
        <li>
          {t(
            '组内客户不会收到“对照组不发”的类别(默认营销类),用来衡量全部营销合起来的增量;监管、交易与服务类照常发送。',
            'Its customers get none of the classes that are kept from it (marketing by default), so that what all marketing together is worth can be measured. Notices go to them as to others.',
          )}
        </li>
        <li>
          {t(
            '按客户散列分组:新客户按同样比例进入;提高比例时,已在组内的客户不变;合并客户随最早的客户号。',
            'By a hash of the customer: new ones join in proportion, a larger share keeps all who are in, merged ones follow the oldest number.',
          )}
        </li>
        <li>
          {t(
            '以人为单位:同一家庭、共用手机号的客户可能分在两边,解读结果时请留意。',
            'By person: members of a family, or who share a phone, may be on both sides; mind it when you read results.',
          )}
        </li>
      </ul>
      <FormDrawer
        open={editing}
        title={t('调整全局对照组', 'Change the global control group')}
        close={() => setEditing(false)}
        schema={Form}
        initial={{ percent, shuffle: false }}
        parts={[
          {
            name: 'percent',
            label: text('比例(%)', 'Share (%)'),
            help: text('0 为停用;一般取 5% 至 10%', '0: not in use; 5 to 10 is usual'),
          },
          {
            name: 'shuffle',
            label: text('重新分组', 'Draw anew'),
            help: text('重新随机抽取全部成员;30 天内只能一次', 'All members are drawn again; once in 30 days'),
            disabled: control.shuffledAt === null,
          },
          { name: 'reason', label: text('原因', 'Why'), wide: true },
        ]}
        submit={text('保存并立即生效', 'Save; it holds at once')}
        save={async ({ percent: share, shuffle, reason }) => {
          const body = { version: control.version, share: Math.round(Number(share) * 100), shuffle, reason }
          await api.put('/api/contact/control', body)
          await refresh('/api/contact')
        }}
        reload={() => void refresh('/api/contact')}
      />
    </Panel>
  )
}
