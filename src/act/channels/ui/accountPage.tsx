import { Alert, Button, Tag, Typography } from 'antd'
import { useState } from 'react'
import { useNavigate, useParams } from 'react-router'
import { api } from '../../../console/kit/api.ts'
import { useConfirmAct } from '../../../console/kit/confirmAct.tsx'
import { DataTable } from '../../../console/kit/dataTable.tsx'
import { Detail, type DetailItem } from '../../../console/kit/detail.tsx'
import { useFormats } from '../../../console/kit/format.ts'
import { FormDrawer } from '../../../console/kit/formDrawer.tsx'
import { PageHead } from '../../../console/kit/pageHead.tsx'
import { Can } from '../../../console/kit/session.tsx'
import { Answer, Empty } from '../../../console/kit/states.tsx'
import type { Column } from '../../../console/kit/tableView.tsx'
import { sayNow, text, useText } from '../../../console/kit/text.ts'
import { refresh, useApi } from '../../../console/kit/useApi.ts'
import type { AccountDetail, KindForm, Sample } from '../contract.ts'
import { accountParts, accountSchema, formOfAccount, toSend } from './accountForm.tsx'
import { shareText } from './accountsPage.tsx'
import { Hours } from './hours.tsx'
import { LightDot } from './light.tsx'
import { TestDrawer } from './testDrawer.tsx'
import {
  channelNames,
  kindNamesShort,
  optionsOf,
  outcomeColours,
  outcomeNames,
  priceText,
  rateText,
  stateColours,
  stateNames,
} from './words.ts'
import './channels.css'

const again = () => refresh('/api/channels/accounts')

export function AccountPage() {
  const { id = '' } = useParams()
  const account = useApi<AccountDetail>(`/api/channels/accounts/${id}`, undefined, { refetchEvery: 15_000 })
  const kinds = useApi<{ items: KindForm[] }>('/api/channels/kinds')
  return (
    <Answer of={account}>
      {(one) => (
        <Answer of={kinds}>
          {({ items }) => <Sheet account={one} kind={items.find(({ kind }) => kind === one.kind)} />}
        </Answer>
      )}
    </Answer>
  )
}

function Sheet({ account, kind }: { account: AccountDetail; kind: KindForm | undefined }) {
  const t = useText()
  const [editing, setEditing] = useState(false)
  const [testing, setTesting] = useState(false)
  const { id, name, version, light, state, channel } = account
  const testable = kind && (channel === 'webhook' || !['popup', 'inbox', 'webpush', 'agent', 'task'].includes(channel))
  return (
    <>
      <PageHead
        title={name}
        back="/act/channels"
        tags={
          <>
            <LightDot light={light} />
            <Tag color={stateColours[state]}>{t(stateNames[state])}</Tag>
          </>
        }
        hint={`${t(channelNames[account.channel])} · ${t(kindNamesShort[account.kind])} · ${account.org.name}`}
      >
        {testable ? (
          <Can needs="channels.test.send">
            <Button type="primary" onClick={() => setTesting(true)}>
              {t('测试发送', 'Send a test')}
            </Button>
          </Can>
        ) : null}
        <Can needs="channels.account.switch">
          <SwitchButton account={account} />
        </Can>
        <Can needs="channels.account.edit">
          {kind ? <Button onClick={() => setEditing(true)}>{t('编辑', 'Edit')}</Button> : null}
          <RemoveButton account={account} />
        </Can>
      </PageHead>
      <Halt account={account} />
      <Figures account={account} />
      <div className="zx-panel">
        <Hours hours={account.hours} />
      </div>
      <div className="zx-panel">
        <Settings account={account} kind={kind} />
      </div>
      <Log id={id} />
      {kind ? (
        <FormDrawer
          open={editing}
          size={760}
          title={t('编辑账号', 'Edit the account')}
          close={() => setEditing(false)}
          schema={accountSchema(kind, account.secrets)}
          parts={accountParts(kind, false)}
          initial={{ ...formOfAccount(account), version }}
          submit={text('保存', 'Save')}
          save={async (values) => {
            await api.patch(`/api/channels/accounts/${id}`, { ...toSend(values), version })
            await again()
          }}
          reload={() => void again()}
        />
      ) : null}
      {kind ? <TestDrawer open={testing} close={() => setTesting(false)} account={account} /> : null}
    </>
  )
}

