import { sqlTokens, type Token } from './sqlTokens.ts'

/** A name of another schema in a statement; `at` is its place in the text. */
export type Foreign = { name: string; at: number }

export type Schemas = {
  /** Those the statement may touch, and single tables of others as `schema.table`. */
  own: ReadonlySet<string>
  /** Those that exist, so that a dotted name can be told from a column of a table. */
  known: ReadonlySet<string>
}

const catalogs = new Set(['pg_catalog', 'information_schema'])
const beforeTable = new Set([
  'from',
  'join',
  'into',
  'update',
  'table',
  'only',
  'using',
  'references',
  'truncate',
  'copy',
])
/** `extract(epoch from x.at)`: the word is part of the call, not the start of a list of tables. */
const callsWithFrom = new Set(['extract', 'substring', 'trim', 'overlay', 'position'])
const namesByText = new Set([
  'nextval',
  'currval',
  'setval',
  'to_regclass',
  'to_regproc',
  'to_regtype',
  'pg_get_serial_sequence',
])
const notAlias = new Set([
  ...['where', 'on', 'using', 'set', 'join', 'left', 'right', 'full', 'inner', 'cross', 'natural', 'lateral', 'order'],
  ...['group', 'having', 'limit', 'offset', 'union', 'except', 'intersect', 'returning', 'values', 'select', 'default'],
  ...['for', 'window', 'when', 'do', 'as', 'and', 'or', 'is', 'not', 'in', 'then', 'else', 'end', 'from', 'with'],
])

/**
 * The names of schemas that are not the statement's own. `orgs.org` counts where a table stands, and anywhere else
 * unless the statement itself calls something `orgs`: then it is a column.
 */
export function foreignNames(sql: string, schemas: Schemas): Foreign[] {
  const tokens = sqlTokens(sql)
  const aliases = aliasesIn(tokens)
  const found: Foreign[] = []
  const calls: string[] = []
  tokens.forEach((token, i) => {
    const before = tokens[i - 1]
    if (token.text === '(' && token.kind === 'mark') calls.push(before?.kind === 'word' ? before.text : '')
    if (token.text === ')' && token.kind === 'mark') calls.pop()
    if (token.kind === 'word' && token.text === 'search_path') found.push({ name: 'search_path', at: token.at })
    const named = namedIn(tokens, i, calls.at(-1) ?? '')
    if (!named || catalogs.has(named.schema) || schemas.own.has(named.schema)) return
    if (schemas.own.has(`${named.schema}.${named.table}`)) return
    const isTable = named.byText || standsAsTable(tokens, i, calls.at(-1) ?? '')
    const isOther = schemas.known.has(named.schema) && !aliases.has(named.schema)
    if (isTable || isOther) found.push({ name: `${named.schema}.${named.table}`, at: token.at })
  })
  return found
}

/** `a.b` beginning at this token, written as names or as the text of a name. */
function namedIn(
  tokens: Token[],
  i: number,
  call: string,
): { schema: string; table: string; byText: boolean } | undefined {
  const token = tokens[i]
  if (token?.kind === 'word') {
    if (isMark(tokens[i - 1], '.') || !isMark(tokens[i + 1], '.')) return undefined
    const table = tokens[i + 2]
    return { schema: token.text, table: table?.kind === 'word' ? table.text : '…', byText: false }
  }
  if (token?.kind !== 'text') return undefined
  const cast = isMark(tokens[i + 1], ':') && isMark(tokens[i + 2], ':') && tokens[i + 3]?.text.startsWith('reg')
  const asked = namesByText.has(call) && isMark(tokens[i - 1], '(')
  const [schema, table] = token.text.replaceAll('"', '').split('.')
  return (cast || asked) && schema && table ? { schema, table, byText: true } : undefined
}

function isMark(token: Token | undefined, text: string): boolean {
  return token?.kind === 'mark' && token.text === text
}

function standsAsTable(tokens: Token[], i: number, call: string): boolean {
  const before = tokens[i - 1]
  if (before?.kind !== 'word' || !beforeTable.has(before.text)) return false
  if (before.text !== 'from') return true
  return !callsWithFrom.has(call) && tokens[i - 2]?.text !== 'distinct'
}

/** Everything the statement gives a name of its own: `with x as (`, `from t x`, `(…) x`, `… as x`. */
function aliasesIn(tokens: Token[]): Set<string> {
  const aliases = new Set<string>()
  tokens.forEach((token, i) => {
    if (token.kind !== 'word' || notAlias.has(token.text)) return
    const before = tokens[i - 1]
    const after = tokens[i + 1]
    if (isMark(before, '.') || isMark(after, '.')) return
    const follows = before?.text === 'as' || isMark(before, ')') || endsTable(tokens, i - 1)
    if (follows || isCommonTable(tokens, i)) aliases.add(token.text)
  })
  return aliases
}

/** Whether the token ends a table's name that stands after `from`, `join`, `update`, `into` or in their lists. */
function endsTable(tokens: Token[], i: number): boolean {
  if (tokens[i]?.kind === 'hole') return beforeTable.has(tokens[i - 1]?.text ?? '')
  if (tokens[i]?.kind !== 'word') return false
  const start = isMark(tokens[i - 1], '.') ? i - 2 : i
  const before = tokens[start - 1]
  if (isMark(before, ',')) return start !== i
  return before?.kind === 'word' && beforeTable.has(before.text)
}

function isCommonTable(tokens: Token[], i: number): boolean {
  let at = i + 1
  if (isMark(tokens[at], '(')) while (at < tokens.length && !isMark(tokens[at++], ')'));
  if (tokens[at]?.text !== 'as') return false
  at++
  while (tokens[at]?.text === 'not' || tokens[at]?.text === 'materialized') at++
  return isMark(tokens[at], '(')
}
