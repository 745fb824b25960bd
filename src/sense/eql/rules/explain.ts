import type { Expr, Gap, Line, Literal, Rule, Schema, SequenceNode, Step, Window } from '../contract.ts'
import { calls, comparisonWords, functionWords, matchWords, rowWords, unitWords } from './explainWords.ts'
import { Namer, type NameScope, ofCustomer } from './namer.ts'

export type Say = { zh: string; en: string }

/** A rule in sentences, one condition a line; groups say whether all or one of the lines below must hold. */
export function explainTree(rule: Rule, schema: Schema): Line[] {
  const explainer = new Explainer(schema)
  explainer.lines(rule.body, 0, 'body')
  return explainer.out
}

function join(parts: Say[], zh: string, en: string): Say {
  return { zh: parts.map((part) => part.zh).join(zh), en: parts.map((part) => part.en).join(en) }
}

class Explainer {
  readonly out: Line[] = []
  private readonly zh: Namer
  private readonly en: Namer

  constructor(schema: Schema) {
    this.zh = new Namer(schema, 'zh', false)
    this.en = new Namer(schema, 'en', false)
  }

  lines(expr: Expr, depth: number, path: string): void {
    const inner = expr.kind === 'not' ? expr.item : expr
    if (inner.kind !== 'and' && inner.kind !== 'or') {
      this.out.push({ depth, path, ...this.say(expr, ofCustomer) })
      return
    }
    const head =
      inner.kind === 'and'
        ? { zh: '同时满足', en: 'all of these hold' }
        : { zh: '满足任意一条', en: 'at least one of these holds' }
    const zh = expr.kind === 'not' ? `不是:${head.zh}` : head.zh
    this.out.push({ depth, path, zh: `${zh}:`, en: `${expr.kind === 'not' ? 'it is not so that ' : ''}${head.en}:` })
    const below = expr.kind === 'not' ? `${path}.item` : path
    for (const [i, item] of inner.items.entries()) this.lines(item, depth + 1, `${below}.items.${i}`)
  }

  /** One sentence or phrase. In Chinese brackets keep apart what belongs together. */
  private say(expr: Expr, scope: NameScope): Say {
    const at = (child: Expr) => this.say(child, scope)
    switch (expr.kind) {
      case 'and':
      case 'or': {
        const both = expr.kind === 'and' ? ['且', 'and'] : ['或', 'or']
        const said = join(expr.items.map(at), ` ${both[0]} `, ` ${both[1]} `)
        return { zh: `(${said.zh})`, en: `(${said.en})` }
      }
      case 'not':
        return this.negated(expr.item, scope)
      case 'compare':
        return this.compared(expr, scope)
      case 'in':
      case 'between':
      case 'known':
      case 'match':
      case 'within':
        return this.predicate(expr, false, scope)
      case 'arith': {
        const [a, b] = [at(expr.left), at(expr.right)]
        const sign = { '+': '+', '-': '−', '*': '×', '/': '÷', '%': 'mod' }[expr.op]
        const wrap = (said: Say, part: Expr): Say =>
          part.kind === 'arith' ? { zh: `(${said.zh})`, en: `(${said.en})` } : said
        return join([wrap(a, expr.left), wrap(b, expr.right)], ` ${sign} `, ` ${sign} `)
      }
      case 'neg':
        return { zh: `负的${at(expr.item).zh}`, en: `minus ${at(expr.item).en}` }
      case 'shift':
        return this.shift(expr, scope)
      case 'if':
        return this.choice(expr, scope)
      case 'call':
        return calls[expr.fn] === undefined
          ? this.plainCall(expr, scope)
          : (calls[expr.fn]?.(expr.args.map(at)) ?? this.plainCall(expr, scope))
      case 'events':
        return this.behaviour(expr)
      case 'rows':
        return this.rows(expr)
      case 'sequence':
        return this.sequence(expr)
      default:
        return this.leaf(expr, scope)
    }
  }

