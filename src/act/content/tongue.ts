import { Converter } from 'opencc-js/t2cn'
import { pinyin } from 'pinyin-pro'
import { RE2JS } from 're2js'
import type { Pattern } from './rules/review.ts'
import type { Tongue } from './rules/signs.ts'

const simplify = Converter({ from: 't', to: 'cn' })
const simplified = new Map<string, string>()
const syllables = new Map<string, string>()

/** How Chinese is said and simplified, character by character; each is looked up once. */
export const tongue: Tongue = {
  syllableOf(character) {
    const known = syllables.get(character)
    const said = known ?? pinyin(character, { toneType: 'none', v: true })
    if (known === undefined) syllables.set(character, said)
    return said === character ? undefined : said
  },
  simplifiedOf(character) {
    const known = simplified.get(character)
    const plain = known ?? simplify(character)
    if (known === undefined) simplified.set(character, plain)
    return plain
  },
}

/** A pattern of RE2, which takes time in proportion to the text whatever the pattern is. */
export function patternOf(source: string): Pattern | undefined {
  try {
    const pattern = RE2JS.compile(source, RE2JS.CASE_INSENSITIVE)
    return (text) => {
      const found: { start: number; end: number }[] = []
      const matcher = pattern.matcher(text)
      while (found.length < 100 && matcher.find())
        if (matcher.end() > matcher.start()) found.push({ start: matcher.start(), end: matcher.end() })
      return found
    }
  } catch {
    return undefined
  }
}
