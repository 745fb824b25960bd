import { text } from '../../../platform/problem.ts'
import { CasesDefinition } from '../contract.ts'
import { casesToRule, labelsOf } from './cases.ts'
import type { TagKind } from './kind.ts'

/** A rule whose labels have an order, from the first stage to the last: what moves between months is read by it. */
export const stages: TagKind<CasesDefinition> = {
  definition: CasesDefinition,
  name: text('阶段标签', 'Stages'),
  toRule: casesToRule,
  codes: labelsOf,
}
