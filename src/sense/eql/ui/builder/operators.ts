import { type Text, text } from '../../../../console/kit/text.ts'
import type {
  BuilderNode,
  BuilderOperator,
  BuilderTest,
  BuilderValue,
  EqlType,
  EventFunction,
  Literal,
  RowFunction,
  SchemaField,
  Window,
} from '../../contract.ts'

/** What is tested, as far as the form needs to know it. `field` for its codes and for values to suggest. */
export type Tested = { type: EqlType; field: SchemaField | null }

const order: readonly BuilderOperator[] = ['>=', '<=', '>', '<', '=', '!=', 'between', 'not-between']
const byType: Record<EqlType, readonly BuilderOperator[]> = {
  boolean: ['true', 'false', 'known', 'missing'],
  number: [...order, 'in', 'not-in', 'known', 'missing'],
  integer: [...order, 'in', 'not-in', 'known', 'missing'],
  money: [...order, 'known', 'missing'],
  text: ['in', 'not-in', '=', '!=', 'contains', 'not-contains', 'starts', 'ends', 'known', 'missing'],
  time: ['within', 'not-within', '>=', '<', 'known', 'missing'],
  day: ['within', 'not-within', ...order.slice(0, 6), 'between', 'known', 'missing'],
  list: ['contains-any', 'contains-all', 'not-contains-any', 'contains', 'known', 'missing'],
}

/** Operators that fit, and the one that stands there now. Of personal values a rule may only ask whether they are known. */
export function operatorsFor({ type, field }: Tested, now: BuilderOperator): BuilderOperator[] {
  const fit: readonly BuilderOperator[] = field?.onlyKnown ? ['known', 'missing'] : byType[type]
  return fit.includes(now) ? [...fit] : [...fit, now]
}

export const operatorWords: Record<BuilderOperator, Text> = {
  '=': text('等于', 'is'),
  '!=': text('不等于', 'is not'),
  '<': text('小于', 'less than'),
  '<=': text('不超过', 'at most'),
  '>': text('大于', 'more than'),
  '>=': text('不低于', 'at least'),
  in: text('属于', 'is one of'),
  'not-in': text('不属于', 'is none of'),
  between: text('介于', 'between'),
  'not-between': text('不介于', 'not between'),
  known: text('有值', 'is known'),
  missing: text('没有值', 'is missing'),
  within: text('在时间内', 'is within'),
  'not-within': text('不在时间内', 'is not within'),
  true: text('为是', 'is true'),
  false: text('不为是', 'is not true'),
  contains: text('包含', 'contains'),
  'not-contains': text('不包含', 'does not contain'),
  starts: text('开头是', 'starts with'),
  'not-starts': text('开头不是', 'does not start with'),
  ends: text('结尾是', 'ends with'),
  'not-ends': text('结尾不是', 'does not end with'),
  'contains-any': text('包含任一', 'contains any of'),
  'not-contains-any': text('都不包含', 'contains none of'),
  'contains-all': text('包含全部', 'contains all of'),
  'not-contains-all': text('不全包含', 'lacks one of'),
}

/** Words for days and times, where less and more are before and after. */
const dated: Partial<Record<BuilderOperator, Text>> = {
  '<': text('早于', 'before'),
  '<=': text('不晚于', 'on or before'),
  '>': text('晚于', 'after'),
  '>=': text('不早于', 'on or after'),
}

export function wordOf(op: BuilderOperator, type: EqlType): Text {
  return (type === 'day' || type === 'time' ? dated[op] : undefined) ?? operatorWords[op]
}

/** Rule 13: it holds for those too of whom the value is not known. */
export function includesMissing(op: BuilderOperator): boolean {
  return op === '!=' || op === 'false' || op.startsWith('not-')
}

