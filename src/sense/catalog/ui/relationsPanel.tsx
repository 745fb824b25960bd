import { PlusOutlined } from '@ant-design/icons'
import { Button } from 'antd'
import { useState } from 'react'
import { Link } from 'react-router'
import { api } from '../../../console/kit/api.ts'
import { useConfirmAct } from '../../../console/kit/confirmAct.tsx'
import { FormDrawer } from '../../../console/kit/formDrawer.tsx'
import { Can, useCan } from '../../../console/kit/session.tsx'
import { Empty } from '../../../console/kit/states.tsx'
import { type Column, type RowAct, TableView } from '../../../console/kit/tableView.tsx'
import { text, useText } from '../../../console/kit/text.ts'
import { refresh, useApi } from '../../../console/kit/useApi.ts'
import { type EntityDetail, type EntityModel, NewRelation, type Relation } from '../contract.ts'

export function RelationsPanel({ entity }: { entity: EntityDetail }) {
  const t = useText()
  const can = useCan()
  const confirm = useConfirmAct()
  const [adding, setAdding] = useState(false)
  const model = useApi<EntityModel>('/api/catalog/entities')
  const names = new Map(model.data?.items.map(({ type, zh, en }) => [type, t(zh, en)]))
  const remove = (one: Relation) =>
    confirm({
      title: t(`删除关系“${one.zh}”?`, `Remove the relation “${one.en}”?`),
      says: t('数据不受影响,可以重新建立。', 'No data changes, and it can be made again.'),
      ok: t('删除', 'Remove'),
      danger: true,
      async run() {
        await api.delete(`/api/catalog/entities/${one.entity}/relations/${one.name}`)
        await refresh('/api/catalog/entities')
      },
      done: t('已删除', 'Removed'),
    })
  const acts = (one: Relation): RowAct[] =>
    one.builtIn ? [] : [{ key: 'remove', label: t('删除', 'Remove'), danger: true, run: () => remove(one) }]
  const columns: Column<Relation>[] = [
    {
      key: 'sentence',
      title: text('关系', 'Relation'),
      show: ({ entity: from, target, zh, en }) => (
        <>
          <TypeName type={from} here={entity.type} names={names} /> <strong>{t(zh, en)}</strong>{' '}
          <TypeName type={target} here={entity.type} names={names} />
        </>
      ),
    },
    { key: 'name', title: text('编码', 'Code'), show: ({ name }) => <code>{name}</code> },
    {
      key: 'cardinality',
      title: text('数量', 'How many'),
      show: ({ cardinality }) => (cardinality === 'many' ? t('一对多', 'Many') : t('一个', 'One')),
    },
    {
      key: 'via',
      title: text('关联属性', 'Joined by'),
      show: ({ via, cardinality, entity: from, target }) => (
        <code>{`${cardinality === 'one' ? from : target}.${via}`}</code>
      ),
    },
    {
      key: 'builtIn',
      title: text('来源', 'Source'),
      show: ({ builtIn }) => (builtIn ? t('内置', 'Built in') : t('自定义', 'Custom')),
    },
  ]
  return (
    <div className="zx-panel zx-panel-flush">
      <Can needs="catalog.entity.edit">
        <div className="zx-tools">
          <div className="zx-tools-rest">
            <Button type="primary" icon={<PlusOutlined aria-hidden />} onClick={() => setAdding(true)}>
              {t('新增关系', 'Add a relation')}
            </Button>
          </div>
        </div>
      </Can>
      <TableView
        label={t('关系', 'Relations')}
        columns={columns}
        rows={entity.relations}
        rowKey={({ entity: from, name }) => `${from}.${name}`}
        acts={can('catalog.entity.edit') ? acts : undefined}
        empty={<Empty title={t('还没有关系', 'No relations yet')} />}
      />
      <FormDrawer
        open={adding}
        title={t(`新增关系:${entity.zh}`, `Add a relation of ${entity.en}`)}
        close={() => setAdding(false)}
        schema={NewRelation}
        initial={{ cardinality: 'many' }}
        parts={[
          {
            name: 'target',
            label: text('与谁关联', 'To'),
            widget: 'choice',
            options: (model.data?.items ?? []).map(({ type, zh, en }) => ({ value: type, label: text(zh, en) })),
          },
          {
            name: 'cardinality',
            label: text('数量', 'How many'),
            options: [
              { value: 'many', label: text('多个', 'Many') },
              { value: 'one', label: text('一个', 'One') },
            ],
          },
          { name: 'zh', label: text('中文说法', 'In Chinese'), placeholder: text('例如:持有', '持有') },
          { name: 'en', label: text('英文说法', 'In English'), placeholder: text('holds', 'holds') },
          {
            name: 'name',
            label: text('编码', 'Code'),
            help: text('小写字母、数字、下划线', 'Lower-case letters, digits, underscore'),
          },
          {
            name: 'via',
            label: text('关联属性', 'Joined by'),
            help: text(
              '多个:对方记录中存放本实体编号的属性;一个:本实体中存放对方编号的属性',
              'Many: the attribute of the other that holds this one’s number. One: the attribute here that holds the other’s',
            ),
          },
        ]}
        submit={text('新增', 'Add')}
        save={async (values) => {
          await api.post(`/api/catalog/entities/${entity.type}/relations`, values)
          await refresh('/api/catalog/entities')
        }}
      />
    </div>
  )
}

function TypeName({ type, here, names }: { type: string; here: string; names: ReadonlyMap<string, string> }) {
  const name = names.get(type) ?? type
  return type === here ? <span>{name}</span> : <Link to={`/sense/entities/${type}?tab=relations`}>{name}</Link>
}
