import { Errors } from 'typebox/value'
import { invalidField, text } from '../../platform/problem.ts'
import type { EqlType, Expr, Rule, Schema } from '../eql/contract.ts'
import { eqlVersion } from '../eql/contract.ts'
import { checkRule, parseRule, referencesOf, unreadable } from '../eql/eql.ts'
import type { Kind, RfmCuts } from './contract.ts'
import type { TextReader } from './kinds/kind.ts'
import { kindOf } from './kinds/kinds.ts'
import { noSegments } from './problems.ts'

/** A definition that is whole: what rule it comes to, of what type, and which tags it reads. */
export type Defined = { rule: Rule | null; type: EqlType; codes: string[]; reads: string[]; fits: boolean }

/** Reads a definition against what exists. @throws what is wrong with it, beside the field. */
export function define(kind: Kind, draft: unknown, schema: Schema, cuts?: RfmCuts): Defined {
  const of = kindOf(kind)
  checkShape(kind, draft)
  if (!of.toRule)
    return {
      rule: null,
      type: of.type?.(draft) ?? 'text',
      codes: of.codes?.(draft, schema) ?? [],
      reads: [],
      fits: false,
    }
  const reader = readerOf(schema)
  const rule: Rule = { eql: eqlVersion, body: of.toRule(draft, reader, cuts) }
  const type = typeOf(rule, schema, 'draft')
  return {
    ...{ rule, type, codes: of.codes?.(draft, schema) ?? [], reads: referencesOf(rule, schema).tags },
    fits: (of.fit?.(draft, reader) ?? null) !== null,
  }
}

function checkShape(kind: Kind, draft: unknown): void {
  const [first] = Errors(kindOf(kind).definition, draft)
  if (!first) return
  const at = first.instancePath.split('/').filter(Boolean)
  const absent =
    first.keyword === 'required'
      ? (first.params as { requiredProperties?: string[] }).requiredProperties?.[0]
      : undefined
  const path = ['draft', ...at, ...(absent ? [absent] : [])].join('.')
  throw invalidField(path, 'tags.not_whole', text('这里还没有填写完整', 'This is not filled in yet'))
}

/** What to look up before a rule of this definition can be asked; null: nothing. */
export function fitOf(kind: Kind, draft: unknown, schema: Schema) {
  return kindOf(kind).fit?.(draft, readerOf(schema)) ?? null
}

function typeOf(rule: Rule, schema: Schema, field: string): EqlType {
  const checked = checkRule(rule, schema, 'value')
  if (!checked.ok || !checked.type) throw unreadable(checked, field)
  return checked.type
}

/** Texts are read alone, so that a mistake is told in its own field. */
function readerOf(schema: Schema): TextReader {
  const one = (source: string, field: string, want: 'condition' | 'value'): Expr => {
    const parsed = parseRule(source, schema, want)
    if (parsed.rule && referencesOf(parsed.rule, schema).segments.length > 0) throw noSegments(field)
    if (!parsed.ok || !parsed.rule) throw unreadable(parsed, field)
    return parsed.rule.body
  }
  return {
    schema,
    condition: (source, field) => one(source, field, 'condition'),
    value: (source, field) => one(source, field, 'value'),
    ofEvent(events, source, field) {
      if (!source?.trim()) return null
      const names = events.map((name) => `"${name.replaceAll('"', '""')}"`).join(' or ')
      const whole = one(`did(${names} where ${source}\n, ever)`, field, 'condition')
      return whole.kind === 'events' ? whole.where : null
    },
    typeOf: (expr, field) => typeOf({ eql: eqlVersion, body: expr }, schema, field),
  }
}
