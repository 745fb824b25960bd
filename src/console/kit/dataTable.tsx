import {
  ColumnHeightOutlined,
  DownloadOutlined,
  ReloadOutlined,
  SearchOutlined,
  SettingOutlined,
} from '@ant-design/icons'
import { Alert, Button, Checkbox, Input, type InputRef, Popover, Select, Tooltip } from 'antd'
import { type ReactNode, useEffect, useMemo, useRef, useState } from 'react'
import type { Query } from './api.ts'
import { ExportButton } from './exportButton.tsx'
import { useFormats } from './format.ts'
import { useKept } from './kept.ts'
import { Empty, Failed } from './states.tsx'
import { type Filter, FilterInput, filterKeysOf } from './tableFilters.tsx'
import { pageSizes, questionOf, useTableState } from './tableState.ts'
import { type Column, type RowAct, TableView } from './tableView.tsx'
import { type Text, useText } from './text.ts'
import { useApi } from './useApi.ts'

type Page<Row> = { items: Row[]; next: string | null; total?: number }

export type DataTableProps<Row> = {
  /** Names the table: its kept columns, its export file. */
  id: string
  label: Text
  /** The list of the API it asks. */
  url: string
  /** What is always asked, beside what the person chooses. */
  fixed?: Query
  columns: readonly Column<Row>[]
  rowKey: (row: Row) => string
  filters?: readonly Filter[]
  /** Filters that the page draws itself, by their names in the address. */
  hiddenFilters?: readonly string[]
  /** What the search box looks through; no box without it. */
  search?: Text
  /** One of the columns' keys, `-` for descending. */
  sort: string
  href?: (row: Row) => string
  acts?: (row: Row) => RowAct[]
  empty?: ReactNode
  /** Asks again every so many milliseconds (queues). */
  every?: number
}

/** The one table of the console: search, filters, sort and page live in the address; columns and density are the person's own. */
export function DataTable<Row extends object>(props: DataTableProps<Row>) {
  const { id, url, columns, filters = [], sort } = props
  const t = useText()
  const table = useTableState([...filterKeysOf(filters), ...(props.hiddenFilters ?? [])], sort)
  const { state, change, clear } = table
  const question: Query = { ...props.fixed, ...questionOf(state) }
  const answer = useApi<Page<Row>>(url, question, { refetchEvery: props.every })
  const [shown, keepShown] = useKept<string[] | null>(`${id}.columns`, null)
  const [small, keepSmall] = useKept(`${id}.small`, false)
  const visible = useMemo(
    () => columns.filter((column) => (shown ? shown.includes(column.key) : !column.hidden)),
    [columns, shown],
  )
  const narrowed = state.q !== '' || Object.keys(state.filters).length > 0
  const { rowKey, href, acts, empty, label } = props
  const { isPending, isPlaceholderData } = answer
  const rows = answer.data?.items
  // Rows are drawn again when they or their columns change, not for every step of asking for them.
  const view = useMemo(
    () => (
      <TableView
        label={t(label)}
        columns={visible}
        rows={rows ?? []}
        rowKey={rowKey}
        href={href}
        acts={acts}
        sort={state.sort}
        onSort={(next) => change({ sort: next })}
        small={small}
        loading={isPending || isPlaceholderData}
        empty={isPending ? ' ' : narrowed ? <NothingFound clear={clear} /> : (empty ?? <Empty />)}
      />
    ),
    [
      t,
      label,
      visible,
      rows,
      rowKey,
      href,
      acts,
      state.sort,
      change,
      small,
      isPending,
      isPlaceholderData,
      narrowed,
      clear,
      empty,
    ],
  )
  return (
    <div className="zx-panel zx-panel-flush">
      <div className="zx-tools">
        {props.search ? <SearchBox hint={t(props.search)} value={state.q} change={(q) => change({ q }, true)} /> : null}
        {filters.map((filter) => (
          <FilterInput key={filter.key} filter={filter} values={state.filters} change={change} />
        ))}
        {narrowed ? (
          <Button type="link" onClick={clear}>
            {t('清除条件', 'Clear')}
          </Button>
        ) : null}
        <div className="zx-tools-rest">
          <Refresh busy={answer.isFetching} act={() => void answer.refetch()} />
          <Density small={small} keep={keepSmall} />
          <ColumnChooser columns={columns} shown={visible.map((column) => column.key)} keep={keepShown} />
          <ExportButton
            name={id}
            url={url}
            question={question}
            columns={visible}
            icon={<DownloadOutlined aria-hidden />}
          />
        </div>
      </div>
      {answer.isError && rows ? <Alert banner type="warning" title={answer.error.message} /> : null}
      {answer.isError && !rows ? <Failed error={answer.error} retry={() => void answer.refetch()} /> : view}
      <Pager table={table} total={answer.data?.total} count={rows?.length ?? 0} next={answer.data?.next ?? undefined} />
    </div>
  )
}

