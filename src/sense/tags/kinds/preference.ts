import { text } from '../../../platform/problem.ts'
import { PreferenceDefinition } from '../contract.ts'
import type { TagKind } from './kind.ts'

export const preference: TagKind<PreferenceDefinition> = {
  definition: PreferenceDefinition,
  name: text('偏好标签', 'Preference'),
  toRule: ({ events, where, of, top, window }, reader) => ({
    kind: 'events',
    fn: 'top',
    events,
    of: { kind: 'field', path: [of] },
    where: reader.ofEvent(events, where, 'draft.where'),
    window,
    k: top === 1 ? null : top,
  }),
}
