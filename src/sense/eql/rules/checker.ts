import {
  type EqlType,
  type Expr,
  type Fix,
  type Issue,
  limits,
  type SchemaEntity,
  type SchemaEvent,
  type SchemaField,
  type Span,
  type Step,
} from '../contract.ts'
import type { Directory, Titled } from './names.ts'
import { quoteName } from './parseNames.ts'
import { fixSpan } from './reader.ts'
import { reserved } from './words.ts'

/** `unknown` is what was told already: nothing more is said about it. */
export type Seen = EqlType | 'missing' | 'unknown'

export type Scope =
  | { kind: 'customer'; entity: SchemaEntity }
  | { kind: 'row'; entity: SchemaEntity }
  /** Empty: any event. */
  | { kind: 'event'; events: SchemaEvent[] }

/** What a text adds to a tree: where its nodes stand. A stored tree has none of it. */
export type Places = {
  spans: ReadonlyMap<Expr, Span>
  names: ReadonlyMap<Expr | Step, Span[]>
  broken: ReadonlySet<Expr>
}

export const typeNames: Record<EqlType | 'missing', { zh: string; en: string }> = {
  boolean: { zh: '是/否', en: 'yes or no' },
  number: { zh: '数字', en: 'a number' },
  integer: { zh: '整数', en: 'a whole number' },
  money: { zh: '金额', en: 'money' },
  text: { zh: '文本', en: 'a text' },
  time: { zh: '时间', en: 'a time' },
  day: { zh: '日期', en: 'a day' },
  list: { zh: '列表', en: 'a list' },
  missing: { zh: '空值', en: 'missing' },
}

/** What every part of the check has in hand: what exists, what was found, and how it is told. */
export class Checker {
  readonly directory: Directory
  readonly issues: Issue[] = []
  /** There is more that is wrong than was told. */
  unsaid = false
  readonly types = new Map<Expr, EqlType | 'missing'>()
  /** The field behind a node, for its code values. */
  readonly fields = new Map<Expr, SchemaField>()
  /** Titles that were written are replaced by stable names: only in a tree that was just read. */
  readonly renames: boolean
  private readonly places: Places

  constructor(directory: Directory, places: Places, renames: boolean) {
    this.directory = directory
    this.places = places
    this.renames = renames
  }

  isBroken(expr: Expr): boolean {
    return this.places.broken.has(expr)
  }

  spanOf(expr: Expr): Span | null {
    return this.places.spans.get(expr) ?? null
  }

  nameSpan(node: Expr | Step, i: number): Span | null {
    return this.places.names.get(node)?.[i] ?? null
  }

  tell(severity: Issue['severity'], code: string, message: { zh: string; en: string }, at: At): void {
    if (this.issues.length >= limits.issues) {
      if (severity === 'error') this.unsaid = true
      return
    }
    const span = at.span === undefined ? this.spanOf(at.expr) : at.span
    this.issues.push({ code, severity, ...message, span, path: at.path, fixes: at.fixes ?? [] })
  }

  error(expr: Expr, path: string, code: string, zh: string, en: string, fixes: Fix[] = []): 'unknown' {
    this.tell('error', code, { zh, en }, { expr, path, fixes })
    return 'unknown'
  }

  warn(expr: Expr, path: string, code: string, zh: string, en: string, fixes: Fix[] = []): void {
    this.tell('warning', code, { zh, en }, { expr, path, fixes })
  }

  /** The thing that a written name means, or undefined when that was told. `put` writes its stable name into the tree. */
  resolve<T extends Titled>(list: readonly T[], name: Named): T | undefined {
    const { written, what, at, put } = name
    if (!this.renames) {
      const thing = this.directory.byName(list, written)
      if (thing !== undefined) return thing
    }
    const thing = this.renames ? this.directory.find(list, written) : undefined
    if (thing !== undefined) {
      put(thing.name)
      return thing
    }
    // What may have been meant is looked for only as often as it is told, or a text of unknown names would take minutes.
    if (this.issues.length >= limits.issues) {
      this.unsaid = true
      return undefined
    }
    const found = this.directory.lookup(list, written)
    const several = 'several' in found
    const things = 'found' in found ? [found.found] : several ? found.several : found.near
    const those = things.slice(0, 3)
    const zh = those.map(({ name: code, zh: title }) => (title === '' || title === code ? code : `${title}(${code})`))
    const en = those.map(({ name: code, en: title }) => (title === '' || title === code ? code : `${title} (${code})`))
    const message = several
      ? {
          zh: `有几个${what.zh}叫“${written}”:${zh.join('、')};请写代码名`,
          en: `Several ${what.en}s are called “${written}”: ${en.join(', ')}; write the code name`,
        }
      : {
          zh: `没有${what.zh}“${written}”${zh.length > 0 ? `,是否指 ${zh.join('、')}?` : ''}`,
          en: `There is no ${what.en} “${written}”.${en.length > 0 ? ` Did you mean ${en.join(', ')}?` : ''}`,
        }
    const span = at.span ?? null
    const fixes = span === null ? [] : those.map((thing) => fixSpan(span, writeName(thing.name)))
    this.tell('error', several ? 'eql.ambiguous' : 'eql.unknown_name', message, { ...at, fixes })
    return undefined
  }

