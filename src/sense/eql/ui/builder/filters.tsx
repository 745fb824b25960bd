import { CloseOutlined, PlusOutlined } from '@ant-design/icons'
import { Button, Select } from 'antd'
import { useLang, useText } from '../../../../console/kit/text.ts'
import type { BuilderFilter, SchemaField, ValuesQuery } from '../../contract.ts'
import { useBuilding } from './context.ts'
import { testFor } from './operators.ts'
import { TestFields } from './testFields.tsx'
import { fieldAt, type Path, pathsOf, propertiesOf, propertyOf, titleOf } from './things.ts'

/** Of what filters speak: properties of some events, or attributes of the rows of an entity. */
export type FilterScope = { events: readonly string[] } | { entity: string }

type FiltersProps = {
  filters: readonly BuilderFilter[]
  change: (filters: BuilderFilter[], typing?: string) => void
  of: FilterScope
}

/** What must hold of the event or row: one line each, all of them. */
export function Filters({ filters, change, of }: FiltersProps) {
  const t = useText()
  const choices = useFields(of)
  const add = (key: string) => {
    const choice = choices.find((one) => one.path.join('.') === key)
    if (choice)
      change([...filters, { path: choice.path, test: testFor({ type: choice.field.type, field: choice.field }) }])
  }
  return (
    <>
      {filters.length > 0 ? (
        <ul className="zx-rule-filters">
          {filters.map((filter, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: two filters may be the same, and they have no other name
            <li key={i}>
              <span className="zx-rule-and">{i === 0 ? t('其中', 'where') : t('且', 'and')}</span>
              <FilterFields
                filter={filter}
                choices={choices}
                of={of}
                change={(next, typing) => change(filters.with(i, next), typing && `${i} ${typing}`)}
              />
              <Button
                type="text"
                size="small"
                icon={<CloseOutlined aria-hidden />}
                aria-label={t('删除筛选', 'Remove the filter')}
                onClick={() => change(filters.toSpliced(i, 1))}
              />
            </li>
          ))}
        </ul>
      ) : null}
      {choices.length > 0 ? (
        <FieldChoice
          choices={choices}
          value={undefined}
          change={add}
          label={t('添加筛选', 'Add a filter')}
          placeholder={
            <span>
              <PlusOutlined aria-hidden /> {t('筛选', 'Filter')}
            </span>
          }
        />
      ) : null}
    </>
  )
}

function useFields(of: FilterScope): Path[] {
  const { schema } = useBuilding()
  if ('entity' in of) return pathsOf(schema, of.entity)
  return propertiesOf(schema, of.events).map((field) => ({ path: [field.name], ...titlesOf(field), field }))
}

const titlesOf = (field: SchemaField) => ({ zh: titleOf(field, 'zh'), en: titleOf(field, 'en') })

type FilterFieldsProps = {
  filter: BuilderFilter
  choices: readonly Path[]
  of: FilterScope
  change: (filter: BuilderFilter, typing?: string) => void
}

function FilterFields({ filter: { path, test }, choices, of, change }: FilterFieldsProps) {
  const t = useText()
  const lang = useLang()
  const { schema } = useBuilding()
  const found =
    'entity' in of ? fieldAt(schema, of.entity, path) : { field: propertyOf(schema, of.events, path[0]), entity: '' }
  const field = found?.field ?? null
  const label = choices.find((one) => one.path.join('.') === path.join('.'))?.[lang] ?? path.join('.')
  const query: ValuesQuery | null =
    field === null
      ? null
      : 'entity' in of
        ? { entity: found?.entity ?? '', name: field.name }
        : { ...(of.events.length === 1 ? { event: of.events[0] } : {}), name: field.name }
  return (
    <>
      <FieldChoice
        choices={choices}
        value={path.join('.')}
        label={t('筛选字段', 'Field of the filter')}
        change={(key) => {
          const choice = choices.find((one) => one.path.join('.') === key)
          if (choice) change({ path: choice.path, test: testFor({ type: choice.field.type, field: choice.field }) })
        }}
      />
      <TestFields
        tested={{ type: field?.type ?? 'text', field }}
        test={test}
        change={(next, typing) => change({ path, test: next }, typing)}
        label={label}
        query={query}
        entity={'entity' in of ? of.entity : null}
      />
    </>
  )
}

type ChoiceProps = {
  choices: readonly Path[]
  value: string | undefined
  change: (key: string) => void
  label: string
  placeholder?: React.ReactNode
}

/** A field by its title; one that is there no more is shown by its name. */
export function FieldChoice({ choices, value, change, label, placeholder }: ChoiceProps) {
  const lang = useLang()
  const options = choices.map((one) => ({ value: one.path.join('.'), label: one[lang], name: one.path.join('.') }))
  const known = value === undefined || options.some((option) => option.value === value)
  return (
    <Select
      size="small"
      className={value === undefined ? 'zx-rule-adds' : 'zx-rule-subject'}
      popupMatchSelectWidth={false}
      showSearch={{
        filterOption: (typed, option) =>
          `${option?.label ?? ''} ${option?.value ?? ''}`.toLowerCase().includes(typed.toLowerCase()),
      }}
      aria-label={label}
      placeholder={placeholder}
      value={value ?? null}
      onChange={(key: string | null) => key !== null && change(key)}
      options={known ? options : [...options, { value, label: value, name: value }]}
    />
  )
}
