import type { Cell } from './row.ts'
import { textOf } from './value.ts'

/** One cell for a file that a spreadsheet opens: nothing in it is run as a formula (OWASP, CSV injection). */
export function safeCell(value: string): string {
  const safe =
    /^[\s]*[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]/.test(value) && !/^-?\d+(?:\.\d+)?$/.test(value) ? `'${value}` : value
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

export function safeLine(values: readonly string[]): string {
  return `${values.map(safeCell).join(',')}\r\n`
}

/** The header's names as they are used: each once, and none empty. */
export function columnNames(cells: readonly (Cell | undefined)[]): string[] {
  const taken = new Set<string>()
  return cells.map((cell, i) => {
    const given = textOf(cell).replace(/\s+/g, ' ').slice(0, 180) || `column_${i + 1}`
    let name = given
    for (let n = 2; taken.has(name); n++) name = `${given}_${n}`
    taken.add(name)
    return name
  })
}
