import { Select } from 'antd'
import { useLang, useText } from '../../../../console/kit/text.ts'
import { eventFunctions, rowFunctions, type SchemaField } from '../../contract.ts'
import type { FormProps } from './attributeForm.tsx'
import { useBuilding } from './context.ts'
import { FieldChoice, Filters } from './filters.tsx'
import { measuredTypes, measureTest, measureType } from './operators.ts'
import { TestFields } from './testFields.tsx'
import { entityOf, fieldAt, type Path, pathsOf, propertiesOf, propertyOf, titleOf } from './things.ts'
import { WindowFields } from './windowFields.tsx'
import { eventMeasures, rowMeasures } from './words.ts'

type EventMeasure = keyof typeof eventMeasures
type RowMeasure = keyof typeof rowMeasures

/** What customers did: how often, how much, when, in a window, with what. */
export function EventsForm({ node, change }: FormProps<'events'>) {
  const t = useText()
  const { schema } = useBuilding()
  const paths = propertiesOf(schema, node.events).map(pathOfField)
  const of = node.of === null ? null : propertyOf(schema, node.events, node.of[0])
  const told = node.test.op === 'true' || node.test.op === 'false'
  const measure: EventMeasure = node.fn === 'did' && node.test.op === 'false' ? 'not-did' : node.fn
  const choose = (next: EventMeasure) => {
    const fn = next === 'not-did' ? 'did' : next
    const path = firstFit(paths, measuredTypes(fn), node.of)
    const test = next === 'not-did' ? { op: 'false' as const, values: [], window: null } : null
    const field = path === null ? null : propertyOf(schema, node.events, path[0])
    change({ ...node, fn, of: path, test: test ?? measureTest(fn, field) })
  }
  const whole = measuredTypes(node.fn) === null
  return (
    <>
      <WindowFields
        window={node.window}
        change={(window, typing) => change({ ...node, window }, typing)}
        of="events"
        entity="customer"
      />
      {whole ? <MeasureChoice words={eventMeasures} keys={eventKeys} value={measure} change={choose} /> : null}
      <EventNames events={node.events} change={(events) => change({ ...node, events })} />
      {whole ? null : (
        <>
          <span>{t('的', ':')}</span>
          <MeasureChoice words={eventMeasures} keys={eventKeys} value={measure} change={choose} />
          <OfChoice
            paths={paths}
            fn={node.fn}
            of={node.of}
            change={(path, field) => change({ ...node, of: path, test: measureTest(node.fn, field) })}
          />
        </>
      )}
      {node.fn === 'did' && told ? null : (
        <TestFields
          tested={{ type: measureType(node.fn, of), field: node.fn === 'count' || node.fn === 'distinct' ? null : of }}
          test={node.test}
          change={(test, typing) => change({ ...node, test }, typing)}
          label={t(eventMeasures[measure])}
          query={of === null ? null : { ...(node.events.length === 1 ? { event: node.events[0] } : {}), name: of.name }}
          entity="customer"
        />
      )}
      <Filters
        filters={node.filters}
        change={(filters, typing) => change({ ...node, filters }, typing)}
        of={{ events: node.events }}
      />
    </>
  )
}

const eventKeys: readonly EventMeasure[] = ['did', 'not-did', ...eventFunctions.slice(1)]
const truths = ['any', 'none', 'all'] as const
const rowKeys: readonly RowMeasure[] = [...truths, ...rowFunctions.slice(3)]

/** What customers have: holdings, orders. */
export function RowsForm({ node, change }: FormProps<'rows'>) {
  const t = useText()
  const { schema } = useBuilding()
  const relations = (entityOf(schema, 'customer')?.relations ?? []).filter(({ many }) => many)
  const target = relations.find(({ name }) => name === node.relation)?.target ?? node.relation
  const paths = pathsOf(schema, target)
  const of = node.of === null ? null : (fieldAt(schema, target, node.of)?.field ?? null)
  const opposite = truths.find((fn) => fn === node.fn && node.test.op === 'false')
  const measure: RowMeasure = opposite ? `not-${opposite}` : node.fn
  const told = node.test.op === 'true' || node.test.op === 'false'
  const choose = (next: RowMeasure) => {
    const fn = rowFunctions.find((one) => one === next)
    if (!fn) return
    const path = firstFit(paths, measuredTypes(fn), node.of)
    const field = path === null ? null : (fieldAt(schema, target, path)?.field ?? null)
    change({ ...node, fn, of: path, test: measureTest(fn, field) })
  }
  return (
    <>
      <RelationChoice
        value={node.relation}
        change={(relation) =>
          change({ ...node, fn: 'any', relation, of: null, filters: [], test: measureTest('any', null) })
        }
      />
      <MeasureChoice
        words={rowMeasures}
        keys={rowKeys.includes(measure) ? rowKeys : [...rowKeys, measure]}
        value={measure}
        change={choose}
      />
      {measuredTypes(node.fn) === null ? null : (
        <OfChoice
          paths={paths}
          fn={node.fn}
          of={node.of}
          change={(path, field) => change({ ...node, of: path, test: measureTest(node.fn, field) })}
        />
      )}
      {truths.some((fn) => fn === node.fn) && told ? null : (
        <TestFields
          tested={{ type: measureType(node.fn, of), field: node.fn === 'count' || node.fn === 'distinct' ? null : of }}
          test={node.test}
          change={(test, typing) => change({ ...node, test }, typing)}
          label={t(rowMeasures[measure])}
          query={null}
          entity="customer"
        />
      )}
      <Filters
        filters={node.filters}
        change={(filters, typing) => change({ ...node, filters }, typing)}
        of={{ entity: target }}
      />
    </>
  )
}

