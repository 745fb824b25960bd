import fc from 'fast-check'
import type {
  EqlType,
  Expr,
  FunctionName,
  Gap,
  Literal,
  Rule,
  Schema,
  SchemaEntity,
  SchemaEvent,
  SchemaField,
  Step,
  Window,
} from '../contract.ts'
import { Directory } from '../rules/names.ts'

/** What random rules are made of. `literals` gives values that occur in the data, so that conditions are sometimes true. */
export type RandomOptions = {
  depth?: number
  /** Comments where the text keeps them. */
  notes?: boolean
  asof?: boolean
  segments?: boolean
  tags?: boolean
  params?: boolean
  sequences?: boolean
  literals?: (field: SchemaField | null, type: EqlType) => fc.Arbitrary<Literal>
}

type Scope = { kind: 'customer' | 'row'; entity: SchemaEntity } | { kind: 'event'; events: SchemaEvent[] }
type Arb = fc.Arbitrary<Expr>

/** Well-typed conditions over a schema. */
export function randomRule(schema: Schema, options: RandomOptions = {}): fc.Arbitrary<Rule> {
  const random = new Random(schema, options)
  return random.condition(random.customer, options.depth ?? 3).map(ruleOf)
}

/** Well-typed values of one type. */
export function randomValue(schema: Schema, type: EqlType, options: RandomOptions = {}): fc.Arbitrary<Rule> {
  const random = new Random(schema, options)
  return random.value(type, random.customer, options.depth ?? 3).map(ruleOf)
}

/** A tree of its own: no two places hold the same node, which is known by its place. */
function ruleOf(body: Expr): Rule {
  return { eql: 1, body: structuredClone(body) }
}

const lengths: Expr['kind'][] = ['day', 'time']
const small = fc.integer({ min: 1, max: 40 })
const gap: fc.Arbitrary<Gap> = fc.record({
  n: fc.integer({ min: 1, max: 5 }),
  unit: fc.constantFrom('minute', 'hour', 'day', 'week'),
})
const comparison = fc.constantFrom('=', '!=', '<', '<=', '>', '>=')
const equality = fc.constantFrom('=', '!=')
const spanUnit = fc.constantFrom('minute', 'hour', 'day', 'week', 'month', 'year')
const longUnit = fc.constantFrom('day', 'week', 'month', 'year')
const calendarUnit = fc.constantFrom('day', 'week', 'month', 'quarter', 'year')
const note: fc.Arbitrary<string[]> = fc.constantFrom(['why'], ['为什么', 'two lines'], ['-- (" \' and or'])

class Random {
  readonly customer: Scope
  private readonly schema: Schema
  private readonly directory: Directory
  private readonly options: RandomOptions
  private readonly made = new Map<string, Arb>()

  constructor(schema: Schema, options: RandomOptions) {
    this.schema = schema
    this.directory = new Directory(schema)
    this.options = options
    this.customer = { kind: 'customer', entity: this.directory.customer }
  }

  /** Each is made once for its scope, type and depth, or a deep one would be made of millions. */
  private once(name: string, scope: Scope, depth: number, make: () => Arb): Arb {
    const where = scope.kind === 'event' ? scope.events.map((event) => event.name).join(' ') : scope.entity.name
    const key = `${name} ${scope.kind} ${where} ${depth}`
    const known = this.made.get(key)
    if (known !== undefined) return known
    const arb = make()
    this.made.set(key, arb)
    return arb
  }

  condition(scope: Scope, depth: number): Arb {
    return this.once('condition', scope, depth, () => {
      const simple = this.simple(scope, depth)
      if (depth <= 0) return simple
      const inner = this.condition(scope, depth - 1)
      const kind = fc.constantFrom('and', 'or')
      const joined = fc
        .tuple(kind, fc.array(inner, { minLength: 2, maxLength: 4 }), fc.option(note, { freq: 4 }))
        .map(([word, items, notes]): Expr => {
          const [first, ...rest] = items
          if (this.options.notes !== true || notes === null || first === undefined) return { kind: word, items }
          return { kind: word, items: [first, ...rest.map((item) => ({ ...item, notes }))] }
        })
      return fc.oneof(
        { arbitrary: simple, weight: 4 },
        { arbitrary: joined, weight: 4 },
        { arbitrary: inner.map((item): Expr => ({ kind: 'not', item })), weight: 2 },
      )
    })
  }

