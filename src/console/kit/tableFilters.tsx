import { DatePicker, Input, Select } from 'antd'
import dayjs from 'dayjs'
import { type ReactNode, useState } from 'react'
import { type Text, useText } from './text.ts'

export type Choice = { value: string; label: Text | string }

export type Filter = { key: string; title: Text } & (
  | { kind: 'choice'; options: readonly Choice[]; many?: boolean }
  | { kind: 'words' }
  /** A chooser of the capability's own. */
  | { kind: 'own'; draw: (value: string | undefined, change: (value: string | undefined) => void) => ReactNode }
  /** Half-open days: `from` inclusive, `to` exclusive, as instants; kept under these two names instead of `key`. */
  | { kind: 'days'; from: string; to: string }
)

export const filterKeysOf = (filters: readonly Filter[]) =>
  filters.flatMap((filter) => (filter.kind === 'days' ? [filter.from, filter.to] : [filter.key]))

type FilterProps = {
  filter: Filter
  values: Record<string, string[]>
  change: (changes: Record<string, string | readonly string[] | undefined>) => void
}

export function FilterInput({ filter, values, change }: FilterProps) {
  const t = useText()
  const title = t(filter.title)
  if (filter.kind === 'days') return <DaysFilter filter={filter} values={values} change={change} />
  if (filter.kind === 'own') return filter.draw(values[filter.key]?.[0], (value) => change({ [filter.key]: value }))
  if (filter.kind === 'words')
    return (
      <WordsFilter
        key={values[filter.key]?.[0] ?? ''}
        title={title}
        value={values[filter.key]?.[0] ?? ''}
        change={(value) => change({ [filter.key]: value })}
      />
    )
  const options = filter.options.map(({ value, label }) => ({
    value,
    label: typeof label === 'string' ? label : t(label),
  }))
  const kept = values[filter.key]
  return (
    <Select<string | string[]>
      aria-label={title}
      placeholder={title}
      allowClear
      showSearch={options.length > 8 ? { optionFilterProp: 'label' } : false}
      mode={filter.many ? 'multiple' : undefined}
      maxTagCount={1}
      style={{ minWidth: 130, maxWidth: 280 }}
      popupMatchSelectWidth={false}
      options={options}
      value={filter.many ? (kept ?? []) : kept?.[0]}
      onChange={(value) => change({ [filter.key]: value })}
    />
  )
}

function WordsFilter({ title, value, change }: { title: string; value: string; change: (value: string) => void }) {
  const [typed, setTyped] = useState(value)
  const done = () => {
    if (typed.trim() !== value) change(typed.trim())
  }
  return (
    <Input
      aria-label={title}
      placeholder={title}
      allowClear
      style={{ width: 140 }}
      value={typed}
      onChange={(event) => {
        setTyped(event.target.value)
        if (event.target.value === '' && value !== '') change('')
      }}
      onPressEnter={done}
      onBlur={done}
    />
  )
}

function DaysFilter({ filter, values, change }: FilterProps & { filter: Filter & { kind: 'days' } }) {
  const t = useText()
  const from = values[filter.from]?.[0]
  const to = values[filter.to]?.[0]
  return (
    <DatePicker.RangePicker
      aria-label={t(filter.title)}
      allowEmpty={[true, true]}
      style={{ width: 236 }}
      value={[from ? dayjs(from) : null, to ? dayjs(to).subtract(1, 'day') : null]}
      onChange={(range) =>
        change({
          [filter.from]: range?.[0]?.startOf('day').toISOString(),
          [filter.to]: range?.[1]?.startOf('day').add(1, 'day').toISOString(),
        })
      }
    />
  )
}
