import { DeleteOutlined, PlusOutlined } from '@ant-design/icons'
import { Button, InputNumber, Select } from 'antd'
import { type Text, text, useText } from '../../../console/kit/text.ts'
import { type Check, type CheckKind, checkKinds } from '../contract.ts'
import { actNames, checkNames } from './words.ts'

/** What a check asks, in a sentence. */
export function checkText({ kind, column, columns, min, max, values }: Check): Text {
  const between = `${min ?? '-∞'} – ${max ?? '∞'}`
  switch (kind) {
    case 'rows':
      return text(`${min ?? 0} – ${max ?? '∞'} 行`, `${min ?? 0} – ${max ?? '∞'} rows`)
    case 'change':
      return text(`与上次相比不超过 ${max ?? 50}%`, `At most ${max ?? 50}% other than the last run`)
    case 'nulls':
      return text(`${column} 空值不超过 ${max ?? 0}%`, `${column} is empty in at most ${max ?? 0}%`)
    case 'range':
      return text(`${column} 在 ${between}`, `${column} is in ${between}`)
    case 'unique':
      return text(`${columns?.join(', ')} 不重复`, `${columns?.join(', ')} is never repeated`)
    case 'values':
      return text(`${column} 为 ${values?.join('、')}`, `${column} is one of ${values?.join(', ')}`)
    case 'fresh':
      return text(`${column} 最新不早于 ${max ?? 24} 小时前`, `The newest ${column} is at most ${max ?? 24} hours old`)
  }
}

const fresh: Record<CheckKind, Omit<Check, 'kind' | 'act'>> = {
  rows: { min: 1 },
  change: { max: 50 },
  nulls: { max: 0 },
  range: { min: 0 },
  unique: { columns: [] },
  values: { values: [] },
  fresh: { max: 24 },
}

type Props = {
  checks: readonly Check[]
  columns: readonly string[]
  change: (checks: Check[]) => void
  faultOf: (field: string) => string | undefined
}

export function CheckForm({ checks, columns, change, faultOf }: Props) {
  const t = useText()
  const set = (index: number, to: Partial<Check>) =>
    change(checks.map((check, i) => (i === index ? { ...check, ...to } : check)))
  return (
    <div className="zx-wh-checks">
      {checks.map((check, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: checks have no other name than their place.
        <div key={index} className="zx-wh-check">
          <Select<CheckKind>
            aria-label={t('检查', 'Check')}
            style={{ width: 150 }}
            value={check.kind}
            options={checkKinds.map((value) => ({ value, label: t(checkNames[value]) }))}
            onChange={(kind) =>
              change(checks.map((one, i) => (i === index ? { kind, act: one.act, ...fresh[kind] } : one)))
            }
          />
          <CheckParts check={check} columns={columns} set={(to) => set(index, to)} />
          <Select<Check['act']>
            aria-label={t('不符时', 'When it fails')}
            style={{ width: 190 }}
            value={check.act}
            options={(['warn', 'stop'] as const).map((value) => ({ value, label: t(actNames[value]) }))}
            onChange={(act) => set(index, { act })}
          />
          <Button
            aria-label={t('删除检查', 'Delete the check')}
            icon={<DeleteOutlined aria-hidden />}
            onClick={() => change(checks.filter((_, i) => i !== index))}
          />
          <Fault
            of={['column', 'columns', 'values', 'max'].map((name) => faultOf(`checks.${index}.${name}`)).find(Boolean)}
          />
        </div>
      ))}
      <Button
        icon={<PlusOutlined aria-hidden />}
        onClick={() => change([...checks, { kind: 'rows', act: 'warn', ...fresh.rows }])}
      >
        {t('增加检查', 'Add a check')}
      </Button>
    </div>
  )
}

export function Fault({ of }: { of: string | undefined }) {
  return of ? (
    <small className="zx-wh-bad" role="alert">
      {of}
    </small>
  ) : null
}

type PartsProps = { check: Check; columns: readonly string[]; set: (to: Partial<Check>) => void }

function CheckParts({ check, columns, set }: PartsProps) {
  const t = useText()
  const options = columns.map((value) => ({ value, label: value }))
  const { kind } = check
  const unit = kind === 'fresh' ? t('小时', 'h') : kind === 'nulls' || kind === 'change' ? '%' : ''
  return (
    <>
      {['nulls', 'range', 'values', 'fresh'].includes(kind) ? (
        <Select
          aria-label={t('列', 'Column')}
          style={{ width: 170 }}
          placeholder={t('列', 'Column')}
          showSearch
          value={check.column}
          options={options}
          onChange={(column: string) => set({ column })}
        />
      ) : null}
      {kind === 'unique' ? (
        <Select
          mode="multiple"
          aria-label={t('列', 'Columns')}
          style={{ minWidth: 200 }}
          placeholder={t('列', 'Columns')}
          value={check.columns ?? []}
          options={options}
          onChange={(columns: string[]) => set({ columns })}
        />
      ) : null}
      {kind === 'values' ? (
        <Select
          mode="tags"
          aria-label={t('允许的值', 'Allowed values')}
          style={{ minWidth: 220 }}
          placeholder={t('允许的值,回车分隔', 'Allowed values')}
          value={check.values ?? []}
          onChange={(values: string[]) => set({ values })}
        />
      ) : null}
      {kind === 'rows' || kind === 'range' ? (
        <>
          <InputNumber
            aria-label={t('下限', 'Least')}
            placeholder={t('下限', 'Least')}
            value={check.min ?? null}
            onChange={(min) => set({ min })}
          />
          <span aria-hidden>–</span>
        </>
      ) : null}
      {kind === 'unique' || kind === 'values' ? null : (
        <InputNumber
          aria-label={t('上限', 'Most')}
          placeholder={t('上限', 'Most')}
          value={check.max ?? null}
          suffix={unit || undefined}
          onChange={(max) => set({ max })}
        />
      )}
    </>
  )
}