  /** The field at the end of a path in a scope. */
  field(expr: Expr & { path: string[] }, scope: Scope, path: string): SchemaField | undefined {
    if (scope.kind === 'event') return this.property(expr, scope.events, path)
    let entity = scope.entity
    for (const [i, written] of expr.path.slice(0, -1).entries()) {
      const relation = this.resolve(entity.relations, this.part(expr, i, written, path, { zh: '关系', en: 'relation' }))
      if (relation === undefined) return undefined
      if (relation.many) {
        this.error(
          expr,
          path,
          'eql.many',
          `“${relation.zh || relation.name}”有多行,要用 any、count、sum 等,例如 any(${relation.name} where …)`,
          `“${relation.en || relation.name}” has many rows: write any, count, sum …, such as any(${relation.name} where …)`,
        )
        return undefined
      }
      entity = this.directory.entity(relation.target) ?? { ...relation, fields: [], relations: [] }
    }
    const last = expr.path.length - 1
    const what = { zh: `${entity.zh}属性`, en: `attribute of ${entity.en.toLowerCase()}` }
    return this.resolve(entity.fields, this.part(expr, last, expr.path[last] ?? '', path, what))
  }

  private part(expr: Expr & { path: string[] }, i: number, written: string, path: string, what: Named['what']): Named {
    return {
      written,
      what,
      at: { expr, path, span: this.nameSpan(expr, i) },
      put: (name) => {
        expr.path[i] = name
      },
    }
  }

  property(
    expr: Expr & { path: string[] },
    events: readonly SchemaEvent[],
    path: string,
    span: Span | null = this.nameSpan(expr, 0),
  ): SchemaField | undefined {
    const { common } = this.directory.schema
    const [written = '', more] = expr.path
    if (more !== undefined) {
      this.error(expr, path, 'eql.path', '事件的属性没有下级', 'A property of an event has no parts')
      return undefined
    }
    const carriers = events.filter(({ properties }) => this.directory.find(properties, written) !== undefined)
    const [first] = carriers
    const isCommon = this.directory.find(common, written) !== undefined
    if (first !== undefined && !isCommon && carriers.length < events.length) {
      this.warn(
        expr,
        path,
        'eql.not_in_all',
        `不是每个事件都有属性“${written}”,没有的按缺失处理`,
        `Not all of these events carry “${written}”: where it is not carried it is missing`,
      )
    }
    const list = first?.properties ?? (isCommon ? common : [...(events[0]?.properties ?? []), ...common])
    const field = this.resolve(list, {
      ...this.part(expr, 0, written, path, { zh: '事件属性', en: 'property' }),
      at: { expr, path, span },
    })
    const other = carriers.find(
      ({ properties }) => (this.directory.find(properties, written)?.type ?? field?.type) !== field?.type,
    )
    if (field !== undefined && other !== undefined) {
      this.error(
        expr,
        path,
        'eql.types_differ',
        `属性“${written}”在这些事件里类型不同`,
        `“${written}” is of different types in these events`,
      )
    }
    return field
  }
}

type At = { expr: Expr; path: string; span?: Span | null; fixes?: Fix[] }
export type Named = { written: string; what: { zh: string; en: string }; at: At; put: (name: string) => void }

/** A name as it stands in a text: bare if it can be read again so. */
export function writeName(name: string): string {
  if (name === 'any' || name === 'all') return quoteName(name)
  return /^[\p{L}_][\p{L}\p{M}\p{N}_]*$/u.test(name) && !reserved.has(name.toLowerCase()) ? name : quoteName(name)
}