  private simple(scope: Scope, depth: number): Arb {
    const below = depth - 1
    const all: Arb[] = [this.compare(scope, below), this.compare(scope, below), ...this.onFields(scope)]
    if (scope.kind !== 'customer') return fc.oneof(...all)
    const window = this.window(depth)
    for (const events of this.eventSets()) {
      all.push(this.events('did', events, depth, window), this.counted(this.events('count', events, depth, window)))
    }
    for (const { name, target, many } of this.directory.customer.relations) {
      const entity = this.directory.entity(target)
      if (!many || entity === undefined) continue
      const where = this.where({ kind: 'row', entity }, depth)
      const fn = fc.constantFrom('any', 'all', 'none')
      all.push(
        fc.record({
          kind: fc.constant('rows' as const),
          fn,
          relation: fc.constant(name),
          of: fc.constant(null),
          where,
        }),
      )
    }
    if (this.options.segments !== false)
      all.push(...this.schema.segments.map(({ name, versions }) => this.segment(name, versions ?? 1)))
    if (this.options.sequences !== false && depth > 0) all.push(this.sequence(depth))
    return fc.oneof(...all)
  }

  private segment(name: string, versions: number): Arb {
    const version = fc.option(fc.integer({ min: 1, max: versions }))
    return version.map((pinned): Expr => ({ kind: 'segment', name, version: pinned }))
  }

  private counted(count: Arb): Arb {
    const number = fc.integer({ min: 0, max: 4 }).map((n): Expr => ({ kind: 'number', value: String(n) }))
    return fc.tuple(count, comparison, number).map(([left, op, right]): Expr => ({ kind: 'compare', op, left, right }))
  }

  private compare(scope: Scope, depth: number): Arb {
    const of = (type: EqlType, op: fc.Arbitrary<'=' | '!=' | '<' | '<=' | '>' | '>='>) =>
      fc
        .tuple(this.value(type, scope, depth), op, this.value(type, scope, depth))
        .map(([left, op, right]): Expr => ({ kind: 'compare', op, left, right }))
    const ordered = (['number', 'integer', 'money', 'day', 'time'] as const).map((type) => of(type, comparison))
    const dayAndTime = fc
      .tuple(this.value('time', scope, depth), comparison, this.value('day', scope, depth))
      .map(([left, op, right]): Expr => ({ kind: 'compare', op, left, right }))
    return fc.oneof(...ordered, of('text', equality), of('boolean', equality), dayAndTime)
  }

  /** Conditions that begin with a field: how most rules of people are. */
  private onFields(scope: Scope): Arb[] {
    return this.fields(scope).map(({ path, field }) => {
      const value: Expr = { kind: 'field', path }
      const literal = this.literal(field, field.type)
      const known: Arb = fc.constant({ kind: 'known', value })
      if (field.onlyKnown === true) return known
      const list = fc.uniqueArray(literal, { minLength: 1, maxLength: 4, selector: ({ value }) => String(value) })
      const among = list.map((items): Expr => ({ kind: 'in', value, list: { kind: 'list', items } }))
      if (field.type === 'list')
        return fc.oneof(known, ...this.matches(value, field, list, ['contains', 'contains-any', 'contains-all']))
      if (field.type === 'text')
        return fc.oneof(
          among,
          known,
          ...this.matches(value, field, list, ['contains', 'starts', 'ends', 'contains-any', 'contains-all']),
        )
      if (field.type === 'boolean') return fc.oneof(known, fc.constant(value))
      const between = fc.tuple(literal, literal).map(([low, high]): Expr => ({ kind: 'between', value, low, high }))
      const compared = fc
        .tuple(comparison, literal)
        .map(([op, right]): Expr => ({ kind: 'compare', op, left: value, right }))
      if (!lengths.some((kind) => kind === field.type)) return fc.oneof(compared, between, among, known)
      const within = this.anyWindow(field.type === 'day').map((window): Expr => ({ kind: 'within', value, window }))
      return fc.oneof(compared, between, within, known)
    })
  }

