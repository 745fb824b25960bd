import { Alert, Checkbox, Segmented } from 'antd'
import { useEffect, useMemo, useState } from 'react'
import { api } from '../../../console/kit/api.ts'
import { Panel } from '../../../console/kit/pageHead.tsx'
import { SchemaForm } from '../../../console/kit/schemaForm.tsx'
import { Can } from '../../../console/kit/session.tsx'
import { text, useText } from '../../../console/kit/text.ts'
import { refresh } from '../../../console/kit/useApi.ts'
import {
  NewVirtual,
  type VirtualBase,
  type VirtualCondition,
  type VirtualDefinition,
  virtualBases,
} from '../contract.ts'
import { ConditionsEditor, isWhole } from './conditionsEditor.tsx'
import { LiveCount } from './counts.tsx'
import type { Picked, PickedPage } from './usePicking.ts'
import { baseNames } from './virtualWords.ts'

type PanelProps = {
  picked: Picked
  page: PickedPage | undefined
  show: (selector: string) => void
  saved: (name: string) => void
}

/** What was picked, what it would count, and its name. */
export function PickPanel({ picked, page, show, saved }: PanelProps) {
  const t = useText()
  const { element, similar } = picked
  const [base, setBase] = useState<VirtualBase>(element.event === '$FormSubmit' ? 'submit' : 'click')
  const [conditions, setConditions] = useState<VirtualCondition[]>(() => firstConditions(picked, page))
  const used = useMemo(() => ofBase(base, conditions), [base, conditions])
  const whole = isWhole(used)
  const definition = useSettled<VirtualDefinition | undefined>(whole ? { base, conditions: used } : undefined)
  const selector = used.find(({ field }) => field === 'selector')?.values[0] ?? ''
  useEffect(() => show(selector), [show, selector])
  const said = element.props.$element_content ?? ''
  const toggles = togglesOf(picked, page, conditions, setConditions)
  return (
    <>
      <Panel title={t('已选元素', 'Picked')}>
        <p className="zx-pick-said">
          <code>{element.props.$element_type}</code> {said || t('(无文本)', '(no text)')}
        </p>
        <code className="zx-pick-path">{element.props.$element_selector}</code>
        <Segmented<VirtualBase>
          block
          aria-label={t('行为', 'What happens')}
          value={base}
          onChange={setBase}
          options={virtualBases.map((value) => ({ value, label: t(baseNames[value]) }))}
        />
        {base === 'page' ? null : (
          <div className="zx-pick-toggles">
            {similar ? (
              <Checkbox {...toggles.similar}>
                {t(`包含同类元素(本页 ${similar.count} 个)`, `All of its kind (${similar.count} here)`)}
              </Checkbox>
            ) : null}
            {said ? (
              <Checkbox {...toggles.text}>{t(`文本为“${said}”`, `Only with the text “${said}”`)}</Checkbox>
            ) : null}
            <Checkbox {...toggles.page}>{t('仅在本页面', 'On this page only')}</Checkbox>
          </div>
        )}
        <LiveCount definition={definition} />
      </Panel>
      <Panel title={t('命名', 'Name it')}>
        <Can
          needs="catalog.plan.edit"
          otherwise={<Alert type="info" showIcon title={t('您可以查看,但不能保存', 'You may look, but not save')} />}
        >
          <SchemaForm
            key={`${element.props.$element_selector} ${base}`}
            schema={NewVirtual}
            initial={{ name: nameFor(base, element.props), base, conditions: used, zh: '' }}
            parts={[
              {
                name: 'zh',
                label: text('名称', 'Chinese name'),
                placeholder: text('例如:点击立即购买', 'For example 点击立即购买'),
                wide: true,
              },
              {
                name: 'name',
                label: text('标识', 'Identifier'),
                help: text('在客群与分析中使用,保存后不能修改', 'Used in segments and analyses; it stays as it is'),
                wide: true,
              },
              { name: 'en', label: text('英文名', 'English name'), wide: true },
              { name: 'description', label: text('说明', 'Description'), widget: 'area' },
            ]}
            submit={text('保存为虚拟事件', 'Save as a virtual event')}
            said={false}
            save={async (values) => {
              const made = { ...values, base, conditions: used } as NewVirtual
              await api.post('/api/catalog/virtual', made)
              await refresh('/api/catalog/virtual')
              saved(made.name)
            }}
          />
        </Can>
      </Panel>
      <Panel title={t('条件', 'Conditions')}>
        <ConditionsEditor base={base} value={used} change={setConditions} />
      </Panel>
    </>
  )
}

