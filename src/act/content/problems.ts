import { invalidField, Problem, text } from '../../platform/problem.ts'
import type { ContentIssue } from './contract.ts'

export const nameTaken = (name: string) =>
  invalidField('name', 'content.name_taken', text(`已有模板叫“${name}”`, `There is a template called ${name} already`))

export const retired = () => new Problem('conflict', 'content.retired', text('模板已停用', 'The template is retired'))

export const notWaiting = () =>
  new Problem(
    'conflict',
    'content.not_waiting',
    text('这一版不在待审状态,请刷新后查看', 'This version does not wait for a decision: reload to see it'),
  )

export const ownWork = () =>
  new Problem(
    'denied',
    'content.own_work',
    text('不能审核自己提交的内容,请交由他人审核', 'Nobody decides on what he handed in himself: ask somebody else'),
  )

export const otherContent = () =>
  new Problem(
    'conflict',
    'content.other_content',
    text('内容与你看到的不是同一版,请刷新后再审核', 'It is not the content that you saw: reload, and look again'),
  )

export const unreviewed = (name: string) =>
  new Problem(
    'conflict',
    'content.not_approved',
    text(`“${name}”没有通过审核的版本,不能发送`, `${name} has no approved version and cannot be sent`),
  )

export const expired = (name: string, on: string) =>
  new Problem('conflict', 'content.expired', text(`“${name}”已于 ${on} 过期`, `${name} has expired on ${on}`))

export const sameAgain = () =>
  new Problem(
    'conflict',
    'content.same_again',
    text('内容与上一次提交的相同', 'It is the same content as was handed in last'),
  )

/** What the machine found that may not be sent: beside each field. */
export function refused(issues: readonly ContentIssue[]): Problem {
  const errors = issues.filter(({ level }) => level === 'error')
  const [first] = errors
  return new Problem('invalid', 'content.refused', first ?? text('内容有误', 'The content is not right'), {
    fields: errors.map(({ field, zh, en }) => ({ field: `fields.${field}`, message: { zh, en } })),
  })
}
