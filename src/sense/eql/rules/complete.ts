import {
  type CalendarUnit,
  type EqlType,
  type Expr,
  eventFunctions,
  rowFunctions,
  type SchemaEntity,
  type SchemaField,
  type Suggestion,
} from '../contract.ts'
import { check } from './check.ts'
import { Checker, type Scope, writeName } from './checker.ts'
import { quoteText } from './checkOperators.ts'
import { functionWords } from './explainWords.ts'
import { lex } from './lex.ts'
import type { Directory, Titled } from './names.ts'
import { readText } from './parse.ts'
import { callNames } from './parseCalls.ts'
import { quoteName } from './parseNames.ts'
import type { Expected, ReadScope } from './reader.ts'
import { phrases } from './words.ts'

type Offer = Pick<Suggestion, 'kind' | 'zh' | 'en' | 'insert'>
const most = 50

/** What may stand at a place of a text, the likeliest first. The word that is being written is replaced. */
export function completeText(source: string, offset: number, directory: Directory): Suggestion[] {
  const at = Math.max(0, Math.min(offset, source.length))
  const { start, written } = wordBefore(source.slice(0, at))
  const syntax = readText(source.slice(0, start), (name) => directory.isRelation(name))
  const ahead = aheadOf(source.slice(at), directory)
  const offers = syntax.expected.flatMap((expected) => offersFor(expected, directory, ahead))
  const known = new Set<string>()
  const fitting = offers.flatMap((offer, place) => {
    const rank = rankOf(offer, written)
    if (rank === null || known.has(offer.insert)) return []
    known.add(offer.insert)
    return [{ offer, rank, place }]
  })
  fitting.sort((a, b) => a.rank - b.rank || a.place - b.place)
  return fitting.slice(0, most).map(({ offer }) => ({ ...offer, start, end: at }))
}

/** The word, or the open quote, that the cursor stands at the end of. */
function wordBefore(before: string): { start: number; written: string } {
  const { tokens, issues } = lex(before)
  const last = tokens.at(-2)
  if (last === undefined || last.span.end !== before.length) return { start: before.length, written: '' }
  const open = issues.some(({ code, span }) => code === 'eql.unclosed' && span.start === last.span.start)
  const half =
    last.kind === 'name' || last.kind === 'param' || ((last.kind === 'quoted' || last.kind === 'text') && open)
  return half ? { start: last.span.start, written: last.value } : { start: before.length, written: '' }
}