  private leaf(expr: Expr, scope: NameScope): Say {
    switch (expr.kind) {
      case 'field':
        return this.path(expr.path, scope)
      case 'asof': {
        const [what, when] = [this.path(expr.path, scope), this.say(expr.at, scope)]
        return { zh: `${when.zh}的${what.zh}`, en: `${what.en} as of ${when.en}` }
      }
      case 'param':
        return { zh: `参数“${this.zh.param(expr.name)}”`, en: `the parameter “${this.en.param(expr.name)}”` }
      case 'tag':
        return { zh: `标签“${this.zh.tag(expr.name)}”`, en: `the tag “${this.en.tag(expr.name)}”` }
      case 'segment': {
        const version =
          expr.version === null ? { zh: '', en: '' } : { zh: `第 ${expr.version} 版`, en: ` (version ${expr.version})` }
        return {
          zh: `在客群“${this.zh.segment(expr.name)}”${version.zh}中`,
          en: `is in the segment “${this.en.segment(expr.name)}”${version.en}`,
        }
      }
      case 'list': {
        const shown = expr.items.slice(0, 10).map((item) => literal(item))
        const more = expr.items.length - shown.length
        const said = join(shown, '、', ', ')
        return more > 0 ? { zh: `${said.zh} 等 ${expr.items.length} 项`, en: `${said.en} and ${more} more` } : said
      }
      case 'missing':
        return { zh: '空值', en: 'nothing' }
      case 'now':
        return { zh: '现在', en: 'now' }
      case 'today':
        return { zh: '今天', en: 'today' }
      case 'occurred':
        return { zh: '发生时间', en: 'the time it happened' }
      case 'text':
      case 'number':
      case 'money':
      case 'boolean':
      case 'day':
      case 'time':
        return literal(expr)
      default:
        return { zh: '', en: '' }
    }
  }

  private path(path: readonly string[], scope: NameScope): Say {
    return {
      zh: this.zh.path(path, scope).join('的'),
      en: this.en.path(path, scope).reverse().map(lowerFirst).join(' of '),
    }
  }

  private negated(item: Expr, scope: NameScope): Say {
    const said = this.say(item, scope)
    switch (item.kind) {
      case 'in':
      case 'between':
      case 'known':
      case 'match':
      case 'within':
        return this.predicate(item, true, scope)
      case 'segment':
        return { zh: said.zh.replace(/^在/, '不在'), en: said.en.replace(/^is /, 'is not ') }
      case 'field':
      case 'tag':
        return { zh: `不是“${said.zh}”(含未知)`, en: `not “${said.en}” (or not known)` }
      case 'events':
        if (item.fn === 'did') return this.behaviour(item, true)
        break
    }
    return { zh: `并非:${said.zh}`, en: `it is not so that ${said.en}` }
  }

  private compared({ op, left, right }: Extract<Expr, { kind: 'compare' }>, scope: NameScope): Say {
    const [a, b] = [this.say(left, scope), this.codeOr(left, right, scope)]
    const missing = op === '!=' ? { zh: '(含未知)', en: ' (or is not known)' } : { zh: '', en: '' }
    const words = comparisonWords[op]
    return { zh: `${a.zh} ${words.zh} ${b.zh}${missing.zh}`, en: `${a.en} ${words.en} ${b.en}${missing.en}` }
  }

  /** A code is told by its name, a number beside money is yuan. */
  private codeOr(value: Expr, other: Expr, scope: NameScope): Say {
    if (other.kind === 'number' && this.fieldOf(value, scope)?.type === 'money')
      return literal({ kind: 'money', value: other.value })
    if (other.kind !== 'text') return this.say(other, scope)
    const code = this.fieldOf(value, scope)?.codes?.find((each) => each.value === other.value)
    if (code === undefined) return this.say(other, scope)
    return { zh: `“${code.zh || code.value}”`, en: `“${code.en || code.value}”` }
  }

  private fieldOf(value: Expr, scope: NameScope) {
    const { directory } = this.zh
    if (value.kind === 'tag') return directory.tag(value.name)
    if (value.kind === 'events' || value.kind === 'rows') return this.measuredOf(value)
    return this.propertyOf(value, scope)
  }

  /** The field whose values a measure gives; how often and how many different are numbers of their own. */
  private measuredOf(value: Extract<Expr, { kind: 'events' | 'rows' }>) {
    if (value.of === null || value.fn === 'count' || value.fn === 'distinct') return undefined
    const scope = value.kind === 'events' ? { events: value.events } : this.zh.target(value.relation)
    return this.propertyOf(value.of, scope)
  }

  private propertyOf(value: Expr, scope: NameScope) {
    const { directory } = this.zh
    if (value.kind !== 'field') return undefined
    if ('events' in scope) return directory.property(scope.events, value.path[0] ?? '')
    const entity = scope.entity === 'customer' ? directory.customer : directory.entity(scope.entity)
    return entity === undefined ? undefined : directory.field(entity, value.path)?.field
  }

