import { text } from '../../../platform/problem.ts'
import { SequenceDefinition } from '../contract.ts'
import type { TagKind } from './kind.ts'

export const sequence: TagKind<SequenceDefinition> = {
  definition: SequenceDefinition,
  name: text('行为序列标签', 'Sequence'),
  // A value of its own, so that who did not is false and not missing.
  toRule: ({ steps, by, within, window }, reader) => ({
    kind: 'sequence',
    steps: steps.map(({ events, where, not }, i) => ({
      events,
      where: reader.ofEvent(events, where, `draft.steps.${i}.where`),
      not,
      within: null,
      after: null,
    })),
    by,
    within,
    window,
  }),
}
