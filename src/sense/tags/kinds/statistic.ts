import { text } from '../../../platform/problem.ts'
import type { EventFunction, Expr } from '../../eql/contract.ts'
import { StatisticDefinition } from '../contract.ts'
import type { TagKind } from './kind.ts'

const days = { days_since_last: 'last', days_since_first: 'first' } as const

export const statistic: TagKind<StatisticDefinition> = {
  definition: StatisticDefinition,
  name: text('统计标签', 'Statistic'),
  toRule({ measure, events, where, of, window }, reader) {
    const when = reader.ofEvent(events, where, 'draft.where')
    const node = (fn: EventFunction, property: string | null): Expr => ({
      kind: 'events',
      fn,
      events,
      of: property === null ? null : { kind: 'field', path: [property] },
      where: when,
      window,
      k: null,
    })
    if (measure === 'days_since_last' || measure === 'days_since_first')
      return { kind: 'call', fn: 'days_since', args: [node(days[measure], null)] }
    return node(measure, measure === 'did' || measure === 'count' ? null : of)
  },
}
