import { App, Select } from 'antd'
import { Type } from 'typebox'
import { api } from '../../../console/kit/api.ts'
import { DayPicker } from '../../../console/kit/dayPicker.tsx'
import { FormDrawer } from '../../../console/kit/formDrawer.tsx'
import type { FormPart } from '../../../console/kit/schemaForm.tsx'
import { text, useText } from '../../../console/kit/text.ts'
import { refresh, useApi } from '../../../console/kit/useApi.ts'
import { BarUpload, Channel, NewBar, type Policy, type Uploaded } from '../contract.ts'
import { barNames, channelChoices, classChoices } from './words.ts'

const kinds = (['blacklist', 'opt-out', 'automated'] as const).map((value) => ({ value, label: barNames[value] }))
const initial = { kind: 'blacklist', classes: ['marketing', 'service'] }

const about: readonly FormPart[] = [
  { name: 'kind', label: text('名单', 'List'), options: kinds },
  {
    name: 'channel',
    label: text('渠道', 'Channel'),
    widget: 'choice',
    options: channelChoices,
    help: text('留空为全部渠道', 'All when empty'),
  },
  {
    name: 'classes',
    label: text('消息类别', 'Classes'),
    options: classChoices,
    help: text('监管类与交易类一般不应拦下', 'Notices that must arrive are seldom stopped'),
    wide: true,
  },
  {
    name: 'reason',
    label: text('原因', 'Why'),
    placeholder: text('例如:客户来电投诉', 'For example: complained by phone'),
    wide: true,
  },
  {
    name: 'expiresAt',
    label: text('到期日', 'Until'),
    widget: <DayPicker future />,
    help: text('留空为长期', 'For good when empty'),
    wide: true,
  },
]

/** What the server takes, where an empty channel means all of them. */
const withChannel = (values: Record<string, unknown>) => ({ ...values, channel: values.channel ?? null })

const One = Type.Object({ ...NewBar.properties, channel: Type.Optional(Channel) })
const Many = Type.Object({ ...BarUpload.properties, channel: Type.Optional(Channel) })

type DrawerProps = { open: boolean; close: () => void }

export function AddDrawer({ open, close }: DrawerProps) {
  const t = useText()
  const { message } = App.useApp()
  return (
    <FormDrawer
      open={open}
      title={t('添加到名单', 'Put a customer on a list')}
      close={close}
      schema={One}
      initial={initial}
      parts={[
        {
          name: 'who',
          label: text('客户', 'Customer'),
          placeholder: text('客户号、手机号等完整标识', 'A whole identity: customer number, mobile …'),
          wide: true,
        },
        ...about,
      ]}
      submit={text('添加', 'Add')}
      said={false}
      save={async (values) => {
        const { added } = await api.post<{ added: number }>('/api/contact/lists', withChannel(values))
        await refresh('/api/contact')
        message.success(added > 0 ? t('已添加,立即生效', 'Added; it holds at once') : t('已在名单中', 'Listed already'))
      }}
    />
  )
}

export function UploadDrawer({ open, close }: DrawerProps) {
  const t = useText()
  const { modal } = App.useApp()
  const { data } = useApi<Policy>('/api/contact/policy', {}, { enabled: open })
  const told = ({ lines, added, already, unknown, unknownLines }: Uploaded) =>
    modal.info({
      title: t('导入完成', 'Imported'),
      content: (
        <>
          <p>
            {t(
              `共 ${lines} 条:新增 ${added} 位客户,已在名单或重复 ${already} 位,找不到 ${unknown} 条。`,
              `${lines} lines: ${added} customers added, ${already} listed already, ${unknown} name nobody.`,
            )}
          </p>
          {unknown > 0 ? (
            <p className="zx-quiet">
              {t('找不到的行号:', 'Lines that name nobody: ')}
              {unknownLines.join(', ')}
              {unknown > unknownLines.length ? ' …' : ''}
            </p>
          ) : null}
        </>
      ),
    })
  return (
    <FormDrawer
      open={open}
      title={t('批量导入名单', 'Import a list')}
      close={close}
      schema={Many}
      initial={{ ...initial, kind: 'opt-out', classes: ['marketing'] }}
      parts={[
        {
          name: 'text',
          label: text('客户标识', 'Identities'),
          widget: 'area',
          placeholder: text(
            '每行一个:客户号、手机号、邮箱……可从 Excel 整列粘贴',
            'One a line: paste a column of a sheet',
          ),
          help: text(
            '与下面的客群二选一;只在本机构可见的客户中查找',
            'Or a segment below; only customers you may see are found',
          ),
          wide: true,
        },
        {
          name: 'segment',
          label: text('或客群成员', 'Or members of a segment'),
          widget: (
            <Select
              allowClear
              showSearch={{ optionFilterProp: 'label' }}
              placeholder={t('选择客群', 'Choose a segment')}
              options={(data?.segments ?? []).map(({ id, name }) => ({ value: id, label: name }))}
            />
          ),
          wide: true,
        },
        ...about,
      ]}
      submit={text('导入', 'Import')}
      said={false}
      save={async (values) => {
        const answer = await api.post<Uploaded>('/api/contact/lists/upload', withChannel(values))
        await refresh('/api/contact')
        told(answer)
      }}
    />
  )
}
