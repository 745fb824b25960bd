import ts from 'typescript'
import { eachNode, type Finding, lineOf, type Source } from './source.ts'

/** The files that may ask the machine for the time of day, or for chance that decides something. */
const machine = new Set(['src/platform/clock.ts'])

const clockAndChance = new Set(['Date.now', 'Math.random'])

/** What makes two calls with the same values differ, or reaches out of the function. */
const impure = new Set([
  ...clockAndChance,
  'process.env',
  'performance.now',
  'randomBytes',
  'randomFillSync',
  'randomInt',
  'randomUUID',
  'crypto.getRandomValues',
  'crypto.randomUUID',
  'fetch',
  'setTimeout',
  'setInterval',
  'setImmediate',
])

/** Not the face of a capability that is itself called `rules`. */
const inRules = /^src\/[^/]+\/(?:[^/]+\/rules\/|(?!rules\/)[^/]+\/rules\.ts$)/

/**
 * Holds two promises that imports cannot show: rules give the same answer to the same values, and all product code
 * takes the time from the clock it is given, so that a virtual clock moves the whole product. Screens are excepted:
 * they run beside the reader's own clock.
 */
export function impurities(sources: Source[]): Finding[] {
  return sources.flatMap((source) => {
    const isRule = source.capability !== undefined && inRules.test(source.path)
    const isScreen = source.phase === 'console' || source.path.includes('/ui/')
    if (isRule) return inRule(source)
    return isScreen || machine.has(source.path) ? [] : outsideClock(source)
  })
}

function inRule(source: Source): Finding[] {
  return scan(source, 'pure-rules', (node) => {
    if (isNow(node)) return 'asks for the present moment: take it as a value'
    if (ts.isAwaitExpression(node) || isAsync(node)) return 'waits: a rule turns values into values'
    const name = nameOf(node)
    return name && impure.has(name) ? `uses ${name}: take it as a value` : undefined
  })
}

function outsideClock(source: Source): Finding[] {
  return scan(source, 'one-clock', (node) => {
    if (isNow(node)) return 'asks the machine for the time: use ctx.now or the clock'
    const name = nameOf(node)
    if (name === 'Math.random') return 'uses Math.random: chance is a hash of who and what'
    return name && clockAndChance.has(name) ? `uses ${name}: use ctx.now or the clock` : undefined
  })
}

function scan(source: Source, rule: string, judge: (node: ts.Node) => string | undefined): Finding[] {
  const findings: Finding[] = []
  eachNode(source.tree, (node) => {
    const what = judge(node)
    if (what) findings.push({ rule, file: source.path, line: lineOf(source, node.getStart(source.tree)), what })
  })
  return findings
}

/** `new Date()` and `Date()`: without an argument both are now. */
function isNow(node: ts.Node): boolean {
  if (!ts.isNewExpression(node) && !ts.isCallExpression(node)) return false
  return ts.isIdentifier(node.expression) && node.expression.text === 'Date' && (node.arguments?.length ?? 0) === 0
}

function isAsync(node: ts.Node): boolean {
  return (
    ts.canHaveModifiers(node) &&
    (ts.getModifiers(node)?.some((modifier) => modifier.kind === ts.SyntaxKind.AsyncKeyword) ?? false)
  )
}

/** `Math.random` of `Math.random()` or of the bare reference; `fetch` of `fetch(…)`. */
function nameOf(node: ts.Node): string | undefined {
  if (ts.isPropertyAccessExpression(node) && ts.isIdentifier(node.expression))
    return `${node.expression.text}.${node.name.text}`
  if (ts.isCallExpression(node) && ts.isIdentifier(node.expression)) return node.expression.text
  return undefined
}
