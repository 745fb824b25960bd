import { Tag } from 'antd'
import { useText } from '../../../console/kit/text.ts'
import type { Preview, ValueType } from '../contract.ts'
import { personalNames, typeNames } from './words.ts'

/** The first rows as they are understood; personal values are masked by the server. */
export function PreviewTable({ preview }: { preview: Preview }) {
  const t = useText()
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keys.
    <section className="zx-import-preview" tabIndex={0} aria-label={t('前 50 行', 'The first 50 rows')}>
      <table>
        <thead>
          <tr>
            <th scope="col" className="zx-import-line">
              {t('行', 'Line')}
            </th>
            {preview.columns.map(({ name, type, personal }) => (
              <th scope="col" key={name}>
                <span>{name}</span>
                <small>
                  {t(typeNames[type])}
                  {personal ? <Tag color="warning">{t(personalNames[personal])}</Tag> : null}
                </small>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {preview.rows.map(({ line, cells, unread, fault }) => (
            <tr key={line} className={fault ? 'zx-import-fault' : undefined}>
              <th scope="row" className="zx-import-line">
                {line}
              </th>
              {fault ? (
                <td colSpan={preview.columns.length}>
                  {t(fault)} <code>{cells[0]}</code>
                </td>
              ) : (
                preview.columns.map(({ name, type }, i) => (
                  <td key={name} className={classOf(type, unread.includes(i))}>
                    {cells[i]}
                  </td>
                ))
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

function classOf(type: ValueType, unread: boolean): string | undefined {
  if (unread) return 'zx-import-unread'
  return type === 'integer' || type === 'number' || type === 'money' ? 'zx-import-number' : undefined
}
