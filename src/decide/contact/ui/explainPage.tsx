import { CheckOutlined, ClockCircleOutlined, StopOutlined } from '@ant-design/icons'
import { Alert, DatePicker, Progress, Select, Tag, Tooltip } from 'antd'
import dayjs from 'dayjs'
import { useMemo, useState } from 'react'
import { Link, useParams } from 'react-router'
import { api } from '../../../console/kit/api.ts'
import { useAct } from '../../../console/kit/confirmAct.tsx'
import { useFormats } from '../../../console/kit/format.ts'
import { PageHead, Panel } from '../../../console/kit/pageHead.tsx'
import { useCan } from '../../../console/kit/session.tsx'
import { Answer, Empty } from '../../../console/kit/states.tsx'
import { type Column, TableView } from '../../../console/kit/tableView.tsx'
import { text, useText } from '../../../console/kit/text.ts'
import { refresh, useApi } from '../../../console/kit/useApi.ts'
import {
  type Channel,
  channelNames,
  channels,
  classes,
  classNames,
  type EntryRow,
  type Explained,
} from '../contract.ts'
import { barNames, entryColours, entryNames } from './words.ts'
import './contact.css'

export function ExplainPage() {
  const t = useText()
  const { customer = '' } = useParams()
  const [at, setAt] = useState<string>()
  const asked = useApi<Explained>(`/api/contact/customers/${customer}`, { at })
  return (
    <>
      <PageHead
        title={asked.data?.name ?? `#${customer}`}
        back="/decide/contact/customers"
        hint={t(
          '按现行策略逐条裁决;与发送时用的是同一套规则。',
          'Decided by the policy as it holds, by the very rules that a send asks.',
        )}
        tags={asked.data?.control ? <Tag color="purple">{t('全局对照组', 'Global control')}</Tag> : null}
      >
        <DatePicker
          aria-label={t('假设在何时', 'As if at')}
          placeholder={t('现在', 'Now')}
          showTime={{ format: 'HH:mm' }}
          format="YYYY-MM-DD HH:mm"
          value={at ? dayjs(at) : null}
          onChange={(next) => setAt(next ? next.toISOString() : undefined)}
        />
        <Link className="zx-contact-link" to={`/sense/customers/${customer}`}>
          {t('客户页', 'The customer')}
        </Link>
      </PageHead>
      <Answer of={asked}>
        {(data) => (
          <>
            <Could data={data} />
            <div className="zx-contact-two">
              <CapsUsed data={data} />
              <Against data={data} />
            </div>
            <History data={data} />
          </>
        )}
      </Answer>
    </>
  )
}

type Verdict = Explained['could'][number]

