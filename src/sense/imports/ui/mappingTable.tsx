import { AutoComplete, Select, Tag } from 'antd'
import { useText } from '../../../console/kit/text.ts'
import {
  type ColumnMapping,
  type ColumnUse,
  type PersonalColumn,
  type PreviewColumn,
  personalColumns,
  type ValueType,
  valueTypes,
} from '../contract.ts'
import type { PartProps } from './targetPanel.tsx'
import { nameOfUse, personalNames, typeNames, usesOf } from './words.ts'

/** One line a column: what it holds, and what it becomes. */
export function MappingTable(props: PartProps) {
  const t = useText()
  const { mapping, change, preview } = props
  const seen = new Map(preview.columns.map((column) => [column.name, column]))
  const set = (index: number, to: Partial<ColumnMapping>) =>
    change({ ...mapping, columns: mapping.columns.map((column, i) => (i === index ? { ...column, ...to } : column)) })
  return (
    <div className="zx-import-mapping">
      <table aria-label={t('列映射', 'Columns')}>
        <thead>
          <tr>
            <th scope="col">{t('文件中的列', 'Column of the file')}</th>
            <th scope="col">{t('示例', 'Examples')}</th>
            <th scope="col">{t('用途', 'Use')}</th>
            <th scope="col">{t('导入为', 'Becomes')}</th>
            <th scope="col">{t('个人信息', 'Personal data')}</th>
          </tr>
        </thead>
        <tbody>
          {mapping.columns.map((column, index) => (
            <MappingRow
              key={column.column}
              {...props}
              column={column}
              index={index}
              seen={seen.get(column.column)}
              set={(to) => set(index, to)}
            />
          ))}
        </tbody>
      </table>
    </div>
  )
}

type RowProps = PartProps & {
  column: ColumnMapping
  index: number
  seen: PreviewColumn | undefined
  set: (to: Partial<ColumnMapping>) => void
}

function MappingRow({ mapping, choices, column, index, seen, set, faultOf }: RowProps) {
  const t = useText()
  const field = `mapping.columns.${index}`
  const fault = faultOf(field) ?? faultOf(`${field}.name`) ?? faultOf(`${field}.kind`)
  const label = (what: string) => `${column.column} · ${what}`
  function use(as: ColumnUse) {
    if (as === 'value' && !column.name)
      set({ as, name: plainName(column.column, index), type: column.type ?? seen?.type })
    else if (as === 'value' && !column.type) set({ as, type: seen?.type ?? 'text' })
    else set({ as })
  }
  return (
    <tr className={column.as === 'skip' ? 'zx-import-skipped' : undefined}>
      <th scope="row">
        <span>{column.column}</span>
        {seen ? (
          <small className="zx-quiet">
            {t(typeNames[seen.type])}
            {seen.filled < 1 ? t(` · 填充 ${percent(seen.filled)}`, ` · ${percent(seen.filled)} filled`) : ''}
          </small>
        ) : null}
      </th>
      <td className="zx-import-examples">{seen?.examples.join(' · ')}</td>
      <td>
        <Select<ColumnUse>
          aria-label={label(t('用途', 'Use'))}
          style={{ width: 128 }}
          value={column.as}
          options={usesOf[mapping.target].map((value) => ({ value, label: t(nameOfUse(value, mapping.target)) }))}
          onChange={use}
        />
      </td>
      <td>
        {column.as === 'identity' ? (
          <Select
            aria-label={label(t('标识类型', 'Kind of identity'))}
            style={{ width: 180 }}
            status={fault ? 'error' : undefined}
            value={column.kind}
            options={choices.identities.map(({ kind, name }) => ({ value: kind, label: t(name) }))}
            onChange={(kind: string) => set({ kind })}
          />
        ) : null}
        {column.as === 'value' ? (
          <span className="zx-import-value">
            <AutoComplete
              aria-label={label(t('名称', 'Name'))}
              style={{ width: 180 }}
              status={fault ? 'error' : undefined}
              maxLength={100}
              value={column.name ?? ''}
              options={choices.attributes
                .filter(({ of }) => of === (mapping.target === 'customers' ? 'customer' : mapping.item))
                .map(({ name, title }) => ({ value: name, label: `${t(title)} ${name}` }))}
              onChange={(name: string) => set({ name })}
            />
            <Select<ValueType>
              aria-label={label(t('类型', 'Type'))}
              style={{ width: 116 }}
              value={column.type ?? 'text'}
              options={valueTypes.map((value) => ({ value, label: t(typeNames[value]) }))}
              onChange={(type) => set({ type })}
            />
          </span>
        ) : null}
        {fault ? (
          <small className="zx-import-bad" role="alert">
            {fault}
          </small>
        ) : null}
      </td>
      <td>
        {column.as === 'value' ? (
          <Select<PersonalColumn | ''>
            aria-label={label(t('个人信息', 'Personal data'))}
            style={{ width: 116 }}
            value={column.personal ?? ''}
            options={[
              { value: '', label: t('不是', 'None') },
              ...personalColumns.map((value) => ({ value, label: t(personalNames[value]) })),
            ]}
            onChange={(personal) => set({ personal: personal || null })}
          />
        ) : seen?.personal ? (
          <Tag color="warning">{t(personalNames[seen.personal])}</Tag>
        ) : null}
      </td>
    </tr>
  )
}

function percent(share: number): string {
  return `${Math.floor(share * 100)}%`
}

function plainName(header: string, index: number): string {
  const name = header
    .trim()
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '')
  return /^[a-z]/.test(name) ? name : `column_${index + 1}`
}