  private predicate(
    expr: Extract<Expr, { kind: 'in' | 'between' | 'known' | 'match' | 'within' }>,
    not: boolean,
    scope: NameScope,
  ): Say {
    const value = this.say(expr.value, scope)
    const also = not ? { zh: '(含未知)', en: ' (or is not known)' } : { zh: '', en: '' }
    const [bu, isNot] = [not ? '不' : '', not ? ' not' : '']
    switch (expr.kind) {
      case 'known':
        return not
          ? { zh: `${value.zh}没有值`, en: `${value.en} is not known` }
          : { zh: `${value.zh}有值`, en: `${value.en} is known` }
      case 'in': {
        const items = expr.list.kind === 'list' ? this.codes(expr.value, expr.list, scope) : this.say(expr.list, scope)
        return {
          zh: `${value.zh} ${bu}属于 ${items.zh}${also.zh}`,
          en: `${value.en} is${isNot} one of ${items.en}${also.en}`,
        }
      }
      case 'between': {
        const [low, high] = [this.codeOr(expr.value, expr.low, scope), this.codeOr(expr.value, expr.high, scope)]
        return {
          zh: `${value.zh} ${bu}在 ${low.zh} 到 ${high.zh} 之间${also.zh}`,
          en: `${value.en} is${isNot} between ${low.en} and ${high.en}${also.en}`,
        }
      }
      case 'match': {
        const words = matchWords[expr.op]
        const other = expr.with.kind === 'list' ? this.codes(expr.value, expr.with, scope) : this.say(expr.with, scope)
        const en = not ? `does not ${words.base}` : words.en
        return {
          zh: `${value.zh} ${bu}${words.zh} ${other.zh}${also.zh}`,
          en: `${value.en} ${en} ${other.en}${also.en}`,
        }
      }
      case 'within': {
        const window = this.window(expr.window, scope)
        return {
          zh: `${value.zh} ${bu}在${window.zh}${also.zh}`,
          en: `${value.en} is${isNot} within ${window.en.replace(/^in /, '')}${also.en}`,
        }
      }
    }
  }

  private codes(value: Expr, list: Extract<Expr, { kind: 'list' }>, scope: NameScope): Say {
    if (list.items.length > 10) return this.say(list, scope)
    return join(
      list.items.map((item) => this.codeOr(value, item, scope)),
      '、',
      ', ',
    )
  }

  private shift(expr: Extract<Expr, { kind: 'shift' }>, scope: NameScope): Say {
    const length = span(Math.abs(expr.n), expr.unit)
    if (expr.value.kind === 'today' || expr.value.kind === 'now') {
      return expr.n < 0
        ? { zh: `${length.zh}前`, en: `${length.en} ago` }
        : { zh: `${length.zh}后`, en: `${length.en} from now` }
    }
    const value = this.say(expr.value, scope)
    return expr.n < 0
      ? { zh: `${value.zh}之前 ${length.zh}`, en: `${length.en} before ${value.en}` }
      : { zh: `${value.zh}之后 ${length.zh}`, en: `${length.en} after ${value.en}` }
  }

  private choice(expr: Extract<Expr, { kind: 'if' }>, scope: NameScope): Say {
    const branches = expr.branches.map(({ when, value }): Say => {
      const [a, b] = [this.say(when, scope), this.say(value, scope)]
      return { zh: `如果${a.zh},则为:${b.zh}`, en: `if ${a.en} then: ${b.en}` }
    })
    const last = this.say(expr.else, scope)
    const said = join(branches, ';', '; ')
    return { zh: `${said.zh};否则为:${last.zh}`, en: `${said.en}; otherwise: ${last.en}` }
  }

  private plainCall(expr: Extract<Expr, { kind: 'call' }>, scope: NameScope): Say {
    const args = join(
      expr.args.map((arg) => this.say(arg, scope)),
      '、',
      ', ',
    )
    const words = functionWords[expr.fn]
    return { zh: `${words.zh}(${args.zh})`, en: `${words.en} (${args.en})` }
  }

  private events(events: readonly string[]): Say {
    if (events.length === 0) return { zh: '任意行为', en: 'anything' }
    return join(
      events.map((name) => ({ zh: `“${this.zh.event(name)}”`, en: `“${this.en.event(name)}”` })),
      '或',
      ' or ',
    )
  }

