/** A sign of a text as it is compared, with where it stood (offsets of UTF-16, as editors count). */
export type Sign = { sign: string; start: number; end: number }

/** How one character of Chinese is said without its tone, and its simplified form. Data that the caller has. */
export type Tongue = { syllableOf(character: string): string | undefined; simplifiedOf(character: string): string }

const han = /\p{Script=Han}/u
const letter = /[\p{L}\p{N}]/u
/** Between sentences or their parts: what stands on both sides are not one word. */
const breaks = /[，。！？；：、,!?;:()（）《》〈〉“”‘’"'【】[\]{}<>\n\r\t]/u

/**
 * A text as it is meant: full-width, circled and other compatible forms as the plain ones, small letters, simplified characters.
 * What is no letter is told by `gap` (something was between) or `stop` (a sentence or a part of one ended).
 */
export function signsOf(text: string, tongue: Tongue): { signs: Sign[]; before: ('joined' | 'gap' | 'stop')[] } {
  const signs: Sign[] = []
  const before: ('joined' | 'gap' | 'stop')[] = []
  let between: 'joined' | 'gap' | 'stop' = 'stop'
  let at = 0
  for (const character of text) {
    const start = at
    at += character.length
    const plain = character.normalize('NFKC').toLowerCase()
    // Checked as it was written: a full-width comma is a comma, and a circled number a number.
    if (breaks.test(character) || breaks.test(plain)) {
      between = 'stop'
      continue
    }
    for (const one of plain) {
      if (!letter.test(one)) {
        if (between === 'joined') between = 'gap'
        continue
      }
      signs.push({ sign: han.test(one) ? tongue.simplifiedOf(one) : one, start, end: at })
      before.push(between)
      between = 'joined'
    }
    if (!letter.test(plain) && between === 'joined') between = 'gap'
  }
  return { signs, before }
}

export const isHan = (sign: string) => han.test(sign)

/** The letters that a row of signs is said with; each letter knows the sign it came from. */
export function lettersOf(signs: readonly Sign[], tongue: Tongue): { letters: string[]; from: number[] } {
  const letters: string[] = []
  const from: number[] = []
  for (const [i, { sign }] of signs.entries())
    for (const one of isHan(sign) ? (tongue.syllableOf(sign) ?? sign) : sign) {
      letters.push(one)
      from.push(i)
    }
  return { letters, from }
}
