import { PlusOutlined } from '@ant-design/icons'
import { Button, Tag } from 'antd'
import { useState } from 'react'
import { useNavigate } from 'react-router'
import { DataTable } from '../../../console/kit/dataTable.tsx'
import { blank, useFormats } from '../../../console/kit/format.ts'
import { PageHead } from '../../../console/kit/pageHead.tsx'
import { Can } from '../../../console/kit/session.tsx'
import { Empty } from '../../../console/kit/states.tsx'
import type { Column } from '../../../console/kit/tableView.tsx'
import { sayNow, text, useText } from '../../../console/kit/text.ts'
import type { Account } from '../contract.ts'
import { LightDot } from './light.tsx'
import { NewAccount } from './newAccount.tsx'
import { channelNames, kindNamesShort, optionsOf, priceText, rateText, stateColours, stateNames } from './words.ts'
import './channels.css'

export function AccountsPage() {
  const t = useText()
  const go = useNavigate()
  const columns = useColumns()
  const [making, setMaking] = useState(false)
  const create = (
    <Can needs="channels.account.edit">
      <Button type="primary" icon={<PlusOutlined aria-hidden />} onClick={() => setMaking(true)}>
        {t('新建账号', 'New account')}
      </Button>
    </Can>
  )
  return (
    <>
      <PageHead
        title={t('渠道账号', 'Channel accounts')}
        hint={t(
          '触达客户的通道:速率、时段、单价与健康。连续失败会自动暂停,恢复前只逐条试探。',
          'The ways out to customers: rate, windows, price and health. One that keeps failing rests by itself, and is tried letter by letter before it goes on.',
        )}
      >
        {create}
      </PageHead>
      <DataTable<Account>
        id="channel-accounts"
        label={text('渠道账号', 'Channel accounts')}
        url="/api/channels/accounts"
        columns={columns}
        rowKey={({ id }) => id}
        search={text('搜索名称', 'Search name')}
        filters={[
          { key: 'channel', title: text('渠道', 'Channel'), kind: 'choice', options: optionsOf(channelNames) },
          { key: 'state', title: text('状态', 'State'), kind: 'choice', options: optionsOf(stateNames) },
        ]}
        sort="channel"
        href={({ id }) => `/act/channels/${id}`}
        every={15_000}
        empty={
          <Empty
            title={t('还没有渠道账号', 'No accounts yet')}
            hint={t('先接入一个渠道,再向客户发送消息', 'Connect a channel first; then messages can be sent')}
          >
            {create}
          </Empty>
        }
      />
      <NewAccount open={making} close={() => setMaking(false)} made={(id) => void go(`/act/channels/${id}`)} />
    </>
  )
}

function useColumns(): Column<Account>[] {
  const t = useText()
  const { number, money, ago } = useFormats()
  return [
    {
      key: 'name',
      title: text('名称', 'Name'),
      sort: true,
      width: 220,
      show: ({ name, light }) => (
        <span className="zx-ch-name">
          <LightDot light={light} />
          {name}
        </span>
      ),
    },
    {
      key: 'channel',
      title: text('渠道', 'Channel'),
      sort: true,
      width: 170,
      show: ({ channel, kind }) => (
        <>
          {t(channelNames[channel])} <span className="zx-quiet">{t(kindNamesShort[kind])}</span>
        </>
      ),
      text: ({ channel, kind }) => `${sayNow()(channelNames[channel])} ${sayNow()(kindNamesShort[kind])}`,
    },
    {
      key: 'state',
      title: text('状态', 'State'),
      width: 110,
      show: ({ state }) => <Tag color={stateColours[state]}>{t(stateNames[state])}</Tag>,
      text: ({ state }) => sayNow()(stateNames[state]),
    },
    {
      key: 'sent',
      title: text('今日提交', 'Sent today'),
      width: 110,
      align: 'right',
      show: ({ today }) => number(today.sent),
      text: ({ today }) => today.sent,
    },
    {
      key: 'delivered',
      title: text('送达率', 'Delivered'),
      width: 90,
      align: 'right',
      show: ({ today }) => shareText(today.delivered, today.sent),
      text: ({ today }) => today.delivered,
    },
    {
      key: 'failed',
      title: text('今日失败', 'Failed today'),
      width: 100,
      align: 'right',
      show: ({ today }) => number(today.failed),
      text: ({ today }) => today.failed,
    },
    {
      key: 'rate',
      title: text('速率上限', 'Rate'),
      width: 130,
      show: (one) => {
        const rate = rateText(one)
        return rate ? t(rate) : <span className="zx-quiet">{t('不限', 'None')}</span>
      },
      text: (one) => sayNow()(rateText(one) ?? text('不限', 'None')),
    },
    {
      key: 'cost',
      title: text('今日费用', 'Cost today'),
      width: 150,
      align: 'right',
      show: ({ today, price }) => (
        <>
          {money(today.cost, 'CNY')} <span className="zx-quiet">{price > 0 ? `@ ${priceText(price)}` : ''}</span>
        </>
      ),
      text: ({ today }) => today.cost,
    },
    {
      key: 'succeededAt',
      title: text('最近成功', 'Last success'),
      width: 110,
      show: ({ succeededAt }) => (succeededAt ? ago(succeededAt) : blank),
    },
    {
      key: 'org',
      title: text('机构', 'Organisation'),
      width: 130,
      show: ({ org }) => org.name,
      text: ({ org }) => org.name,
    },
  ]
}

export function shareText(part: number, whole: number): string {
  return whole === 0 ? blank : `${((part / whole) * 100).toFixed(1)}%`
}
