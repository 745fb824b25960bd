import { Fragment, type ReactNode } from 'react'
import { changesBetween } from './changes.ts'
import { blank } from './format.ts'
import './detail.css'

export type DetailItem = { label: string; value: ReactNode; wide?: boolean }

/** What is known of one thing: names and values in columns, one column on a phone. */
export function Detail({ items }: { items: readonly (DetailItem | false | undefined)[] }) {
  return (
    <dl className="zx-detail">
      {items.map((item) =>
        item ? (
          <div key={item.label} className={item.wide ? 'zx-detail-wide' : undefined}>
            <dt>{item.label}</dt>
            <dd>{item.value === null || item.value === undefined || item.value === '' ? blank : item.value}</dd>
          </div>
        ) : null,
      )}
    </dl>
  )
}

type DiffProps = {
  before: unknown
  after: unknown
  words: { field: string; before: string; after: string; same: string }
}

/** Before and after, only what differs. */
export function Diff({ before, after, words }: DiffProps) {
  const changes = changesBetween(before ?? undefined, after ?? undefined)
  if (changes.length === 0) return <p className="zx-quiet">{words.same}</p>
  return (
    <div className="zx-diff-frame">
      <table className="zx-diff">
        <thead>
          <tr>
            <th scope="col">{words.field}</th>
            <th scope="col">{words.before}</th>
            <th scope="col">{words.after}</th>
          </tr>
        </thead>
        <tbody>
          {changes.map((change) => (
            <tr key={change.field}>
              <th scope="row">
                <code>{change.field || '·'}</code>
              </th>
              <td className="zx-diff-before">
                <Value of={change.before} />
              </td>
              <td className="zx-diff-after">
                <Value of={change.after} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function Value({ of }: { of: unknown }) {
  if (of === undefined) return <span className="zx-quiet">{blank}</span>
  if (typeof of === 'string') return <Fragment>{of === '' ? '""' : of}</Fragment>
  return <code>{JSON.stringify(of, null, typeof of === 'object' ? 1 : undefined)}</code>
}
