import type { EqlType, SequenceNode, Step } from '../contract.ts'
import { gapMs } from './calendar.ts'
import type { Layout } from './layout.ts'
import type { Scalars } from './scalar.ts'
import { propertyOf } from './scopes.ts'

/**
 * Who has a chain of events, as a subquery that gives `person`.
 *
 * A step's event follows those events of the step before that lie in one stretch of time: later than the last forbidden event
 * and than the gap allows, earlier than itself. Both ends of that stretch move forward with the event. So of all chains that
 * end in an event the one through its latest possible predecessor begins latest, and if any chain fits the limit from
 * first to last, that one does. Each step is therefore one pass of window functions over the events in the order of time,
 * and never a search over pairs. (`windowFunnel` of the engine takes the first event of each kind, and misses chains.)
 *
 * Only where what must not follow the end is counted from the beginning (`not D` last, and a limit from first to last) the
 * latest beginning is not the best; there the passes run for each beginning apart, over what lies within its limit.
 */
export function sequenceSql(node: SequenceNode, parts: SequenceParts): string {
  const steps = split(node.steps)
  const keys = ['person', ...node.by.map((_, i) => `key${i}`)]
  const apart = node.within !== null && steps.last.length > 0 && steps.chain.length > 1
  let rows = eventRows(node, parts, steps, apart && node.within !== null ? gapMs(node.within) : null)
  if (apart) keys.push('beginning')
  const partition = `PARTITION BY ${keys.join(', ')} ORDER BY at`
  const before = (ms: number) => `(${partition} RANGE BETWEEN UNBOUNDED PRECEDING AND ${ms} PRECEDING)`
  const first = apart ? 'step0 AND at = beginning' : 'step0'
  rows = `SELECT *, if(${first}, at, 0) AS start0 FROM (${rows})`
  for (const [i, { step, nots }] of steps.chain.entries()) {
    if (i === 0) continue
    const gap = Math.max(1, step.after === null ? 1 : gapMs(step.after))
    const delayed = gap > longestFrame
    if (delayed) rows = withDelayed(rows, i, gap)
    const [prior, frame] = delayed
      ? [`delay${i} > 0`, `(${partition} RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)`]
      : [`start${i - 1} > 0`, before(gap)]
    const undelayed = delayed ? ` AND delay${i} = 0` : ''
    const stops =
      nots.length === 0
        ? []
        : [`maxIf(at, (${nots.map((n) => `not${n}`).join(' OR ')})${undelayed}) OVER ${before(1)} AS stop${i}`]
    const columns = [
      `maxIf(${delayed ? `at - ${gap}` : 'at'}, ${prior}) OVER ${frame} AS prior${i}`,
      `maxIf(start${i - 1}, ${prior}) OVER ${frame} AS from${i}`,
      ...stops,
    ]
    const tests = [`step${i}`, `prior${i} > 0`]
    if (step.within !== null) tests.push(`at - prior${i} < ${gapMs(step.within)}`)
    if (stops.length > 0) tests.push(`stop${i} <= prior${i}`)
    const own = delayed ? ` WHERE delay${i} = 0` : ''
    const looked = `SELECT *, ${columns.join(', ')} FROM (${rows})`
    rows = `SELECT *, if(${tests.join(' AND ')}, from${i}, 0) AS start${i} FROM (${looked})${own}`
  }
  return ending(node, parts, steps, { rows, partition })
}

/** What the engine takes as the offset of a frame. */
const longestFrame = 2_147_483_647

/** Beside each event that a chain has reached the same once more, so much later: what is far away is looked for there. */
function withDelayed(rows: string, i: number, gap: number): string {
  const delays = `arrayJoin(if(start${i - 1} > 0, [0, ${gap}], [0])) AS delay${i}`
  return `SELECT * REPLACE (at + delay${i} AS at) FROM (SELECT *, ${delays} FROM (${rows}))`
}

export type SequenceParts = {
  scalars: Scalars
  layout: Layout
  /** `event.event IN …` of some names. */
  named(events: readonly string[]): string
  /** The instant the rule is asked at. */
  now: number
  /** FROM and WHERE, from the beginning of the window on. */
  from: string
  where: readonly string[]
  /** That the event lies in the window of the first step. */
  inWindow: readonly string[]
  byType(name: string): EqlType
}

type Chain = {
  chain: { step: Step; nots: number[] }[]
  /** Those at the end that must not follow. */
  last: number[]
  nots: Step[]
}

function split(steps: readonly Step[]): Chain {
  const chain: Chain['chain'] = []
  const nots: Step[] = []
  let open: number[] = []
  for (const step of steps) {
    if (step.not) {
      open.push(nots.length)
      nots.push(step)
      continue
    }
    chain.push({ step, nots: open })
    open = []
  }
  return { chain, last: open, nots }
}

/** An event of a person in one number: its time, and below it a bit for each step that it is of (ten at most). */
const bits = 1024
const timeOf = (mark: string) => `bitShiftRight(${mark}, 10)`

