import type { Expr } from '../../eql/contract.ts'
import type { CasesDefinition } from '../contract.ts'
import { missing, type TextReader, textOf, unique } from './kind.ts'

/** The first case that holds gives its label. */
export function casesToRule({ cases, otherwise }: CasesDefinition, reader: TextReader): Expr {
  return {
    kind: 'if',
    branches: cases.map(({ label, when }, i) => ({
      when: reader.condition(when, `draft.cases.${i}.when`),
      value: textOf(label),
    })),
    else: otherwise === null ? missing : textOf(otherwise),
  }
}

export function labelsOf({ cases, otherwise }: CasesDefinition): string[] {
  return unique([...cases.map(({ label }) => label), otherwise])
}
