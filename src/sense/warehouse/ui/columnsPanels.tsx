import { Alert } from 'antd'
import { Panel } from '../../../console/kit/pageHead.tsx'
import { Empty } from '../../../console/kit/states.tsx'
import { useText } from '../../../console/kit/text.ts'
import type { Choices, Mapping as Columns, Preview } from '../../imports/contract.ts'
import { MappingTable } from '../../imports/ui/mappingTable.tsx'
import { TargetPanel } from '../../imports/ui/targetPanel.tsx'
import type { Definition, Looked } from '../contract.ts'
import '../../imports/ui/imports.css'

/** As the parts of the imports know a preview. */
export function fullPreview(looked: Looked): Preview {
  return { ...looked, format: 'csv', compressed: false, reading: {}, sheets: [] }
}

type Props = {
  definition: Definition
  define: (to: Partial<Definition>) => void
  looked: Looked | undefined
  choices: Choices
  faultOf: (field: string) => string | undefined
}

/** What the columns become: the same parts as for a file. */
export function ColumnsPanels({ definition, define, looked, choices, faultOf }: Props) {
  const t = useText()
  const mapping = fitting(definition.columns ?? undefined, looked)
  if (!mapping)
    return (
      <Panel title={t('列映射', 'Columns')}>
        <Empty
          title={t('先预览来源', 'Preview the source first')}
          hint={t('预览后自动识别各列', 'Its columns are recognised then')}
        />
      </Panel>
    )
  const preview = looked ? fullPreview(looked) : previewOf(mapping)
  const parts = {
    ...{ mapping, preview, choices },
    change: (columns: Columns) => define({ columns }),
    faultOf: (field: string) => faultOf(field.replace(/^mapping\./, 'definition.columns.')),
  }
  const whole = faultOf('definition.columns.columns') ?? faultOf('definition.columns')
  return (
    <>
      <Panel title={t('成为', 'Becomes')}>
        <TargetPanel {...parts} />
      </Panel>
      <Panel flush title={t('列映射', 'Columns')}>
        {whole ? <Alert banner type="error" title={whole} /> : null}
        <MappingTable {...parts} />
      </Panel>
    </>
  )
}

/** Columns that the source has now: what was mapped stays, new ones are left out until somebody maps them. */
function fitting(columns: Columns | undefined, looked: Looked | undefined): Columns | undefined {
  if (!columns || !looked) return columns
  const known = new Map(columns.columns.map((one) => [one.column, one]))
  return {
    ...columns,
    columns: looked.columns.map(({ name }) => known.get(name) ?? { column: name, as: 'skip' as const }),
  }
}

function previewOf(mapping: Columns): Preview {
  const columns = mapping.columns.map(({ column, type, personal }) => ({
    name: column,
    type: type ?? ('text' as const),
    personal: personal ?? null,
    filled: 1,
    examples: [],
  }))
  return { format: 'csv', compressed: false, reading: {}, sheets: [], columns, rows: [], suggestion: mapping }
}
