import { PlusOutlined } from '@ant-design/icons'
import { Button, Input, Tag } from 'antd'
import { useState } from 'react'
import { Link, useNavigate, useSearchParams } from 'react-router'
import { api } from '../../../console/kit/api.ts'
import { useFormats } from '../../../console/kit/format.ts'
import { FormDrawer } from '../../../console/kit/formDrawer.tsx'
import { PageHead, Panel } from '../../../console/kit/pageHead.tsx'
import { Can } from '../../../console/kit/session.tsx'
import { Answer, Empty } from '../../../console/kit/states.tsx'
import { text, useText } from '../../../console/kit/text.ts'
import { refresh, useApi } from '../../../console/kit/useApi.ts'
import { type Entity, type EntityModel, NewEntity } from '../contract.ts'
import { EntityMap } from './entityMap.tsx'
import './catalog.css'

export function EntitiesPage() {
  const t = useText()
  const navigate = useNavigate()
  const [adding, setAdding] = useState(false)
  const asked = useApi<EntityModel>('/api/catalog/entities')
  return (
    <>
      <PageHead
        title={t('实体模型', 'Entity model')}
        hint={t(
          '银行经营中的人、物、事:各有哪些属性,彼此如何关联。标签、客群与分析都以此为准。',
          'The people and things of the bank: what is known of each, and how they are related. Tags, segments and analysis go by it.',
        )}
      >
        <Can needs="catalog.entity.edit">
          <Button type="primary" icon={<PlusOutlined aria-hidden />} onClick={() => setAdding(true)}>
            {t('新建实体类型', 'New type')}
          </Button>
        </Can>
      </PageHead>
      <Answer of={asked}>
        {(model) => (
          <>
            <Types items={model.items} />
            <Panel title={t('关系', 'Relations')}>
              <EntityMap model={model} />
            </Panel>
          </>
        )}
      </Answer>
      <FormDrawer
        open={adding}
        title={t('新建实体类型', 'New type')}
        close={() => setAdding(false)}
        schema={NewEntity}
        parts={[
          { name: 'zh', label: text('中文名', 'Chinese name'), placeholder: text('例如:保管箱', '保管箱') },
          { name: 'en', label: text('英文名', 'English name'), placeholder: text('Safe box', 'Safe box') },
          {
            name: 'type',
            label: text('编码', 'Code'),
            help: text('小写字母、数字、下划线,创建后不能修改', 'Lower-case letters, digits, underscore; it stays'),
          },
          {
            name: 'key',
            label: text('主键属性', 'Key attribute'),
            help: text('唯一标识一条记录的属性,例如 box_no', 'The attribute that holds its number, such as box_no'),
          },
          { name: 'description', label: text('说明', 'Description'), widget: 'area' },
        ]}
        submit={text('创建', 'Create')}
        save={async (values) => {
          const made = await api.post<Entity>('/api/catalog/entities', values)
          await refresh('/api/catalog/entities')
          void navigate(`/sense/entities/${made.type}`)
        }}
      />
    </>
  )
}

function Types({ items }: { items: Entity[] }) {
  const t = useText()
  const [params, setParams] = useSearchParams()
  const words = params.get('q') ?? ''
  const asked = words.trim().toLowerCase()
  const shown = items.filter(({ type, zh, en, description }) =>
    `${type} ${zh} ${en} ${description}`.toLowerCase().includes(asked),
  )
  return (
    <>
      <div className="zx-cat-find">
        <Input
          className="zx-tools-search"
          allowClear
          placeholder={t('搜索实体类型', 'Search types')}
          aria-label={t('搜索实体类型', 'Search types')}
          value={words}
          onChange={({ target }) => setParams(target.value ? { q: target.value } : {}, { replace: true })}
        />
      </div>
      {shown.length === 0 ? <Empty title={t('没有符合条件的实体类型', 'No type matches')} /> : null}
      <ul className="zx-cat-types">
        {shown.map((entity) => (
          <li key={entity.type}>
            <TypeCard entity={entity} />
          </li>
        ))}
      </ul>
    </>
  )
}

function TypeCard({ entity }: { entity: Entity }) {
  const t = useText()
  const { number } = useFormats()
  const { type, zh, en, description, builtIn, attributes, proposed, items } = entity
  return (
    <Link to={`/sense/entities/${type}`}>
      <strong>{t(zh, en)}</strong> <code>{type}</code>{' '}
      {builtIn ? null : <Tag color="processing">{t('自定义', 'Custom')}</Tag>}
      {proposed > 0 ? <Tag color="warning">{t(`待确认 ${proposed}`, `${proposed} proposed`)}</Tag> : null}
      <p>{description || '—'}</p>
      <span className="zx-quiet">
        {t(`${attributes} 个属性`, `${attributes} attributes`)}
        {items === null ? null : ` · ${itemsText(items, number, t)}`}
      </span>
    </Link>
  )
}

function itemsText(items: number, number: (n: number) => string, t: ReturnType<typeof useText>): string {
  const most = items > 100_000
  const shown = most ? `${number(100_000)}+` : number(items)
  return t(`${shown} 条`, `${shown} rows`)
}
