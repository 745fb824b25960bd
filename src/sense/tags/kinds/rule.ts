import { text } from '../../../platform/problem.ts'
import { CasesDefinition } from '../contract.ts'
import { casesToRule, labelsOf } from './cases.ts'
import type { TagKind } from './kind.ts'

export const rule: TagKind<CasesDefinition> = {
  definition: CasesDefinition,
  name: text('规则标签', 'Rule'),
  toRule: casesToRule,
  codes: labelsOf,
}
