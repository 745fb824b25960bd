// Node reads GB18030 and does not write it: the reader turned round. Two bytes for what GBK has, four for the rest.

let table: Map<string, readonly number[]> | undefined

function made(): Map<string, readonly number[]> {
  const decoder = new TextDecoder('gb18030')
  const codes = new Map<string, readonly number[]>()
  const add = (code: readonly number[]) => {
    const text = decoder.decode(Uint8Array.from(code))
    if ([...text].length === 1 && text !== '\ufffd' && !codes.has(text)) codes.set(text, code)
  }
  for (let first = 0x81; first <= 0xfe; first++)
    for (let second = 0x40; second <= 0xfe; second++) if (second !== 0x7f) add([first, second])
  // The basic plane has the four-byte codes 81308130 to 8431A439.
  for (let n = 0; n < 39_420; n++) add(fourBytes(n))
  return codes
}

const fourBytes = (n: number) => [
  0x81 + Math.floor(n / 12_600),
  0x30 + (Math.floor(n / 1260) % 10),
  0x81 + (Math.floor(n / 10) % 126),
  0x30 + (n % 10),
]

/** What stands beyond the basic plane is counted on from 90308130. */
const beyond = (point: number) => fourBytes(point - 0x10000 + (0x90 - 0x81) * 12_600)

export function gb18030(text: string): Uint8Array {
  table ??= made()
  const bytes: number[] = []
  for (const character of text) {
    const point = character.codePointAt(0) ?? 0
    if (point < 0x80) bytes.push(point)
    else bytes.push(...(point >= 0x10000 ? beyond(point) : (table.get(character) ?? [0x3f])))
  }
  return Uint8Array.from(bytes)
}
