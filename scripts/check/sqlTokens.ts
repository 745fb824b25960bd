/**
 * `word`: a name or keyword, lower case unless quoted. `text`: a string literal's content. `hole`: a bound value or a
 * fragment, of which nothing is known. `mark`: one character of punctuation.
 */
export type Token = { kind: 'word' | 'text' | 'hole' | 'mark'; text: string; at: number }

/** Stands in SQL text for each `${…}` of a template. */
export const hole = '\u0001'

const space = /\s+|--[^\n]*/y
const word = /[a-z_\u0080-\uffff][\w$\u0080-\uffff]*/iy
const quotedWord = /"((?:[^"]|"")*)"/y
const number = /\d[\d.]*(?:e[+-]?\d+)?|\$\d+/iy
const escapedText = /e'((?:[^'\\]|''|\\[\s\S])*)'/iy
const plainText = /'((?:[^']|'')*)'/y
const dollarText = /\$([a-z_]\w*)?\$([\s\S]*?)\$\1\$/iy

/** PostgreSQL's lexical rules, as far as names need them. The body of a dollar-quoted string is code and is read too. */
export function sqlTokens(sql: string, from = 0): Token[] {
  const tokens: Token[] = []
  let at = 0
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at
    const match = pattern.exec(sql)
    if (match) at = pattern.lastIndex
    return match
  }
  while (at < sql.length) {
    const start = at
    const push = (kind: Token['kind'], text: string) => tokens.push({ kind, text, at: from + start })
    let match: RegExpExecArray | null
    if (take(space)) continue
    if (sql.startsWith('/*', at)) at = endOfComment(sql, at)
    else if (sql[at] === hole) {
      at++
      push('hole', '')
    } else if ((match = take(escapedText) ?? take(plainText))) push('text', match[1] ?? '')
    else if ((match = take(dollarText))) {
      const body = match[2] ?? ''
      tokens.push(...sqlTokens(body, from + start + match[0].indexOf(body)))
    } else if ((match = take(quotedWord))) push('word', (match[1] ?? '').replaceAll('""', '"'))
    else if (take(number)) push('mark', '0')
    else if ((match = take(word))) push('word', match[0].toLowerCase())
    else push('mark', sql[at++] ?? '')
  }
  return tokens
}

/** Comments nest in PostgreSQL. */
function endOfComment(sql: string, start: number): number {
  let depth = 0
  for (let at = start; at < sql.length; at++) {
    if (sql.startsWith('/*', at)) {
      depth++
      at++
    } else if (sql.startsWith('*/', at)) {
      depth--
      at++
      if (depth === 0) return at + 1
    }
  }
  return sql.length
}
