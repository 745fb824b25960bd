import { PlusOutlined } from '@ant-design/icons'
import { Button, Tag } from 'antd'
import { useState } from 'react'
import { useNavigate } from 'react-router'
import { api } from '../../../console/kit/api.ts'
import { DataTable } from '../../../console/kit/dataTable.tsx'
import { useFormats } from '../../../console/kit/format.ts'
import { FormDrawer } from '../../../console/kit/formDrawer.tsx'
import { PageHead } from '../../../console/kit/pageHead.tsx'
import { Can } from '../../../console/kit/session.tsx'
import type { Column } from '../../../console/kit/tableView.tsx'
import { sayNow, text, useText } from '../../../console/kit/text.ts'
import { refresh } from '../../../console/kit/useApi.ts'
import { type CodeSet, NewCodeSet } from '../contract.ts'

export function CodesPage() {
  const t = useText()
  const navigate = useNavigate()
  const { time, number } = useFormats()
  const [adding, setAdding] = useState(false)
  const columns: Column<CodeSet>[] = [
    {
      key: 'name',
      title: text('名称', 'Name'),
      show: ({ name }) => t(name),
      text: ({ name }) => sayNow()(name),
      width: 180,
    },
    { key: 'set', title: text('编码', 'Code'), sort: true, show: ({ set }) => <code>{set}</code>, width: 180 },
    {
      key: 'description',
      title: text('说明', 'Description'),
      show: ({ description }) => t(description),
      text: ({ description }) => sayNow()(description),
    },
    {
      key: 'builtIn',
      title: text('类别', 'Kind'),
      width: 100,
      show: ({ builtIn }) => (
        <Tag color={builtIn ? 'processing' : undefined}>{builtIn ? t('内置', 'Built in') : t('自定义', 'Custom')}</Tag>
      ),
    },
    { key: 'values', title: text('码值数', 'Values'), align: 'right', width: 90, show: ({ values }) => number(values) },
    {
      key: 'version',
      title: text('版本', 'Version'),
      width: 150,
      show: ({ version, hasDraft }) => (
        <>
          {version === null ? <span className="zx-quiet">{t('未发布', 'None yet')}</span> : `v${version}`}{' '}
          {hasDraft ? <Tag color="warning">{t('有草稿', 'Draft')}</Tag> : null}
        </>
      ),
      text: ({ version }) => version,
    },
    {
      key: 'publishedAt',
      title: text('发布时间', 'Published'),
      width: 150,
      show: ({ publishedAt }) => time(publishedAt),
    },
    { key: 'publishedBy', title: text('发布人', 'By'), hidden: true },
    { key: 'owner', title: text('使用方', 'Read by'), hidden: true, show: ({ owner }) => owner ?? '—' },
  ]
  return (
    <>
      <PageHead
        title={t('码值', 'Code values')}
        hint={t(
          '证件类型、客户等级等统一取值。修改先存为草稿,发布后成为新版本。',
          'Agreed values such as kinds of certificate. Changes are kept as a draft and become a new version when published.',
        )}
      >
        <Can needs="system.code.edit">
          <Button type="primary" icon={<PlusOutlined aria-hidden />} onClick={() => setAdding(true)}>
            {t('新建码值集', 'New set')}
          </Button>
        </Can>
      </PageHead>
      <DataTable<CodeSet>
        id="codes"
        label={text('码值集', 'Sets of code values')}
        url="/api/system/codes"
        columns={columns}
        rowKey={({ set }) => set}
        search={text('搜索名称或编码', 'Search name or code')}
        sort="set"
        href={({ set }) => `/govern/codes/${set}`}
      />
      <FormDrawer
        open={adding}
        title={t('新建码值集', 'New set')}
        close={() => setAdding(false)}
        schema={NewCodeSet}
        parts={[
          {
            name: 'set',
            label: text('编码', 'Code'),
            help: text(
              '小写字母、数字、下划线,创建后不能修改',
              'Lower-case letters, digits, underscore; it cannot be changed later',
            ),
            wide: true,
          },
          { name: 'name.zh', label: text('中文名称', 'Chinese name') },
          { name: 'name.en', label: text('英文名称', 'English name') },
          { name: 'description.zh', label: text('中文说明', 'Chinese description'), widget: 'area' },
          { name: 'description.en', label: text('英文说明', 'English description'), widget: 'area' },
        ]}
        submit={text('创建', 'Create')}
        save={async (values) => {
          const made = await api.post<CodeSet>('/api/system/codes', values)
          await refresh('/api/system/codes')
          void navigate(`/govern/codes/${made.set}`)
        }}
      />
    </>
  )
}
