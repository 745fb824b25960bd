import type { Literal, Span } from '../contract.ts'
import type { Token } from './lex.ts'
import type { Reader } from './reader.ts'
import { decimal, numberMarks, reserved } from './words.ts'

/** One name: bare in any script, or in double quotes. */
export function readName(reader: Reader, zh: string, en: string): string {
  const token = reader.token
  if (token.kind === 'quoted' || (token.kind === 'name' && !reserved.has(token.word))) return reader.next().value
  if (token.kind === 'text') {
    const fixes = [
      {
        zh: '改用双引号',
        en: 'Use double quotes',
        start: token.span.start,
        end: token.span.end,
        insert: quoteName(token.value),
      },
    ]
    reader.fail(
      'eql.expected_name',
      `这里应当是${zh};名称用双引号,单引号里是文本`,
      `${en} is expected; names stand in double quotes`,
      token.span,
      fixes,
    )
  }
  return reader.fail('eql.expected_name', `这里应当是${zh}`, `Here ${en} is expected`, token.span)
}

/** Names joined by a sign or a word. */
export function readNames(reader: Reader, join: string, zh: string, en: string): { names: string[]; spans: Span[] } {
  const names: string[] = []
  const spans: Span[] = []
  do {
    const { span } = reader.token
    if (join === '.' && names.length > 0) reader.expect({ what: 'part', scope: reader.scope, path: names })
    names.push(readName(reader, zh, en))
    spans.push(span)
  } while (names.length < 20 && (reader.takeSign(join) || reader.takeWords(join)))
  return { names, spans }
}

export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

/** A literal; the caller has taken the minus before a number. Items of lists are not counted as nodes. */
export function readLiteral(reader: Reader, minus?: Token, counted = true): Literal {
  const start = minus ?? reader.token
  const literal = literalOf(reader, minus !== undefined)
  if (counted) return reader.node(literal, start)
  reader.syntax.spans.set(literal, reader.spanFrom(start))
  return literal
}

function literalOf(reader: Reader, negative: boolean): Literal {
  const { kind, value, word, span } = reader.token
  if (kind === 'number') return numberOf(reader, negative)
  if (!negative) {
    if (kind === 'text') return { kind: 'text', value: reader.next().value }
    if (kind === 'day' || kind === 'time') return dateOf(reader, kind)
    if (word === 'true' || word === 'false') {
      reader.next()
      return { kind: 'boolean', value: word === 'true' }
    }
  }
  return reader.fail(
    'eql.expected_literal',
    `这里只能写一个文本、数字或日期,而不是“${value}”`,
    `Only a text, a number or a date can stand here, not “${value}”`,
    span,
  )
}

function numberOf(reader: Reader, negative: boolean): Literal {
  const { value, span } = reader.next()
  const unit = reader.token
  const mark = unit.kind === 'name' ? numberMarks.get(unit.word) : undefined
  if (mark !== undefined) reader.next()
  else if (unit.kind === 'name' && unit.span.start === span.end) {
    reader.fail(
      'eql.number',
      `不认识的单位“${unit.value}”;可以写 万、亿、元`,
      `Unknown unit “${unit.value}”`,
      unit.span,
    )
  }
  if (value.length > 30) reader.fail('eql.number', '数字太长', 'This number is too long', span)
  const digits = decimal(value, mark?.tens ?? 0)
  const signed = negative && digits !== '0' ? `-${digits}` : digits
  return mark?.money === true ? { kind: 'money', value: signed } : { kind: 'number', value: signed }
}

function dateOf(reader: Reader, kind: 'day' | 'time'): Literal {
  const { value, span } = reader.next()
  const literal = canonicalDate(kind, value)
  if (literal !== null) return literal
  return reader.fail('eql.no_such_day', `没有这个日期或时间:${value}`, `There is no such day or time: ${value}`, span)
}

/** `2026-01-05T09:00` is `2026-01-05T09:00:00`; milliseconds only if there are any. Null when the calendar has no such. */
export function canonicalDate(kind: 'day' | 'time', value: string): { kind: 'day' | 'time'; value: string } | null {
  const [date = '', clock = '00:00'] = value.split('T')
  const [hour = '', minute = '', second = '00'] = clock.split(':')
  const [whole = '00', ms = ''] = second.split('.')
  const full = `${hour}:${minute}:${whole}.${ms.padEnd(3, '0')}`
  const at = new Date(`${date}T${full}Z`)
  if (Number.isNaN(at.getTime()) || at.toISOString() !== `${date}T${full}Z` || date < '1900-01-01') return null
  if (kind === 'day') return { kind, value: date }
  return { kind, value: `${date}T${full.replace(/\.000$/, '')}` }
}
