import type { Rule, Schema } from '../../contract.ts'
import { checkRule, parseRule } from '../../rules/rule.ts'

/**
 * The rule that a text says, for the builder; null when it cannot be read to its end, so that the builder would lose some of it.
 * Names that are not there any more, and types that do not fit, it shows at their conditions.
 */
export function readForBuilder(text: string, schema: Schema): { rule: Rule | null } | null {
  if (text.trim() === '') return { rule: null }
  const { rule, issues } = parseRule(text, schema)
  if (!rule) return null
  const errors = (list: typeof issues) => list.filter(({ severity }) => severity === 'error').map(({ code }) => code)
  const ofTree = new Set(errors(checkRule(rule, schema).issues))
  // What is wrong and would not be wrong with the tree alone is the writing: some of it did not come into the tree.
  return errors(issues).every((code) => ofTree.has(code)) ? { rule } : null
}
