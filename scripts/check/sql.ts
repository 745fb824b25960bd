import ts from 'typescript'
import { order } from './order.cjs'
import { eachNode, type Finding, lineOf, type Source } from './source.ts'
import { foreignNames, type Schemas } from './sqlNames.ts'
import { hole } from './sqlTokens.ts'

/** Where the platform keeps what belongs to no capability, and the queue it alone speaks to. */
const platformSchemas = ['platform', 'graphile_worker', 'public.zhixing_migration']

/** A statement, or a piece of one: its text with a hole for each value, and where the text begins in the file. */
type Statement = { text: string; at: number }

const statementStart =
  /^\s*(select|insert\s+into|update|delete\s+from|merge\s+into|with|copy|truncate|create|alter|drop|lock\s+table|grant|revoke|call|do|refresh)\s/i

/**
 * Each capability has a PostgreSQL schema of its own name and touches no other's tables: deleting or moving one to
 * another database must not break a query elsewhere. Statements for ClickHouse (`facts.ts`, `clickhouse.ts`) have no
 * such schemas.
 */
export function foreignSql(sources: Source[]): Finding[] {
  const capabilities = [...Object.values(order).flat(), ...sources.flatMap((source) => source.capability ?? [])]
  const known = new Set([...capabilities, 'platform', 'graphile_worker'])
  return sources.filter(speaksPostgres).flatMap((source) => {
    const schemas = { own: ownSchemas(source), known }
    return statementsIn(source, schemas).flatMap(({ text, at }) =>
      foreignNames(text, schemas).map((foreign) => ({
        rule: 'own-schema',
        file: source.path,
        line: lineOf(source, at + foreign.at),
        what: `touches ${foreign.name}: ask the face of its capability`,
      })),
    )
  })
}

function speaksPostgres(source: Source): boolean {
  return source.phase !== 'console' && !/\/ui\/|\/(facts|clickhouse)(\.ts$|\/)/.test(source.path)
}

function ownSchemas(source: Source): Set<string> {
  if (source.phase === 'platform') return new Set(platformSchemas)
  return new Set(source.capability ? [source.capability] : [])
}

function statementsIn(source: Source, schemas: Schemas): Statement[] {
  const found: Statement[] = []
  eachNode(source.tree, (node) => {
    if (ts.isTaggedTemplateExpression(node)) found.push(textOf(node.template))
    else if (isText(node) && !ts.isTaggedTemplateExpression(node.parent)) {
      const statement = textOf(node)
      const isSql = isSentAsIs(node) || isColumn(node) || statementStart.test(statement.text)
      if (isSql || isIdentifier(node, schemas)) found.push(statement)
    }
  })
  return found
}

type TextNode = ts.StringLiteral | ts.NoSubstitutionTemplateLiteral | ts.TemplateExpression

function isText(node: ts.Node): node is TextNode {
  return ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node) || ts.isTemplateExpression(node)
}

/** The text as the engine would see it, at the same places as in the file. */
function textOf(node: TextNode | ts.TemplateLiteral): Statement {
  const at = node.getStart() + 1
  if (!ts.isTemplateExpression(node)) return { text: node.getText().slice(1, -1), at }
  let text = node.getText().slice(1, -1)
  for (const span of node.templateSpans) {
    // From `${` to `}`: blanks keep every other character where it is.
    const from = span.expression.pos - 2 - at
    const to = span.literal.getStart() + 1 - at
    text = text.slice(0, from) + hole + ' '.repeat(to - from - 1) + text.slice(to)
  }
  return { text, at }
}

/** `tx.unsafe('…')` */
function isSentAsIs(node: ts.Node): boolean {
  const call = node.parent
  return (
    ts.isCallExpression(call) &&
    call.arguments[0] === node &&
    ts.isPropertyAccessExpression(call.expression) &&
    call.expression.name.text === 'unsafe'
  )
}

/** `{ sql: 'o.name', … }`: a column that a list may be sorted by. */
function isColumn(node: ts.Node): boolean {
  return ts.isPropertyAssignment(node.parent) && node.parent.name.getText() === 'sql'
}

/** `sql('orgs.org')`: the driver's way to write a name. */
function isIdentifier(node: ts.Node, schemas: Schemas): boolean {
  const call = node.parent
  if (!ts.isCallExpression(call) || call.arguments[0] !== node || !ts.isStringLiteral(node)) return false
  const callee = call.expression.getText()
  return /(^|\.)(sql|tx)$/.test(callee) && schemas.known.has(node.text.split('.')[0] ?? '')
}