  private matches(
    value: Expr,
    field: SchemaField,
    list: fc.Arbitrary<Literal[]>,
    ops: ('contains' | 'starts' | 'ends' | 'contains-any' | 'contains-all')[],
  ): Arb[] {
    return ops.map((op) => {
      const many = op === 'contains-any' || op === 'contains-all'
      const other: Arb = many ? list.map((items): Expr => ({ kind: 'list', items })) : this.literal(field, 'text')
      return other.map((found): Expr => ({ kind: 'match', op, value, with: found }))
    })
  }

  value(type: EqlType, scope: Scope, depth: number): Arb {
    return this.once(type, scope, depth, () => {
      const leaves: Arb[] = [this.literal(null, type), ...this.fieldsOf(type, scope)]
      if (type === 'time') leaves.push(fc.constant({ kind: 'now' }))
      if (type === 'day') leaves.push(fc.constant({ kind: 'today' }))
      if (type === 'time' && scope.kind === 'event') leaves.push(fc.constant({ kind: 'occurred' }))
      if (scope.kind === 'customer' && this.options.tags !== false) {
        for (const tag of this.schema.tags)
          if (tag.type === type) leaves.push(fc.constant({ kind: 'tag', name: tag.name }))
      }
      if (this.options.params !== false) {
        for (const param of this.schema.params)
          if (param.type === type) leaves.push(fc.constant({ kind: 'param', name: param.name }))
      }
      const simple = fc.oneof(...leaves)
      if (depth <= 0) return simple
      const deeper = [
        ...this.calls(type, scope, depth - 1),
        ...(scope.kind === 'customer' ? this.aggregates(type, depth) : []),
      ]
      return fc.oneof({ arbitrary: simple, weight: 6 }, ...deeper.map((arbitrary) => ({ arbitrary, weight: 2 })))
    })
  }

  private fieldsOf(type: EqlType, scope: Scope): Arb[] {
    return this.fields(scope).flatMap(({ path, field }): Arb[] => {
      if (field.type !== type || field.onlyKnown === true) return []
      const asof: Arb[] =
        this.options.asof !== false && scope.kind === 'customer' && path.length === 1
          ? [this.past().map((at): Expr => ({ kind: 'asof', path, at }))]
          : []
      return [fc.constant({ kind: 'field', path }), ...asof]
    })
  }

  private past(): Arb {
    const ago = fc
      .tuple(fc.integer({ min: -60, max: 2 }), longUnit)
      .map(([n, unit]): Expr => (n === 0 ? { kind: 'today' } : { kind: 'shift', value: { kind: 'today' }, n, unit }))
    return fc.oneof(ago, this.literal(null, 'day'), this.literal(null, 'time'))
  }

