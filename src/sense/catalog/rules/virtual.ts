import type { VirtualBase, VirtualCondition, VirtualDefinition, VirtualField } from '../contract.ts'

/**
 * The one vocabulary of element facts. The web SDK of this product and that of Sensors Analytics use the same names;
 * where another protocol or an app says the same by another name, it stands here after them. The first that is there
 * counts.
 */
export const factNames: Record<Exclude<VirtualField, 'property'>, readonly string[]> = {
  selector: ['$element_selector'],
  path: ['$element_path'],
  text: ['$element_content'],
  href: ['$element_target_url'],
  page: ['$url_path', 'path', '$screen_name'],
  url: ['$url', 'url'],
  title: ['$title', 'title'],
}

/** The events that say it, whichever SDK sent them. */
export const baseEvents: Record<VirtualBase, readonly string[]> = {
  click: ['$WebClick', '$AppClick', '$MPClick'],
  submit: ['$FormSubmit'],
  exposure: ['$ElementExposure'],
  page: ['$pageview', 'page_view', '$AppViewScreen', '$MPViewScreen'],
}

export type Sql = { sql: string; params: Record<string, unknown> }

/**
 * The rows of the table `event` that are it: a condition with bound values, whose names begin with `prefix`. It says
 * the same as `matches`; a property test holds the two equal.
 */
export function virtualSql({ base, conditions }: VirtualDefinition, prefix: string): Sql {
  const params: Record<string, unknown> = { [`${prefix}_events`]: [...baseEvents[base]] }
  const parts = [`event IN {${prefix}_events:Array(String)}`]
  for (const [i, condition] of conditions.entries()) {
    const one = conditionSql(condition, `${prefix}_${i}`)
    parts.push(one.sql)
    Object.assign(params, one.params)
  }
  return { sql: `(${parts.join(' AND ')})`, params }
}

function conditionSql(condition: VirtualCondition, name: string): Sql {
  const value = valueSql(condition)
  if (condition.op === 'like') {
    const patterns = condition.values.map((one) => patternOf(one, condition.field))
    const params = Object.fromEntries(patterns.map((pattern, i) => [`${name}_${i}`, pattern]))
    const any = patterns.map((_, i) => `match(${value}, {${name}_${i}:String})`).join(' OR ')
    return { sql: `(${value} != '' AND (${any}))`, params }
  }
  const list = `{${name}:Array(String)}`
  const sql = {
    is: `${value} IN ${list}`,
    contains: `arrayExists(word -> position(${value}, word) > 0, ${list})`,
    starts: `arrayExists(word -> startsWith(${value}, word), ${list})`,
  }[condition.op]
  return { sql: `(${sql})`, params: { [name]: [...condition.values] } }
}

/** A text as it is, a whole number or a yes or no as it is written; of anything else there is none. */
function valueSql({ field, property = '' }: VirtualCondition): string {
  if (field !== 'property')
    return `ifNull(coalesce(${factNames[field].map((one) => sub(one, 'String')).join(', ')}), '')`
  const [text, whole, truth] = [sub(property, 'String'), sub(property, 'Int64'), sub(property, 'Bool')]
  return `ifNull(coalesce(${text}, toString(${whole}), toString(${truth})), '')`
}

/** A property is read as a sub-column of one type, without the others. The contract keeps out dots and back-ticks. */
function sub(name: string, type: 'String' | 'Int64' | 'Bool'): string {
  if (/[.`\\]/.test(name)) throw new Error(`not a property of a condition: ${JSON.stringify(name)}`)
  return `props.\`${name}\`.:${type}`
}

export type Matches = (event: string, props: Readonly<Record<string, unknown>>) => boolean

/** The same for an event in hand. */
export function virtualMatches({ base, conditions }: VirtualDefinition): Matches {
  const events = new Set(baseEvents[base])
  const tests = conditions.map(conditionTest)
  return (event, props) => events.has(event) && tests.every((test) => test(props))
}

function conditionTest(condition: VirtualCondition): (props: Readonly<Record<string, unknown>>) => boolean {
  const { op, values, field } = condition
  const fits = fitting(op, values, field)
  return (props) => {
    const value = valueIn(props, condition)
    return value !== '' && fits(value)
  }
}

function fitting(
  op: VirtualCondition['op'],
  values: readonly string[],
  field: VirtualField,
): (value: string) => boolean {
  if (op === 'is') return (value) => values.includes(value)
  if (op === 'contains') return (value) => values.some((one) => value.includes(one))
  if (op === 'starts') return (value) => values.some((one) => value.startsWith(one))
  const patterns = values.map((one) => new RegExp(patternOf(one, field), 'u'))
  return (value) => patterns.some((pattern) => pattern.test(value))
}

function valueIn(props: Readonly<Record<string, unknown>>, { field, property = '' }: VirtualCondition): string {
  if (field !== 'property') {
    for (const name of factNames[field]) {
      const value = own(props, name)
      if (typeof value === 'string') return value
    }
    return ''
  }
  const value = own(props, property)
  if (typeof value === 'string') return value
  if (typeof value === 'boolean') return String(value)
  return typeof value === 'number' && Number.isInteger(value) && Math.abs(value) < 2 ** 63 ? String(value + 0) : ''
}

const own = (props: Readonly<Record<string, unknown>>, name: string) =>
  Object.hasOwn(props, name) ? props[name] : undefined

/** Only what both engines read the same way: every other sign is taken by its letter. */
function patternOf(glob: string, field: VirtualField): string {
  const star = field === 'selector' ? '[0-9]+' : '[^/?#]*'
  const parts = glob.split(/(\*+)/).map((part) => {
    if (!part.startsWith('*')) return part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
    return part.length > 1 && field !== 'selector' ? '[\\s\\S]*' : star
  })
  return `^${parts.join('')}$`
}
