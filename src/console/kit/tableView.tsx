import { MoreOutlined } from '@ant-design/icons'
import { Button, Dropdown, Table } from 'antd'
import { type KeyboardEvent, type ReactNode, useEffect, useRef } from 'react'
import { Link } from 'react-router'
import { type Text, useText } from './text.ts'
import './table.css'

export type Column<Row> = {
  /** The name in the address and, where it sorts, in the API. */
  key: string
  title: Text
  show?: (row: Row) => ReactNode
  /** As plain text, for the export; by default the row's own value of that name. */
  text?: (row: Row) => string | number | null | undefined
  sort?: boolean
  width?: number
  align?: 'right'
  /** Not shown until the person chooses it. */
  hidden?: boolean
}

export type RowAct = {
  key: string
  label: string
  danger?: boolean
  /** Why it cannot be done now; said instead of doing it. */
  cannot?: string
  run: () => void
}

type ViewProps<Row> = {
  columns: readonly Column<Row>[]
  rows: readonly Row[]
  rowKey: (row: Row) => string
  /** Where the row's own page is: its first cell is the link. */
  href?: (row: Row) => string
  acts?: (row: Row) => RowAct[]
  sort?: string
  onSort?: (sort: string | undefined) => void
  small?: boolean
  loading?: boolean
  empty?: ReactNode
  label: string
}

/** The one way rows are drawn: DataTable puts a question before it, pages with a few rows use it alone. */
export function TableView<Row extends object>(props: ViewProps<Row>) {
  const { columns, rows, rowKey, href, acts, sort, onSort, small, loading, empty, label } = props
  const t = useText()
  const frame = useRef<HTMLDivElement>(null)
  useEffect(() => letScroll(frame.current))
  const sorted = sort?.replace(/^-/, '')
  const drawn = columns.map((column, index) => {
    const show = (row: Row): ReactNode =>
      column.show ? column.show(row) : ((row as Record<string, unknown>)[column.key] as ReactNode)
    return {
      key: column.key,
      title: t(column.title),
      width: column.width,
      align: column.align,
      sorter: column.sort === true && onSort !== undefined,
      sortOrder: sorted === column.key ? (sort?.startsWith('-') ? ('descend' as const) : ('ascend' as const)) : null,
      showSorterTooltip: false,
      render: (_: unknown, row: Row) =>
        index === 0 && href ? (
          <Link className="zx-row-link" to={href(row)}>
            {show(row)}
          </Link>
        ) : (
          show(row)
        ),
    }
  })
  const withActs = acts
    ? [
        ...drawn,
        {
          key: 'acts',
          title: <span className="zx-hidden">{t('操作', 'Acts')}</span>,
          width: 1,
          align: 'right' as const,
          className: 'zx-acts-cell',
          render: (_: unknown, row: Row) => <RowActs acts={acts(row)} />,
        },
      ]
    : drawn
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: arrow keys move between the links of the rows, which are the controls.
    <div className="zx-table" ref={frame} onKeyDown={moveByArrows}>
      <Table<Row>
        aria-label={label}
        size={small ? 'small' : 'middle'}
        columns={withActs}
        dataSource={rows as Row[]}
        rowKey={rowKey}
        loading={loading}
        pagination={false}
        locale={{ emptyText: empty }}
        onChange={(_, __, sorter) => {
          const one = Array.isArray(sorter) ? sorter[0] : sorter
          onSort?.(one?.order ? `${one.order === 'descend' ? '-' : ''}${String(one.columnKey)}` : undefined)
        }}
      />
    </div>
  )
}

/** A table wider than its place can be scrolled by keys, also where it holds nothing else to focus. */
function letScroll(frame: HTMLElement | null) {
  if (frame) frame.tabIndex = frame.scrollWidth > frame.clientWidth ? 0 : -1
}

function moveByArrows(event: KeyboardEvent<HTMLDivElement>) {
  const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
  if (step === 0 || !(event.target instanceof HTMLElement) || !event.target.classList.contains('zx-row-link')) return
  const links = [...event.currentTarget.querySelectorAll<HTMLElement>('.zx-row-link')]
  links[links.indexOf(event.target) + step]?.focus()
  event.preventDefault()
}

/** Two acts stand in the row, the rest under ⋯ . */
function RowActs({ acts }: { acts: RowAct[] }) {
  const t = useText()
  const [open, more] = acts.length > 3 ? [acts.slice(0, 2), acts.slice(2)] : [acts, []]
  return (
    <span className="zx-row-acts">
      {open.map((act) => (
        // Plain buttons: there are two in each of up to two hundred rows.
        <button
          key={act.key}
          type="button"
          className={act.danger ? 'zx-row-act zx-row-act-danger' : 'zx-row-act'}
          disabled={act.cannot !== undefined}
          title={act.cannot}
          onClick={act.run}
        >
          {act.label}
        </button>
      ))}
      {more.length > 0 ? (
        <Dropdown
          trigger={['click']}
          menu={{
            items: more.map((act) => ({
              key: act.key,
              label: act.label,
              danger: act.danger,
              disabled: act.cannot !== undefined,
              title: act.cannot,
            })),
            onClick: ({ key }) => more.find((act) => act.key === key)?.run(),
          }}
        >
          <Button
            type="text"
            size="small"
            icon={<MoreOutlined aria-hidden />}
            aria-label={t('更多操作', 'More acts')}
          />
        </Dropdown>
      ) : null}
    </span>
  )
}