  /** Expressions of a type out of others. */
  private calls(type: EqlType, scope: Scope, depth: number): Arb[] {
    const of = (wanted: EqlType) => this.value(wanted, scope, depth)
    const call = (fn: FunctionName, ...args: EqlType[]): Arb =>
      fc.tuple(...args.map(of)).map((found): Expr => ({ kind: 'call', fn, args: found }))
    const arith = (ops: readonly ('+' | '-' | '*' | '/' | '%')[], left: EqlType, right: EqlType): Arb =>
      fc
        .tuple(of(left), fc.constantFrom(...ops), of(right))
        .map(([a, op, b]): Expr => ({ kind: 'arith', op, left: a, right: b }))
    const neg = of(type).map((item): Expr => ({ kind: 'neg', item }))
    const shift = (unit: fc.Arbitrary<'minute' | 'hour' | 'day' | 'week' | 'month' | 'year'>): Arb =>
      fc
        .tuple(
          of(type),
          fc.integer({ min: -40, max: 40 }).filter((n) => n !== 0),
          unit,
        )
        .map(([value, n, unit]): Expr => ({ kind: 'shift', value, n, unit }))
    const always = [this.choice(type, scope, depth), call('coalesce', type, type)]
    switch (type) {
      case 'number':
        return [
          ...always,
          neg,
          arith(['+', '-', '*', '/', '%'], 'number', 'integer'),
          arith(['/'], 'money', 'money'),
          call('abs', 'number'),
          call('in_yuan', 'money'),
          call('least', 'number', 'number'),
        ]
      case 'integer':
        return [
          ...always,
          ...(
            [
              'year',
              'month',
              'day_of_month',
              'weekday',
              'days_since',
              'months_since',
              'years_since',
              'days_until',
            ] as const
          ).map((fn) => call(fn, 'day')),
          ...(['hour', 'days_since', 'weekday'] as const).map((fn) => call(fn, 'time')),
          call('length', 'text'),
          call('floor', 'number'),
          call('ceil', 'number'),
          call('round', 'number'),
          arith(['-'], 'day', 'day'),
        ]
      case 'money':
        return [
          ...always,
          neg,
          arith(['+', '-'], 'money', 'money'),
          arith(['*', '/'], 'money', 'number'),
          call('yuan', 'number'),
          call('round', 'money'),
          call('greatest', 'money', 'money'),
        ]
      case 'text':
        return [
          ...always,
          call('lower', 'text'),
          call('upper', 'text'),
          call('trim', 'text'),
          call('substring', 'text', 'integer', 'integer'),
          call('concat', 'text', 'text'),
        ]
      case 'day':
        return [...always, call('day', 'time'), call('anniversary', 'day'), shift(longUnit)]
      case 'time':
        return [...always, shift(spanUnit)]
      case 'boolean':
        return [...always, this.condition(scope, depth)]
      case 'list':
        return []
    }
  }

  private choice(type: EqlType, scope: Scope, depth: number): Arb {
    const branch = fc.record({ when: this.condition(scope, depth), value: this.value(type, scope, depth) })
    return fc
      .record({ branches: fc.array(branch, { minLength: 1, maxLength: 2 }), else: this.value(type, scope, depth) })
      .map(({ branches, else: otherwise }): Expr => ({ kind: 'if', branches, else: otherwise }))
  }

  private aggregates(type: EqlType, depth: number): Arb[] {
    const window = this.window(depth)
    const found: Arb[] = []
    for (const events of this.eventSets()) {
      const scope: Scope = { kind: 'event', events }
      const of = this.aggregated(type, scope, depth)
      const fns = type === 'integer' ? (['sum', 'min', 'max', 'first', 'last'] as const) : orderedFns(type)
      for (const fn of fns) found.push(this.events(fn, events, depth, window, of))
      if (type === 'integer')
        found.push(
          this.events('count', events, depth, window),
          this.events('distinct', events, depth, window, this.aggregated('text', scope, depth)),
        )
      if (type === 'time')
        found.push(this.events('first', events, depth, window), this.events('last', events, depth, window))
      if (type === 'text') found.push(this.events('top', events, depth, window, of))
    }
    for (const { name, target, many } of this.directory.customer.relations) {
      const entity = this.directory.entity(target)
      if (!many || entity === undefined) continue
      const scope: Scope = { kind: 'row', entity }
      const fns =
        type === 'integer'
          ? (['sum', 'min', 'max'] as const)
          : orderedFns(type).filter((fn) => fn !== 'first' && fn !== 'last')
      for (const fn of fns) found.push(this.rows(fn, name, scope, depth, this.aggregated(type, scope, depth)))
      if (type === 'integer')
        found.push(
          this.rows('count', name, scope, depth, fc.constant(null)),
          this.rows('distinct', name, scope, depth, this.aggregated('text', scope, depth)),
        )
    }
    return found
  }

  /** Mostly a plain property, sometimes more. */
  private aggregated(type: EqlType, scope: Scope, depth: number): Arb {
    const plain = this.fieldsOf(type, scope)
    return plain.length === 0
      ? this.value(type, scope, Math.min(depth - 1, 1))
      : fc.oneof({ arbitrary: fc.oneof(...plain), weight: 5 }, this.value(type, scope, Math.min(depth - 1, 1)))
  }

