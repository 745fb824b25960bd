import { PlusOutlined } from '@ant-design/icons'
import { Button, Input, Tag } from 'antd'
import { useState } from 'react'
import { useNavigate } from 'react-router'
import { api } from '../../../console/kit/api.ts'
import { useAct } from '../../../console/kit/confirmAct.tsx'
import { useFormats } from '../../../console/kit/format.ts'
import { FormDrawer } from '../../../console/kit/formDrawer.tsx'
import { Can, useCan } from '../../../console/kit/session.tsx'
import { Empty } from '../../../console/kit/states.tsx'
import { type Column, type RowAct, TableView } from '../../../console/kit/tableView.tsx'
import { type Text, text, useText } from '../../../console/kit/text.ts'
import { refresh, useApi } from '../../../console/kit/useApi.ts'
import { type Attribute, AttributeEdit, type EntityDetail, NewAttribute, type Unfit } from '../contract.ts'
import { NameCell, TypeCell, valueParts } from './valueForm.tsx'
import { propertyStateNames } from './words.ts'

const sourceNames: Record<Attribute['source'], Text> = {
  'built-in': text('内置', 'Built in'),
  console: text('自定义', 'Custom'),
  discovered: text('上报发现', 'Discovered'),
}
const again = () => refresh('/api/catalog/entities')

export function AttributesPanel({ entity }: { entity: EntityDetail }) {
  const t = useText()
  const can = useCan()
  const act = useAct()
  const misfits = useApi<Unfit>(`/api/catalog/entities/${encodeURIComponent(entity.type)}/unfit`)
  const unfit = new Map(misfits.data?.items.map((one) => [one.attribute, one.rows]))
  const [words, setWords] = useState('')
  const [edited, setEdited] = useState<Attribute | 'new'>()
  const asked = words.trim().toLowerCase()
  const shown = entity.own.filter(({ name, zh, en }) => `${name} ${zh} ${en}`.toLowerCase().includes(asked))
  const become = (one: Attribute, state: 'active' | 'ignored', said: string) =>
    void act(async () => {
      await api.patch(`/api/catalog/entities/${entity.type}/attributes`, {
        name: one.name,
        version: one.version,
        state,
      })
      await again()
    }, said)
  const navigate = useNavigate()
  const acts = (one: Attribute): RowAct[] => [
    {
      key: 'lineage',
      label: t('血缘', 'Lineage'),
      run: () => void navigate(`/sense/lineage?kind=attribute&id=${encodeURIComponent(`${entity.type} ${one.name}`)}`),
    },
    ...(!can('catalog.entity.edit') ? [] : editActs(one)),
  ]
  const editActs = (one: Attribute): RowAct[] => [
    ...(one.state === 'active'
      ? []
      : [{ key: 'accept', label: t('接受', 'Accept'), run: () => become(one, 'active', t('已接受', 'Accepted')) }]),
    { key: 'edit', label: t('编辑', 'Edit'), run: () => setEdited(one) },
    ...(one.state === 'proposed'
      ? [{ key: 'ignore', label: t('忽略', 'Ignore'), run: () => become(one, 'ignored', t('已忽略', 'Ignored')) }]
      : []),
  ]
  return (
    <div className="zx-panel zx-panel-flush">
      <div className="zx-tools">
        <Input
          className="zx-tools-search"
          allowClear
          placeholder={t('搜索属性', 'Search attributes')}
          aria-label={t('搜索属性', 'Search attributes')}
          value={words}
          onChange={({ target }) => setWords(target.value)}
        />
        <div className="zx-tools-rest">
          <Can needs="catalog.entity.edit">
            <Button type="primary" icon={<PlusOutlined aria-hidden />} onClick={() => setEdited('new')}>
              {t('新增属性', 'Add an attribute')}
            </Button>
          </Can>
        </div>
      </div>
      <TableView
        label={t('属性', 'Attributes')}
        columns={useColumns(entity.key, unfit)}
        rows={shown}
        rowKey={({ name }) => name}
        acts={acts}
        empty={<Empty title={t('没有符合条件的属性', 'No attribute matches')} />}
      />
      <Editor entity={entity} edited={edited} close={() => setEdited(undefined)} />
    </div>
  )
}

function useColumns(key: string, unfit: ReadonlyMap<string, number>): Column<Attribute>[] {
  const t = useText()
  const { number } = useFormats()
  return [
    {
      key: 'name',
      title: text('属性', 'Attribute'),
      show: (one) => (
        <>
          <NameCell value={one} /> {one.name === key ? <Tag>{t('主键', 'Key')}</Tag> : null}
        </>
      ),
    },
    {
      key: 'type',
      title: text('类型', 'Type'),
      show: (one) => (
        <>
          <TypeCell value={one} />{' '}
          {unfit.has(one.name) ? (
            <Tag
              color="error"
              title={t('这些取值与类型不符,查询时视为没有', 'They are not of this type: questions read nothing there')}
            >
              {t(`${number(unfit.get(one.name))} 个不符`, `${number(unfit.get(one.name))} do not fit`)}
            </Tag>
          ) : null}
        </>
      ),
    },
    { key: 'source', title: text('来源', 'Source'), width: 110, show: ({ source }) => t(sourceNames[source]) },
    {
      key: 'state',
      title: text('状态', 'State'),
      width: 100,
      show: ({ state }) => (
        <Tag color={state === 'active' ? 'success' : state === 'proposed' ? 'warning' : undefined}>
          {t(propertyStateNames[state])}
        </Tag>
      ),
    },
    { key: 'description', title: text('说明', 'Description'), show: ({ description }) => description || '—' },
  ]
}

type EditorProps = { entity: EntityDetail; edited: Attribute | 'new' | undefined; close: () => void }

function Editor({ entity, edited, close }: EditorProps) {
  const t = useText()
  const old = edited === 'new' ? undefined : edited
  const path = `/api/catalog/entities/${entity.type}/attributes`
  const locked =
    old !== undefined &&
    old.state !== 'proposed' &&
    (old.source === 'built-in' || old.seen.length > 0 || old.name === entity.key)
  const initial = old ? { ...old, codes: old.codes ?? [] } : { type: 'text', required: false, codes: [] }
  return (
    <FormDrawer
      open={edited !== undefined}
      size={720}
      title={old ? t(`编辑属性 ${old.name}`, `Edit ${old.name}`) : t('新增属性', 'Add an attribute')}
      close={close}
      edit={old !== undefined}
      schema={old ? AttributeEdit : NewAttribute}
      initial={initial}
      parts={valueParts(old === undefined, locked)}
      submit={old?.state === 'proposed' ? text('保存并接受', 'Save and accept') : text('保存', 'Save')}
      save={async (values) => {
        if (old) await api.patch(path, { ...values, name: old.name, version: old.version })
        else await api.post(path, values)
        await again()
      }}
      reload={() => void again()}
    />
  )
}
