import { PlusOutlined } from '@ant-design/icons'
import { Button, Input, Tag } from 'antd'
import { type ReactNode, useState } from 'react'
import { api } from '../../../console/kit/api.ts'
import { useAct } from '../../../console/kit/confirmAct.tsx'
import { FormDrawer } from '../../../console/kit/formDrawer.tsx'
import { Can, useCan } from '../../../console/kit/session.tsx'
import { Empty } from '../../../console/kit/states.tsx'
import { type Column, type RowAct, TableView } from '../../../console/kit/tableView.tsx'
import { text, useText } from '../../../console/kit/text.ts'
import { NewProperty, type Promoted, type Property, PropertyEdit } from '../contract.ts'
import { PromotedTag, usePromoteAct, usePromoted } from './promoting.tsx'
import { NameCell, TypeCell, valueParts } from './valueForm.tsx'
import { propertyStateNames } from './words.ts'

type PanelProps = {
  /** Empty for the common ones. */
  event: string
  title: string
  properties: Property[]
  reload: () => Promise<void>
  extra?: ReactNode
}

/** The properties of an event, those that wait first, with the editor at the side. */
export function PropertiesPanel({ event, title, properties, reload, extra }: PanelProps) {
  const t = useText()
  const can = useCan()
  const act = useAct()
  const promoted = usePromoted()
  const promoteActs = usePromoteAct()
  const [words, setWords] = useState('')
  const [edited, setEdited] = useState<Property | 'new'>()
  const waiting = properties.filter(({ state }) => state === 'proposed').map(({ name }) => name)
  const asked = words.trim().toLowerCase()
  const shown = properties.filter(({ name, zh, en }) => `${name} ${zh} ${en}`.toLowerCase().includes(asked))
  const decide = (names: string[], as: 'active' | 'ignored', said: string) =>
    void act(async () => {
      await api.post('/api/catalog/properties/decide', { event, names, as })
      await reload()
    }, said)
  const acts = (one: Property): RowAct[] => [
    ...(one.state === 'active'
      ? []
      : [
          {
            key: 'accept',
            label: one.state === 'proposed' ? t('接受', 'Accept') : t('启用', 'Reopen'),
            run: () => decide([one.name], 'active', t('已接受', 'Accepted')),
          },
        ]),
    { key: 'edit', label: t('编辑', 'Edit'), run: () => setEdited(one) },
    ...promoteActs(one, promoted.get(one.name)),
    ...(one.state === 'ignored'
      ? []
      : [
          {
            key: 'ignore',
            label: one.state === 'proposed' ? t('忽略', 'Ignore') : t('停用', 'Retire'),
            danger: one.state === 'active',
            run: () => decide([one.name], 'ignored', t('已处理', 'Done')),
          },
        ]),
  ]
  return (
    <div className="zx-panel zx-panel-flush">
      <div className="zx-panel-head">
        <h2>{title}</h2>
        <div>{extra}</div>
      </div>
      <div className="zx-tools">
        <Input
          className="zx-tools-search"
          allowClear
          placeholder={t('搜索属性', 'Search properties')}
          aria-label={t('搜索属性', 'Search properties')}
          value={words}
          onChange={({ target }) => setWords(target.value)}
        />
        <div className="zx-tools-rest">
          <Can needs="catalog.plan.edit">
            {waiting.length > 0 ? (
              <Button onClick={() => decide(waiting, 'active', t('已全部接受', 'All accepted'))}>
                {t(`接受全部 ${waiting.length} 个待确认`, `Accept all ${waiting.length} proposed`)}
              </Button>
            ) : null}
            <Button type="primary" icon={<PlusOutlined aria-hidden />} onClick={() => setEdited('new')}>
              {t('新增属性', 'Add a property')}
            </Button>
          </Can>
        </div>
      </div>
      <TableView
        label={title}
        columns={useColumns(promoted)}
        rows={shown}
        rowKey={({ name }) => name}
        acts={can('catalog.plan.edit') ? acts : undefined}
        empty={
          <Empty
            title={asked ? t('没有符合条件的属性', 'No property matches') : t('还没有属性', 'No properties yet')}
          />
        }
      />
      <Editor event={event} edited={edited} close={() => setEdited(undefined)} reload={reload} />
    </div>
  )
}

function useColumns(promoted: ReadonlyMap<string, Promoted>): Column<Property>[] {
  const t = useText()
  return [
    { key: 'name', title: text('属性', 'Property'), show: (one) => <NameCell value={one} /> },
    { key: 'type', title: text('类型', 'Type'), show: (one) => <TypeCell value={one} /> },
    {
      key: 'state',
      title: text('状态', 'State'),
      width: 190,
      show: ({ name, state }) => (
        <>
          <Tag color={state === 'active' ? 'success' : state === 'proposed' ? 'warning' : undefined}>
            {t(propertyStateNames[state])}
          </Tag>
          <PromotedTag of={promoted.get(name)} />
        </>
      ),
    },
    { key: 'description', title: text('说明', 'Description'), show: ({ description }) => description || '—' },
  ]
}

type EditorProps = {
  event: string
  edited: Property | 'new' | undefined
  close: () => void
  reload: () => Promise<void>
}

function Editor({ event, edited, close, reload }: EditorProps) {
  const t = useText()
  const old = edited === 'new' ? undefined : edited
  const title = old ? t(`编辑属性 ${old.name}`, `Edit ${old.name}`) : t('新增属性', 'Add a property')
  const initial = old ? { ...old, codes: old.codes ?? [] } : { type: 'text', required: false, codes: [] }
  return (
    <FormDrawer
      open={edited !== undefined}
      size={720}
      title={title}
      close={close}
      edit={old !== undefined}
      schema={old ? PropertyEdit : NewProperty}
      initial={initial}
      parts={valueParts(old === undefined)}
      submit={old?.state === 'proposed' ? text('保存并接受', 'Save and accept') : text('保存', 'Save')}
      save={async (values) => {
        if (old) await api.patch('/api/catalog/properties', { ...values, event, name: old.name, version: old.version })
        else await api.post('/api/catalog/properties', { ...values, event })
        await reload()
      }}
      reload={() => void reload()}
    />
  )
}