  private rows(
    fn: 'sum' | 'avg' | 'min' | 'max' | 'count' | 'distinct',
    relation: string,
    scope: Scope,
    depth: number,
    of: fc.Arbitrary<Expr | null>,
  ): Arb {
    return fc
      .tuple(of, this.where(scope, depth))
      .map(([what, where]): Expr => ({ kind: 'rows', fn, relation, of: what, where }))
  }

  private where(scope: Scope, depth: number): fc.Arbitrary<Expr | null> {
    const where = this.condition(scope, Math.min(depth - 1, 1))
    const noted =
      this.options.notes === true
        ? fc.oneof(
            where,
            fc.tuple(where, note).map(([expr, notes]): Expr => ({ ...expr, notes })),
          )
        : where
    return fc.option(noted, { freq: 2 })
  }

  private eventSets(): SchemaEvent[][] {
    const [a, b] = this.schema.events.filter((event) => event.properties.some(({ type }) => type === 'money'))
    return [[], ...this.schema.events.map((event) => [event]), ...(a === undefined || b === undefined ? [] : [[a, b]])]
  }

  private events(
    fn: 'did' | 'count' | 'sum' | 'avg' | 'min' | 'max' | 'distinct' | 'first' | 'last' | 'top',
    events: SchemaEvent[],
    depth: number,
    window: fc.Arbitrary<Window>,
    of: fc.Arbitrary<Expr | null> = fc.constant(null),
  ): Arb {
    const names = events.map(({ name }) => name)
    return fc
      .tuple(of, this.where({ kind: 'event', events }, depth), window)
      .map(
        ([what, where, when]): Expr => ({ kind: 'events', fn, events: names, of: what, where, window: when, k: null }),
      )
  }

  private sequence(depth: number): Arb {
    const { events } = this.schema
    const step = fc.constantFrom(...events).chain((event) =>
      fc.record({
        events: fc.constant<string[]>([event.name]),
        where: this.where({ kind: 'event', events: [event] }, Math.min(depth, 1)),
        not: fc.boolean(),
        within: fc.option(gap, { freq: 3 }),
        after: fc.option(gap, { freq: 6 }),
      }),
    )
    return fc
      .tuple(fc.array(step, { minLength: 2, maxLength: 4 }), fc.boolean(), fc.option(gap), this.window(depth))
      .map(
        ([steps, joined, within, window]): Expr => ({
          kind: 'sequence',
          steps: steps.map(fitting),
          by: joined ? this.shared(steps) : [],
          within,
          window,
        }),
      )
  }

  /** A property that all steps carry. */
  private shared(steps: Step[]): string[] {
    const [first, ...rest] = steps.map(({ events }) => this.directory.event(events[0] ?? '')?.properties ?? [])
    const own = first?.find(
      ({ name, type }) =>
        type !== 'list' && rest.every((list) => list.some((field) => field.name === name && field.type === type)),
    )
    const field = own ?? this.schema.common.find(({ type }) => type !== 'list')
    return field === undefined ? [] : [field.name]
  }

  window(depth: number): fc.Arbitrary<Window> {
    return fc.oneof(...this.pastWindows(depth > 0))
  }

  private pastWindows(bounds: boolean): fc.Arbitrary<Window>[] {
    const n = small
    const plain: fc.Arbitrary<Window>[] = [
      fc.constant({ kind: 'ever' }),
      fc.record({ kind: fc.constant('last' as const), n, unit: spanUnit }),
      fc.record({ kind: fc.constant('this' as const), unit: calendarUnit }),
      fc.record({ kind: fc.constant('previous' as const), n: fc.integer({ min: 1, max: 4 }), unit: calendarUnit }),
    ]
    if (!bounds) return plain
    const bound = fc.oneof(this.value('day', this.customer, 0), this.value('time', this.customer, 0))
    return [
      ...plain,
      bound.map((from): Window => ({ kind: 'since', from })),
      fc.tuple(bound, bound).map(([from, to]): Window => ({ kind: 'range', from, to })),
    ]
  }

