import { PlusOutlined } from '@ant-design/icons'
import { Button, Tag } from 'antd'
import { useState } from 'react'
import { api } from '../../../console/kit/api.ts'
import { DataTable } from '../../../console/kit/dataTable.tsx'
import { FormDrawer } from '../../../console/kit/formDrawer.tsx'
import type { FormPart } from '../../../console/kit/schemaForm.tsx'
import { Can, useCan } from '../../../console/kit/session.tsx'
import type { Column } from '../../../console/kit/tableView.tsx'
import { text, useText } from '../../../console/kit/text.ts'
import { refresh } from '../../../console/kit/useApi.ts'
import { junkForAll, type Kind, KindEdit, NewKind } from '../contract.ts'
import { overflowNames, personalNames, strengthNames } from './words.ts'

export function KindsPanel() {
  const t = useText()
  const can = useCan()
  const [adding, setAdding] = useState(false)
  const [editing, setEditing] = useState<Kind>()
  const columns: Column<Kind>[] = [
    {
      key: 'name',
      title: text('名称', 'Name'),
      width: 170,
      show: ({ name, enabled }) => (
        <>
          {t(name)} {enabled ? null : <Tag>{t('已停用', 'Disabled')}</Tag>}
        </>
      ),
      text: ({ name }) => t(name),
    },
    { key: 'id', title: text('编码', 'Code'), sort: true, width: 150, show: ({ id }) => <code>{id}</code> },
    { key: 'priority', title: text('优先级', 'Priority'), sort: true, align: 'right', width: 90 },
    {
      key: 'strength',
      title: text('强度', 'Strength'),
      width: 90,
      show: ({ strength }) => (
        <Tag color={strength === 'strong' ? 'warning' : undefined}>{t(strengthNames[strength])}</Tag>
      ),
      text: ({ strength }) => t(strengthNames[strength]),
    },
    {
      key: 'many',
      title: text('每客户数量', 'A customer holds'),
      width: 130,
      show: ({ many, limit }) => held(t, many, limit),
      text: ({ many, limit }) => held(t, many, limit),
    },
    {
      key: 'overflow',
      title: text('超出时', 'One more'),
      show: ({ overflow }) => t(overflowNames[overflow]),
      text: ({ overflow }) => t(overflowNames[overflow]),
    },
    {
      key: 'personal',
      title: text('性质', 'Nature'),
      width: 190,
      show: ({ personal, shared }) => (
        <>
          {personal ? <Tag color="processing">{t('个人信息·加密', 'Personal, sealed')}</Tag> : null}
          {shared ? <Tag>{t('可多人共用', 'Shared')}</Tag> : null}
          {personal || shared ? null : '—'}
        </>
      ),
      text: ({ personal, shared }) => [personal, shared ? 'shared' : ''].filter(Boolean).join(' '),
    },
  ]
  return (
    <>
      <div className="zx-id-bar">
        <span className="zx-quiet">
          {t(
            '一条数据带有多个身份时,强身份在先、优先级数字小的在先,决定数据归谁。',
            'Of several identities in one message, strong ones and then those of the smallest priority decide whose it is.',
          )}
        </span>
        <Can needs="identity.kind.edit">
          <Button icon={<PlusOutlined aria-hidden />} onClick={() => setAdding(true)}>
            {t('新建身份类型', 'New kind')}
          </Button>
        </Can>
      </div>
      <DataTable<Kind>
        id="identity-kinds"
        label={text('身份类型', 'Kinds of identity')}
        url="/api/identity/kinds"
        columns={columns}
        rowKey={({ id }) => id}
        search={text('搜索名称或编码', 'Search name or code')}
        sort="priority"
        acts={(row) => [
          {
            key: 'edit',
            label: can('identity.kind.edit') ? t('编辑', 'Edit') : t('查看', 'Look'),
            run: () => setEditing(row),
          },
        ]}
      />
      <FormDrawer
        open={adding}
        title={t('新建身份类型', 'New kind of identity')}
        close={() => setAdding(false)}
        size={560}
        schema={NewKind}
        initial={{ strength: 'weak', many: true, limit: 20, priority: 75, overflow: 'replace-oldest', shared: false, enabled: true, junk: [] }} // biome-ignore format: a record
        parts={[...newParts, ...parts]}
        submit={text('创建', 'Create')}
        save={async (values) => {
          await api.post('/api/identity/kinds', tidy(values))
          await refresh('/api/identity/kinds')
        }}
      />
      <FormDrawer
        key={editing ? `${editing.id}${editing.version}` : 'none'}
        open={editing !== undefined}
        title={editing ? t(editing.name) : ''}
        close={() => setEditing(undefined)}
        size={560}
        schema={KindEdit}
        initial={editing && { ...editing, limit: editing.limit ?? undefined }}
        parts={parts}
        readOnly={!can('identity.kind.edit')}
        submit={text('保存', 'Save')}
        reload={() => void refresh('/api/identity/kinds')}
        save={async (values) => {
          await api.put(`/api/identity/kinds/${editing?.id}`, { ...tidy(values), version: editing?.version })
          await refresh('/api/identity')
        }}
      />
    </>
  )
}

