import { invalidField, type Problem, text } from '../../../platform/problem.ts'
import type { Checked } from '../contract.ts'

/** The first thing that is wrong with a rule, beside the field it stands in: invalid `eql.bad_rule`. */
export function unreadable(checked: Pick<Checked, 'issues'>, field: string): Problem {
  const first = checked.issues.find(({ severity }) => severity === 'error')
  const line = first?.span && first.span.line > 1 ? first.span.line : undefined
  const place = line ? [`第 ${line} 行:`, `Line ${line}: `] : ['', '']
  return invalidField(
    field,
    'eql.bad_rule',
    text(`${place[0]}${first?.zh ?? '规则不完整'}`, `${place[1]}${first?.en ?? 'The rule is not whole'}`),
  )
}
