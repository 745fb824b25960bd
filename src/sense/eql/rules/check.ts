import type { Checked, EqlType, Expr, Rule, SchemaField, Want } from '../contract.ts'
import { checkAggregate, checkCall, checkRows, checkSequence } from './checkCalls.ts'
import { Checker, type Places, type Scope, type Seen, typeNames } from './checker.ts'
import { checkArith, checkAsOf, checkCompare, checkIn, checkList, checkMatch } from './checkOperators.ts'
import {
  adapt,
  checkYuan,
  comparable,
  isNumeric,
  isOpen,
  needCondition,
  type Part,
  unify,
  wrong,
} from './checkTypes.ts'
import { checkWindow } from './checkWindow.ts'
import type { Directory } from './names.ts'

const nowhere: Places = { spans: new Map(), names: new Map(), broken: new Set() }

/** A stored tree against what exists now: names are stable names, and the tree stays as it is. */
export function checkTree(rule: Rule, directory: Directory, want: Want): Checked {
  return checkBody(rule.body, new Checker(directory, nowhere, false), want)
}

/** A tree that was just read: titles in it become stable names. */
export function checkRead(body: Expr, directory: Directory, places: Places, want: Want): Checked {
  return checkBody(body, new Checker(directory, places, true), want)
}

function checkBody(body: Expr, checker: Checker, want: Want): Checked {
  const scope: Scope = { kind: 'customer', entity: checker.directory.customer }
  const seen = check(checker, body, scope, 'body')
  if (want === 'condition') needCondition(checker, body, seen, 'body')
  else if (want !== 'value' && seen !== 'unknown' && seen !== 'missing') needType(checker, body, seen, want)
  const ok = !checker.unsaid && checker.issues.every(({ severity }) => severity !== 'error')
  const type = checker.types.get(body) ?? null
  return { ok, issues: checker.issues, types: checker.types, type: type === 'missing' ? null : type }
}

function needType(checker: Checker, body: Expr, seen: EqlType, want: EqlType): void {
  if (seen === want || (want === 'number' && seen === 'integer')) return
  if (want === 'money' && adapt(checker, body, 'body')) return
  const [is, should] = [typeNames[seen], typeNames[want]]
  checker.error(
    body,
    'body',
    'eql.type',
    `结果应当是${should.zh},而这里是${is.zh}`,
    `The result must be ${should.en}, not ${is.en}`,
  )
}

/** The type of a node and all below it. Bounded: the tree was counted when it was read. */
export function check(checker: Checker, expr: Expr, scope: Scope, path: string): Seen {
  const seen = checker.isBroken(expr) ? 'unknown' : checkKind(checker, expr, scope, path)
  if (seen !== 'unknown') checker.types.set(expr, seen)
  return seen
}

