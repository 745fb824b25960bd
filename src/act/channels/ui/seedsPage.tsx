import { PlusOutlined } from '@ant-design/icons'
import { Button } from 'antd'
import { useState } from 'react'
import { api } from '../../../console/kit/api.ts'
import { useConfirmAct } from '../../../console/kit/confirmAct.tsx'
import { DataTable } from '../../../console/kit/dataTable.tsx'
import { useFormats } from '../../../console/kit/format.ts'
import { FormDrawer } from '../../../console/kit/formDrawer.tsx'
import { PageHead } from '../../../console/kit/pageHead.tsx'
import { Can, useCan, useSession } from '../../../console/kit/session.tsx'
import { Empty } from '../../../console/kit/states.tsx'
import type { Column } from '../../../console/kit/tableView.tsx'
import { sayNow, text, useText } from '../../../console/kit/text.ts'
import { refresh } from '../../../console/kit/useApi.ts'
import { OrgPicker } from '../../../govern/orgs/ui/orgPicker.tsx'
import { NewSeed, type Seed } from '../contract.ts'
import { channelNames, optionsOf } from './words.ts'

const testable = optionsOf(channelNames).filter(({ value }) =>
  ['sms', 'email', 'push', 'wechat', 'wecom', 'call', 'webhook'].includes(value),
)

export function SeedsPage() {
  const t = useText()
  const can = useCan()
  const { me } = useSession()
  const { time } = useFormats()
  const confirm = useConfirmAct()
  const [making, setMaking] = useState(false)
  const create = (
    <Can needs="channels.seed.edit">
      <Button type="primary" icon={<PlusOutlined aria-hidden />} onClick={() => setMaking(true)}>
        {t('添加地址', 'Add an address')}
      </Button>
    </Can>
  )
  const columns: Column<Seed>[] = [
    { key: 'name', title: text('姓名', 'Name'), sort: true, width: 180 },
    {
      key: 'channel',
      title: text('渠道', 'Channel'),
      width: 140,
      show: ({ channel }) => t(channelNames[channel]),
      text: ({ channel }) => sayNow()(channelNames[channel]),
    },
    { key: 'masked', title: text('地址', 'Address'), show: ({ masked }) => <code>{masked}</code> },
    {
      key: 'org',
      title: text('机构', 'Organisation'),
      width: 160,
      show: ({ org }) => org.name,
      text: ({ org }) => org.name,
    },
    { key: 'by', title: text('添加人', 'Added by'), width: 120 },
    {
      key: 'createdAt',
      title: text('添加时间', 'Added'),
      sort: true,
      width: 160,
      show: ({ createdAt }) => time(createdAt),
    },
  ]
  const remove = (seed: Seed) =>
    confirm({
      title: t(`移除“${seed.name}”?`, `Remove ${seed.name}?`),
      says: t('之后不能再向该地址测试发送。', 'No more tests go there.'),
      ok: t('移除', 'Remove'),
      danger: true,
      done: t('已移除', 'Removed'),
      run: async () => {
        await api.delete(`/api/channels/seeds/${seed.id}`)
        await refresh('/api/channels/seeds')
      },
    })
  return (
    <>
      <PageHead
        title={t('种子名单', 'Seed list')}
        hint={t(
          '行内人员的测试地址:测试发送只能发到这里。地址加密保存。',
          'Addresses of the bank’s own people: tests go nowhere else. They are kept sealed.',
        )}
      >
        {create}
      </PageHead>
      <DataTable<Seed>
        id="seeds"
        label={text('种子名单', 'Seed list')}
        url="/api/channels/seeds"
        columns={columns}
        rowKey={({ id }) => id}
        search={text('搜索姓名', 'Search name')}
        filters={[{ key: 'channel', title: text('渠道', 'Channel'), kind: 'choice', options: testable }]}
        sort="-createdAt"
        acts={(seed) =>
          can('channels.seed.edit')
            ? [{ key: 'remove', label: t('移除', 'Remove'), danger: true, run: () => remove(seed) }]
            : []
        }
        empty={
          <Empty
            title={t('还没有种子地址', 'No addresses yet')}
            hint={t(
              '添加同事的手机号或邮箱,用来测试渠道',
              'Add mobiles or mail addresses of colleagues to try channels with',
            )}
          >
            {create}
          </Empty>
        }
      />
      <FormDrawer
        open={making}
        title={t('添加种子地址', 'Add an address')}
        close={() => setMaking(false)}
        schema={NewSeed}
        initial={{ org: me.scopeNow?.id ?? me.org.id, channel: 'sms' }}
        parts={[
          { name: 'name', label: text('姓名', 'Name') },
          { name: 'channel', label: text('渠道', 'Channel'), options: testable },
          {
            name: 'address',
            label: text('地址', 'Address'),
            placeholder: text('手机号、邮箱、OpenID…', 'Mobile, mail, OpenID…'),
          },
          { name: 'org', label: text('归属机构', 'Organisation'), widget: <OrgPicker /> },
        ]}
        submit={text('添加', 'Add')}
        save={async (values) => {
          await api.post('/api/channels/seeds', values)
          await refresh('/api/channels/seeds')
        }}
      />
    </>
  )
}