function Refresh({ busy, act }: { busy: boolean; act: () => void }) {
  const t = useText()
  return <Tool label={t('刷新', 'Refresh')} icon={<ReloadOutlined spin={busy} aria-hidden />} act={act} />
}

function Density({ small, keep }: { small: boolean; keep: (small: boolean) => void }) {
  const t = useText()
  return (
    <Tool
      label={small ? t('宽松行距', 'Comfortable rows') : t('紧凑行距', 'Compact rows')}
      icon={<ColumnHeightOutlined aria-hidden />}
      act={() => keep(!small)}
    />
  )
}

function NothingFound({ clear }: { clear: () => void }) {
  const t = useText()
  return (
    <Empty
      title={t('没有符合条件的记录', 'Nothing matches')}
      hint={t('换个关键词或放宽筛选条件试试', 'Try other words or fewer filters')}
    >
      <Button onClick={clear}>{t('清除条件', 'Clear')}</Button>
    </Empty>
  )
}

/** Asks as one types, after a breath; `/` anywhere on the page brings the cursor here. */
function SearchBox({ hint, value, change }: { hint: string; value: string; change: (value: string) => void }) {
  const [typed, setTyped] = useState(value)
  const box = useRef<InputRef>(null)
  const latest = useRef(change)
  latest.current = change
  useEffect(() => setTyped(value), [value])
  useEffect(() => {
    if (typed.trim() === value) return
    const timer = setTimeout(() => latest.current(typed.trim()), 300)
    return () => clearTimeout(timer)
  }, [typed, value])
  useEffect(() => {
    const focus = (event: KeyboardEvent) => {
      const at = event.target
      if (event.key !== '/' || event.ctrlKey || event.metaKey) return
      if (at instanceof HTMLElement && at.closest('input, textarea, select, [contenteditable], [role="dialog"]')) return
      event.preventDefault()
      box.current?.focus()
    }
    document.addEventListener('keydown', focus)
    return () => document.removeEventListener('keydown', focus)
  }, [])
  return (
    <Input
      ref={box}
      className="zx-tools-search"
      allowClear
      prefix={<SearchOutlined aria-hidden />}
      placeholder={hint}
      aria-label={hint}
      aria-keyshortcuts="/"
      maxLength={200}
      value={typed}
      onChange={(event) => setTyped(event.target.value)}
    />
  )
}

export function Tool({ label, icon, act }: { label: string; icon: ReactNode; act?: () => void }) {
  return (
    <Tooltip title={label}>
      <Button type="text" icon={icon} aria-label={label} onClick={act} />
    </Tooltip>
  )
}

type ChooserProps<Row> = { columns: readonly Column<Row>[]; shown: string[]; keep: (shown: string[] | null) => void }

function ColumnChooser<Row>({ columns, shown, keep }: ChooserProps<Row>) {
  const t = useText()
  return (
    <Popover
      trigger="click"
      placement="bottomRight"
      title={t('显示的列', 'Columns shown')}
      content={
        <div className="zx-columns">
          {columns.map((column, index) => (
            <Checkbox
              key={column.key}
              checked={shown.includes(column.key)}
              disabled={index === 0}
              onChange={({ target }) =>
                keep(
                  columns
                    .filter(({ key }) => (key === column.key ? target.checked : shown.includes(key)))
                    .map(({ key }) => key),
                )
              }
            >
              {t(column.title)}
            </Checkbox>
          ))}
          <Button type="link" size="small" onClick={() => keep(null)}>
            {t('恢复默认', 'Back to default')}
          </Button>
        </div>
      }
    >
      <Button type="text" icon={<SettingOutlined aria-hidden />} aria-label={t('选择列', 'Choose columns')} />
    </Popover>
  )
}

type PagerProps = {
  table: ReturnType<typeof useTableState>
  total: number | undefined
  count: number
  next: string | undefined
}

function Pager({ table, total, count, next }: PagerProps) {
  const t = useText()
  const { number } = useFormats()
  if (count === 0 && table.state.cursor === undefined) return null
  const all =
    total === undefined
      ? t(`本页 ${number(count)} 条`, `${number(count)} on this page`)
      : t(`共 ${number(total)} 条`, `${number(total)} in all`)
  return (
    <nav className="zx-pager" aria-label={t('翻页', 'Paging')}>
      <span className="zx-pager-total">{all}</span>
      <Select
        size="small"
        aria-label={t('每页条数', 'Rows per page')}
        value={table.state.limit}
        options={pageSizes.map((size) => ({ value: size, label: t(`${size} 条/页`, `${size} / page`) }))}
        popupMatchSelectWidth={false}
        onChange={(limit) => table.change({ limit: String(limit) })}
      />
      <Button size="small" disabled={table.state.cursor === undefined} onClick={table.previous}>
        {t('上一页', 'Previous')}
      </Button>
      <span>{t(`第 ${table.page} 页`, `Page ${table.page}`)}</span>
      <Button size="small" disabled={next === undefined} onClick={() => next && table.next(next)}>
        {t('下一页', 'Next')}
      </Button>
    </nav>
  )
}
