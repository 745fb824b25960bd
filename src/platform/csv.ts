/**
 * The rows of a CSV text (RFC 4180, any line end); pure. A small file as a whole: large ones are streamed by imports.
 * `badQuotes` makes what is thrown where the quotes of a line do not match.
 */
export function csvRows(content: string, badQuotes: (line: number) => Error): string[][] {
  const rows: string[][] = []
  let row: string[] = []
  // A cell in quotes with its doubled quotes, or a bare one; then what ends it.
  const cells = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|\r|$)/y
  while (cells.lastIndex < content.length) {
    const found = cells.exec(content)
    if (!found) throw badQuotes(rows.length + 1)
    row.push(found[1]?.replaceAll('""', '"') ?? found[2] ?? '')
    if (found[3] === ',') {
      // A line that ends in a comma has one more, empty cell.
      if (cells.lastIndex === content.length) row.push('')
      continue
    }
    rows.push(row)
    row = []
  }
  if (row.length > 0) rows.push(row)
  return rows
}
