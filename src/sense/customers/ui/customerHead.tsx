import { EyeInvisibleOutlined, EyeOutlined } from '@ant-design/icons'
import { Button, Checkbox, Tag } from 'antd'
import { useState } from 'react'
import { api } from '../../../console/kit/api.ts'
import { Detail } from '../../../console/kit/detail.tsx'
import { useFormats } from '../../../console/kit/format.ts'
import { FormDrawer } from '../../../console/kit/formDrawer.tsx'
import { PageHead, Panel } from '../../../console/kit/pageHead.tsx'
import { Can } from '../../../console/kit/session.tsx'
import { text, useText } from '../../../console/kit/text.ts'
import { type CustomerDetail, type Revealed, RevealRequest } from '../contract.ts'
import { labelOf } from './words.ts'

type HeadProps = {
  customer: CustomerDetail
  revealed: Revealed['values']
  reveal: (values: Revealed['values']) => void
}

export function CustomerHead({ customer, revealed, reveal }: HeadProps) {
  const t = useText()
  const { time, ago, number } = useFormats()
  const { activity, members } = customer
  const others = members.filter((member) => member !== customer.id)
  return (
    <>
      <PageHead
        title={customer.name ?? t(`客户 ${customer.id}`, `Customer ${customer.id}`)}
        back="/sense/customers"
        tags={
          <>
            <Tag>
              {t('编号', 'No.')} <code>{customer.id}</code>
            </Tag>
            {others.length > 0 ? (
              <Tag color="processing">{t(`含 ${others.length} 个合并编号`, `${others.length} merged into it`)}</Tag>
            ) : null}
          </>
        }
      >
        <RevealButton customer={customer} revealed={revealed} reveal={reveal} />
      </PageHead>
      <Panel>
        <Detail
          items={[
            { label: t('所属机构', 'Organisation'), value: customer.org.name },
            { label: t('首次出现', 'First heard of'), value: time(customer.born) },
            {
              label: t('最近活动', 'Last seen'),
              value: activity.last ? `${time(activity.last)} · ${ago(activity.last)}` : undefined,
            },
            { label: t('事件总数', 'Events in all'), value: number(activity.events) },
            others.length > 0 && {
              label: t('合并的编号', 'Numbers merged into it'),
              value: others.join(t('、', ', ')),
            },
          ]}
        />
      </Panel>
    </>
  )
}

function RevealButton({ customer, revealed, reveal }: HeadProps) {
  const t = useText()
  const [open, setOpen] = useState(false)
  const personal = customer.attributes.filter((attribute) => attribute.personal)
  if (personal.length === 0) return null
  const names = personal.map((attribute) => attribute.name)
  return (
    <Can needs="privacy.reveal">
      {Object.keys(revealed).length > 0 ? (
        <Button icon={<EyeInvisibleOutlined aria-hidden />} onClick={() => reveal({})}>
          {t('隐藏明文', 'Hide again')}
        </Button>
      ) : (
        <Button icon={<EyeOutlined aria-hidden />} onClick={() => setOpen(true)}>
          {t('查看明文', 'Reveal')}
        </Button>
      )}
      <FormDrawer
        open={open}
        title={t('查看个人信息明文', 'Personal data in clear')}
        close={() => setOpen(false)}
        schema={RevealRequest}
        initial={{ fields: names, reason: '' }}
        submit={text('查看', 'Reveal')}
        said={false}
        parts={[
          {
            section: text('每次查看都会留痕', 'Each view is recorded'),
            hint: text(
              '审计将记录您、这位客户、所看的项目和原因;明文只在本页显示,离开即隐藏。',
              'The audit keeps who you are, this customer, what was looked at and why. The values stay on this page only.',
            ),
          },
          {
            name: 'fields',
            label: text('查看的项目', 'What to reveal'),
            wide: true,
            widget: (
              <Checkbox.Group
                options={personal.map((attribute) => ({ value: attribute.name, label: labelOf(t, attribute) }))}
              />
            ),
          },
          {
            name: 'reason',
            label: text('查看原因', 'Why'),
            wide: true,
            widget: 'area',
            placeholder: text('如:核对客户来电身份', 'For example: to verify a caller'),
          },
        ]}
        save={async (values) => {
          const answer = await api.post<Revealed>(`/api/customers/${customer.id}/reveal`, values)
          reveal(answer.values)
        }}
      />
    </Can>
  )
}
