import { Link } from 'react-router'
import { Detail } from '../../../console/kit/detail.tsx'
import { Panel } from '../../../console/kit/pageHead.tsx'
import { useText } from '../../../console/kit/text.ts'
import type { CustomerSection } from '../contract.ts'

/** What other capabilities say of the customer. */
export function SectionsPanels({ sections }: { sections: readonly CustomerSection[] }) {
  const t = useText()
  // One whose reader may see nothing of it has no rows.
  return sections.flatMap((section) =>
    section.rows.length === 0 ? (
      []
    ) : (
      <Panel key={section.key} title={t(section.title)}>
        <Detail
          items={section.rows.map((row) => ({
            label: t(row.label),
            value: row.href ? <Link to={row.href}>{row.value}</Link> : row.value,
          }))}
        />
      </Panel>
    ),
  )
}
