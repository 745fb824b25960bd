import { Alert, App, Button, Form, type FormInstance, Input, InputNumber, Select, Switch } from 'antd'
import { type ReactElement, type ReactNode, useState } from 'react'
import type { TSchema } from 'typebox'
import { isProblem, isStale } from './api.ts'
import { useLeaveGuard } from './leaveGuard.ts'
import { bare, type FormSchema, fieldFault, isNeeded, propertyAt, toSend } from './schemaErrors.ts'
import { RequestId } from './states.tsx'
import type { Choice } from './tableFilters.tsx'
import { type Text, useText } from './text.ts'
import './form.css'

type Values = Record<string, unknown>

export type FormField = {
  name: string
  label: Text
  help?: Text
  placeholder?: Text
  /** What the schema cannot say: by default text, number, switch or choice follow from it. */
  widget?: 'area' | 'choice' | 'password' | 'new-password' | ReactElement
  options?: readonly Choice[]
  /** What the schema cannot check. */
  check?: (value: unknown, all: Values) => Text | undefined
  disabled?: boolean
  /** Over the full width of the form. */
  wide?: boolean
  autoComplete?: string
}

export type FormPart = FormField | { section: Text; hint?: Text }

export type SchemaFormProps = {
  schema: TSchema
  parts: readonly FormPart[]
  initial?: Values
  submit: Text
  /** Called with what the schema allows, texts trimmed; what it throws is shown, field by field where it names them. */
  save: (values: Values) => Promise<unknown>
  /** Said after a save that went well; `false` where the page shows it by itself. */
  said?: Text | false
  /** After a save that went well. */
  done?: () => void
  /** Someone saved in between and the person chose to see that: load the newest. */
  reload?: () => void
  cancel?: () => void
  readOnly?: boolean
  /** The schema is that of a change: see `isNeeded`. */
  edit?: boolean
  /** Sees each change, for a preview beside the form. */
  watch?: (values: Values) => void
  /** Told whether something typed would be lost. */
  onDirty?: (dirty: boolean) => void
  children?: ReactNode
}

/** A form made of the schema the server checks with, and of words and widgets for its fields. */
export function SchemaForm(props: SchemaFormProps) {
  const { parts, initial, readOnly } = props
  const schema = props.schema as FormSchema
  const t = useText()
  const [form] = Form.useForm<Values>()
  const [dirty, keepDirty] = useState(false)
  const setDirty = (next: boolean) => {
    keepDirty(next)
    props.onDirty?.(next)
  }
  const { busy, failure, submit } = useSubmit(props, form, () => setDirty(false))
  useLeaveGuard(dirty && !busy)
  return (
    <Form<Values>
      form={form}
      layout="vertical"
      className="zx-form"
      initialValues={initial}
      requiredMark={(label, { required }) => <FormLabel required={required}>{label}</FormLabel>}
      disabled={readOnly}
      noValidate
      scrollToFirstError={{ block: 'center', focus: true }}
      onValuesChange={(changed: Values, all) => {
        setDirty(true)
        // What was found wrong is looked at again while it is mended.
        const wrong = form
          .getFieldsError()
          .filter(({ name, errors }) => errors.length > 0 && String(name[0]) in changed)
        if (wrong.length > 0) void form.validateFields(wrong.map(({ name }) => name)).catch(() => undefined)
        props.watch?.(all)
      }}
      onFinish={(values) => void submit(values)}
    >
      {failure ? (
        <Alert
          className="zx-form-wide"
          type="error"
          showIcon
          role="alert"
          title={failure.message}
          description={<RequestId error={failure} />}
        />
      ) : null}
      {parts.map((part) =>
        'section' in part ? (
          <div key={part.section.en} className="zx-form-section zx-form-wide">
            <h2>{t(part.section)}</h2>
            {part.hint ? <p>{t(part.hint)}</p> : null}
          </div>
        ) : (
          <Field key={part.name} field={part} schema={schema} edit={props.edit ?? false} />
        ),
      )}
      {props.children}
      {readOnly ? null : (
        <div className="zx-form-acts zx-form-wide">
          <Button type="primary" htmlType="submit" loading={busy}>
            {t(props.submit)}
          </Button>
          {props.cancel ? <Button onClick={props.cancel}>{t('取消', 'Cancel')}</Button> : null}
        </div>
      )}
    </Form>
  )
}

