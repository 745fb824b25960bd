import type { Channel, Finding, Notice, Product, Words } from '../contract.ts'
import { Automaton, type Hit } from './automaton.ts'
import { isHan, lettersOf, type Sign, signsOf, type Tongue } from './signs.ts'

/** What is reviewed: the texts a customer reads, by field, and what they are about. */
export type Reviewed = {
  fields: Readonly<Record<string, string>>
  /** Kinds of products the content is about; none: none. */
  products: readonly Product[]
  channel: Channel
  marketing: boolean
}

/** Finds with a pattern, in time that hangs on the text alone. `undefined`: the pattern cannot be read. */
export type Pattern = (text: string) => { start: number; end: number }[]

type Entry = { list: Words; word: string }

/**
 * The lists made ready to be looked for. A word of two or more characters is also found when signs stand between its characters
 * (保*本), when some are written as they are said (bao本), and when others stand for them that are said the same (宝本): the last
 * two only point, for a person to look.
 */
export class Reviewer {
  readonly #entries: Entry[] = []
  readonly #plain: Automaton
  readonly #said: Automaton
  readonly #patterns: { list: Words; source: string; find: Pattern }[]
  readonly #tongue: Tongue

  constructor(lists: readonly Words[], tongue: Tongue, patternOf: (source: string) => Pattern | undefined) {
    this.#tongue = tongue
    this.#patterns = []
    for (const list of lists)
      for (const word of list.words) {
        const source = /^\/(.+)\/$/u.exec(word)?.[1]
        const find = source === undefined ? undefined : patternOf(source)
        if (source !== undefined && find) this.#patterns.push({ list, source: word, find })
        else if (source === undefined) this.#entries.push({ list, word })
      }
    const signs = this.#entries.map(({ word }) => signsOf(word, tongue).signs)
    this.#plain = new Automaton(signs.map((row) => row.map(({ sign }) => sign)))
    // One character said is too little to point at, and Latin words are found as they are.
    this.#said = new Automaton(
      signs.map((row) =>
        row.length > 1 && row.every(({ sign }) => isHan(sign)) ? lettersOf(row, tongue).letters : [],
      ),
    )
  }

  findings(of: Reviewed): Finding[] {
    const found: Finding[] = []
    for (const [field, text] of Object.entries(of.fields)) found.push(...this.#inText(field, text, of))
    return found
  }

  #inText(field: string, text: string, of: Reviewed): Finding[] {
    const { signs, before } = signsOf(text, this.#tongue)
    const entries = this.#entries
    const finding = (hit: Hit, how: Finding['how']): Finding[] => {
      const entry = entries[hit.word]
      const [first, last] = [signs[hit.start], signs[hit.end - 1]]
      if (!entry || !first || !last || !concerns(entry.list, of)) return []
      const { list, word } = entry
      const level = how === 'plain' || how === 'split' ? list.level : 'warn'
      return [{ ...{ field, word, list: list.id, level, how }, start: first.start, end: last.end }]
    }
    const apart = (hit: Hit) => before.slice(hit.start + 1, hit.end)
    const plain = this.#plain
      .find(signs.map(({ sign }) => sign))
      .filter((hit) => !apart(hit).includes('stop') && isWhole(signs, before, hit))
    const sure = plain.flatMap((hit) => finding(hit, apart(hit).includes('gap') ? 'split' : 'plain'))
    const { letters, from } = lettersOf(signs, this.#tongue)
    const said = this.#said
      .find(letters)
      .filter((hit) => from[hit.start - 1] !== from[hit.start] && from[hit.end - 1] !== from[hit.end])
      .map((hit) => ({ word: hit.word, start: from[hit.start] ?? 0, end: (from[hit.end - 1] ?? 0) + 1 }))
      .filter((hit) => !apart(hit).includes('stop') && isWhole(signs, before, hit))
      .flatMap((hit) => {
        const latin = signs.slice(hit.start, hit.end).some(({ sign }) => !isHan(sign))
        return finding(hit, latin ? 'pinyin' : 'homophone')
      })
    const patterns = this.#patterns
      .filter(({ list }) => concerns(list, of))
      .flatMap(({ list, source, find }) =>
        find(plainWidth(text)).map(
          ({ start, end }): Finding => ({
            ...{ field, word: source, list: list.id, level: list.level, how: 'pattern', start, end },
          }),
        ),
      )
    return longest([...sure, ...patterns, ...said])
  }
}

/** In plain width, where that leaves every letter in its place. */
function plainWidth(text: string): string {
  const plain = text.normalize('NFKC')
  return plain.length === text.length ? plain : text
}

/** Latin letters and digits are a word only where no other stands beside them: `Top1` is not in `Top10`. */
function isWhole(signs: readonly Sign[], before: readonly string[], hit: { start: number; end: number }): boolean {
  const joined = (left: number) => {
    const [a, b] = [signs[left]?.sign, signs[left + 1]?.sign]
    return a !== undefined && b !== undefined && before[left + 1] === 'joined' && !isHan(a) && !isHan(b)
  }
  return !joined(hit.start - 1) && !joined(hit.end - 1)
}

function concerns({ products }: Words, of: Reviewed): boolean {
  return products.length === 0 || products.some((one) => of.products.includes(one))
}

const weight = { plain: 0, split: 1, pattern: 2, pinyin: 3, homophone: 4 } as const

/** Of findings at one place the surest and then the longest stays: what lies inside another says nothing new. */
function longest(found: readonly Finding[]): Finding[] {
  const kept: Finding[] = []
  const order = (a: Finding, b: Finding) =>
    Number(a.level === 'warn') - Number(b.level === 'warn') ||
    weight[a.how] - weight[b.how] ||
    b.end - b.start - (a.end - a.start)
  for (const one of found.toSorted(order))
    if (!kept.some((other) => one.start >= other.start && one.end <= other.end)) kept.push(one)
  return kept.sort((a, b) => a.start - b.start)
}

/** The notices that must stand in the content and do not. They are read without signs and spaces, as people read them. */
export function missingNotices(notices: readonly Notice[], of: Reviewed, tongue: Tongue): Notice[] {
  const all = Object.values(of.fields)
    .map((text) => squeezed(text, tongue))
    .join('\n')
  return notices.filter(
    (notice) =>
      (notice.products.length === 0 || notice.products.some((one) => of.products.includes(one))) &&
      (notice.channels.length === 0 || notice.channels.includes(of.channel)) &&
      (!notice.marketing || of.marketing) &&
      !notice.texts.some((text) => all.includes(squeezed(text, tongue))),
  )
}

function squeezed(text: string, tongue: Tongue): string {
  return signsOf(text, tongue)
    .signs.map(({ sign }) => sign)
    .join('')
}
