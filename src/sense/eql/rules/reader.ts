import { type Expr, type Fix, type Issue, limits, type Span, type Step } from '../contract.ts'
import { type Comment, type Lexed, lex, type Token } from './lex.ts'

/** Where bare names look, as far as the text has said when the reader is there. */
export type ReadScope = { kind: 'customer' } | { kind: 'event'; events: string[] } | { kind: 'row'; relation: string }

/** What could stand where the text ends; for completion. */
export type Expected =
  | { what: 'operand'; scope: ReadScope; against: Expr | null }
  | { what: 'operator'; scope: ReadScope; left: Expr }
  | { what: 'name'; of: 'event' | 'relation' | 'source' | 'tag' | 'segment' | 'property'; scope: ReadScope }
  /** After a dot: a part of what the path leads to. */
  | { what: 'part'; scope: ReadScope; path: string[] }
  | { what: 'words'; words: string[] }

/** What is drawn from a text by its grammar alone. Nodes in `broken` stand for what could not be read. */
export type Syntax = {
  body: Expr | null
  notes: string[]
  issues: Issue[]
  spans: Map<Expr, Span>
  /** Where the names of a node or step stand, in their order in the tree. */
  names: Map<Expr | Step, Span[]>
  broken: Set<Expr>
  expected: Expected[]
}

/** One condition cannot be read on; the next one may. */
export class Stop extends Error {}
/** Nothing more is read. */
export class Halt extends Error {}

/** Walks the words of a text. Every node goes through `node`, every bracket through `nested`: both are counted. */
export class Reader {
  readonly syntax: Syntax
  readonly isRelation: (name: string) => boolean
  readonly scopes: ReadScope[] = [{ kind: 'customer' }]
  private readonly tokens: Token[]
  private readonly comments: Comment[]
  private at = 0
  private depth = 0
  private count = 0
  private claimed = 0

  constructor(source: string, isRelation: (name: string) => boolean, lexed: Lexed = lex(source)) {
    this.isRelation = isRelation
    this.tokens = lexed.tokens
    this.comments = lexed.comments
    this.syntax = {
      body: null,
      notes: [],
      issues: lexed.issues.map((issue) => ({ ...issue, path: '' })),
      spans: new Map(),
      names: new Map(),
      broken: new Set(),
      expected: [],
    }
  }

  get token(): Token {
    return this.peek(0)
  }

  get position(): number {
    return this.at
  }

  get scope(): ReadScope {
    return this.scopes.at(-1) ?? { kind: 'customer' }
  }

  get atEnd(): boolean {
    return this.token.kind === 'end'
  }

  peek(ahead: number): Token {
    const token = this.tokens[Math.min(this.at + ahead, this.tokens.length - 1)]
    if (token === undefined) throw new Error('a text has an end')
    return token
  }

  next(): Token {
    const token = this.token
    if (token.kind !== 'end') this.at += 1
    return token
  }

  isWord(...words: string[]): boolean {
    return words.every((word, i) => this.peek(i).kind === 'name' && this.peek(i).word === word)
  }

  takeWords(...words: string[]): boolean {
    if (!this.isWord(...words)) return false
    this.at += words.length
    return true
  }

  isSign(sign: string, ahead = 0): boolean {
    return this.peek(ahead).kind === 'sign' && this.peek(ahead).value === sign
  }

  takeSign(sign: string): boolean {
    if (!this.isSign(sign)) return false
    this.at += 1
    return true
  }

  needSign(sign: string, zh: string, en: string): void {
    if (this.takeSign(sign)) return
    const insert: Fix[] = sign === ')' ? [fixInsert(this.lastEnd(), ')', '补上 )', 'Close the bracket')] : []
    this.fail('eql.expected', zh, en, this.token.span, insert)
  }

  expect(expected: Expected): void {
    if (this.atEnd) this.syntax.expected.push(expected)
  }