/**
 * Whoever may have the chain at all, with the marks of his events: who has an event of each step, and of no step all events
 * after those of the next. Most have not, and never come to the passes.
 */
function gathered(node: SequenceNode, parts: SequenceParts, { chain, nots }: Chain): string {
  const { scalars, layout, named } = parts
  const test = (step: Step, more: readonly string[] = []) => {
    const where = step.where === null ? [] : [scalars.condition(step.where)]
    return [named(step.events), ...where, ...more].join(' AND ')
  }
  const keys = node.by.map((name, i) => {
    const value = propertyOf(name, parts.byType(name), layout)
    return { column: `assumeNotNull(${value.sql}) AS key${i}`, known: `isNotNull(${value.sql})` }
  })
  const steps = [
    ...chain.map(({ step }, i) => test(step, i === 0 ? parts.inWindow : [])),
    ...nots.map((step) => test(step)),
  ]
  const columns = [
    `${layout.person} AS person`,
    'toUnixTimestamp64Milli(event.time) AS at',
    ...keys.map(({ column }) => column),
    `${steps.map((is, i) => `(${is}) * ${2 ** i}`).join(' + ')} AS steps`,
  ]
  const any = [...chain.map(({ step }) => step), ...nots].map(({ events }) => events)
  const all = any.some((events) => events.length === 0) ? [] : [named([...new Set(any.flat())])]
  const where = [...new Set([...all, ...parts.where, ...keys.map(({ known }) => known)])]
  const rows = `SELECT ${columns.join(', ')} FROM ${parts.from} WHERE ${where.join(' AND ')}`
  const mask = 2 ** chain.length - 1
  const possible = chain.slice(1).map(({ step }, i) => {
    const gap = Math.max(1, step.after === null ? 1 : gapMs(step.after))
    return `minIf(at, bitTest(steps, ${i})) + ${gap} <= maxIf(at, bitTest(steps, ${i + 1}))`
  })
  const group = ['person', ...keys.map((_, i) => `key${i}`)].join(', ')
  return `SELECT ${group}, groupArray(at * ${bits} + steps) AS marks FROM (${rows}) WHERE steps > 0 GROUP BY ${group}
          HAVING ${[`bitAnd(groupBitOr(steps), ${mask}) = ${mask}`, ...possible].join(' AND ')}`
}

/** One row for each event again, with which steps it is. `limit`: for each beginning apart, what lies so near after it. */
function eventRows(node: SequenceNode, parts: SequenceParts, steps: Chain, limit: number | null): string {
  const keys = ['person', ...node.by.map((_, i) => `key${i}`)]
  let marks = `SELECT ${keys.join(', ')}, arrayJoin(marks) AS mark FROM (${gathered(node, parts, steps)})`
  if (limit !== null) {
    const beginnings = `arrayDistinct(arrayMap(one -> ${timeOf('one')}, arrayFilter(one -> bitTest(one, 0), marks)))`
    const near = `arrayFilter(one -> ${timeOf('one')} >= beginning AND ${timeOf('one')} < beginning + ${limit}, marks)`
    keys.push('beginning')
    marks = `SELECT ${keys.join(', ')}, arrayJoin(${near}) AS mark FROM (
      SELECT *, arrayJoin(${beginnings}) AS beginning FROM (${gathered(node, parts, steps)}))`
  }
  const columns = [
    ...steps.chain.map((_, i) => `bitTest(mark, ${i}) AS step${i}`),
    ...steps.nots.map((_, i) => `bitTest(mark, ${steps.chain.length + i}) AS not${i}`),
  ]
  return `SELECT ${[...keys, `${timeOf('mark')} AS at`, ...columns].join(', ')} FROM (${marks})`
}

function ending(
  node: SequenceNode,
  { now, scalars }: SequenceParts,
  steps: Chain,
  made: { rows: string; partition: string },
): string {
  const end = steps.chain.length - 1
  const tests = [`start${end} > 0`]
  if (node.within !== null) tests.push(`at - start${end} < ${gapMs(node.within)}`)
  if (steps.last.length === 0) return `SELECT DISTINCT person FROM (${made.rows}) WHERE ${tests.join(' AND ')}`
  const own = steps.nots[steps.last.at(-1) ?? 0]?.within ?? null
  const asked = scalars.binder.whole(now)
  const limits = [
    node.within === null ? [] : `start${end} + ${gapMs(node.within)}`,
    own === null ? [] : `at + ${gapMs(own)}`,
  ].flat()
  const deadline = limits.length === 0 ? asked : limits.length === 1 ? limits[0] : `least(${limits.join(', ')})`
  const forbidden = steps.last.map((n) => `not${n}`).join(' OR ')
  const next = `minIf(at, ${forbidden}) OVER (${made.partition} RANGE BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING) AS next`
  tests.push(`${deadline} <= ${asked}`, `(next = 0 OR next >= ${deadline})`)
  return `SELECT DISTINCT person FROM (SELECT *, ${next} FROM (${made.rows})) WHERE ${tests.join(' AND ')}`
}
