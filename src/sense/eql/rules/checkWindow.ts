import type { Expr, Window } from '../contract.ts'
import type { Checker, Seen } from './checker.ts'
import { type At, isOpen, needOneOf } from './checkTypes.ts'

/** `of`: what lies in the window: a day, a time, or events. */
export function checkWindow(
  checker: Checker,
  expr: Expr,
  window: Window,
  { path, of }: { path: string; of: Seen | 'events' },
  at: At,
): void {
  if (of === 'events' && (window.kind === 'next' || window.kind === 'following')) {
    checker.error(
      expr,
      path,
      'eql.future',
      '还没有发生的事件不能统计;时间窗要在过去',
      'Nothing has happened yet: the window of events lies in the past',
    )
  }
  if (
    (window.kind === 'last' || window.kind === 'next') &&
    of === 'day' &&
    (window.unit === 'minute' || window.unit === 'hour')
  ) {
    checker.error(expr, path, 'eql.shift', '日期不能按小时或分钟比较', 'A day is not told by hours and minutes')
  }
  if (window.kind === 'since')
    needOneOf(checker, [window.from, at(window.from, 'from')], `${path}.from`, ['day', 'time'])
  if (window.kind !== 'range') return
  const from = at(window.from, 'from')
  const to = at(window.to, 'to')
  needOneOf(checker, [window.from, from], `${path}.from`, ['day', 'time'])
  needOneOf(checker, [window.to, to], `${path}.to`, ['day', 'time'])
  if (isOpen(from) || isOpen(to)) return
  if (endsBefore(window.from, window.to)) {
    checker.warn(expr, path, 'eql.empty_window', '这个时间窗的结束早于开始', 'This window ends before it begins')
  }
}

function endsBefore(from: Expr, to: Expr): boolean {
  const dated = (expr: Expr) => expr.kind === 'day' || expr.kind === 'time'
  return from.kind === to.kind && dated(from) && dated(to) && 'value' in from && 'value' in to && from.value > to.value
}
