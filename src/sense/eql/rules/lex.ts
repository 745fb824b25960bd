import { type Fix, limits, type Span } from '../contract.ts'
import { looksLike } from './confusable.ts'

export type TokenKind = 'name' | 'quoted' | 'text' | 'number' | 'day' | 'time' | 'param' | 'sign' | 'end'
/** `value`: a name or text without its quotes; a word is a `name` and compared in lower case by `word`. */
export type Token = { kind: TokenKind; value: string; word: string; span: Span }
export type Comment = { text: string; start: number; end: number; line: number }
/** Something of the text itself is wrong. `span` may lie inside a token. */
export type LexIssue = {
  code: string
  severity: 'error' | 'warning'
  zh: string
  en: string
  span: Span
  fixes: Fix[]
}
export type Lexed = { tokens: Token[]; comments: Comment[]; issues: LexIssue[] }

/** What a Chinese keyboard gives for the same sign. */
const sameSign = new Map(
  Object.entries({
    '，': ',',
    '、': ',',
    '（': '(',
    '）': ')',
    '＝': '=',
    '＞': '>',
    '＜': '<',
    '≥': '>=',
    '≤': '<=',
    '≠': '!=',
    '＋': '+',
    '－': '-',
    '＊': '*',
    '×': '*',
    '／': '/',
    '÷': '/',
    '％': '%',
    '→': '->',
    '．': '.',
  }),
)
const signs = ['->', '>=', '<=', '!=', '<>', '==', '=', '<', '>', '(', ')', ',', '.', '+', '-', '*', '/', '%']
const quotePairs = new Map([
  ["'", { close: "'", kind: 'text' as const, straight: "'" }],
  ['"', { close: '"', kind: 'quoted' as const, straight: '"' }],
  ['‘', { close: '’', kind: 'text' as const, straight: "'" }],
  ['’', { close: '’', kind: 'text' as const, straight: "'" }],
  ['“', { close: '”', kind: 'quoted' as const, straight: '"' }],
  ['”', { close: '”', kind: 'quoted' as const, straight: '"' }],
])

// Each reads one run and never goes back: the time is that of the text's length, whatever the text.
const space = /\s+/uy
const word = /[\p{L}_][\p{L}\p{M}\p{N}_]*/uy
const digits = /\d[\d_]*(?:\.\d[\d_]*)?/uy
const dayShape = /\d{4}-\d{2}-\d{2}(?![\d-])/uy
const timeShape = /\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?(?![\d:.])/uy
const parameter = /\$[\p{L}_][\p{L}\p{M}\p{N}_]*/uy
// biome-ignore lint/suspicious/noMisleadingCharacterClass: each of these is a character of its own here
const invisible = /[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]+/uy

/** Words, signs and literals of a text, with everything that is wrong with its characters. Never throws. */
export function lex(source: string): Lexed {
  const lexer = new Lexer(source)
  lexer.run()
  return { tokens: lexer.tokens, comments: lexer.comments, issues: lexer.issues }
}

class Lexer {
  readonly tokens: Token[] = []
  readonly comments: Comment[] = []
  readonly issues: LexIssue[] = []
  private at = 0
  private line = 1
  private lineStart = 0
  private counted = { line: 1, at: 0, column: 1 }
  private readonly unending = new Set<string>()
  private readonly source: string

  constructor(source: string) {
    this.source = source
  }

  run(): void {
    while (this.at < this.source.length) this.next()
    this.push('end', '', this.at)
  }

  private next(): void {
    const start = this.at
    if (this.take(space)) return
    const quote = quotePairs.get(this.source.charAt(start))
    if (this.source.startsWith('--', start) || this.source.startsWith('//', start)) this.comment()
    else if (quote !== undefined) this.quoted(quote)
    else if (!this.literal('time', timeShape) && !this.literal('day', dayShape) && !this.literal('number', digits)) {
      this.wordOrSign(start)
    }
  }

  private wordOrSign(start: number): void {
    const name = this.take(word)
    const param = name ? '' : this.take(parameter)
    const same = sameSign.get(this.source.charAt(start))
    const sign = same ?? signs.find((each) => this.source.startsWith(each, start))
    if (name) this.name(name, start)
    else if (param) this.push('param', param.slice(1), start)
    else if (sign === undefined) this.strange()
    else {
      this.at += same === undefined ? sign.length : 1
      this.push('sign', sign === '<>' ? '!=' : sign === '==' ? '=' : sign, start)
    }
  }

  private take(shape: RegExp): string {
    shape.lastIndex = this.at
    const found = shape.exec(this.source)?.[0] ?? ''
    this.forward(found.length)
    return found
  }

  private forward(length: number): void {
    const run = this.source.slice(this.at, this.at + length)
    for (let newline = run.indexOf('\n'); newline >= 0; newline = run.indexOf('\n', newline + 1)) {
      this.line += 1
      this.lineStart = this.at + newline + 1
    }
    this.at += length
  }

  private literal(kind: TokenKind, shape: RegExp): boolean {
    const start = this.at
    const found = this.take(shape)
    if (found) this.push(kind, found, start)
    return found !== ''
  }