function useSubmit(props: SchemaFormProps, form: FormInstance<Values>, clean: () => void) {
  const t = useText()
  const { modal, message } = App.useApp()
  const [busy, setBusy] = useState(false)
  const [failure, setFailure] = useState<Error>()

  async function submit(values: Values) {
    setBusy(true)
    setFailure(undefined)
    try {
      await props.save(toSend(props.schema as FormSchema, values, secretsOf(props.parts)))
      clean()
      if (props.said !== false) message.success(t(props.said ?? { zh: '已保存', en: 'Saved' }))
      // After the guard has seen that nothing is left to lose.
      setTimeout(() => props.done?.())
    } catch (error) {
      if (isStale(error)) askReload()
      else show(error)
    } finally {
      setBusy(false)
    }
  }

  function show(error: unknown) {
    const known = props.parts.flatMap((part) => ('name' in part ? [part.name] : []))
    const faults = isProblem(error) ? error.fields : []
    const ours = faults.flatMap(({ field, message }) => {
      const name = known.find((one) => field === one || field.startsWith(`${one}.`))
      return name === undefined ? [] : [{ name: name.split('.'), errors: [message] }]
    })
    const first = ours[0]
    form.setFields(ours)
    if (first) form.scrollToField(first.name, { block: 'center', focus: true })
    // What could not be put beside a field is said above the form.
    if (ours.length === 0 || ours.length < faults.length)
      setFailure(error instanceof Error ? error : new Error(String(error)))
  }

  function askReload() {
    modal.confirm({
      title: t('内容已被他人修改', 'Someone else has changed this'),
      content: t(
        '在您编辑期间,其他人保存了新的版本。您可以载入最新内容(放弃本次修改),或先留在本页,复制需要保留的内容。',
        'A newer version was saved while you were editing. Load it (your changes are dropped), or stay here to copy what you want to keep.',
      ),
      okText: t('载入最新内容', 'Load the newest'),
      cancelText: t('留在本页', 'Stay here'),
      onOk() {
        clean()
        props.reload?.()
      },
    })
  }

  return { busy, failure, submit }
}

const secretsOf = (parts: readonly FormPart[]) =>
  parts.flatMap((part) =>
    'name' in part && (part.widget === 'password' || part.widget === 'new-password') ? [part.name] : [],
  )

function FormLabel({ required, children }: { required: boolean; children: ReactNode }) {
  const t = useText()
  return (
    <>
      {children}
      {required ? null : <span className="zx-optional">{t('选填', 'optional')}</span>}
    </>
  )
}

function Field({ field, schema, edit }: { field: FormField; schema: FormSchema; edit: boolean }) {
  const t = useText()
  const form = Form.useFormInstance<Values>()
  const { property } = propertyAt(schema, field.name)
  const required = isNeeded(schema, field.name, edit)
  const kind = property ? kindOf(bare(property)) : 'text'
  return (
    <Form.Item
      name={field.name.split('.')}
      className={field.wide || field.widget === 'area' ? 'zx-form-wide' : undefined}
      label={t(field.label)}
      extra={field.help ? t(field.help) : undefined}
      required={required || kind === 'switch'}
      valuePropName={kind === 'switch' ? 'checked' : 'value'}
      validateTrigger="onBlur"
      rules={[
        {
          validator: async (_, value: unknown) => {
            const fault = fieldFault(schema, field.name, value, edit) ?? field.check?.(value, form.getFieldsValue(true))
            if (fault) throw new Error(t(fault))
          },
        },
      ]}
    >
      {widgetOf(field, property && bare(property), kind, t)}
    </Form.Item>
  )
}

type Kind = 'text' | 'number' | 'switch' | 'choice' | 'many'
type Shape = {
  type?: string
  enum?: unknown[]
  anyOf?: (TSchema & { const?: unknown; type?: string })[]
  items?: TSchema
  minimum?: number
  maximum?: number
  maxLength?: number
}

function kindOf(schema: TSchema): Kind {
  const shape = schema as Shape
  if (shape.type === 'boolean') return 'switch'
  if (shape.type === 'integer' || shape.type === 'number') return 'number'
  if (shape.type === 'array') return 'many'
  if (shape.enum || shape.anyOf?.some((one) => one.const !== undefined)) return 'choice'
  return 'text'
}

function choicesOf(schema: TSchema | undefined): Choice[] {
  const shape = schema as Shape | undefined
  const values = shape?.enum ?? shape?.anyOf?.map((one) => one.const) ?? []
  return values.filter((value) => typeof value === 'string').map((value) => ({ value, label: value }))
}

function widgetOf(
  field: FormField,
  schema: TSchema | undefined,
  kind: Kind,
  t: ReturnType<typeof useText>,
): ReactElement {
  const { widget, disabled } = field
  const placeholder = field.placeholder ? t(field.placeholder) : undefined
  const shape = (schema ?? {}) as Shape
  if (typeof widget === 'object') return widget
  if (widget === 'area') return <Input.TextArea rows={3} placeholder={placeholder} disabled={disabled} />
  if (widget === 'password' || widget === 'new-password')
    return (
      <Input.Password autoComplete={widget === 'password' ? 'current-password' : 'new-password'} disabled={disabled} />
    )
  if (kind === 'switch') return <Switch disabled={disabled} />
  if (kind === 'number')
    return (
      <InputNumber
        min={shape.minimum}
        max={shape.maximum}
        style={{ width: '100%' }}
        placeholder={placeholder}
        disabled={disabled}
      />
    )
  if (kind === 'text' && widget !== 'choice')
    return <Input autoComplete={field.autoComplete ?? 'off'} placeholder={placeholder} disabled={disabled} />
  const options = (field.options ?? choicesOf(kind === 'many' ? shape.items : schema)).map(({ value, label }) => ({
    value,
    label: typeof label === 'string' ? label : t(label),
  }))
  return (
    <Select
      // Without a list to choose from, one types the values.
      mode={kind === 'many' ? (options.length > 0 ? 'multiple' : 'tags') : undefined}
      allowClear
      showSearch={{ optionFilterProp: 'label' }}
      options={options}
      placeholder={placeholder ?? t('请选择', 'Choose')}
      disabled={disabled}
    />
  )
}
