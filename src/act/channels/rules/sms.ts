/** GSM 03.38: the basic table in its order, and what takes an escape (3GPP TS 23.038, 6.2.1). */
const basic =
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\u001bÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà'
const extended: Record<string, number> = {
  '\f': 0x0a,
  '^': 0x14,
  '{': 0x28,
  '}': 0x29,
  '\\': 0x2f,
  '[': 0x3c,
  '~': 0x3d,
  ']': 0x3e,
  '|': 0x40,
  '€': 0x65,
}
const codeOf = new Map([...basic].map((letter, code) => [letter, code]))
codeOf.delete('\u001b')

export type Alphabet = 'gsm7' | 'ucs2'
export type Segments = { alphabet: Alphabet; parts: string[] }

/** How many letters fit: alone, and in each part of a longer one, where six bytes say which part it is. */
const room = { gsm7: { one: 160, each: 153 }, ucs2: { one: 70, each: 67 } } as const

const septets = (letter: string) => (codeOf.has(letter) ? 1 : 2)

/** The parts a text is sent and billed in. No letter is cut in two: neither an escape pair nor a surrogate pair. */
export function segmentsOf(text: string): Segments {
  const letters = [...text]
  const alphabet = letters.every((letter) => codeOf.has(letter) || letter in extended) ? 'gsm7' : 'ucs2'
  const sizeOf = alphabet === 'gsm7' ? septets : (letter: string) => letter.length
  const { one, each } = room[alphabet]
  if (letters.reduce((sum, letter) => sum + sizeOf(letter), 0) <= one) return { alphabet, parts: [text] }
  const parts: string[] = []
  let part = ''
  let size = 0
  for (const letter of letters) {
    if (size + sizeOf(letter) > each) {
      parts.push(part)
      part = ''
      size = 0
    }
    part += letter
    size += sizeOf(letter)
  }
  return { alphabet, parts: [...parts, part] }
}

/** As most gateways of China bill, whatever the alphabet: 70 letters are one, longer texts count 67 each. */
export function billedByLetters(text: string): number {
  const letters = text.length
  return letters <= room.ucs2.one ? 1 : Math.ceil(letters / room.ucs2.each)
}

/** GSM 7 in an octet each, as SMPP carries it; UCS-2 as UTF-16 big endian. */
export function encoded(text: string, alphabet: Alphabet): Buffer {
  if (alphabet === 'ucs2') return Buffer.from(text, 'utf16le').swap16()
  return Buffer.from([...text].flatMap((letter) => codeOf.get(letter) ?? [0x1b, extended[letter] ?? 0x20]))
}

/** 签名 before, 退订 after, each once however the text came. */
export function dressed(text: string, sign: string | undefined, unsubscribe: string | undefined): string {
  const mark = sign ? `【${sign.replace(/^【|】$/g, '')}】` : ''
  const signed = mark && !text.startsWith(mark) ? `${mark}${text}` : text
  return unsubscribe && !signed.endsWith(unsubscribe) ? `${signed}${unsubscribe}` : signed
}

/** What a person sends back to be left alone. Whole words only: "T" may begin an ordinary answer. */
export function asksToStop(answer: string): boolean {
  return /^\s*(?:td|t|n|r|stop|unsubscribe|退订|拒收)\s*[.!。!]?\s*$/i.test(answer)
}

/** Of the text of a receipt (SMPP 3.4, appendix B): id, state, error, time of the end in the operator's zone. */
export function receiptText(said: string): { id?: string; stat?: string; err?: string; done?: string } {
  const field = (name: string) => new RegExp(`(?:^|\\s)${name}:\\s*(\\S+)`, 'i').exec(said)?.[1]
  return { id: field('id'), stat: field('stat'), err: field('err'), done: field('done date') }
}

/** `YYMMDDhhmm[ss]`, on the operator's clock (Beijing). */
export function stampTime(stamp: string | undefined): Date | undefined {
  const parts = /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)?$/.exec(stamp ?? '')
  if (!parts) return undefined
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = parts
    .slice(1)
    .map((part) => Number(part ?? 0))
  return new Date(Date.UTC(2000 + year, month - 1, day, hour - 8, minute, second))
}
