import type { ReactNode } from 'react'
import { useFormats } from './format.ts'
import './detail.css'

export type Happening = { key: string; at: string; what: ReactNode; more?: ReactNode }

/** What happened to one thing, newest first as the caller gives it. */
export function Timeline({ items }: { items: readonly Happening[] }) {
  const { second } = useFormats()
  return (
    <ol className="zx-timeline">
      {items.map((item) => (
        <li key={item.key}>
          <time dateTime={item.at}>{second(item.at)}</time>
          <div>{item.what}</div>
          {item.more ? <div className="zx-quiet">{item.more}</div> : null}
        </li>
      ))}
    </ol>
  )
}