function held(t: ReturnType<typeof useText>, many: boolean, limit: number | null): string {
  if (!many) return t('一个', 'One')
  return limit === null ? t('不限', 'Any number') : t(`至多 ${limit} 个`, `Up to ${limit}`)
}

/** Of a kind of which one is held there is no limit to send. */
function tidy(values: Record<string, unknown>): Record<string, unknown> {
  return { ...values, junk: values.junk ?? [], limit: values.many ? (values.limit ?? null) : null }
}

const newParts: FormPart[] = [
  {
    name: 'id',
    label: text('编码', 'Code'),
    help: text('上报数据时使用,创建后不能修改', 'As senders write it; it cannot be changed later'),
    wide: true,
  },
  {
    name: 'personal',
    label: text('个人信息', 'Personal data'),
    help: text('选择后加密保存、脱敏显示,创建后不能修改', 'Kept sealed and shown masked; it cannot be changed later'),
    widget: 'choice',
    options: Object.entries(personalNames).map(([value, label]) => ({ value, label })),
  },
]

const parts: FormPart[] = [
  { name: 'name.zh', label: text('中文名称', 'Chinese name') },
  { name: 'name.en', label: text('英文名称', 'English name') },
  {
    name: 'strength',
    label: text('强度', 'Strength'),
    help: text(
      '强身份确定指向一个人:两位都有强身份的客户不会自动合并',
      'A strong one names one person for certain: two who each hold one are never merged by themselves',
    ),
    options: [
      { value: 'strong', label: strengthNames.strong },
      { value: 'weak', label: strengthNames.weak },
    ],
  },
  {
    name: 'priority',
    label: text('优先级', 'Priority'),
    help: text(
      '数字小的先决定事件归谁;强身份总在弱身份之前',
      'The smallest decides whose an event is; strong ones always stand before weak ones',
    ),
  },
  {
    name: 'overflow',
    label: text('超出数量时', 'One more than allowed'),
    options: Object.entries(overflowNames).map(([value, label]) => ({ value, label })),
  },
  { name: 'many', label: text('一个客户可有多个', 'A customer may hold several') },
  {
    name: 'limit',
    label: text('数量上限', 'At most'),
    help: text('可有多个时适用,留空为不限', 'Where several may be held; empty for no limit'),
  },
  {
    name: 'shared',
    label: text('可多人共用', 'Used by several people'),
    help: text(
      '如设备:后来登录的人不会与前一位合并,也不产生冲突',
      'A device, say: the next to log in is not merged with the last one, nor asked about',
    ),
  },
  {
    name: 'enabled',
    label: text('启用', 'Enabled'),
    help: text('停用后忽略新到的这类身份,已关联的保留', 'When off, arriving ones are ignored and what is linked stays'),
  },
  {
    name: 'junk',
    label: text('垃圾标识', 'Values that name nobody'),
    help: text(
      `此外始终忽略全零值和:${junkForAll.slice(0, 16).join('、')} 等`,
      `Always ignored as well: all zeros, and ${junkForAll.slice(0, 16).join(', ')} and the like`,
    ),
    wide: true,
  },
]