export type Arity = 'none' | 'one' | 'two' | 'list' | 'window'
export function arityOf(op: BuilderOperator): Arity {
  switch (op) {
    case 'true':
    case 'false':
    case 'known':
    case 'missing':
      return 'none'
    case 'between':
    case 'not-between':
      return 'two'
    case 'in':
    case 'not-in':
    case 'contains-any':
    case 'contains-all':
    case 'not-contains-any':
    case 'not-contains-all':
      return 'list'
    case 'within':
    case 'not-within':
      return 'window'
    default:
      return 'one'
  }
}

const lastMonth: Window = { kind: 'last', n: 30, unit: 'day' }
const soon: Window = { kind: 'next', n: 30, unit: 'day' }

/** The same values under another operator, as far as they still fit. */
export function withOperator({ values, window }: BuilderTest, op: BuilderOperator): BuilderTest {
  const [first] = values
  switch (arityOf(op)) {
    case 'none':
      return { op, values: [], window: null }
    case 'window':
      return { op, values: [], window: window ?? lastMonth }
    case 'two':
      return { op, values: values.length === 2 ? values : [], window: null }
    case 'list': {
      if (first === undefined || first.kind === 'list') return { op, values, window: null }
      return { op, values: first.kind === 'param' ? [] : [{ kind: 'list', items: [first] }], window: null }
    }
    case 'one': {
      const one = first?.kind === 'list' ? first.items[0] : first
      return { op, values: one === undefined ? [] : [one], window: null }
    }
  }
}

/** What a person most likely asks of a value of this type; it may lack its value still. */
export function testFor({ type, field }: Tested): BuilderTest {
  const [op = 'known'] = operatorsFor({ type, field }, field?.onlyKnown ? 'known' : (byType[type][0] ?? 'known'))
  return { op, values: [], window: op === 'within' ? (type === 'day' ? soon : lastMonth) : null }
}

export function literalOf(type: EqlType, value: string): Literal {
  switch (type) {
    case 'number':
    case 'integer':
    case 'money':
      return { kind: 'number', value }
    case 'day':
      return { kind: 'day', value }
    case 'time':
      return { kind: 'time', value }
    case 'boolean':
      return { kind: 'boolean', value: value === 'true' }
    default:
      return { kind: 'text', value }
  }
}

export function itemsOf(value: BuilderValue | undefined): string[] {
  return value?.kind === 'list' ? value.items.map((item) => String(item.value)) : []
}

// ---- measures: what is made of events or rows before it is tested

export type EventsShape = Extract<BuilderNode, { shape: 'events' }>
export type RowsShape = Extract<BuilderNode, { shape: 'rows' }>

const truth = (op: BuilderOperator): BuilderTest => ({ op, values: [], window: null })
const numeric = ['number', 'integer', 'money'] as const

/** Of which types a measure is taken; null: of nothing, the events or rows themselves. */
export function measuredTypes(fn: EventFunction | RowFunction): readonly EqlType[] | null {
  switch (fn) {
    case 'sum':
    case 'avg':
      return numeric
    case 'min':
    case 'max':
      return [...numeric, 'day', 'time']
    case 'distinct':
      return [...numeric, 'text', 'day', 'boolean']
    case 'top':
      return ['text']
    case 'first':
    case 'last':
      return [...numeric, 'text', 'day', 'time', 'boolean', 'list']
    default:
      return null
  }
}

/** The type of what was measured. */
export function measureType(fn: EventFunction | RowFunction, of: SchemaField | null): EqlType {
  switch (fn) {
    case 'did':
    case 'any':
    case 'all':
    case 'none':
      return 'boolean'
    case 'count':
    case 'distinct':
      return 'integer'
    case 'avg':
      return of?.type === 'money' ? 'money' : 'number'
    case 'first':
    case 'last':
      return of?.type ?? 'time'
    default:
      return of?.type ?? 'number'
  }
}

/** The test that goes with a measure that was just chosen. */
export function measureTest(fn: EventFunction | RowFunction, of: SchemaField | null): BuilderTest {
  const type = measureType(fn, of)
  if (type === 'boolean') return truth('true')
  if (fn === 'count') return { op: '>=', values: [{ kind: 'number', value: '1' }], window: null }
  return testFor({ type, field: fn === 'distinct' ? null : of })
}
