import { Input, Select } from 'antd'
import { useEffect, useId, useState } from 'react'
import { useLang, useText } from '../../../../console/kit/text.ts'
import type { Issue } from '../../contract.ts'
import { parseRule } from '../../rules/rule.ts'
import type { FormProps } from './attributeForm.tsx'
import { useBuilding } from './context.ts'
import { testFor } from './operators.ts'
import { TestFields } from './testFields.tsx'
import { titleOf } from './things.ts'

export function TagForm({ node, change }: FormProps<'tag'>) {
  const t = useText()
  const lang = useLang()
  const { schema } = useBuilding()
  const tag = schema.tags.find(({ name }) => name === node.name) ?? null
  return (
    <>
      <Select
        size="small"
        className="zx-rule-subject"
        showSearch={{ optionFilterProp: 'label' }}
        popupMatchSelectWidth={false}
        aria-label={t('标签', 'Tag')}
        value={node.name}
        onChange={(name: string) => {
          const field = schema.tags.find((one) => one.name === name)
          if (field) change({ ...node, name, test: testFor({ type: field.type, field }) })
        }}
        options={schema.tags.map((one) => ({ value: one.name, label: titleOf(one, lang) }))}
      />
      <TestFields
        tested={{ type: tag?.type ?? 'text', field: tag }}
        test={node.test}
        change={(test, typing) => change({ ...node, test }, typing)}
        label={tag ? titleOf(tag, lang) : node.name}
        query={null}
        entity="customer"
      />
    </>
  )
}

/** Rule 16: which version is meant is chosen, and said. */
export function SegmentForm({ node, change }: FormProps<'segment'>) {
  const t = useText()
  const lang = useLang()
  const { schema } = useBuilding()
  const segment = schema.segments.find(({ name }) => name === node.name)
  const versions = Array.from({ length: segment?.versions ?? node.version ?? 0 }, (_, i) => i + 1).toReversed()
  return (
    <>
      <Select
        size="small"
        aria-label={t('是否在客群中', 'In the segment or not')}
        popupMatchSelectWidth={false}
        value={node.not ? 'out' : 'in'}
        onChange={(next: string) => change({ ...node, not: next === 'out' })}
        options={[
          { value: 'in', label: t('在客群中', 'is in') },
          { value: 'out', label: t('不在客群中', 'is not in') },
        ]}
      />
      <Select
        size="small"
        className="zx-rule-subject"
        showSearch={{ optionFilterProp: 'label' }}
        popupMatchSelectWidth={false}
        aria-label={t('客群', 'Segment')}
        value={node.name}
        onChange={(name: string) => change({ ...node, name, version: null })}
        options={schema.segments.map((one) => ({ value: one.name, label: titleOf(one, lang) }))}
      />
      <Select
        size="small"
        aria-label={t('版本', 'Version')}
        popupMatchSelectWidth={false}
        value={node.version ?? 0}
        onChange={(version: number) => change({ ...node, version: version === 0 ? null : version })}
        options={[
          { value: 0, label: t('跟随最新版', 'follows the latest') },
          ...versions.map((version) => ({
            value: version,
            label: t(`固定第 ${version} 版`, `version ${version}`),
          })),
        ]}
      />
    </>
  )
}

/** What has no form of its own, as text in its place. It becomes part of the rule once it can be read. */
export function TextForm({ node, change }: FormProps<'text'>) {
  const t = useText()
  const { schema } = useBuilding()
  const id = useId()
  const [text, setText] = useState(node.text)
  const [wrong, setWrong] = useState<Issue>()
  useEffect(() => {
    setText(node.text)
    setWrong(undefined)
  }, [node.text])
  const put = (next: string) => {
    setText(next)
    const { ok, rule, issues } = parseRule(next, schema)
    setWrong(ok || next.trim() === '' ? undefined : issues.find(({ severity }) => severity === 'error'))
    if (ok && rule) {
      const { notes, ...expr } = rule.body
      change({ ...node, text: next, expr, ...(notes ? { notes: [...(node.notes ?? []), ...notes] } : {}) }, 'text')
    }
  }
  return (
    <div className="zx-rule-code">
      <Input.TextArea
        size="small"
        className="zx-rule-grows"
        rows={1}
        spellCheck={false}
        aria-label={t('EQL 文本条件', 'Condition as EQL text')}
        aria-invalid={wrong !== undefined}
        aria-describedby={wrong ? id : undefined}
        status={wrong ? 'error' : undefined}
        placeholder={t('例如:aum / income > 10', 'For example: aum / income > 10')}
        value={text}
        onChange={(event) => put(event.target.value)}
      />
      {wrong ? (
        <p id={id} className="zx-rule-problem" data-severity="error">
          {t(wrong)} {node.text === '' ? '' : t('(仍按修改前的条件计算)', '(the condition is still the one before)')}
        </p>
      ) : null}
    </div>
  )
}