/** Channels by classes; what all channels of a class share is said once beneath. */
function Could({ data }: { data: Explained }) {
  const t = useText()
  const { time } = useFormats()
  const of = (channel: Channel, cls: string) => data.could.find((one) => one.channel === channel && one.class === cls)
  return (
    <Panel title={t(`可触达情况(${time(data.at)})`, `What could go (${time(data.at)})`)} extra={<Legend />}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: wider than a phone, it is scrolled by keys. */}
      <section className="zx-contact-scroll" tabIndex={0} aria-label={t('可触达情况', 'What could go')}>
        <table className="zx-contact-matrix">
          <thead>
            <tr>
              <th scope="col">{t('类别', 'Class')}</th>
              {channels.map((channel) => (
                <th key={channel} scope="col">
                  {t(channelNames[channel])}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {classes.map((cls) => (
              <tr key={cls}>
                <th scope="row">{t(classNames[cls])}</th>
                {channels.map((channel) => (
                  <Cell key={channel} one={of(channel, cls)} />
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      <Reasons data={data} />
    </Panel>
  )
}

function Cell({ one }: { one: Verdict | undefined }) {
  const t = useText()
  const { time } = useFormats()
  if (!one) return <td />
  const why = one.why ? t(one.why.text) : t('可以发送', 'May go')
  const said = one.until ? `${why} · ${t(`${time(one.until)} 起可发`, `from ${time(one.until)}`)}` : why
  const icon = {
    reserved: <CheckOutlined aria-hidden />,
    held: <ClockCircleOutlined aria-hidden />,
    dropped: <StopOutlined aria-hidden />,
  }[one.verdict]
  return (
    <td data-verdict={one.verdict}>
      <Tooltip title={said}>
        <span>
          {icon}
          <span className="zx-hidden">{said}</span>
        </span>
      </Tooltip>
    </td>
  )
}

function Legend() {
  const t = useText()
  return (
    <span className="zx-quiet zx-contact-key">
      <b data-verdict="reserved">
        <CheckOutlined aria-hidden />
      </b>{' '}
      {t('可发', 'may go')}{' '}
      <b data-verdict="held">
        <ClockCircleOutlined aria-hidden />
      </b>{' '}
      {t('需等待', 'waits')}{' '}
      <b data-verdict="dropped">
        <StopOutlined aria-hidden />
      </b>{' '}
      {t('不可发', 'may not')}
    </span>
  )
}

function Reasons({ data }: { data: Explained }) {
  const t = useText()
  const { time } = useFormats()
  const groups = useMemo(() => {
    const found = new Map<string, Verdict[]>()
    for (const one of data.could)
      if (one.why) {
        const key = `${one.class} ${one.why.text.zh}`
        found.set(key, [...(found.get(key) ?? []), one])
      }
    return [...found.values()]
  }, [data])
  if (groups.length === 0) return <p className="zx-contact-note">{t('没有任何限制。', 'Nothing stands in the way.')}</p>
  return (
    <ul className="zx-contact-says">
      {groups.map((group) => {
        const [first] = group
        if (!first?.why) return null
        const of =
          group.length === channels.length
            ? t('全部渠道', 'all channels')
            : group.map((one) => t(channelNames[one.channel])).join(t('、', ', '))
        const untils = group.flatMap(({ until }) => until ?? []).sort()
        return (
          <li key={`${first.class} ${first.why.text.zh}`}>
            <strong>{t(classNames[first.class])}</strong> · {of}:{t(first.why.text)}
            {untils[0] ? (
              <span className="zx-quiet"> {t(`(最早 ${time(untils[0])})`, `(from ${time(untils[0])})`)}</span>
            ) : null}
          </li>
        )
      })}
    </ul>
  )
}

function CapsUsed({ data }: { data: Explained }) {
  const t = useText()
  const { time } = useFormats()
  return (
    <Panel title={t('名额', 'Caps')}>
      {data.caps.length === 0 ? (
        <p className="zx-quiet">{t('没有适用的频控规则', 'No caps hold for this customer')}</p>
      ) : null}
      <ul className="zx-contact-caps">
        {data.caps.map((cap) => (
          <li key={`${cap.id} ${cap.value}`}>
            <span>
              {t(cap.sentence)}
              {cap.value ? <Tag className="zx-contact-count">{cap.value}</Tag> : null}
            </span>
            <Progress
              aria-label={t(cap.sentence)}
              percent={cap.limit === 0 ? 100 : Math.min(100, (cap.used / cap.limit) * 100)}
              status={cap.used >= cap.limit ? 'exception' : 'normal'}
              format={() => `${cap.used} / ${cap.limit}`}
              size="small"
            />
            {cap.used >= cap.limit && cap.freeAt ? (
              <small className="zx-quiet">{t(`${time(cap.freeAt)} 起有名额`, `Room from ${time(cap.freeAt)}`)}</small>
            ) : null}
          </li>
        ))}
      </ul>
    </Panel>
  )
}

function Against({ data }: { data: Explained }) {
  const t = useText()
  const { time } = useFormats()
  const can = useCan()
  const act = useAct()
  const standing = data.bars.filter(
    ({ endedAt, expiresAt }) => endedAt === null && (expiresAt === null || expiresAt > data.at),
  )
  const [latest] = data.consents.filter(({ purpose }) => purpose === 'marketing')
  const record = (granted: boolean) =>
    act(
      async () => {
        await api.post(`/api/contact/customers/${data.customer}/consents`, {
          purpose: 'marketing',
          granted,
          source: 'console',
        })
        await refresh('/api/contact')
      },
      t('已记录', 'Recorded'),
    )
  return (
    <Panel title={t('意愿与名单', 'What was said, and lists')}>
      {standing.length === 0 ? <p className="zx-quiet">{t('不在任何名单中', 'On no list')}</p> : null}
      <ul className="zx-contact-says">
        {standing.map((bar) => (
          <li key={bar.id}>
            <Tag color="error">{t(barNames[bar.kind])}</Tag>
            {bar.channel ? t(channelNames[bar.channel]) : t('全部渠道', 'all channels')} ·{' '}
            {bar.classes.map((one) => t(classNames[one])).join(t('、', ', '))} · {bar.reason}{' '}
            <small className="zx-quiet">
              {time(bar.at)} {bar.by}
            </small>
          </li>
        ))}
        {data.quiet.map((own) => (
          <li key={own.id}>
            <Tag color="warning">{t('本人勿扰', 'Own quiet hours')}</Tag>
            {own.from} – {own.until}
          </li>
        ))}
      </ul>
      <div className="zx-contact-consent">
        <span>{t('营销用途同意', 'Consent to marketing')}</span>
        {can('contact.list.edit') ? (
          <Select
            aria-label={t('营销用途同意', 'Consent to marketing')}
            placeholder={t('未表态', 'Nothing said')}
            value={latest ? (latest.granted ? 'yes' : 'no') : null}
            onChange={(value) => void record(value === 'yes')}
            options={[
              { value: 'yes', label: t('同意', 'Granted') },
              { value: 'no', label: t('已撤回', 'Withdrawn') },
            ]}
            style={{ width: 130 }}
          />
        ) : (
          <strong>
            {latest ? (latest.granted ? t('同意', 'Granted') : t('已撤回', 'Withdrawn')) : t('未表态', 'Nothing said')}
          </strong>
        )}
        {latest ? (
          <small className="zx-quiet">
            {time(latest.at)} {latest.by}
          </small>
        ) : null}
      </div>
      {data.control ? (
        <Alert
          className="zx-contact-note"
          type="info"
          showIcon
          title={t(
            '这位客户在全局对照组:营销类一律不发,用于衡量营销的增量。',
            'In the global control group: gets no marketing, so that its worth can be measured.',
          )}
        />
      ) : null}
    </Panel>
  )
}

function History({ data }: { data: Explained }) {
  const t = useText()
  const { time } = useFormats()
  const columns = useMemo(
    (): Column<EntryRow>[] => [
      { key: 'at', title: text('时间', 'At'), width: 150, show: ({ at }) => time(at) },
      {
        key: 'state',
        title: text('裁决', 'Became'),
        width: 110,
        show: ({ state }) => <Tag color={entryColours[state]}>{t(entryNames[state])}</Tag>,
      },
      { key: 'class', title: text('类别', 'Class'), width: 90, show: (row) => t(classNames[row.class]) },
      { key: 'channel', title: text('渠道', 'Channel'), width: 110, show: ({ channel }) => t(channelNames[channel]) },
      { key: 'strategy', title: text('策略', 'Strategy'), width: 180, show: ({ strategy }) => strategy },
      {
        key: 'counts',
        title: text('计数', 'Counts'),
        width: 70,
        show: ({ counts }) => (counts ? t('计入', 'Yes') : t('不计', 'No')),
      },
      { key: 'why', title: text('原因', 'Why'), show: ({ why }) => (why ? t(why.text) : '') },
    ],
    [t, time],
  )
  return (
    <Panel title={t('最近的消息(最多 100 条)', 'Latest messages (100 at most)')}>
      <TableView<EntryRow>
        label={t('最近的消息', 'Latest messages')}
        columns={columns}
        rows={data.history}
        rowKey={({ message }) => message}
        empty={<Empty title={t('还没有触达过', 'Never contacted')} />}
      />
    </Panel>
  )
}
