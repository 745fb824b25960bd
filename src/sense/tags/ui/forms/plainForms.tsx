import { DeleteOutlined, PlusOutlined } from '@ant-design/icons'
import { Button, Checkbox, Input, InputNumber, Select } from 'antd'
import { lazy, Suspense } from 'react'
import { Loading } from '../../../../console/kit/states.tsx'
import { type Text, text, useLang, useText } from '../../../../console/kit/text.ts'
import { type builderFunctions, eqlTypes } from '../../../eql/contract.ts'
import { useWriting } from '../../../eql/ui/useWriting.ts'
import { type Writer, writerAt } from '../../../eql/ui/writer.ts'
import { Issues } from '../../../eql/ui/writingParts.tsx'
import type {
  ArithmeticDefinition,
  AttributeDefinition,
  EqlDefinition,
  ImportDefinition,
  ModelDefinition,
} from '../../contract.ts'
import { typeNames } from '../words.ts'
import { type DefinitionForm, Field, NameSelect } from './parts.tsx'

const EqlEditor = lazy(() => import('../../../eql/ui/eqlEditor.tsx').then((m) => ({ default: m.EqlEditor })))

const through: Partial<Record<(typeof builderFunctions)[number], Text>> = {
  days_since: text('距今天数', 'Days since'),
  months_since: text('距今月数', 'Months since'),
  years_since: text('距今年数(年龄)', 'Years since (age)'),
  days_until: text('还有几天', 'Days until'),
  anniversary: text('下一个周年日', 'The next anniversary'),
}

export const AttributeForm: DefinitionForm<AttributeDefinition> = ({ draft, change, ground, faults }) => {
  const t = useText()
  const fields = (ground.entities.find(({ name }) => name === 'customer')?.fields ?? []).filter(
    ({ onlyKnown }) => !onlyKnown,
  )
  const [name] = draft.path
  const type = fields.find((one) => one.name === name)?.type
  return (
    <>
      <Field
        label={t('客户属性', 'Attribute')}
        help={t('个人信息不能做成标签', 'Personal values are no tags')}
        fault={faults['draft.path'] ?? faults.draft}
      >
        <NameSelect
          label={t('客户属性', 'Attribute')}
          value={name ?? null}
          list={fields}
          change={(next) => change({ path: next ? [next] : [], through: null })}
        />
      </Field>
      {type === 'day' || type === 'time' ? (
        <Field label={t('取什么', 'What of it')}>
          <Select
            aria-label={t('取什么', 'What of it')}
            value={draft.through ?? ''}
            onChange={(next) =>
              change({ ...draft, through: next === '' ? null : (next as AttributeDefinition['through']) })
            }
            options={[
              { value: '', label: t('日期本身', 'The day itself') },
              ...Object.entries(through).map(([value, label]) => ({ value, label: t(label) })),
            ]}
          />
        </Field>
      ) : null}
    </>
  )
}

export const ArithmeticForm: DefinitionForm<ArithmeticDefinition> = ({ draft, change, ground, faults }) => {
  const t = useText()
  const { terms } = draft
  const tags = ground.tags.filter(({ type }) => ['number', 'integer', 'money'].includes(type))
  const put = (i: number, part: Partial<ArithmeticDefinition['terms'][number]>) =>
    change({ ...draft, terms: terms.map((one, at) => (at === i ? { ...one, ...part } : one)) })
  return (
    <>
      {terms.map((term, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: terms have no name but their place
        <Field key={i} fault={faults[`draft.terms.${i}.tag`] ?? faults[`draft.terms.${i}`]}>
          <div className="zx-tag-line">
            {i === 0 ? null : (
              <Select
                aria-label={t('运算', 'Operation')}
                value={term.op}
                onChange={(op) => put(i, { op })}
                options={[
                  { value: '+', label: '+' },
                  { value: '-', label: '−' },
                  { value: '*', label: '×' },
                  { value: '/', label: '÷' },
                ]}
              />
            )}
            <Select
              aria-label={t('标签或数字', 'A tag or a number')}
              value={term.number === null ? 'tag' : 'number'}
              onChange={(of) => put(i, of === 'tag' ? { number: null } : { tag: null, number: 1 })}
              options={[
                { value: 'tag', label: t('标签', 'Tag') },
                { value: 'number', label: t('数字', 'Number') },
              ]}
            />
            {term.number === null ? (
              <NameSelect
                label={t(`第 ${i + 1} 项`, `Term ${i + 1}`)}
                value={term.tag}
                list={tags}
                placeholder={t('选择数值标签', 'Choose a tag of numbers')}
                change={(tag) => put(i, { tag })}
              />
            ) : (
              <InputNumber
                aria-label={t(`第 ${i + 1} 项`, `Term ${i + 1}`)}
                value={term.number}
                onChange={(number) => put(i, { number: number ?? 0 })}
              />
            )}
            <Button
              type="text"
              icon={<DeleteOutlined aria-hidden />}
              aria-label={t('删除', 'Remove')}
              disabled={terms.length <= 2}
              onClick={() => change({ ...draft, terms: terms.filter((_, at) => at !== i) })}
            />
          </div>
        </Field>
      ))}
      <Button
        icon={<PlusOutlined aria-hidden />}
        onClick={() => change({ ...draft, terms: [...terms, { op: '+', tag: null, number: null }] })}
      >
        {t('增加一项', 'Add a term')}
      </Button>
      <Field
        help={t('不勾选:任何一项没有值,结果就没有值', 'Unticked: when one has no value, neither has the result')}
        fault={faults.draft}
      >
        <Checkbox
          checked={draft.missingIsZero}
          onChange={(event) => change({ ...draft, missingIsZero: event.target.checked })}
        >
          {t('没有值按 0 计算', 'No value counts as 0')}
        </Checkbox>
      </Field>
    </>
  )
}