function checkKind(checker: Checker, expr: Expr, scope: Scope, path: string): Seen {
  const at = (child: Expr, name: string) => check(checker, child, scope, `${path}.${name}`)
  switch (expr.kind) {
    case 'text':
    case 'boolean':
    case 'day':
    case 'time':
    case 'money':
    case 'missing':
      return expr.kind === 'money' ? checkYuan(checker, expr, path) : expr.kind
    case 'number':
      return expr.value.includes('.') ? 'number' : 'integer'
    case 'now':
      return 'time'
    case 'today':
      return 'day'
    case 'occurred':
      if (scope.kind === 'event') return 'time'
      return checker.error(
        expr,
        path,
        'eql.scope',
        'occurred_at 是事件的时间,只能用在事件的 where 和 of 里',
        'occurred_at is the time of an event: it stands only in where and of of events',
      )
    case 'field':
      return checkField(checker, expr, scope, path, false)
    case 'param':
      return checkNamed(checker, expr, path, checker.directory.schema.params, { zh: '参数', en: 'parameter' })
    case 'tag':
      if (scope.kind !== 'customer') return outOfScope(checker, expr, scope, path)
      return checkNamed(checker, expr, path, checker.directory.schema.tags, { zh: '标签', en: 'tag' })
    case 'segment':
      return scope.kind === 'customer' ? checkSegment(checker, expr, path) : outOfScope(checker, expr, scope, path)
    case 'asof':
      if (scope.kind !== 'customer') return outOfScope(checker, expr, scope, path)
      return checkAsOf(checker, expr, path, at, knowable(checker, expr, scope, path, false))
    case 'list':
      return checkList(checker, expr, path)
    case 'and':
    case 'or':
      for (const [i, item] of expr.items.entries())
        needCondition(checker, item, at(item, `items.${i}`), `${path}.items.${i}`)
      return 'boolean'
    case 'not':
      needCondition(checker, expr.item, at(expr.item, 'item'), `${path}.item`)
      return 'boolean'
    case 'compare':
      return checkCompare(checker, expr, path, at)
    case 'in':
      return checkIn(checker, expr, path, at)
    case 'between': {
      const seen = at(expr.value, 'value')
      comparable(checker, { expr, path }, '<=', [expr.low, at(expr.low, 'low')], [expr.value, seen])
      comparable(checker, { expr, path }, '<=', [expr.value, seen], [expr.high, at(expr.high, 'high')])
      return 'boolean'
    }
    case 'known':
      if (expr.value.kind === 'field') {
        const seen = checkField(checker, expr.value, scope, `${path}.value`, true)
        if (seen !== 'unknown') checker.types.set(expr.value, seen)
      } else at(expr.value, 'value')
      return 'boolean'
    case 'match':
      return checkMatch(checker, expr, path, at)
    case 'within': {
      const seen = at(expr.value, 'value')
      if (seen !== 'day' && seen !== 'time') wrong(checker, expr.value, `${path}.value`, seen, ['day', 'time'])
      checkWindow(checker, expr, expr.window, { path: `${path}.window`, of: seen }, (bound, name) =>
        at(bound, `window.${name}`),
      )
      return 'boolean'
    }
    case 'arith':
      return checkArith(checker, expr, path, at)
    case 'neg': {
      const seen = at(expr.item, 'item')
      if (isNumeric(seen) || isOpen(seen)) return seen
      return wrong(checker, expr.item, `${path}.item`, seen, ['number', 'money'])
    }
    case 'shift': {
      const seen = at(expr.value, 'value')
      if (seen === 'day' && (expr.unit === 'minute' || expr.unit === 'hour')) {
        return checker.error(
          expr,
          path,
          'eql.shift',
          '日期不能加减小时或分钟',
          'Hours and minutes are added to times, not to days',
        )
      }
      if (seen === 'day' || seen === 'time' || isOpen(seen)) return seen
      return wrong(checker, expr.value, `${path}.value`, seen, ['day', 'time'])
    }
    case 'if': {
      for (const [i, { when }] of expr.branches.entries()) {
        needCondition(checker, when, at(when, `branches.${i}.when`), `${path}.branches.${i}.when`)
      }
      const values = expr.branches.map(({ value }, i): Part => [value, at(value, `branches.${i}.value`)])
      return unify(checker, expr, path, [...values, [expr.else, at(expr.else, 'else')]])
    }
    case 'call':
      return checkCall(
        checker,
        expr,
        path,
        expr.args.map((arg, i): Part => [arg, at(arg, `args.${i}`)]),
      )
    case 'events':
      return scope.kind === 'customer'
        ? checkAggregate(checker, expr, path, check)
        : outOfScope(checker, expr, scope, path)
    case 'rows':
      return scope.kind === 'customer' ? checkRows(checker, expr, path, check) : outOfScope(checker, expr, scope, path)
    case 'sequence':
      return scope.kind === 'customer'
        ? checkSequence(checker, expr, path, check)
        : outOfScope(checker, expr, scope, path)
  }
}

function outOfScope(checker: Checker, expr: Expr, scope: Scope, path: string): 'unknown' {
  const inside = scope.kind === 'event' ? { zh: '事件', en: 'the event' } : { zh: '这一行', en: 'the row' }
  return checker.error(
    expr,
    path,
    'eql.scope',
    `where 和 of 里说的是${inside.zh},不能用客户的标签、客群或行为;请把它放到括号外面`,
    `Inside where and of stands what ${inside.en} has; tags, segments and behaviour of the customer stand outside`,
  )
}

/** The field, unless it is personal and more is asked than whether it is known. */
function knowable(
  checker: Checker,
  expr: Expr & { path: string[] },
  scope: Scope,
  path: string,
  onlyKnown: boolean,
): SchemaField | undefined {
  const field = checker.field(expr, scope, path)
  if (field === undefined) return undefined
  checker.fields.set(expr, field)
  if (field.onlyKnown !== true || onlyKnown) return field
  const zh = `“${field.zh || field.name}”是个人信息,只能问 is known 或 is missing`
  checker.error(
    expr,
    path,
    'eql.personal',
    zh,
    `“${field.en || field.name}” is personal: one may only ask is known, is missing`,
  )
  return undefined
}

function checkField(
  checker: Checker,
  expr: Expr & { path: string[] },
  scope: Scope,
  path: string,
  known: boolean,
): Seen {
  return knowable(checker, expr, scope, path, known)?.type ?? 'unknown'
}

function checkNamed(
  checker: Checker,
  expr: Expr & { name: string },
  path: string,
  list: readonly SchemaField[],
  what: { zh: string; en: string },
): Seen {
  const field = checker.resolve(list, {
    written: expr.name,
    what,
    at: { expr, path, span: checker.nameSpan(expr, 0) },
    put: (name) => {
      expr.name = name
    },
  })
  if (field !== undefined) checker.fields.set(expr, field)
  return field?.type ?? 'unknown'
}

function checkSegment(checker: Checker, expr: Extract<Expr, { kind: 'segment' }>, path: string): Seen {
  const segment = checker.resolve(checker.directory.schema.segments, {
    written: expr.name,
    what: { zh: '客群', en: 'segment' },
    at: { expr, path, span: checker.nameSpan(expr, 0) },
    put: (name) => {
      expr.name = name
    },
  })
  const latest = segment?.versions
  if (expr.version !== null && latest !== undefined && expr.version > latest) {
    checker.error(
      expr,
      path,
      'eql.version',
      `这个客群只有 ${latest} 个版本`,
      `This segment has ${latest} versions only`,
    )
  }
  return 'boolean'
}