/** Why nothing goes out, and when it is tried again. */
function Halt({ account: { state, reason, probeAt } }: { account: AccountDetail }) {
  const t = useText()
  const { second } = useFormats()
  if (state === 'on') return null
  const title = {
    resting: t(
      `已自动暂停,${second(probeAt)} 后逐条试探`,
      `It rests by itself until ${second(probeAt)}, then it is tried letter by letter`,
    ),
    probing: t('正在逐条试探,成功一条即恢复', 'It is tried letter by letter: one success brings it back'),
    paused: t('已由人工暂停,不会自动恢复', 'Paused by hand: it does not come back by itself'),
  }[state]
  return (
    <Alert
      className="zx-ch-halt"
      type={state === 'resting' ? 'error' : 'warning'}
      showIcon
      title={title}
      description={reason ? t(reason) : undefined}
    />
  )
}

function Figures({ account }: { account: AccountDetail }) {
  const t = useText()
  const { number, money, ago } = useFormats()
  const { today, price, waiting, succeededAt } = account
  const figures: [string, string, string?][] = [
    [
      t('今日提交', 'Sent today'),
      number(today.sent),
      t(`${number(today.units)} 计费单位`, `${number(today.units)} units`),
    ],
    [t('送达', 'Delivered'), number(today.delivered), shareText(today.delivered, today.sent)],
    [t('失败', 'Failed'), number(today.failed), shareText(today.failed, today.sent + today.failed)],
    [t('费用', 'Cost'), money(today.cost, 'CNY'), `@ ${priceText(price)}`],
    [t('待认领回执', 'Receipts unclaimed'), number(waiting), t('早于消息到达', 'came before their message')],
    [t('最近成功', 'Last success'), ago(succeededAt)],
  ]
  return (
    <dl className="zx-ch-figures">
      {figures.map(([label, value, more]) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>
            <strong>{value}</strong> {more ? <span className="zx-quiet">{more}</span> : null}
          </dd>
        </div>
      ))}
    </dl>
  )
}

function Settings({ account, kind }: { account: AccountDetail; kind: KindForm | undefined }) {
  const t = useText()
  const { time } = useFormats()
  const rate = rateText(account)
  const own = (kind?.fields ?? []).flatMap((field): DetailItem[] => {
    const value = account.settings[field.name]
    if (value === undefined || value === '') return []
    const option = field.options?.find((one) => one.value === value)
    const shown = typeof value === 'boolean' ? t(value ? '是' : '否', value ? 'Yes' : 'No') : String(value)
    return [
      {
        label: t(field.label),
        value: option ? t(option.label) : field.area ? <code>{shown}</code> : shown,
        wide: field.area === true,
      },
    ]
  })
  return (
    <Detail
      items={[
        { label: t('速率上限', 'Rate'), value: rate ? t(rate) : t('不限', 'None') },
        { label: t('单价', 'Price'), value: priceText(account.price) },
        {
          label: t('发送时段', 'Windows'),
          value:
            account.windows.length === 0
              ? t('全天', 'At any time')
              : account.windows
                  .map(
                    ({ days, from, until }) =>
                      `${days.length > 0 ? `${t('周', 'days ')}${days.join('、')} ` : ''}${from}–${until}`,
                  )
                  .join(';'),
        },
        {
          label: t('自动暂停', 'Rests after'),
          value: t(`连续失败 ${account.failuresMax} 次`, `${account.failuresMax} failures in a row`),
        },
        ...own,
        {
          label: t('密钥', 'Secrets'),
          value:
            account.secrets.length > 0
              ? t(`已保存 ${account.secrets.length} 项(不显示)`, `${account.secrets.length} kept, not shown`)
              : t('无', 'None'),
        },
        { label: t('创建', 'Created'), value: `${account.by} ${time(account.createdAt)}` },
        account.callback !== null && {
          label: t('回执地址(含凭证,请勿外传)', 'Address of receipts (holds a token: keep it)'),
          value: (
            <Typography.Text className="zx-ch-callback" copyable={{ text: account.callback }}>
              {account.callback.replace(/token=.*$/, 'token=••••••')}
            </Typography.Text>
          ),
          wide: true,
        },
      ]}
    />
  )
}