function firstConditions({ element }: Picked, page: PickedPage | undefined): VirtualCondition[] {
  const selector = element.props.$element_selector ?? ''
  return [{ field: 'selector', op: 'is', values: [selector] }, ...pageCondition(page)]
}

function pageCondition(page: PickedPage | undefined): VirtualCondition[] {
  const path = page?.page.$url_path
  return typeof path === 'string' && path ? [{ field: 'page', op: 'is', values: [path] }] : []
}

/** A page view says nothing of elements. */
function ofBase(base: VirtualBase, conditions: readonly VirtualCondition[]): VirtualCondition[] {
  const ofElements = new Set(['selector', 'path', 'text', 'href'])
  const kept = conditions.filter(({ field }) => base !== 'page' || !ofElements.has(field))
  return kept.length > 0 ? kept : [{ field: 'page', op: 'is', values: [] }]
}

function togglesOf(
  { element, similar }: Picked,
  page: PickedPage | undefined,
  conditions: VirtualCondition[],
  set: (next: VirtualCondition[]) => void,
) {
  const without = (field: string) => conditions.filter((one) => one.field !== field)
  const has = (field: string) => conditions.some((one) => one.field === field)
  const toggle = (field: VirtualCondition['field'], more: VirtualCondition[]) => ({
    checked: has(field),
    onChange: ({ target }: { target: { checked: boolean } }) => {
      const next = [...without(field), ...(target.checked ? more : [])]
      if (next.length > 0) set(next)
    },
  })
  const one: VirtualCondition = { field: 'selector', op: 'is', values: [element.props.$element_selector ?? ''] }
  const all: VirtualCondition = { field: 'selector', op: 'like', values: [similar?.selector ?? ''] }
  return {
    similar: {
      checked: conditions.some(({ field, op }) => field === 'selector' && op === 'like'),
      onChange: ({ target }: { target: { checked: boolean } }) =>
        set([target.checked ? all : one, ...without('selector')]),
    },
    text: toggle('text', [{ field: 'text', op: 'is', values: [element.props.$element_content ?? ''] }]),
    page: toggle('page', pageCondition(page)),
  }
}

/** `click_buy_now`: from the name it was given in the page, or the page it is on. */
function nameFor(base: VirtualBase, props: Record<string, string>): string {
  const given = /\[data-[\w-]+="([^"]+)"\]$/.exec(props.$element_selector ?? '')?.[1] ?? props.$element_id
  const page =
    (props.$url_path ?? '')
      .replace(/\.\w+$/, '')
      .split('/')
      .filter(Boolean)
      .at(-1) ?? 'home'
  const word = (given ?? `${page}_${props.$element_type ?? ''}`).replace(/[^A-Za-z0-9]+/g, '_').toLowerCase()
  return `${base}_${word}`.replace(/_+$/, '').slice(0, 60)
}

/** The value once nobody changes it any more: not each letter is counted. */
function useSettled<T>(value: T): T {
  const [settled, setSettled] = useState(value)
  const key = JSON.stringify(value)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(key === undefined ? (undefined as T) : (JSON.parse(key) as T)), 250)
    return () => clearTimeout(timer)
  }, [key])
  return settled
}
