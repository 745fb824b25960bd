import { DatePicker, Select } from 'antd'
import dayjs from 'dayjs'
import { useState } from 'react'
import { Type } from 'typebox'
import { api } from '../../../console/kit/api.ts'
import { useFormats } from '../../../console/kit/format.ts'
import { PageHead, Panel } from '../../../console/kit/pageHead.tsx'
import { SchemaForm } from '../../../console/kit/schemaForm.tsx'
import { Answer, Empty } from '../../../console/kit/states.tsx'
import { type Text, text, useText } from '../../../console/kit/text.ts'
import { useApi } from '../../../console/kit/useApi.ts'
import { Channel, type Forecast, MessageClass, type Policy } from '../contract.ts'
import { channelChoices, classChoices } from './words.ts'
import './contact.css'

const Form = Type.Object({
  segment: Type.String({ minLength: 1 }),
  channel: Channel,
  class: MessageClass,
  blocked: Type.Enum(['delay', 'drop']),
  maxAgeHours: Type.Optional(Type.Integer({ minimum: 1, maximum: 2160 })),
  at: Type.Optional(Type.String()),
  strategy: Type.Optional(Type.String({ maxLength: 100 })),
  scene: Type.Optional(Type.String({ maxLength: 100 })),
})

export function ForecastPage() {
  const t = useText()
  const asked = useApi<Policy>('/api/contact/policy')
  const [found, setFound] = useState<Forecast>()
  return (
    <>
      <PageHead
        title={t('触达预测', 'Forecast')}
        hint={t(
          '一次发送在动手之前,先逐位客户按策略裁决一遍:多少能立即发出,多少要等,多少会被挡下、因为什么。不占用任何名额。',
          'Before a send, each of its customers is decided by the policy: how many go at once, wait or are stopped, and by what. Nothing is reserved.',
        )}
      />
      <div className="zx-contact-forecast">
        <Panel title={t('计划', 'The plan')}>
          <Answer of={asked}>{(policy) => <Plan policy={policy} found={setFound} />}</Answer>
        </Panel>
        <Panel title={t('结果', 'What would happen')}>
          {found ? (
            <Outcome of={found} />
          ) : (
            <Empty title={t('选择客群与渠道后开始预测', 'Choose a segment and a channel')} />
          )}
        </Panel>
      </div>
    </>
  )
}

function Plan({ policy, found }: { policy: Policy; found: (answer: Forecast) => void }) {
  const t = useText()
  return (
    <SchemaForm
      schema={Form}
      initial={{ channel: 'sms', class: 'marketing', blocked: 'delay', maxAgeHours: 24 }}
      parts={[
        {
          name: 'segment',
          label: text('客群', 'Segment'),
          help: text('按最近一次快照的名单', 'By its latest snapshot'),
          widget: (
            <Select
              showSearch={{ optionFilterProp: 'label' }}
              placeholder={t('请选择', 'Choose')}
              options={policy.segments.map(({ id, name }) => ({ value: id, label: name }))}
            />
          ),
          wide: true,
        },
        { name: 'channel', label: text('渠道', 'Channel'), options: channelChoices },
        { name: 'class', label: text('消息类别', 'Class'), options: classChoices },
        {
          name: 'at',
          label: text('发送时间', 'At'),
          widget: <When />,
          help: text('留空为现在', 'Now when empty'),
          wide: true,
        },
        {
          name: 'blocked',
          label: text('受阻时', 'When stopped'),
          options: [
            { value: 'delay', label: text('延期', 'Wait') },
            { value: 'drop', label: text('放弃', 'Drop') },
          ],
        },
        { name: 'maxAgeHours', label: text('最多等待(小时)', 'Waits at most (h)') },
        { name: 'scene', label: text('场景 / 产品线', 'Scene') },
        { name: 'strategy', label: text('策略', 'Strategy') },
      ]}
      submit={text('开始预测', 'Forecast')}
      said={false}
      save={async (values) => found(await api.post<Forecast>('/api/contact/forecast', values))}
    />
  )
}

function When({
  id,
  value,
  onChange,
}: {
  id?: string
  value?: string
  onChange?: (value: string | undefined) => void
}) {
  return (
    <DatePicker
      id={id}
      showTime={{ format: 'HH:mm' }}
      format="YYYY-MM-DD HH:mm"
      style={{ width: '100%' }}
      value={value ? dayjs(value) : null}
      onChange={(at) => onChange?.(at ? at.toISOString() : undefined)}
    />
  )
}

function Outcome({ of }: { of: Forecast }) {
  const t = useText()
  const { number, time } = useFormats()
  const share = (n: number) => (of.customers === 0 ? 0 : (n / of.customers) * 100)
  const parts: { key: 'reserved' | 'held' | 'dropped'; name: Text; n: number }[] = [
    { key: 'reserved', name: text('立即发出', 'Go at once'), n: of.now },
    { key: 'held', name: text('延期', 'Wait'), n: of.held },
    { key: 'dropped', name: text('放弃', 'Dropped'), n: of.dropped },
  ]
  return (
    <div className="zx-contact-outcome" aria-live="polite">
      <div className="zx-contact-bar" role="img" aria-label={parts.map(({ name, n }) => `${t(name)} ${n}`).join(', ')}>
        {parts.map(({ key, n }) => (
          <span key={key} data-verdict={key} style={{ width: `${share(n)}%` }} />
        ))}
      </div>
      <dl className="zx-contact-figures">
        {parts.map(({ key, name, n }) => (
          <div key={key}>
            <dt>
              <i data-verdict={key} /> {t(name)}
            </dt>
            <dd>
              {number(n)} <small>{share(n).toFixed(1)}%</small>
            </dd>
          </div>
        ))}
      </dl>
      <Reasons title={t('为什么放弃', 'Why dropped')} of={of.droppedBy} all={of.customers} />
      <Reasons title={t('为什么延期', 'Why they wait')} of={of.heldBy} all={of.customers} />
      {of.release.length > 0 ? (
        <>
          <h3 className="zx-contact-h3">{t('延期的何时发出', 'When those who wait go')}</h3>
          <ul className="zx-contact-release">
            {of.release.slice(0, 24).map(({ at, customers }) => (
              <li key={at}>
                <span>{time(at)}</span>
                <i style={{ width: `${(customers / Math.max(...of.release.map((one) => one.customers))) * 100}%` }} />
                <b>{number(customers)}</b>
              </li>
            ))}
          </ul>
        </>
      ) : null}
      <p className="zx-quiet zx-contact-note">
        {t(
          `共 ${number(of.customers)} 位客户,按 ${time(of.at)} 逐一裁决,用时 ${(of.ms / 1000).toFixed(1)} 秒。预测以现在已知的触达为准,不含此后其他策略会用掉的名额。`,
          `${number(of.customers)} customers, each decided as of ${time(of.at)}, in ${(of.ms / 1000).toFixed(1)} s. By contacts known now: what others use up until then is not in it.`,
        )}
      </p>
    </div>
  )
}

function Reasons({ title, of, all }: { title: string; of: Forecast['heldBy']; all: number }) {
  const t = useText()
  const { number } = useFormats()
  if (of.length === 0) return null
  return (
    <>
      <h3 className="zx-contact-h3">{title}</h3>
      <ul className="zx-contact-reasons">
        {of.map(({ why, customers }) => (
          <li key={why.text.en}>
            <span>{t(why.text)}</span>
            <b>
              {number(customers)}{' '}
              <small className="zx-quiet">{((customers / Math.max(1, all)) * 100).toFixed(1)}%</small>
            </b>
          </li>
        ))}
      </ul>
    </>
  )
}
