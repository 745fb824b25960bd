import { Liquid, type Template } from 'liquidjs'
import type { ContentIssue, FormField } from './contract.ts'

type Kind = FormField['kind']

const limits = { parseLimit: 250_000, renderLimit: 250, memoryLimit: 1_000_000 }

/** No files, no prototypes; what is not there is an error, but in `if` and before `default`. */
function engineFor(outputEscape?: (value: unknown) => string): Liquid {
  const engine = new Liquid({
    ...limits,
    strictVariables: true,
    strictFilters: true,
    lenientIf: true,
    ownPropertyOnly: true,
    cache: false,
    templates: {},
    timezoneOffset: 'Asia/Shanghai',
    ...(outputEscape ? { outputEscape } : {}),
  })
  for (const [name, filter] of Object.entries(filters)) engine.registerFilter(name, filter)
  return engine
}

const textOf = (value: unknown) => (value === null || value === undefined ? '' : String(value))
const html: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

/** Values of the bank's kinds as a person reads them. Money comes in minor units. */
const filters: Record<string, (value: unknown, ...args: unknown[]) => string> = {
  yuan: (value) => amount(value, 1, 2),
  wan: (value) => amount(value, 10_000, 2).replace(/\.?0+$/, ''),
  tail: (value, count = 4) => textOf(value).slice(-Number(count)),
  day: (value) =>
    textOf(value).replace(/^(\d{4})-(\d{2})-(\d{2}).*$/, (_, y, m, d) => `${y}年${Number(m)}月${Number(d)}日`),
  month_day: (value) => textOf(value).replace(/^\d{4}-(\d{2})-(\d{2}).*$/, (_, m, d) => `${Number(m)}月${Number(d)}日`),
}

function amount(value: unknown, unit: number, digits: number): string {
  const minor = Number(value)
  if (!Number.isFinite(minor)) return textOf(value)
  return (minor / 100 / unit).toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits })
}

const plain = engineFor()
const engines: Record<Kind, Liquid> = {
  line: plain,
  text: plain,
  mail: engineFor((value) => textOf(value).replace(/[&<>"']/g, (one) => html[one] ?? one)),
  url: engineFor((value) => encodeURIComponent(textOf(value))),
  json: engineFor((value) => JSON.stringify(textOf(value)).slice(1, -1)),
}

export type Parsed = { kind: Kind; required: boolean; templates: Template[]; variables: string[] }

/** A field made ready to be rendered, or why it cannot be. A value stands in it as its kind needs it: escaped for HTML, JSON, links. */
export function parseField(field: FormField, source: string): Parsed | ContentIssue {
  const engine = engines[field.kind]
  try {
    const templates = engine.parse(source)
    const variables = engine
      .globalVariableSegmentsSync(templates)
      .map((segments) => segments.filter((one) => typeof one === 'string').join('.'))
    return { kind: field.kind, required: field.required, templates, variables: [...new Set(variables)].sort() }
  } catch (error) {
    return unreadable(field.name, error as LiquidFault)
  }
}

type LiquidFault = Error & {
  token?: { begin: number; end: number }
  variableName?: string
  originalError?: { variableName?: string }
}

function unreadable(field: string, error: LiquidFault): ContentIssue {
  const what = error.message.replace(/, (?:line|file).*$/s, '')
  const place = error.token ? { start: error.token.begin, end: error.token.end } : {}
  return { field, level: 'error', zh: `模板写法有误:${what}`, en: `The template cannot be read: ${what}`, ...place }
}

/** Values that are there: null and an empty text are missing as well, so that nothing is sent with a hole in it (rule 88). */
export type Scope = Readonly<Record<string, Readonly<Record<string, unknown>>>>

export type Rendered = { text: string } | { missing: string } | { fault: string }

export function renderField({ kind, required, templates }: Parsed, scope: Scope): Rendered {
  try {
    const text = String(engines[kind].renderSync(templates, scope))
    return required && text.trim() === '' ? { fault: 'blank' } : { text }
  } catch (error) {
    const { variableName, originalError, message } = error as LiquidFault
    const missing = variableName ?? originalError?.variableName ?? /undefined variable: ([\w.$]+)/.exec(message)?.[1]
    return missing === undefined ? { fault: message.slice(0, 200) } : { missing }
  }
}

/** Only what has a value, and for what has none what the content says for it. */
export function scopeOf(values: Scope, fallbacks: Readonly<Record<string, string>>): Scope {
  const scope: Record<string, Record<string, unknown>> = {}
  for (const [name, fields] of Object.entries(values))
    scope[name] = Object.fromEntries(Object.entries(fields).filter(([, value]) => isThere(value)))
  for (const [path, value] of Object.entries(fallbacks)) {
    const [name = '', ...rest] = path.split('.')
    const key = rest.join('.')
    scope[name] ??= {}
    const fields = scope[name]
    if (fields && !Object.hasOwn(fields, key)) fields[key] = value
  }
  return scope
}

function isThere(value: unknown): boolean {
  return (
    value !== null &&
    value !== undefined &&
    !(typeof value === 'string' && value.trim() === '') &&
    !(Array.isArray(value) && value.length === 0)
  )
}
