import { Button, Tabs, Tag } from 'antd'
import { useState } from 'react'
import { useParams, useSearchParams } from 'react-router'
import { api } from '../../../console/kit/api.ts'
import { DataTable } from '../../../console/kit/dataTable.tsx'
import { useFormats } from '../../../console/kit/format.ts'
import { FormDrawer } from '../../../console/kit/formDrawer.tsx'
import { PageHead } from '../../../console/kit/pageHead.tsx'
import { Can } from '../../../console/kit/session.tsx'
import { Answer, Empty } from '../../../console/kit/states.tsx'
import type { Column } from '../../../console/kit/tableView.tsx'
import { text, useText } from '../../../console/kit/text.ts'
import { refresh, useApi } from '../../../console/kit/useApi.ts'
import { type EntityDetail, EntityEdit, type Item } from '../contract.ts'
import { AttributesPanel } from './attributesPanel.tsx'
import { RelationsPanel } from './relationsPanel.tsx'
import './catalog.css'

export function EntityPage() {
  const { type = '' } = useParams()
  const asked = useApi<EntityDetail>(`/api/catalog/entities/${encodeURIComponent(type)}`)
  return <Answer of={asked}>{(entity) => <Sheet key={entity.type} entity={entity} />}</Answer>
}

function Sheet({ entity }: { entity: EntityDetail }) {
  const t = useText()
  const [params, setParams] = useSearchParams()
  const [editing, setEditing] = useState(false)
  const { type, zh, en, description, builtIn, items } = entity
  return (
    <>
      <PageHead
        title={t(zh, en)}
        back="/sense/entities"
        hint={description || undefined}
        tags={
          <>
            <code>{type}</code>
            {builtIn ? <Tag>{t('内置', 'Built in')}</Tag> : null}
          </>
        }
      >
        <Can needs="catalog.entity.edit">
          <Button onClick={() => setEditing(true)}>{t('编辑', 'Edit')}</Button>
        </Can>
      </PageHead>
      <Tabs
        activeKey={params.get('tab') ?? 'attributes'}
        onChange={(tab) => setParams(tab === 'attributes' ? {} : { tab }, { replace: true })}
        destroyOnHidden
        items={[
          {
            key: 'attributes',
            label: t('属性', 'Attributes'),
            children: <AttributesPanel entity={entity} />,
          },
          { key: 'relations', label: t('关系', 'Relations'), children: <RelationsPanel entity={entity} /> },
          ...(items === null
            ? []
            : [{ key: 'items', label: t('数据', 'Rows'), children: <Items type={type} entity={entity} /> }]),
        ]}
      />
      <FormDrawer
        open={editing}
        title={t('编辑实体类型', 'Edit the type')}
        close={() => setEditing(false)}
        edit
        schema={EntityEdit}
        initial={{ zh, en, description }}
        parts={[
          { name: 'zh', label: text('中文名', 'Chinese name') },
          { name: 'en', label: text('英文名', 'English name') },
          { name: 'description', label: text('说明', 'Description'), widget: 'area' },
        ]}
        submit={text('保存', 'Save')}
        save={async (values) => {
          await api.patch(`/api/catalog/entities/${type}`, { ...values, version: entity.version })
          await refresh('/api/catalog/entities')
        }}
        reload={() => void refresh('/api/catalog/entities')}
      />
    </>
  )
}

function Items({ type, entity }: { type: string; entity: EntityDetail }) {
  const t = useText()
  const { time } = useFormats()
  const columns: Column<Item>[] = [
    { key: 'id', title: text('编号', 'Id'), sort: true, width: 180, show: ({ id }) => <code>{id}</code> },
    {
      key: 'values',
      title: text('属性值', 'Values'),
      show: ({ values }) => <Values values={values} entity={entity} />,
      text: ({ values }) => JSON.stringify(values),
    },
    {
      key: 'updatedAt',
      title: text('更新时间', 'Updated'),
      sort: true,
      width: 150,
      show: ({ updatedAt }) => time(updatedAt),
    },
    { key: 'source', title: text('来源', 'Source'), hidden: true },
  ]
  return (
    <DataTable<Item>
      id={`items-${type}`}
      label={text('数据', 'Rows')}
      url={`/api/catalog/entities/${type}/items`}
      columns={columns}
      rowKey={({ id }) => id}
      search={text('搜索编号或属性值', 'Search id or value')}
      sort="-updatedAt"
      empty={
        <Empty
          title={t('还没有数据', 'No rows yet')}
          hint={t('由 SDK 的 item_set 上报,或通过数据导入写入', 'They come by item_set of the SDKs, or by an import')}
        />
      }
    />
  )
}

const mostValues = 8

function Values({ values, entity }: { values: Item['values']; entity: EntityDetail }) {
  const t = useText()
  const labels = new Map(entity.own.map(({ name, zh, en }) => [name, t(zh || name, en || name)]))
  const all = Object.entries(values)
  return (
    <div className="zx-cat-values" title={all.length > mostValues ? JSON.stringify(values) : undefined}>
      {all.slice(0, mostValues).map(([name, value]) => (
        <span key={name}>
          <span className="zx-quiet">{labels.get(name) ?? name}</span> {said(value)}
        </span>
      ))}
      {all.length > mostValues ? (
        <span className="zx-quiet">{t(`等 ${all.length} 项`, `and ${all.length - mostValues} more`)}</span>
      ) : null}
    </div>
  )
}

function said(value: unknown): string {
  const written = typeof value === 'string' ? value : JSON.stringify(value)
  return written.length > 80 ? `${written.slice(0, 80)}…` : written
}
