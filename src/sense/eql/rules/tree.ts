import type { Expr, Window } from '../contract.ts'

function ofWindow(window: Window): Expr[] {
  if (window.kind === 'since') return [window.from]
  return window.kind === 'range' ? [window.from, window.to] : []
}

function some(...exprs: (Expr | null)[]): Expr[] {
  return exprs.filter((expr) => expr !== null)
}

/** The nodes right below one, in the order of the text. The items of a list are literals and not told. */
export function childrenOf(expr: Expr): Expr[] {
  switch (expr.kind) {
    case 'and':
    case 'or':
      return expr.items
    case 'not':
    case 'neg':
      return [expr.item]
    case 'compare':
    case 'arith':
      return [expr.left, expr.right]
    case 'in':
      return [expr.value, expr.list]
    case 'between':
      return [expr.value, expr.low, expr.high]
    case 'known':
    case 'shift':
      return [expr.value]
    case 'match':
      return [expr.value, expr.with]
    case 'within':
      return [expr.value, ...ofWindow(expr.window)]
    case 'asof':
      return [expr.at]
    case 'if':
      return [...expr.branches.flatMap(({ when, value }) => [when, value]), expr.else]
    case 'call':
      return expr.args
    case 'events':
      return [...some(expr.of, expr.where), ...ofWindow(expr.window)]
    case 'rows':
      return some(expr.of, expr.where)
    case 'sequence':
      return [...expr.steps.flatMap((step) => some(step.where)), ...ofWindow(expr.window)]
    default:
      return []
  }
}

/** Levels of a tree. Without recursion: a tree may be deeper than the stack before it is refused. */
export function depthOf(root: Expr | null): number {
  let level = root === null ? [] : [root]
  let depth = 0
  while (level.length > 0) {
    depth += 1
    level = level.flatMap(childrenOf)
  }
  return depth
}

/** Every node, parents before their children, in the order of the text. */
export function* nodesOf(root: Expr): Generator<Expr> {
  const stack = [root]
  for (let expr = stack.pop(); expr !== undefined; expr = stack.pop()) {
    yield expr
    // Not `reverse`: the children are the tree's own array.
    stack.push(...childrenOf(expr).toReversed())
  }
}