  private name(value: string, start: number): void {
    this.push('name', value, start)
    const plain = looksLike(value)
    if (plain === undefined) return
    const span = this.spanOf(start)
    this.tell({
      code: 'eql.confusable',
      severity: 'warning',
      zh: `“${value}”中混有形近的外文字母,看上去像“${plain}”`,
      en: `“${value}” has letters of another script that look like “${plain}”`,
      span,
      fixes: [fix(span, plain)],
    })
  }

  private comment(): void {
    const start = this.at
    const end = this.endOfLine(start)
    const text = this.source.slice(start + 2, end).trim()
    this.comments.push({ text, start, end, line: this.line })
    this.at = end
  }

  private quoted(quote: { close: string; kind: 'text' | 'quoted'; straight: string }): void {
    const start = this.at
    const place = this.spanOf(start)
    let value = ''
    let end = start + 1
    for (;;) {
      const close = this.unending.has(quote.close) ? -1 : this.source.indexOf(quote.close, end)
      if (close < 0) {
        this.unending.add(quote.close)
        this.unclosed(place, quote)
        return
      }
      value += this.source.slice(end, close)
      end = close + 1
      if (this.source.charAt(end) !== quote.close || quote.close !== quote.straight) break
      value += quote.close
      end += 1
    }
    this.forward(end - start)
    const span = { ...place, end }
    this.tokens.push({ kind: quote.kind, value, word: '', span })
    if (quote.close !== quote.straight) this.curly(span, value, quote.straight)
    this.hidden(span)
  }

  private unclosed(place: Span, quote: { kind: 'text' | 'quoted'; straight: string }): void {
    const end = this.endOfLine(place.start)
    const span = { ...place, end }
    this.tell({
      code: 'eql.unclosed',
      severity: 'error',
      zh: '引号没有结束',
      en: 'This quote is not closed',
      span,
      fixes: [{ zh: '补上引号', en: 'Close it', start: end, end, insert: quote.straight }],
    })
    this.at = end
    this.tokens.push({ kind: quote.kind, value: this.source.slice(place.start + 1, end), word: '', span })
  }

  private endOfLine(start: number): number {
    const newline = this.source.indexOf('\n', start)
    return newline < 0 ? this.source.length : newline
  }

  private curly(span: Span, value: string, straight: string): void {
    this.tell({
      code: 'eql.curly_quotes',
      severity: 'error',
      zh: straight === '"' ? '名称请用英文双引号 "…"' : "文本请用英文单引号 '…'",
      en: straight === '"' ? 'Names stand in straight double quotes' : 'Texts stand in straight single quotes',
      span,
      fixes: [fix(span, straight + value.replaceAll(straight, straight + straight) + straight)],
    })
  }

  private hidden(span: Span): void {
    const inside = this.source.slice(span.start, span.end)
    const clean = [...inside].filter((char) => !isInvisible(char)).join('')
    if (clean === inside) return
    this.tell({
      code: 'eql.invisible',
      severity: 'warning',
      zh: '引号里有看不见的字符',
      en: 'There are invisible characters between these quotes',
      span,
      fixes: [fix(span, clean)],
    })
  }

  private strange(): void {
    const start = this.at
    const unseen = this.take(invisible)
    const seen = unseen === ''
    if (seen) this.at += String.fromCodePoint(this.source.codePointAt(start) ?? 0).length
    const span = this.spanOf(start)
    const code = (this.source.codePointAt(start) ?? 0).toString(16).toUpperCase().padStart(4, '0')
    this.tell({
      code: seen ? 'eql.character' : 'eql.invisible',
      severity: 'error',
      zh: seen ? `这里不能有字符“${this.source.slice(start, this.at)}”` : `这里有看不见的字符(U+${code})`,
      en: seen ? `“${this.source.slice(start, this.at)}” cannot stand here` : `An invisible character (U+${code})`,
      span,
      fixes: seen ? [] : [{ zh: '删除', en: 'Remove it', start, end: this.at, insert: '' }],
    })
  }

  private tell(issue: LexIssue): void {
    if (this.issues.length < limits.issues) this.issues.push(issue)
  }

  private push(kind: TokenKind, value: string, start: number): void {
    this.tokens.push({ kind, value, word: kind === 'name' ? value.toLowerCase() : '', span: this.spanOf(start) })
  }

  private spanOf(start: number): Span {
    if (this.counted.line !== this.line) this.counted = { line: this.line, at: this.lineStart, column: 1 }
    // Counted on from the last token, or a text of one long line would be read once for each of its words.
    for (const _ of this.source.slice(this.counted.at, start)) this.counted.column += 1
    this.counted.at = start
    return { start, end: this.at, line: this.line, column: this.counted.column }
  }
}

function isInvisible(char: string): boolean {
  invisible.lastIndex = 0
  return invisible.test(char)
}

function fix(span: Span, insert: string): Fix {
  return { zh: `改为 ${insert}`, en: `Write ${insert}`, start: span.start, end: span.end, insert }
}