const values: Writer = writerAt('/api/tags/value')
/** A value has nobody to count: it is checked, and the preview beside it counts. */
const valueWriter: Writer = {
  ...values,
  estimate: async () => ({ customers: 0, low: 0, high: 0, universe: 0, exact: true, parts: [] }),
}

export const EqlForm: DefinitionForm<EqlDefinition> = ({ draft, change, faults }) => {
  const lang = useLang()
  const t = useText()
  const writing = useWriting(draft.text, valueWriter)
  return (
    <Field
      label={t('取值表达式', 'The value')}
      help={t(
        "例如:if aum >= 5万 then '高' else '低'。Ctrl+Space 补全",
        "Such as: if aum >= 50000 then 'high' else 'low'. Ctrl+Space completes",
      )}
      fault={writing.checked?.issues.length ? undefined : faults['draft.text']}
    >
      <Suspense fallback={<Loading />}>
        <EqlEditor
          value={draft.text}
          change={(next) => change({ text: next })}
          issues={writing.checked?.issues ?? []}
          complete={valueWriter.complete}
          lang={lang}
        />
      </Suspense>
      <Issues of={writing} />
    </Field>
  )
}

export const ImportForm: DefinitionForm<ImportDefinition> = ({ draft, change, faults }) => {
  const t = useText()
  return (
    <>
      <Field label={t('值的类型', 'Type of the values')} fault={faults['draft.type']}>
        <Select
          aria-label={t('值的类型', 'Type of the values')}
          value={draft.type}
          onChange={(type) => change({ ...draft, type })}
          options={eqlTypes.map((value) => ({ value, label: t(typeNames[value]) }))}
        />
      </Field>
      {draft.type === 'text' || draft.type === 'list' ? (
        <Field
          label={t('允许的取值(可不填)', 'Values that are allowed (may be empty)')}
          help={t('填写后,不在其中的值会被拒绝', 'Others are refused')}
          fault={faults['draft.codes']}
        >
          <Select
            mode="tags"
            aria-label={t('允许的取值', 'Values that are allowed')}
            value={draft.codes}
            onChange={(codes) => change({ ...draft, codes })}
            tokenSeparators={[',', ',', '、']}
          />
        </Field>
      ) : null}
      <p className="zx-quiet">
        {t(
          '发布后在标签页上传名单(每行:客户标识,值),或由接口写入。',
          'Once published, upload a list on its page (a line: identity, value), or give values by the API.',
        )}
      </p>
    </>
  )
}

export const ModelForm: DefinitionForm<ModelDefinition> = ({ draft, change, faults }) => {
  const t = useText()
  return (
    <>
      <Field label={t('模型名称', 'Model')} fault={faults['draft.model']}>
        <Input
          aria-label={t('模型名称', 'Model')}
          value={draft.model}
          maxLength={100}
          onChange={(event) => change({ ...draft, model: event.target.value })}
        />
      </Field>
      <Field
        label={t('分数范围', 'Range of the score')}
        help={t('超出范围的分数会被拒绝', 'Scores outside are refused')}
        fault={faults['draft.least'] ?? faults['draft.most']}
      >
        <div className="zx-tag-line">
          <InputNumber
            aria-label={t('最小', 'Least')}
            value={draft.least}
            onChange={(least) => change({ ...draft, least: least ?? 0 })}
          />
          <span aria-hidden>–</span>
          <InputNumber
            aria-label={t('最大', 'Most')}
            value={draft.most}
            onChange={(most) => change({ ...draft, most: most ?? 1 })}
          />
        </div>
      </Field>
      <p className="zx-quiet">
        {t(
          '发布后,模型平台用接口 POST /api/tags/{标签}/values 写入分数与模型版本。',
          'Once published, the model gives scores with its version by POST /api/tags/{tag}/values.',
        )}
      </p>
    </>
  )
}
