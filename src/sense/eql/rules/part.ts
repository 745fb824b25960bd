import type { Expr } from '../contract.ts'

/** The condition or group at a place of a rule, through `and`, `or` and `not` alone: what customers can be counted by. */
export function partAt(body: Expr, path: string): { path: string; expr: Expr } | undefined {
  if (!/^body(\.item|\.items\.\d{1,4})*$/.test(path)) return undefined
  let expr: Expr | undefined = body
  for (const [, place] of path.matchAll(/\.items\.(\d+)|\.item(?!s)/g)) {
    if (place === undefined) expr = expr?.kind === 'not' ? expr.item : undefined
    else expr = expr?.kind === 'and' || expr?.kind === 'or' ? expr.items[Number(place)] : undefined
  }
  return expr && { path, expr }
}
