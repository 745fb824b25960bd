// The face of the language. What is decided without an engine stands in rules/rule.ts.
export {
  type Asked,
  type Compiled,
  compileCount,
  compileEstimate,
  compileRule,
  compileTogether,
  compileValue,
  estimateOf,
  type Limits,
  partOf,
  type Subset,
} from './compile/compile.ts'
export { type Decay, decayOf } from './compile/decay.ts'
export { compileDecay, compileNext, nextInstant } from './compile/decaySql.ts'
export { type Layout, type LayoutOptions, layoutOf, propertySql } from './compile/layout.ts'
export { partAt } from './rules/part.ts'
export {
  checkRule,
  checkText,
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
export { unreadable } from './rules/unreadable.ts'
