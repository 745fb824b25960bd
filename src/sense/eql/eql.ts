// The face of the language. What is decided without an engine stands in rules/rule.ts.
export {
  type Asked,
  type Compiled,
  compileCount,
  compileEstimate,
  compileRule,
  compileValue,
  estimateOf,
  type Limits,
} from './compile/compile.ts'
export { type Layout, type LayoutOptions, layoutOf, propertySql } from './compile/layout.ts'

export {
  checkRule,
  completeRule,
  costOf,
  explainRule,
  formatRule,
  fromBuilder,
  parseRule,
  referencesOf,
  toBuilder,
  upgradeRule,
} from './rules/rule.ts'
