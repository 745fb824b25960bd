/**
 * The engine makes each block of a streamed answer as if it were an answer of its own. That joins to the right bytes
 * only in formats without anything before, between or after the rows; a header is cut off again from all but the first
 * block; the others (JSON, Parquet, Pretty …) are made whole, in memory.
 */
export type Streaming = { kind: 'plain' } | { kind: 'header'; lines: number; quotes: boolean } | { kind: 'whole' }

const plain = new Set([
  'BSONEachRow',
  'CSV',
  'JSONCompactEachRow',
  'JSONCompactStringsEachRow',
  'JSONEachRow',
  'JSONLines',
  'JSONStringsEachRow',
  'MsgPack',
  'NDJSON',
  'Native',
  'Null',
  'RowBinary',
  'TSKV',
  'TSV',
  'TSVRaw',
  'TabSeparated',
  'TabSeparatedRaw',
])

const headed =
  /^(?:CSV|TSV|TSVRaw|TabSeparated|TabSeparatedRaw|JSONCompactEachRow|JSONCompactStringsEachRow)WithNames(AndTypes)?$/

/** Settings and clauses that put something beside the rows of formats that have nothing there otherwise. */
const besides = /\b(?:TOTALS|output_format_json_array_of_rows|extremes|output_format_\w*progress)\b/i

export function streamingOf(format: string, sql: string, settings: ReadonlyMap<string, string>): Streaming {
  if (besides.test(sql) || [...settings.keys()].some((name) => besides.test(name))) return { kind: 'whole' }
  if (plain.has(format)) return { kind: 'plain' }
  const header = headed.exec(format)
  return header ? { kind: 'header', lines: header[1] ? 2 : 1, quotes: format.startsWith('CSV') } : { kind: 'whole' }
}

/** Cuts the header of the first block off all others. */
export function headerCutter({ lines, quotes }: { lines: number; quotes: boolean }): (block: Buffer) => Buffer {
  let header: Buffer | undefined
  return (block) => {
    if (!header) {
      header = block.subarray(0, endOfLines(block, lines, quotes))
      return block
    }
    const repeated = block.subarray(0, header.length).equals(header)
    return repeated ? block.subarray(header.length) : block
  }
}

/** Where that many lines end; in CSV a line end between double quotes belongs to a name. */
function endOfLines(block: Buffer, lines: number, quotes: boolean): number {
  let quoted = false
  let ended = 0
  for (let i = 0; i < block.length; i++) {
    if (quotes && block[i] === 0x22) quoted = !quoted
    else if (block[i] === 0x0a && !quoted && ++ended === lines) return i + 1
  }
  return block.length
}
