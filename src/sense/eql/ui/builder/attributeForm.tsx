import { Select } from 'antd'
import { useLang, useText } from '../../../../console/kit/text.ts'
import type { builderFunctions, EqlType } from '../../contract.ts'
import { useBuilding } from './context.ts'
import { FieldChoice } from './filters.tsx'
import { testFor } from './operators.ts'
import type { Leaf } from './state.ts'
import { TestFields } from './testFields.tsx'
import { fieldAt, pathsOf } from './things.ts'
import { throughWords } from './words.ts'

export type FormProps<S extends Leaf['shape']> = {
  node: Extract<Leaf, { shape: S }>
  change: (node: Extract<Leaf, { shape: S }>, typing?: string) => void
}

type Through = (typeof builderFunctions)[number]

/** What can be made of a value of a type before it is tested. */
function throughsFor(type: EqlType | undefined, now: Through | null): Through[] {
  const fit: Through[] =
    type === 'day'
      ? ['days_since', 'days_until', 'months_since', 'years_since', 'anniversary']
      : type === 'time'
        ? ['days_since', 'days_until', 'months_since', 'years_since']
        : []
  return now === null || fit.includes(now) ? fit : [...fit, now]
}

export function AttributeForm({ node, change }: FormProps<'attribute'>) {
  const t = useText()
  const lang = useLang()
  const { schema } = useBuilding()
  const found = fieldAt(schema, 'customer', node.path)
  const field = found?.field ?? null
  const choices = pathsOf(schema, 'customer')
  const label = choices.find(({ path }) => path.join('.') === node.path.join('.'))?.[lang] ?? node.path.join('.')
  const throughs = throughsFor(field?.onlyKnown ? undefined : field?.type, node.through)
  const tested =
    node.through === null
      ? { type: field?.type ?? 'text', field }
      : { type: node.through === 'anniversary' ? ('day' as const) : ('integer' as const), field: null }
  return (
    <>
      <FieldChoice
        choices={choices}
        value={node.path.join('.')}
        label={t('客户属性', 'Attribute')}
        change={(key) => {
          const choice = choices.find(({ path }) => path.join('.') === key)
          if (choice) {
            const test = testFor({ type: choice.field.type, field: choice.field })
            change({ ...node, path: choice.path, through: null, test })
          }
        }}
      />
      {throughs.length > 0 ? (
        <Select
          size="small"
          variant="borderless"
          aria-label={t(`${label}:换算`, `${label}: made into`)}
          popupMatchSelectWidth={false}
          value={node.through ?? ''}
          onChange={(next: Through | '') => {
            const through = next === '' ? null : next
            const type = through === null ? (field?.type ?? 'text') : through === 'anniversary' ? 'day' : 'integer'
            change({ ...node, through, test: testFor({ type, field: through === null ? field : null }) })
          }}
          options={[
            { value: '', label: t('本身', 'itself') },
            ...throughs.map((one) => ({ value: one, label: t(throughWords[one]) })),
          ]}
        />
      ) : null}
      <TestFields
        tested={tested}
        test={node.test}
        change={(test, typing) => change({ ...node, test }, typing)}
        label={label}
        query={field && node.through === null ? { entity: found?.entity ?? '', name: field.name } : null}
        entity="customer"
      />
    </>
  )
}
