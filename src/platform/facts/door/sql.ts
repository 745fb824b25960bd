/** What the door must know of a statement's text to pass it on: enough of the language's tokens, no grammar. */

type Token = { kind: 'word' | 'name' | 'string' | 'sign'; text: string; end: number; depth: number }

const word = /[A-Za-z_][A-Za-z0-9_]*/y
const space = /(?:\s|--[^\n]*(?:\n|$)|#[ !][^\n]*(?:\n|$)|\/\*[\s\S]*?\*\/)+/y
const heredoc = /\$([A-Za-z0-9_]*)\$[\s\S]*?\$\1\$/y

function quotedEnd(text: string, at: number): number | undefined {
  const quote = text[at]
  for (let i = at + 1; i < text.length; i++) {
    if (text[i] === '\\') i++
    else if (text[i] === quote) {
      if (text[i + 1] !== quote) return i + 1
      i++
    }
  }
  return undefined
}

/** The tokens of a text. Ends early at a quote or comment that is not closed. */
export function* tokens(text: string): Generator<Token> {
  let depth = 0
  for (let at = 0; at < text.length; ) {
    const jump = (pattern: RegExp) => {
      pattern.lastIndex = at
      return pattern.exec(text)?.[0]
    }
    const skipped = jump(space)
    if (skipped !== undefined) {
      at += skipped.length
      continue
    }
    const first = text[at] ?? ''
    const found = jump(word) ?? (first === '$' ? jump(heredoc) : undefined)
    if (found !== undefined) {
      at += found.length
      yield { kind: found[0] === '$' ? 'string' : 'word', text: found, end: at, depth }
      continue
    }
    if (first === "'" || first === '"' || first === '`') {
      const end = quotedEnd(text, at)
      if (end === undefined) return
      yield { kind: first === "'" ? 'string' : 'name', text: text.slice(at, end), end, depth }
      at = end
      continue
    }
    if (first === ')' || first === ']' || first === '}') depth--
    at++
    yield { kind: 'sign', text: first, end: at, depth }
    if (first === '(' || first === '[' || first === '{') depth++
  }
}

function* outerWords(text: string): Generator<{ word: string; end: number }> {
  for (const token of tokens(text))
    if (token.depth === 0 && token.kind === 'word') yield { word: token.text.toUpperCase(), end: token.end }
}

export function firstWord(sql: string): string {
  for (const { kind, text } of tokens(sql)) {
    if (kind === 'word') return text.toUpperCase()
    if (text !== '(') return text
  }
  return ''
}

/** `SELECT … INTO OUTFILE` and `INSERT … FROM INFILE` touch files as the client: there is none here. */
export function touchesClientFiles(sql: string): boolean {
  let before = ''
  for (const { word } of outerWords(sql)) {
    if ((word === 'OUTFILE' && before === 'INTO') || (word === 'INFILE' && before === 'FROM')) return true
    before = word
  }
  return false
}

/**
 * The format that the text itself asks for: FORMAT and a name at its end, or before SETTINGS. May take for it what is
 * none (`ORDER BY format DESC`), never misses one.
 */
export function formatIn(sql: string): string | undefined {
  const outer = [...tokens(sql)].filter((token) => token.depth === 0 && token.text !== ';')
  for (let i = outer.length - 2; i >= 0; i--) {
    const next = outer[i + 2]?.text.toUpperCase()
    if (outer[i]?.kind === 'word' && outer[i]?.text.toUpperCase() === 'FORMAT' && (!next || next === 'SETTINGS'))
      return outer[i + 1]?.text.replace(/^[`"]|[`"]$/g, '')
  }
  return undefined
}

/** `KILL QUERY WHERE query_id = '…'`: the number that the client gave, which only the door knows. */
export function killedQuery(sql: string): string | undefined {
  return /^\s*KILL\s+QUERY\s+WHERE\s+query_id\s*=\s*'([^'\\]+)'\s*(?:SYNC|ASYNC)?\s*;?\s*$/i.exec(sql)?.[1]
}

/**
 * How an INSERT with data divides: the statement up to FORMAT or VALUES, the format, and where the data begin.
 * `more`: the text ends before that can be told. `none`: not an INSERT, or one that brings a SELECT.
 */
export type Insert = { kind: 'insert'; head: string; format: string; dataAt: number }

export function readInsert(sql: string): Insert | { kind: 'more' } | { kind: 'none' } {
  const words = [...tokens(sql)]
  if (words.length === 0) return { kind: 'more' }
  if (words[0]?.text.toUpperCase() !== 'INSERT') return { kind: 'none' }
  let at = words[1]?.text.toUpperCase() === 'INTO' ? 2 : 1
  if (/^(TABLE|FUNCTION)$/i.test(words[at]?.text ?? '')) at++
  // The name of the table, which may itself read like a key word: a, a.b
  while (words[at + 1]?.text === '.') at += 2
  for (let i = at + 1; i < words.length; i++) {
    const token = words[i]
    if (token?.depth !== 0 || token.kind !== 'word') continue
    const key = token.text.toUpperCase()
    const start = token.end - token.text.length
    if (key === 'SELECT' || key === 'WITH' || key === 'WATCH') return { kind: 'none' }
    if (key === 'VALUES')
      return { kind: 'insert', head: sql.slice(0, start), format: 'Values', dataAt: skipBlanks(sql, token.end) }
    if (key !== 'FORMAT') continue
    const format = words[i + 1]
    if (!format) return { kind: 'more' }
    return { kind: 'insert', head: sql.slice(0, start), format: format.text, dataAt: skipBlanks(sql, format.end) }
  }
  return { kind: 'more' }
}

/** As the engine's parser: blanks, then one line end, belong to the statement; all after it is data. */
function skipBlanks(sql: string, from: number): number {
  let at = from
  while (sql[at] === ' ' || sql[at] === '\t' || sql[at] === '\f') at++
  if (sql[at] === '\r') at++
  if (sql[at] === '\n') at++
  return at
}