  private where(where: Expr | null, scope: NameScope): Say {
    if (where === null) return { zh: '', en: '' }
    const said = this.say(where, scope)
    return { zh: `(${said.zh.replace(/^\((.*)\)$/s, '$1')})`, en: ` where ${said.en}` }
  }

  private behaviour(expr: Extract<Expr, { kind: 'events' }>, not = false): Say {
    const scope = { events: expr.events }
    const [events, where, window] = [
      this.events(expr.events),
      this.where(expr.where, scope),
      this.window(expr.window, ofCustomer),
    ]
    if (expr.fn === 'did') {
      return {
        // Rule 14: the choice is shown.
        zh: `${window.zh}${not ? '没有' : '有过'}${events.zh}${where.zh}${not ? '(新客户和从无行为的客户也算)' : ''}`,
        en: `${not ? 'there was no' : 'there was'} ${events.en}${where.en}, ${window.en}${not ? ' (who never did anything counts too)' : ''}`,
      }
    }
    const of = expr.of === null ? { zh: '时间', en: 'time' } : this.say(expr.of, scope)
    const zh = `${window.zh}${events.zh}${where.zh}`
    if (expr.fn === 'count') return { zh: `${zh}的次数`, en: `the number of ${events.en}${where.en}, ${window.en},` }
    if (expr.fn === 'first' || expr.fn === 'last') {
      const order = expr.fn === 'first' ? ['首次', 'first'] : ['最近一次', 'last']
      return {
        zh: `${window.zh}${order[0]}${events.zh}${where.zh}的${of.zh}`,
        en: `the ${of.en} of the ${order[1]} ${events.en}${where.en}, ${window.en},`,
      }
    }
    if (expr.fn === 'top') {
      const most =
        expr.k === null
          ? { zh: '出现最多的', en: 'the most frequent' }
          : { zh: `出现最多的 ${expr.k} 个`, en: `the ${expr.k} most frequent` }
      return { zh: `${zh}中${most.zh}${of.zh}`, en: `${most.en} ${of.en} of ${events.en}${where.en}, ${window.en},` }
    }
    const words = rowWords[expr.fn]
    return { zh: `${zh}的${of.zh}${words.zh}`, en: `${words.en} ${of.en} of ${events.en}${where.en}, ${window.en},` }
  }

  private rows(expr: Extract<Expr, { kind: 'rows' }>): Say {
    const scope = this.zh.target(expr.relation)
    const name = { zh: `“${this.zh.relation(expr.relation)}”`, en: this.en.relation(expr.relation) }
    const where = this.where(expr.where, scope)
    const of = expr.of === null ? { zh: '', en: '' } : this.say(expr.of, scope)
    const [zh, en] = [where.zh, where.en]
    switch (expr.fn) {
      case 'any':
        return { zh: `至少有一条${name.zh}${zh}`, en: `there is one of ${name.en}${en}` }
      case 'none':
        return { zh: `没有${name.zh}${zh}`, en: `there is none of ${name.en}${en}` }
      case 'all':
        return {
          zh: `有${name.zh},且每一条都满足${zh}`,
          en: `there is one of ${name.en}, and for every one of them: ${en.replace(/^ where /, '') || 'it is there'}`,
        }
      case 'count':
        return { zh: `${name.zh}${zh}的条数`, en: `the number of ${name.en}${en}` }
      default: {
        const words = rowWords[expr.fn]
        return { zh: `${name.zh}${zh}的${of.zh}${words.zh}`, en: `${words.en} ${of.en} of ${name.en}${en}` }
      }
    }
  }

  private sequence(expr: SequenceNode): Say {
    const steps = join(
      expr.steps.map((step, i) => this.step(step, i)),
      ',',
      ', ',
    )
    const by = join(
      expr.by.map((name) => this.path([name], { events: expr.steps[0]?.events ?? [] })),
      '、',
      ' and ',
    )
    const same =
      expr.by.length > 0 ? { zh: `,各步的${by.zh}相同`, en: `, all with the same ${by.en}` } : { zh: '', en: '' }
    const within =
      expr.within === null
        ? { zh: '', en: '' }
        : { zh: `,全程在 ${gap(expr.within).zh}内`, en: `, all within ${gap(expr.within).en}` }
    const ends = expr.steps.at(-1)?.not === true && (expr.within !== null || expr.steps.at(-1)?.within !== null)
    const over = ends ? { zh: '(期限已过才算)', en: ' (counted once that time is over)' } : { zh: '', en: '' }
    const window = this.window(expr.window, ofCustomer)
    return {
      zh: `${window.zh}依次:${steps.zh}${same.zh}${within.zh}${over.zh}`,
      en: `one after another, beginning ${window.en}: ${steps.en}${same.en}${within.en}${over.en}`,
    }
  }

