import { type TSchema, Type } from 'typebox'
import { Errors } from 'typebox/value'
import { type Text, text } from './text.ts'

export type FormSchema = TSchema & { properties: Record<string, TSchema>; required?: string[] }

const isObject = (schema: TSchema | undefined): schema is FormSchema =>
  typeof (schema as FormSchema | undefined)?.properties === 'object'

/** Null or something: the something, which is what a person fills in. */
export function bare(schema: TSchema): TSchema {
  const some = (schema as { anyOf?: TSchema[] }).anyOf?.filter((one) => (one as { type?: string }).type !== 'null')
  return some?.length === 1 && some[0] ? some[0] : schema
}

/** The schema of `name` or `name.zh`, and whether it must be filled in. */
export function propertyAt(schema: FormSchema, path: string): { property: TSchema | undefined; required: boolean } {
  let property: TSchema | undefined = schema
  let required = true
  for (const name of path.split('.')) {
    if (!isObject(property)) return { property: undefined, required: false }
    required = required && (property.required?.includes(name) ?? false)
    property = property.properties[name]
  }
  return { property, required }
}

/**
 * Whether a form must have it filled in. In a schema of an edit every field is optional, for it changes only what it
 * names; but what stands there already can be emptied only where the schema takes an empty text or null.
 */
export function isNeeded(schema: FormSchema, path: string, edit: boolean): boolean {
  const { property, required } = propertyAt(schema, path)
  if (!property || required || !edit) return required && property !== undefined
  return Errors(property, null).length > 0 && Errors(property, '').length > 0
}

/** The first thing wrong with one field by the same schema the server checks with; undefined when nothing is. */
export function fieldFault(schema: FormSchema, path: string, typed: unknown, edit = false): Text | undefined {
  const { property } = propertyAt(schema, path)
  if (!property) return undefined
  const required = isNeeded(schema, path, edit)
  const value = typeof typed === 'string' ? typed.trim() : typed
  if (isEmpty(value)) {
    const lack = required && Errors(property, value ?? null).length > 0
    return lack ? text('必填', 'Required') : undefined
  }
  const fault = Errors(Type.Object({ value: bare(property) }), { value })[0]
  return fault ? sentence(fault.keyword, fault.params as Record<string, unknown>, bare(property)) : undefined
}

export const isEmpty = (value: unknown) => value === undefined || value === null || value === ''

/**
 * What the form sends: texts trimmed, what was left empty not sent, or sent as null where the schema takes that.
 * `secrets` go as they were typed: a space at the end of a password is part of it.
 */
export function toSend(
  schema: FormSchema,
  values: Record<string, unknown>,
  secrets: readonly string[] = [],
): Record<string, unknown> {
  const sent: Record<string, unknown> = {}
  for (const [name, raw] of Object.entries(values)) {
    const property = schema.properties[name]
    if (!property) continue
    const value = secrets.includes(name) ? raw : tidy(property, raw)
    if (!isEmpty(value)) sent[name] = value
    else if (Errors(property, null).length === 0) sent[name] = null
    else if (Errors(property, '').length === 0 && value === '') sent[name] = ''
  }
  return sent
}

function tidy(property: TSchema, raw: unknown): unknown {
  if (typeof raw === 'string') return raw.trim()
  if (isObject(property) && typeof raw === 'object' && raw !== null)
    return toSend(property, raw as Record<string, unknown>)
  return raw
}

function sentence(keyword: string, params: Record<string, unknown>, schema: TSchema): Text {
  const limit = params.limit
  const said: Record<string, Text> = {
    required: text('必填', 'Required'),
    minLength: limit === 1 ? text('必填', 'Required') : text(`至少 ${limit} 个字符`, `At least ${limit} characters`),
    maxLength: text(`最多 ${limit} 个字符`, `At most ${limit} characters`),
    minimum: text(`不能小于 ${limit}`, `Not below ${limit}`),
    maximum: text(`不能大于 ${limit}`, `Not above ${limit}`),
    exclusiveMinimum: text(`应大于 ${limit}`, `Above ${limit}`),
    exclusiveMaximum: text(`应小于 ${limit}`, `Below ${limit}`),
    multipleOf: text(`应为 ${params.multipleOf} 的倍数`, `A multiple of ${params.multipleOf}`),
    minItems: limit === 1 ? text('至少选择一项', 'Choose at least one') : text(`至少 ${limit} 项`, `At least ${limit}`),
    maxItems: text(`最多 ${limit} 项`, `At most ${limit}`),
    uniqueItems: text('不能重复', 'No repeats'),
    enum: text('请选择列表中的值', 'Choose one of the list'),
    anyOf: text('请选择列表中的值', 'Choose one of the list'),
    const: text('请选择列表中的值', 'Choose one of the list'),
    format: formatSentence(String(params.format)),
    pattern: patternSentence(schema),
  }
  return said[keyword] ?? text('填写不正确', 'Not valid')
}

function formatSentence(format: string): Text {
  if (format === 'email') return text('请输入正确的邮箱地址', 'Not an email address')
  if (format === 'uri' || format === 'url') return text('请输入正确的网址', 'Not an address of the web')
  return text('格式不正确', 'Wrong form')
}

/** A pattern means nothing to a person: the schema's description says it in words. */
function patternSentence(schema: TSchema): Text {
  const description = (schema as { description?: string }).description
  return description
    ? text(`格式不正确:${description}`, `Wrong form: ${description}`)
    : text('格式不正确', 'Wrong form')
}