function SwitchButton({ account }: { account: AccountDetail }) {
  const t = useText()
  const confirm = useConfirmAct()
  const { id, name, version, state } = account
  const pause = state === 'on' || state === 'probing'
  const act = () =>
    confirm({
      title: pause ? t(`暂停“${name}”?`, `Pause ${name}?`) : t(`恢复“${name}”?`, `Resume ${name}?`),
      says: pause
        ? t(
            '暂停后本账号不再发送,排队中的消息顺延,直到手动恢复。',
            'Nothing goes out by it; queued messages wait until somebody resumes it.',
          )
        : t('恢复后立即按速率发送排队中的消息。', 'Queued messages go out at once, at its rate.'),
      ok: pause ? t('暂停', 'Pause') : t('恢复', 'Resume'),
      danger: pause,
      done: pause ? t('已暂停', 'Paused') : t('已恢复', 'Resumed'),
      run: async () => {
        await api.post(`/api/channels/accounts/${id}/switch`, { version, state: pause ? 'paused' : 'on' })
        await again()
      },
    })
  return (
    <Button danger={pause} onClick={act}>
      {pause ? t('暂停', 'Pause') : t('恢复', 'Resume')}
    </Button>
  )
}

function RemoveButton({ account }: { account: AccountDetail }) {
  const t = useText()
  const go = useNavigate()
  const confirm = useConfirmAct()
  const remove = () =>
    confirm({
      title: t(`删除账号“${account.name}”?`, `Delete the account ${account.name}?`),
      says: t(
        '账号、密钥、流量统计与未读的应用内消息将被删除,不能恢复。',
        'It goes for good, with its secrets, its traffic and what waits in the app.',
      ),
      ok: t('删除', 'Delete'),
      danger: true,
      typed: account.name,
      done: t('已删除', 'Deleted'),
      run: async () => {
        await api.delete(`/api/channels/accounts/${account.id}`)
        void go('/act/channels')
        await again()
      },
    })
  return (
    <Button danger onClick={remove}>
      {t('删除', 'Delete')}
    </Button>
  )
}

function Log({ id }: { id: string }) {
  const t = useText()
  const { second } = useFormats()
  const columns: Column<Sample>[] = [
    { key: 'at', title: text('时间', 'When'), width: 170, show: ({ at }) => second(at) },
    {
      key: 'outcome',
      title: text('结果', 'Outcome'),
      width: 130,
      show: ({ outcome, test }) => (
        <>
          <Tag color={outcomeColours[outcome] ?? 'success'}>{t(outcomeNames[outcome] ?? text(outcome, outcome))}</Tag>
          {test ? <Tag>{t('测试', 'Test')}</Tag> : null}
        </>
      ),
      text: ({ outcome }) => sayNow()(outcomeNames[outcome] ?? text(outcome, outcome)),
    },
    { key: 'code', title: text('代码', 'Code'), width: 200, show: ({ code }) => <code>{code}</code> },
    { key: 'says', title: text('说明', 'Words') },
    { key: 'key', title: text('消息', 'Message'), width: 260, show: ({ key }) => <code>{key}</code> },
  ]
  return (
    <section aria-labelledby="zx-ch-log">
      <h2 id="zx-ch-log" className="zx-ch-h2">
        {t('最近的失败与测试', 'Last failures and tests')}
      </h2>
      <DataTable<Sample>
        id="channel-log"
        label={text('最近的失败与测试', 'Last failures and tests')}
        url={`/api/channels/accounts/${id}/log`}
        columns={columns}
        rowKey={(one) => one.id}
        search={text('搜索代码、说明、消息', 'Search code, words, message')}
        filters={[{ key: 'outcome', title: text('结果', 'Outcome'), kind: 'choice', options: optionsOf(outcomeNames) }]}
        sort="-id"
        empty={
          <Empty
            title={t('没有失败', 'No failures')}
            hint={t('每批只留样几条;不含客户地址', 'A few of each set are kept; no addresses')}
          />
        }
      />
    </section>
  )
}
