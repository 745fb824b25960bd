import type { Definitions, Kind } from '../../contract.ts'
import { CasesForm } from './casesForm.tsx'
import { PreferenceForm, SequenceForm, StatisticForm } from './eventForms.tsx'
import type { DefinitionForm } from './parts.tsx'
import { ArithmeticForm, AttributeForm, EqlForm, ImportForm, ModelForm } from './plainForms.tsx'
import { RfmForm } from './rfmForm.tsx'

const all: { [K in Kind]: DefinitionForm<Definitions[K]> } = {
  attribute: AttributeForm,
  rule: CasesForm,
  statistic: StatisticForm,
  preference: PreferenceForm,
  sequence: SequenceForm,
  rfm: RfmForm,
  stages: CasesForm,
  arithmetic: ArithmeticForm,
  eql: EqlForm,
  import: ImportForm,
  model: ModelForm,
}

export function formOf(kind: Kind): DefinitionForm<Record<string, unknown>> {
  return all[kind] as unknown as DefinitionForm<Record<string, unknown>>
}

const recent = { kind: 'last', n: 30, unit: 'day' } as const

/** What a form shows before anything is filled in. */
export const starts: Definitions = {
  attribute: { path: [], through: null },
  rule: { cases: [{ label: '', when: '' }], otherwise: null },
  statistic: { measure: 'count', events: [], of: null, window: recent },
  preference: { events: [], of: '', top: 1, window: recent },
  sequence: {
    steps: [
      { events: [], not: false },
      { events: [], not: false },
    ],
    by: [],
    within: null,
    window: recent,
  },
  rfm: {
    ...{ events: [], amount: null, window: { kind: 'last', n: 12, unit: 'month' }, r: null, f: null, m: null },
    ...{ bins: 5, cuts: null, groups: [], otherwise: null, gives: 'group' },
  },
  stages: { cases: [{ label: '', when: '' }], otherwise: null },
  arithmetic: {
    terms: [
      { op: '+', tag: null, number: null },
      { op: '-', tag: null, number: null },
    ],
    missingIsZero: false,
  },
  eql: { text: '' },
  import: { type: 'text', codes: [] },
  model: { model: '', least: 0, most: 1 },
}