  private step(step: Step, i: number): Say {
    const [events, where] = [this.events(step.events), this.where(step.where, { events: step.events })]
    const gaps = [
      ...(step.after === null
        ? []
        : [{ zh: `至少隔 ${gap(step.after).zh}`, en: `at least ${gap(step.after).en} later` }]),
      ...(step.within === null ? [] : [{ zh: `${gap(step.within).zh}内`, en: `within ${gap(step.within).en}` }]),
    ]
    const said = join(gaps, '、', ', ')
    const before = gaps.length > 0 ? { zh: `(${said.zh})`, en: ` (${said.en})` } : said
    const then = i === 0 ? { zh: '先', en: '' } : { zh: '再', en: 'then ' }
    if (step.not)
      return { zh: `其间没有${events.zh}${where.zh}${before.zh}`, en: `without ${events.en}${where.en}${before.en}` }
    return { zh: `${then.zh}${events.zh}${where.zh}${before.zh}`, en: `${then.en}${events.en}${where.en}${before.en}` }
  }

  private window(window: Window, scope: NameScope): Say {
    switch (window.kind) {
      case 'ever':
        return { zh: '历史上', en: 'ever' }
      case 'last':
        return { zh: `最近 ${span(window.n, window.unit).zh}内`, en: `in the last ${span(window.n, window.unit).en}` }
      case 'next':
        return { zh: `未来 ${span(window.n, window.unit).zh}内`, en: `the next ${span(window.n, window.unit).en}` }
      case 'this':
        return window.unit === 'day'
          ? { zh: '今天', en: 'today' }
          : { zh: `本${unitWords[window.unit].this}`, en: `this ${window.unit}` }
      case 'previous':
      case 'following': {
        const back = window.kind === 'previous'
        if (window.unit === 'day' && window.n === 1)
          return back ? { zh: '昨天', en: 'yesterday' } : { zh: '明天', en: 'tomorrow' }
        if (window.n === 1) {
          const zh = unitWords[window.unit][back ? 'before' : 'after']
          return {
            zh: `${zh}(整${unitWords[window.unit].this})`,
            en: `the ${back ? 'previous' : 'following'} ${window.unit}`,
          }
        }
        const { zh, en } = span(window.n, window.unit)
        const whole = `(整${unitWords[window.unit].this},不含当前)`
        return back
          ? { zh: `之前 ${zh}${whole}`, en: `in the ${en} before the current one` }
          : { zh: `之后 ${zh}${whole}`, en: `the ${en} after the current one` }
      }
      case 'since': {
        const from = this.say(window.from, scope)
        return { zh: `自${from.zh}以来`, en: `since ${from.en}` }
      }
      case 'range': {
        const [from, to] = [this.say(window.from, scope), this.say(window.to, scope)]
        return { zh: `${from.zh} 至 ${to.zh} 期间`, en: `from ${from.en} to ${to.en}` }
      }
    }
  }
}

function literal(expr: Literal): Say {
  switch (expr.kind) {
    case 'text':
      return { zh: `“${expr.value}”`, en: `“${expr.value}”` }
    case 'boolean':
      return expr.value ? { zh: '是', en: 'yes' } : { zh: '否', en: 'no' }
    case 'money':
      return { zh: `${grouped(expr.value)} 元`, en: `${grouped(expr.value)} yuan` }
    case 'number':
      return { zh: grouped(expr.value), en: grouped(expr.value) }
    default:
      return { zh: expr.value.replace('T', ' '), en: expr.value.replace('T', ' ') }
  }
}

function grouped(digits: string): string {
  const [whole = '', fraction] = digits.split('.')
  const spaced = whole.replace(/\B(?=(\d{3})+$)/g, ',')
  return fraction === undefined ? spaced : `${spaced}.${fraction}`
}

function span(n: number, unit: keyof typeof unitWords): Say {
  return { zh: `${n} ${unitWords[unit].zh}`, en: `${n} ${unit}${n === 1 ? '' : 's'}` }
}

function gap({ n, unit }: Gap): Say {
  return span(n, unit)
}

function lowerFirst(title: string): string {
  return /^[A-Z][a-z]/.test(title) ? title.charAt(0).toLowerCase() + title.slice(1) : title
}
