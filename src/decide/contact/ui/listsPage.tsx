import { PlusOutlined, UploadOutlined } from '@ant-design/icons'
import { Button, Tag } from 'antd'
import { useMemo, useState } from 'react'
import { Link } from 'react-router'
import { api } from '../../../console/kit/api.ts'
import { useConfirmAct } from '../../../console/kit/confirmAct.tsx'
import { DataTable } from '../../../console/kit/dataTable.tsx'
import { blank, useFormats } from '../../../console/kit/format.ts'
import { PageHead } from '../../../console/kit/pageHead.tsx'
import { Can, useCan } from '../../../console/kit/session.tsx'
import { Empty } from '../../../console/kit/states.tsx'
import type { Column } from '../../../console/kit/tableView.tsx'
import { text, useText } from '../../../console/kit/text.ts'
import { refresh, useApi } from '../../../console/kit/useApi.ts'
import { type BarCounts, type BarRow, barKinds, channelNames, classNames } from '../contract.ts'
import { AddDrawer, UploadDrawer } from './listDrawers.tsx'
import { barNames, barStates, channelChoices, sourceNames } from './words.ts'
import './contact.css'

export function ListsPage() {
  const t = useText()
  const { number } = useFormats()
  const can = useCan()
  const confirm = useConfirmAct()
  const columns = useColumns()
  const [adding, setAdding] = useState<'one' | 'many'>()
  const { data } = useApi<BarCounts>('/api/contact/lists/counts')
  const takeOff = (row: BarRow) =>
    confirm({
      title: t(`把这位客户移出“${t(barNames[row.kind])}”?`, `Take this customer off “${t(barNames[row.kind])}”?`),
      says: t(
        '立即生效:之后的消息不再因这一条被拦下。记录保留,可供查证。',
        'At once: no message is stopped by this entry any more. The entry stays as proof.',
      ),
      ok: t('移出', 'Take off'),
      danger: true,
      async run() {
        await api.post('/api/contact/lists/end', { ids: [row.id], reason: t('在名单页移出', 'Taken off by hand') })
        await refresh('/api/contact')
      },
      done: t('已移出', 'Taken off'),
    })
  return (
    <>
      <PageHead
        title={t('退订与黑名单', 'Opt-outs and blacklists')}
        hint={t(
          '名单上的客户在所列渠道与类别上一律不发,排队中的消息也会在发送前拦下。',
          'Who is listed gets nothing of the channels and classes named; what is queued is stopped before it goes.',
        )}
      >
        <Can needs="contact.list.edit">
          <Button icon={<UploadOutlined aria-hidden />} onClick={() => setAdding('many')}>
            {t('批量导入', 'Import a list')}
          </Button>
          <Button type="primary" icon={<PlusOutlined aria-hidden />} onClick={() => setAdding('one')}>
            {t('添加客户', 'Add a customer')}
          </Button>
        </Can>
      </PageHead>
      {data && data.counts.length > 0 ? (
        <dl className="zx-contact-figures">
          {barKinds.map((kind) => (
            <div key={kind}>
              <dt>{t(barNames[kind])}</dt>
              <dd>{number(data.counts.find((one) => one.kind === kind)?.customers ?? 0)}</dd>
            </div>
          ))}
        </dl>
      ) : null}
      <DataTable<BarRow>
        id="contact-lists"
        label={text('名单', 'Lists')}
        url="/api/contact/lists"
        columns={columns}
        rowKey={({ id }) => id}
        search={text('客户号、手机号等完整标识', 'A whole identity')}
        filters={[
          {
            key: 'kind',
            title: text('名单', 'List'),
            kind: 'choice',
            options: barKinds.map((value) => ({ value, label: barNames[value] })),
          },
          { key: 'channel', title: text('渠道', 'Channel'), kind: 'choice', options: channelChoices },
          {
            key: 'state',
            title: text('状态', 'State'),
            kind: 'choice',
            options: (['on', 'expired', 'ended'] as const).map((value) => ({ value, label: barStates[value] })),
          },
        ]}
        sort="-at"
        acts={(row) =>
          row.state === 'on' && can('contact.list.edit')
            ? [{ key: 'end', label: t('移出名单', 'Take off'), danger: true, run: () => takeOff(row) }]
            : []
        }
        empty={
          <Empty
            title={t('名单是空的', 'Nobody is listed')}
            hint={t(
              '客户退订、投诉或地址失效后会出现在这里。',
              'Customers come here when they opt out, complain or cannot be reached.',
            )}
          />
        }
      />
      <AddDrawer open={adding === 'one'} close={() => setAdding(undefined)} />
      <UploadDrawer open={adding === 'many'} close={() => setAdding(undefined)} />
    </>
  )
}

function useColumns(): Column<BarRow>[] {
  const t = useText()
  const { time, ago } = useFormats()
  return useMemo(
    () => [
      {
        key: 'customer',
        title: text('客户', 'Customer'),
        show: (row) => (
          <>
            <Link to={`/decide/contact/customers/${row.customer}`}>{row.name ?? `#${row.customer}`}</Link>{' '}
            <small className="zx-quiet">{row.identities.map(({ value }) => value).join(' · ')}</small>
          </>
        ),
        text: (row) => row.customer,
      },
      {
        key: 'kind',
        title: text('名单', 'List'),
        width: 150,
        show: ({ kind }) => t(barNames[kind]),
        text: ({ kind }) => t(barNames[kind]),
      },
      {
        key: 'about',
        title: text('范围', 'Of'),
        width: 230,
        show: ({ channel, classes }) => (
          <>
            {channel ? t(channelNames[channel]) : t('全部渠道', 'All channels')}
            <small className="zx-quiet"> · {classes.map((one) => t(classNames[one])).join(t('、', ', '))}</small>
          </>
        ),
        text: ({ channel, classes }) =>
          `${channel ? t(channelNames[channel]) : t('全部渠道', 'All channels')} ${classes.map((one) => t(classNames[one])).join(' ')}`,
      },
      { key: 'reason', title: text('原因', 'Why'), show: ({ reason }) => reason },
      {
        key: 'state',
        title: text('状态', 'State'),
        width: 150,
        show: ({ state, expiresAt }) => (
          <>
            <Tag color={state === 'on' ? 'error' : undefined}>{t(barStates[state])}</Tag>
            {state === 'on' && expiresAt ? (
              <small className="zx-quiet">{t(`至 ${time(expiresAt)}`, `until ${time(expiresAt)}`)}</small>
            ) : null}
          </>
        ),
        text: ({ state }) => t(barStates[state]),
      },
      {
        key: 'source',
        title: text('来源', 'Source'),
        width: 110,
        show: ({ source }) => {
          const name = sourceNames[source]
          return name ? t(name) : source || blank
        },
        text: ({ source }) => source,
      },
      {
        key: 'org',
        title: text('机构', 'Organisation'),
        width: 140,
        hidden: true,
        show: ({ org }) => org.name,
        text: ({ org }) => org.name,
      },
      {
        key: 'at',
        title: text('加入', 'Since'),
        width: 120,
        sort: true,
        show: ({ at, by }) => <time title={`${time(at)} ${by}`}>{ago(at)}</time>,
        text: ({ at }) => time(at),
      },
    ],
    [t, time, ago],
  )
}