  /** Windows of a value, which may lie ahead. */
  private anyWindow(ofDays: boolean): fc.Arbitrary<Window> {
    const unit = ofDays ? longUnit : spanUnit
    const literal = this.literal(null, 'day')
    return fc.oneof(
      fc.constant<Window>({ kind: 'ever' }),
      fc.record({ kind: fc.constantFrom('last', 'next'), n: small, unit }),
      fc.record({ kind: fc.constant('this' as const), unit: calendarUnit }),
      fc.record({
        kind: fc.constantFrom('previous', 'following'),
        n: fc.integer({ min: 1, max: 4 }),
        unit: calendarUnit,
      }),
      literal.map((from): Window => ({ kind: 'since', from })),
      fc.tuple(literal, literal).map(([from, to]): Window => ({ kind: 'range', from, to })),
    )
  }

  private fields(scope: Scope): { path: string[]; field: SchemaField }[] {
    if (scope.kind === 'event') {
      const [first, ...rest] = scope.events
      const own = (first?.properties ?? []).filter((field) =>
        rest.every((event) => event.properties.some(({ name, type }) => name === field.name && type === field.type)),
      )
      return [...own, ...this.schema.common].map((field) => ({ path: [field.name], field }))
    }
    const near = scope.entity.fields.map((field) => ({ path: [field.name], field }))
    const far = scope.entity.relations.flatMap(({ name, target, many }) =>
      many ? [] : (this.directory.entity(target)?.fields ?? []).map((field) => ({ path: [name, field.name], field })),
    )
    return [...near, ...far]
  }

  private literal(field: SchemaField | null, type: EqlType): fc.Arbitrary<Literal> {
    if (this.options.literals !== undefined) return this.options.literals(field, type)
    if (field?.codes !== undefined)
      return fc.constantFrom(...field.codes.map(({ value }): Literal => ({ kind: 'text', value })))
    return literals[type]
  }
}

function orderedFns(type: EqlType): ('sum' | 'avg' | 'min' | 'max' | 'first' | 'last')[] {
  if (type === 'number' || type === 'money') return ['sum', 'avg', 'min', 'max', 'first', 'last']
  if (type === 'day' || type === 'time') return ['min', 'max', 'first', 'last']
  return type === 'text' || type === 'boolean' ? ['first', 'last'] : []
}

/** What the language allows of a step at its place. */
function fitting(step: Step, i: number, steps: Step[]): Step {
  if (i === 0) return { ...step, not: false, within: null, after: null }
  if (!step.not) return step
  return { ...step, after: null, within: i === steps.length - 1 ? step.within : null }
}

const digits = fc.integer({ min: -3000, max: 100_000 })
const date = fc.date({
  min: new Date('2024-01-01T00:00:00Z'),
  max: new Date('2027-12-31T23:59:59Z'),
  noInvalidDate: true,
})

export const literals: Record<EqlType, fc.Arbitrary<Literal>> = {
  boolean: fc.boolean().map((value) => ({ kind: 'boolean', value })),
  integer: digits.map((n) => ({ kind: 'number', value: String(n) })),
  number: fc
    .integer({ min: -3000, max: 9999 })
    .map((n) => ({ kind: 'number', value: String(n % 10 === 0 ? n + 0.5 : n / 10) })),
  money: digits.map((n) => ({ kind: 'money', value: String(n / 4) })),
  text: fc.oneof(
    fc
      .constantFrom('', 'app', "it's", '上海', '-- not a comment', '"', 'a\nb')
      .map((value): Literal => ({ kind: 'text', value })),
    fc.string({ maxLength: 8, unit: 'grapheme' }).map((value): Literal => ({ kind: 'text', value })),
  ),
  list: fc.constantFrom('a', 'b', 'c').map((value) => ({ kind: 'text', value })),
  day: date.map((at) => ({ kind: 'day', value: at.toISOString().slice(0, 10) })),
  time: date.map((at) => ({
    kind: 'time',
    value: at
      .toISOString()
      .slice(0, 23)
      .replace(/\.000$/, ''),
  })),
}
