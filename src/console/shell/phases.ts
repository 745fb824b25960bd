import { type Text, text } from '../kit/text.ts'
import type { Phase } from '../page.ts'

/** The loop as the bank names it: sense, target, cost, decide, act, feedback; governed throughout. */
export const phases: readonly { key: Phase; title: Text }[] = [
  { key: 'home', title: text('首页', 'Home') },
  { key: 'sense', title: text('感知', 'Sense') },
  { key: 'target', title: text('目标', 'Target') },
  { key: 'cost', title: text('成本', 'Cost') },
  { key: 'decide', title: text('决策', 'Decide') },
  { key: 'act', title: text('行动', 'Act') },
  { key: 'feedback', title: text('反馈', 'Feedback') },
  { key: 'govern', title: text('治理', 'Govern') },
]
