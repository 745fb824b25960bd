import { invalidField, text } from '../../../platform/problem.ts'
import type { Expr } from '../../eql/contract.ts'
import { type RfmCuts, RfmDefinition } from '../contract.ts'
import { missing, number, type TagKind, type TextReader, textOf, unique } from './kind.ts'

/**
 * Recency, frequency and monetary value (rule 75). Each is cut where its quantiles lie, or at fixed places; the cuts of a computation
 * are kept with it. Scores and groups are a rule once the cuts are known, so customers of a batch are scored by the same cuts.
 */
export const rfm: TagKind<RfmDefinition> = {
  definition: RfmDefinition,
  name: text('RFM 标签', 'RFM'),
  toRule(definition, reader, fitted) {
    const measures = measuresOf(definition, reader)
    const cuts = definition.cuts ?? fitted
    // Before there are values there are no quantiles: any cut has the right types.
    const by = cuts ?? { r: [], f: [], m: [] }
    const known = allKnown(measures)
    const value = definition.gives === 'score' ? scoreOf(measures, by) : groupOf(definition, measures, by)
    return { kind: 'if', branches: [{ when: known, value }], else: missing }
  },
  codes: ({ gives, groups, otherwise }) =>
    gives === 'score' ? [] : unique([...groups.map(({ name }) => name), otherwise]),
  fit(definition, reader) {
    if (definition.cuts) return null
    const measures = measuresOf(definition, reader)
    const when = allKnown(measures)
    const only = (value: Expr): Expr => ({ kind: 'if', branches: [{ when, value }], else: missing })
    return { bins: definition.bins, measures: { r: only(measures.r), f: only(measures.f), m: only(measures.m) } }
  },
}

type Measures = { r: Expr; f: Expr; m: Expr }

function allKnown({ r, f, m }: Measures): Expr {
  return all([r, f, m].map((value) => ({ kind: 'known', value })))
}

function all(items: Expr[]): Expr {
  const [only] = items
  return items.length === 1 && only ? only : { kind: 'and', items }
}

function measuresOf(definition: RfmDefinition, reader: TextReader): Measures {
  const { events, where, amount, window, r, f, m } = definition
  if (events.length === 0 && (r === null || f === null || m === null))
    throw invalidField(
      'draft.events',
      'tags.no_events',
      text('请选择交易事件,或为 R、F、M 各填写取值', 'Choose events, or give a value for each of R, F and M'),
    )
  const when = events.length > 0 ? reader.ofEvent(events, where, 'draft.where') : null
  const node = (fn: 'last' | 'count' | 'sum', of: string | null): Expr => ({
    kind: 'events',
    fn,
    events,
    of: of === null ? null : { kind: 'field', path: [of] },
    where: when,
    window,
    k: null,
  })
  const given = (source: string, field: string) => asNumber(reader.value(source, field), reader, field)
  const monetary = () => {
    if (amount === null)
      throw invalidField('draft.amount', 'tags.no_amount', text('请选择金额属性', 'Choose the amount'))
    return asNumber(node('sum', amount), reader, 'draft.amount')
  }
  return {
    r: r === null ? { kind: 'call', fn: 'days_since', args: [node('last', null)] } : given(r, 'draft.r'),
    f: f === null ? node('count', null) : given(f, 'draft.f'),
    m: m === null ? monetary() : given(m, 'draft.m'),
  }
}

/** Cuts of money are in yuan. */
function asNumber(value: Expr, reader: TextReader, field: string): Expr {
  const type = reader.typeOf(value, field)
  if (type === 'money') return { kind: 'call', fn: 'in_yuan', args: [value] }
  if (type === 'number' || type === 'integer') return value
  throw invalidField(field, 'tags.not_a_number', text('这里需要数值或金额', 'A number or an amount is needed here'))
}

function groupOf({ groups, otherwise }: RfmDefinition, { r, f, m }: Measures, cuts: RfmCuts): Expr {
  const branches = groups.map((group) => {
    const tests = [
      ...reaches(r, turned(group.r, cuts.r), cuts.r),
      ...reaches(f, group.f, cuts.f),
      ...reaches(m, group.m, cuts.m),
    ]
    return { when: all(tests.length > 0 ? tests : [{ kind: 'known', value: r }]), value: textOf(group.name) }
  })
  const rest = otherwise === null ? missing : textOf(otherwise)
  return branches.length > 0 ? { kind: 'if', branches, else: rest } : rest
}

/** The most recent has the best score: places are counted from the other end. */
function turned([from, to]: readonly [number, number], cuts: readonly number[]): [number, number] {
  const best = cuts.length + 1
  return [best + 1 - to, best + 1 - from]
}

/** The value lies in these places, of which the first lies below all cuts. */
function reaches(value: Expr, [from, to]: readonly [number, number], cuts: readonly number[]): Expr[] {
  const low = cuts[from - 2]
  const high = cuts[to - 1]
  // A place that the cuts do not have holds nobody.
  if (from > cuts.length + 1 || to < 1) return [{ kind: 'not', item: { kind: 'known', value } }]
  return [
    low === undefined ? [] : [{ kind: 'compare', op: '>=', left: value, right: number(low) } as const],
    high === undefined ? [] : [{ kind: 'compare', op: '<', left: value, right: number(high) } as const],
  ].flat()
}

/** 555 is the best of fives; with ten places a score is a number of up to four digits. */
function scoreOf({ r, f, m }: Measures, cuts: RfmCuts): Expr {
  const places = (value: Expr, at: readonly number[], turn: boolean): Expr => {
    const best = at.length + 1
    const branches = at.map((cut, i) => ({
      when: { kind: 'compare', op: '<', left: value, right: number(cut) } as const,
      value: number(turn ? best - i : i + 1),
    }))
    const last = number(turn ? 1 : best)
    return branches.length > 0 ? { kind: 'if', branches, else: last } : last
  }
  const times = (left: Expr, by: number): Expr => ({ kind: 'arith', op: '*', left, right: number(by) })
  const plus = (left: Expr, right: Expr): Expr => ({ kind: 'arith', op: '+', left, right })
  return plus(plus(times(places(r, cuts.r, true), 100), times(places(f, cuts.f, false), 10)), places(m, cuts.m, false))
}
