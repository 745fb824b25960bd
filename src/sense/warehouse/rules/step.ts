import { type Text, text } from '../../../platform/problem.ts'
import { mayCall } from './functions.ts'

/** Nodes of a parsed SELECT that mean what they say. `Set` (SETTINGS) and transformers of columns are not among them. */
const plain = new Set(
  [
    'SelectWithUnionQuery SelectIntersectExceptQuery ExpressionList SelectQuery TablesInSelectQuery',
    'TablesInSelectQueryElement TableExpression TableJoin Subquery Asterisk QualifiedAsterisk Identifier Literal',
    'OrderByElement WithElement WindowDefinition WindowListElement ArrayJoin StorageOrderByElement QueryParameter',
  ]
    .join(' ')
    .split(' '),
)

type Node = { depth: number; kind: string; said: string }

/**
 * What stands in the way of running a step, by its parsed form (EXPLAIN AST, one node a line, deeper by a blank): the
 * first thing that is not known to be harmless. Nothing of the text itself is judged, so no way of writing hides a node.
 */
export function faultOfStep(ast: string): Text | undefined {
  const nodes = nodesOf(ast)
  for (const [i, node] of nodes.entries()) {
    const fault = faultOfNode(node, nodes[i - 1], nodes, i)
    if (fault) return fault
  }
  return undefined
}

function nodesOf(ast: string): Node[] {
  return ast
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const depth = line.length - line.trimStart().length
      const [kind = '', ...said] = line.trim().split(' ')
      return { depth, kind, said: said.join(' ') }
    })
}

function faultOfNode(node: Node, before: Node | undefined, nodes: readonly Node[], at: number): Text | undefined {
  const { kind, said } = node
  if (kind === 'Function') {
    const name = said.replace(/ \(children \d+\)$/, '').replace(/ \(alias .*\)$/, '')
    // Directly in FROM a function is a table function: files, addresses, other servers.
    if (before?.kind === 'TableExpression')
      return text(`不能使用表函数 ${name}`, `The table function ${name} may not be used`)
    if (!mayCall(name)) return text(`不能使用函数 ${name}`, `The function ${name} may not be used`)
    if (/^(global)?(not)?in$/i.test(name)) return faultOfIn(node, nodes, at)
    return undefined
  }
  if (kind === 'TableIdentifier') {
    const name = said.replace(/ \(alias .*\)$/, '')
    return name.includes('.')
      ? text(`只能使用本步骤的来源,不能用 ${name}`, `Only the sources of the step can be read, not ${name}`)
      : undefined
  }
  if (kind === 'Set') return text('不能修改设置(SETTINGS)', 'Settings may not be changed (SETTINGS)')
  return plain.has(kind) ? undefined : text(`不能使用 ${kind}`, `${kind} may not be used`)
}

/** `x IN name` reads a table by that name: the right side must be a list or a SELECT. */
function faultOfIn(node: Node, nodes: readonly Node[], at: number): Text | undefined {
  let last: Node | undefined
  for (let i = at + 1; i < nodes.length; i++) {
    const child = nodes[i]
    if (!child || child.depth <= node.depth) break
    if (child.depth === node.depth + 2) last = child
  }
  return last?.kind === 'Identifier'
    ? text('IN 的右侧应为列表或子查询', 'The right side of IN is a list or a SELECT')
    : undefined
}

/** Where the engine says the error is, in the text as the person wrote it: a line was put before it. */
export function placeOf(message: string): { line: number; column: number } | undefined {
  const found = /\(line (\d+), col (\d+)\)/.exec(message)
  if (found) return { line: Math.max(1, Number(found[1]) - 1), column: Number(found[2]) }
  return undefined
}