const pathOfField = (field: SchemaField): Path => ({
  path: [field.name],
  zh: titleOf(field, 'zh'),
  en: titleOf(field, 'en'),
  field,
})

/** What was measured before, if that fits; else the first that does. */
function firstFit(paths: readonly Path[], types: ReturnType<typeof measuredTypes>, now: string[] | null) {
  if (types === null) return null
  const fit = paths.filter(({ field }) => types.includes(field.type) && !field.onlyKnown)
  return (fit.find(({ path }) => path.join('.') === now?.join('.')) ?? fit[0])?.path ?? null
}

type MeasureProps<M extends string> = {
  words: Record<M, { zh: string; en: string }>
  keys: readonly M[]
  value: M
  change: (next: M) => void
}

function MeasureChoice<M extends string>({ words, keys, value, change }: MeasureProps<M>) {
  const t = useText()
  return (
    <Select
      size="small"
      aria-label={t('统计方式', 'Measure')}
      popupMatchSelectWidth={false}
      value={value}
      onChange={change}
      options={keys.map((key) => ({ value: key, label: t(words[key]) }))}
    />
  )
}

type OfProps = {
  paths: readonly Path[]
  fn: Parameters<typeof measuredTypes>[0]
  of: string[] | null
  change: (path: string[] | null, field: SchemaField | null) => void
}

/** What is summed, averaged …; of the first and last event also their time. */
function OfChoice({ paths, fn, of, change }: OfProps) {
  const t = useText()
  const types = measuredTypes(fn) ?? []
  const time: Path[] =
    fn === 'first' || fn === 'last'
      ? [{ path: [''], zh: '发生时间', en: 'time', field: { name: '', zh: '', en: '', type: 'time' } }]
      : []
  const fit = [...time, ...paths.filter(({ field }) => types.includes(field.type) && !field.onlyKnown)]
  return (
    <FieldChoice
      choices={fit}
      value={of === null ? (time.length > 0 ? '' : undefined) : of.join('.')}
      label={t('统计字段', 'Measured field')}
      placeholder={t('选择字段', 'Choose a field')}
      change={(key) => {
        const found = fit.find(({ path }) => path.join('.') === key)
        if (found) change(key === '' ? null : found.path, key === '' ? null : found.field)
      }}
    />
  )
}

/** One or several kinds of events; none: any. */
export function EventNames({ events, change }: { events: readonly string[]; change: (events: string[]) => void }) {
  const t = useText()
  const lang = useLang()
  const { schema } = useBuilding()
  return (
    <Select
      size="small"
      className="zx-rule-events"
      mode="multiple"
      popupMatchSelectWidth={false}
      showSearch={{
        filterOption: (typed, option) =>
          `${option?.label ?? ''} ${option?.value ?? ''}`.toLowerCase().includes(typed.toLowerCase()),
      }}
      aria-label={t('行为事件', 'Events')}
      placeholder={t('任意行为', 'Anything')}
      value={[...events]}
      onChange={change}
      options={schema.events.map((event) => ({ value: event.name, label: titleOf(event, lang) }))}
    />
  )
}

function RelationChoice({ value, change }: { value: string; change: (relation: string) => void }) {
  const t = useText()
  const lang = useLang()
  const { schema } = useBuilding()
  const relations = (entityOf(schema, 'customer')?.relations ?? []).filter(({ many }) => many)
  const options = relations.map((relation) => ({ value: relation.name, label: titleOf(relation, lang) }))
  return (
    <Select
      size="small"
      className="zx-rule-subject"
      aria-label={t('往来', 'Relation')}
      popupMatchSelectWidth={false}
      value={value}
      onChange={change}
      options={options}
    />
  )
}