function rankOf({ zh, en, insert }: Offer, written: string): number | null {
  if (written === '') return 0
  const wanted = written.toLowerCase()
  const texts = [insert.replace(/^["'$]|^tag "|^in segment "/, ''), zh, en].map((each) => each.toLowerCase())
  if (texts.some((each) => each.startsWith(wanted))) return 0
  return texts.some((each) => each.includes(wanted)) ? 1 : null
}

/** `sum(| of fund_buy …`: what follows says whose properties are meant. */
function aheadOf(after: string, directory: Directory): ReadScope | null {
  const found = /^[\p{L}\p{M}\p{N}_.]{0,100}\s{1,20}of\s{1,20}"?([\p{L}_][\p{L}\p{M}\p{N}_]{0,100})/u.exec(
    after.slice(0, 400),
  )
  const name = found?.[1]
  if (name === undefined) return null
  return directory.isRelation(name) ? { kind: 'row', relation: name } : { kind: 'event', events: [name] }
}

function scopeOf(scope: ReadScope, directory: Directory): Scope {
  const { customer } = directory
  if (scope.kind === 'customer') return { kind: 'customer', entity: customer }
  if (scope.kind === 'row') {
    const relation = directory.find(customer.relations, scope.relation)
    return {
      kind: 'row',
      entity: directory.entity(relation?.target ?? '') ?? { name: '', zh: '', en: '', fields: [], relations: [] },
    }
  }
  return { kind: 'event', events: scope.events.flatMap((name) => directory.find(directory.schema.events, name) ?? []) }
}

function titled(kind: Suggestion['kind'], { name, zh, en }: Titled, insert = writeName(name)): Offer {
  return { kind, zh: zh || name, en: en || name, insert }
}

function word(insert: string, zh = insert, en = insert): Offer {
  return { kind: 'word', zh, en, insert }
}

function offersFor(expected: Expected, directory: Directory, ahead: ReadScope | null): Offer[] {
  switch (expected.what) {
    case 'operand': {
      const scope = scopeOf(expected.scope, directory)
      const seen = expected.against === null ? null : typed(expected.against, scope, directory)
      return [...(seen === null ? [] : values(seen)), ...operands(scope, directory, seen?.type ?? null)]
    }
    case 'operator': {
      if ('value' in expected.left && typeof expected.left.value !== 'object') return []
      const { type } = typed(expected.left, scopeOf(expected.scope, directory), directory)
      return operators(type)
    }
    case 'part':
      return parts(scopeOf(expected.scope, directory), expected.path, directory)
    case 'words':
      return expected.words.map((each) => word(each, wordTitles.get(each) ?? each))
    case 'name':
      return ahead === null ? names(expected, directory) : fieldOffers(scopeOf(ahead, directory), directory)
  }
}

type Typed = { type: EqlType | null; field: SchemaField | undefined }

function typed(expr: Expr, scope: Scope, directory: Directory): Typed {
  const checker = new Checker(directory, { spans: new Map(), names: new Map(), broken: new Set() }, true)
  const seen = check(checker, expr, scope, '')
  return { type: seen === 'unknown' || seen === 'missing' ? null : seen, field: checker.fields.get(expr) }
}

function values({ type, field }: Typed): Offer[] {
  if (field?.codes !== undefined) {
    return field.codes.map(({ value, zh, en }) => ({
      kind: 'value',
      zh: zh || value,
      en: en || value,
      insert: quoteText(value),
    }))
  }
  if (type === 'boolean') return [word('true', '是', 'yes'), word('false', '否', 'no')]
  return type === 'day' || type === 'time' ? [word('today', '今天'), word('30 days ago', '30 天前')] : []
}

function fits(type: EqlType, wanted: EqlType | null): boolean {
  const same = (a: EqlType, b: EqlType) => type === a && wanted === b
  return (
    wanted === null ||
    type === wanted ||
    same('integer', 'number') ||
    same('number', 'integer') ||
    same('day', 'time') ||
    same('time', 'day')
  )
}

function fieldOffers(scope: Scope, directory: Directory, wanted: EqlType | null = null): Offer[] {
  if (scope.kind !== 'event') {
    const own = scope.entity.fields.filter(({ type }) => fits(type, wanted)).map((field) => titled('attribute', field))
    const near = scope.entity.relations
      .filter(({ many }) => !many)
      .map((relation) => titled('relation', relation, `${writeName(relation.name)}.`))
    return [...own, ...near]
  }
  const own = scope.events.flatMap(({ properties }) => properties)
  return [...own, ...directory.schema.common]
    .filter(({ type }) => fits(type, wanted))
    .map((field) => titled('property', field))
}

function operands(scope: Scope, directory: Directory, wanted: EqlType | null): Offer[] {
  const { schema } = directory
  const fields = fieldOffers(scope, directory, wanted)
  const params = schema.params
    .filter(({ type }) => fits(type, wanted))
    .map((param) => titled('param', param, `$${param.name}`))
  const plain = scope.kind === 'event' ? [word('occurred_at', '发生时间', 'the time it happened')] : []
  const functions = callNames.filter((name) => scope.kind === 'customer' || !ofSets.has(name)).map(callOffer)
  const said = [...phrases].map(
    ([phrase, fn]): Offer => ({ kind: 'function', ...functionWords[fn], insert: `${phrase} ` }),
  )
  const rest = [
    ...plain,
    ...params,
    ...functions,
    ...said,
    word('not ', '非', 'not'),
    word('today', '今天'),
    word('now', '现在'),
  ]
  if (scope.kind !== 'customer') return [...fields, ...rest]
  const tags = schema.tags
    .filter(({ type }) => fits(type, wanted))
    .map((tag) => titled('tag', tag, `tag ${quoteName(tag.name)}`))
  const segments =
    wanted === null
      ? schema.segments.map((segment) => titled('segment', segment, `in segment ${quoteName(segment.name)}`))
      : []
  return [...fields, ...tags, ...segments, ...rest]
}

const ofSets = new Set<string>(['sequence', ...eventFunctions, ...rowFunctions])
const setTitles = new Map([
  ['sequence', '依次发生'],
  ['did', '做过'],
  ['any', '至少有一条'],
  ['all', '每一条都'],
  ['none', '没有一条'],
  ['count', '次数、条数'],
  ['sum', '合计'],
  ['avg', '平均值'],
  ['min', '最小值'],
  ['max', '最大值'],
  ['distinct', '不同值的个数'],
  ['first', '首次'],
  ['last', '最近一次'],
  ['top', '出现最多的'],
])

function callOffer(name: string): Offer {
  const plain = Object.entries(functionWords).find(([fn]) => fn === name)?.[1]
  return { kind: 'function', zh: setTitles.get(name) ?? plain?.zh ?? name, en: name, insert: `${name}(` }
}

const compared = [
  ['=', '等于'],
  ['!=', '不等于'],
  ['>', '大于'],
  ['>=', '不低于'],
  ['<', '小于'],
  ['<=', '不超过'],
] as const
const joined = [word('and ', '且', 'and'), word('or ', '或', 'or')]

function operators(type: EqlType | null): Offer[] {
  if (type === null) return joined
  const known = [word('is known', '有值'), word('is missing', '没有值')]
  const tests = compared.map(([sign, zh]) => word(`${sign} `, zh, sign))
  if (type === 'boolean') return [...joined, ...tests.slice(0, 2), ...known]
  if (type === 'list')
    return [
      word('contains ', '包含'),
      word('contains any (', '包含任意一个'),
      word('contains all (', '包含全部'),
      ...known,
    ]
  if (type === 'text') {
    const text = [
      word('in (', '属于'),
      word('not in (', '不属于'),
      word('contains ', '包含'),
      word('starts with ', '开头是'),
      word('ends with ', '结尾是'),
    ]
    return [...tests.slice(0, 2), ...text, ...known]
  }
  const dated =
    type === 'day' || type === 'time'
      ? [
          word('within last 30 days', '在最近 30 天内'),
          word('within next 7 days', '在未来 7 天内'),
          word('within this month', '在本月'),
        ]
      : []
  return [...tests, ...dated, word('between ', '在…之间'), ...known]
}

function parts(scope: Scope, path: readonly string[], directory: Directory): Offer[] {
  if (scope.kind === 'event') return []
  let entity: SchemaEntity | undefined = scope.entity
  for (const written of path) {
    const relation = directory.find(entity?.relations ?? [], written)
    entity = directory.entity(relation?.target ?? '')
  }
  return entity === undefined ? [] : fieldOffers({ kind: 'row', entity }, directory)
}

function names(expected: Extract<Expected, { what: 'name' }>, directory: Directory): Offer[] {
  const { schema, customer } = directory
  const events = () => [...schema.events.map((event) => titled('event', event)), word('any event', '任意行为')]
  const relations = () => customer.relations.filter(({ many }) => many).map((relation) => titled('relation', relation))
  switch (expected.of) {
    case 'tag':
      return schema.tags.map((tag) => titled('tag', tag, quoteName(tag.name)))
    case 'segment':
      return schema.segments.map((segment) => titled('segment', segment, quoteName(segment.name)))
    case 'event':
      return events()
    case 'relation':
      return relations()
    case 'source':
      return [...events(), ...relations()]
    case 'property':
      return fieldOffers(scopeOf(expected.scope, directory), directory)
  }
}

const unitTitles: Record<CalendarUnit | 'minute' | 'hour', string> = {
  minute: '分钟',
  hour: '小时',
  day: '天',
  week: '周',
  month: '月',
  quarter: '季度',
  year: '年',
}
const wordTitles = new Map<string, string>([
  ...Object.entries(unitTitles).flatMap(([unit, zh]): [string, string][] => [
    [unit, zh],
    [`${unit}s`, zh],
  ]),
  ['last', '最近'],
  ['this', '本'],
  ['previous', '上一'],
  ['today', '今天'],
  ['yesterday', '昨天'],
  ['tomorrow', '明天'],
  ['next', '未来'],
  ['following', '之后'],
  ['ever', '历史上'],
  ['since', '自…以来'],
  ['from', '从…到…'],
  ['where', '其中'],
  ['by', '按相同的'],
  ['within', '在…内'],
  ['after', '至少隔'],
  ['known', '有值'],
  ['missing', '没有值'],
  ['segment', '客群'],
])