  node<T extends Expr>(expr: T, start: Token): T {
    this.count += 1
    if (this.count > limits.nodes) {
      this.tell('eql.too_large', `规则太大:最多 ${limits.nodes} 个节点`, `The rule has more than ${limits.nodes} parts`)
      throw new Halt()
    }
    this.syntax.spans.set(expr, this.spanFrom(start))
    return expr
  }

  spanFrom(start: Token): Span {
    return { ...start.span, end: Math.max(this.lastEnd(), start.span.start) }
  }

  lastEnd(): number {
    return this.tokens[this.at - 1]?.span.end ?? 0
  }

  nested<T>(read: () => T): T {
    this.depth += 1
    if (this.depth > limits.depth) {
      this.tell('eql.too_deep', `嵌套太深:最多 ${limits.depth} 层`, `Nested deeper than ${limits.depth} levels`)
      throw new Halt()
    }
    try {
      return read()
    } finally {
      this.depth -= 1
    }
  }

  within<T>(scope: ReadScope, read: () => T): T {
    this.scopes.push(scope)
    try {
      return read()
    } finally {
      this.scopes.pop()
    }
  }

  tell(code: string, zh: string, en: string, span: Span = this.token.span, fixes: Fix[] = []): void {
    this.syntax.issues.push({ code, severity: 'error', zh, en, span, path: '', fixes })
    if (this.syntax.issues.length >= limits.issues) throw new Halt()
  }

  fail(code: string, zh: string, en: string, span: Span = this.token.span, fixes: Fix[] = []): never {
    this.tell(code, zh, en, span, fixes)
    throw new Stop()
  }

  /** Reads one condition; when that fails, goes on where the next one may begin and leaves a broken node. */
  mended(read: () => Expr): Expr {
    const from = this.at
    try {
      return read()
    } catch (error) {
      if (!(error instanceof Stop)) throw error
      this.skip(from)
      const broken = this.node({ kind: 'missing' }, this.peek(from - this.at))
      this.syntax.broken.add(broken)
      return broken
    }
  }

  private skip(from: number): void {
    let open = 0
    for (let i = from; i < this.at; i += 1) open += bracket(this.tokens[i])
    for (; !this.atEnd; this.at += 1) {
      const { kind, value, word } = this.token
      const ends =
        kind === 'name' ? joins.has(word) : kind === 'sign' && (value === ',' || value === ')' || value === '->')
      if (open <= 0 && ends) return
      open += bracket(this.token)
    }
  }

  /** Comments before the word in hand that nobody has: they belong to what begins here. */
  takeNotes(): string[] {
    return this.claim((comment) => comment.end <= this.token.span.start)
  }

  /** Comments inside what was just read, and one that follows on its line. */
  takeNotesBehind(): string[] {
    const last = this.tokens[this.at - 1]?.span
    if (last === undefined) return []
    const next = this.token.span
    return this.claim(
      ({ start, line }) => start < last.end || (line === last.line && start < next.start && line < next.line),
    )
  }

  private claim(mine: (comment: Comment) => boolean): string[] {
    const notes: string[] = []
    for (;;) {
      const comment = this.comments[this.claimed]
      if (comment === undefined || !mine(comment)) return notes
      this.claimed += 1
      notes.push(comment.text)
    }
  }

  restOfNotes(): string[] {
    return this.claim(() => true)
  }
}

const joins = new Set(['and', 'or', 'then', 'else', 'when', 'end'])

function bracket(token: Token | undefined): number {
  if (token?.kind !== 'sign') return 0
  return token.value === '(' ? 1 : token.value === ')' ? -1 : 0
}

export function fixInsert(at: number, insert: string, zh: string, en: string): Fix {
  return { zh, en, start: at, end: at, insert }
}

export function fixSpan(span: Span, insert: string): Fix {
  return { zh: `改为 ${insert}`, en: `Write ${insert}`, start: span.start, end: span.end, insert }
}
