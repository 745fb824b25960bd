import { ArrowDownOutlined, ArrowUpOutlined, DeleteOutlined, PlusOutlined } from '@ant-design/icons'
import { Button, Input } from 'antd'
import { useText } from '../../../../console/kit/text.ts'
import type { CasesDefinition } from '../../contract.ts'
import { ConditionField, type DefinitionForm, Field } from './parts.tsx'

/** Labels with their conditions, from top to bottom; who fits none gets the last. */
export const CasesForm: DefinitionForm<CasesDefinition> = ({ draft, change, faults }) => {
  const t = useText()
  const { cases, otherwise } = draft
  const put = (i: number, part: Partial<CasesDefinition['cases'][number]>) =>
    change({ ...draft, cases: cases.map((one, at) => (at === i ? { ...one, ...part } : one)) })
  const move = (i: number, to: number) => {
    const next = [...cases]
    const [one] = next.splice(i, 1)
    if (one) next.splice(to, 0, one)
    change({ ...draft, cases: next })
  }
  return (
    <>
      <ol className="zx-tag-cases">
        {cases.map((one, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: cases have no name but their place
          <li key={i}>
            <Field fault={faults[`draft.cases.${i}.label`]}>
              <Input
                aria-label={t(`第 ${i + 1} 档的名称`, `Label of case ${i + 1}`)}
                placeholder={t('标签值,如:高', 'Value, such as high')}
                value={one.label}
                maxLength={60}
                onChange={(event) => put(i, { label: event.target.value })}
              />
            </Field>
            <Field fault={faults[`draft.cases.${i}.when`]}>
              <ConditionField
                title={t(`“${one.label || i + 1}”的条件`, `Condition of ${one.label || i + 1}`)}
                value={one.when}
                change={(when) => put(i, { when })}
              />
            </Field>
            <span className="zx-tag-acts">
              <Button
                type="text"
                icon={<ArrowUpOutlined aria-hidden />}
                aria-label={t('上移', 'Up')}
                disabled={i === 0}
                onClick={() => move(i, i - 1)}
              />
              <Button
                type="text"
                icon={<ArrowDownOutlined aria-hidden />}
                aria-label={t('下移', 'Down')}
                disabled={i === cases.length - 1}
                onClick={() => move(i, i + 1)}
              />
              <Button
                type="text"
                icon={<DeleteOutlined aria-hidden />}
                aria-label={t('删除', 'Remove')}
                disabled={cases.length === 1}
                onClick={() => change({ ...draft, cases: cases.filter((_, at) => at !== i) })}
              />
            </span>
          </li>
        ))}
      </ol>
      <Button
        icon={<PlusOutlined aria-hidden />}
        onClick={() => change({ ...draft, cases: [...cases, { label: '', when: '' }] })}
      >
        {t('增加一档', 'Add a case')}
      </Button>
      <Field
        label={t('都不符合时', 'When none fits')}
        help={t('留空:没有值', 'Empty: no value')}
        fault={faults['draft.otherwise']}
      >
        <Input
          aria-label={t('都不符合时', 'When none fits')}
          value={otherwise ?? ''}
          maxLength={60}
          onChange={(event) => change({ ...draft, otherwise: event.target.value || null })}
        />
      </Field>
    </>
  )
}
