// Small charts for a README: no library, one font, readable on white and on black.

export type Bars = { kind: 'bars'; labels: readonly string[]; values: readonly number[]; captions?: readonly string[] }
export type Lines = {
  kind: 'lines'
  labels: readonly string[]
  lines: readonly { name: string; values: readonly number[] }[]
  /** Places whose column is shaded. */
  marks: readonly number[]
}

const width = 760
const height = 260
const left = 64
const right = 34
const top = 40
const bottom = 34
const colours = ['#1677ff', '#fa8c16']

export function panel(title: string, chart: Bars | Lines): string {
  const all = chart.kind === 'bars' ? [...chart.values] : chart.lines.flatMap(({ values }) => [...values])
  const low = Math.min(0, ...all)
  const high = Math.max(...all) * 1.08 || 1
  const y = (value: number) => height - bottom - ((value - low) / (high - low)) * (height - top - bottom)
  const count = chart.labels.length
  const span = width - left - right
  const x = (i: number) =>
    chart.kind === 'bars' ? left + ((i + 0.5) * span) / count : left + (i * span) / Math.max(1, count - 1)
  const ticks = ticksOf(low, high)
    .map(
      (value) =>
        `<path d="M${left} ${num(y(value))}H${width - right}" stroke="#d9d9d9"/>${text(left - 8, y(value) + 4, short(value), 'end')}`,
    )
    .join('')
  const labels = chart.labels
    .map((label, i) => (label ? text(x(i), height - bottom + 18, label, 'middle') : ''))
    .join('')
  const body =
    chart.kind === 'bars' ? bars(chart, x, y, span / count) : lines(chart, x, y, span / Math.max(1, count - 1))
  return `${text(left, 20, title, 'start', 14)}${ticks}${body}${labels}`
}

function bars(
  { values, captions }: Bars,
  x: (i: number) => number,
  y: (value: number) => number,
  room: number,
): string {
  return values
    .map((value, i) => {
      const [from, to] = [y(Math.max(0, value)), y(Math.min(0, value))]
      const bar = `<rect x="${num(x(i) - room * 0.36)}" y="${num(from)}" width="${num(room * 0.72)}" height="${num(Math.max(0.5, to - from))}" rx="2" fill="${colours[0]}"/>`
      return bar + (captions?.[i] ? text(x(i), from - 6, captions[i], 'middle') : '')
    })
    .join('')
}

function lines({ lines, marks }: Lines, x: (i: number) => number, y: (value: number) => number, room: number): string {
  const shade = marks
    .map(
      (i) =>
        `<rect x="${num(x(i) - room / 2)}" y="${top}" width="${num(room)}" height="${height - top - bottom}" fill="#8c8c8c" opacity="0.25"/>`,
    )
    .join('')
  const drawn = lines
    .map(({ name, values }, n) => {
      const path = values.map((value, i) => `${i === 0 ? 'M' : 'L'}${num(x(i))} ${num(y(value))}`).join('')
      const key = `<rect x="${left + 12 + n * 210}" y="${top - 10}" width="10" height="10" fill="${colours[n]}"/>${text(left + 28 + n * 210, top, name, 'start')}`
      return `<path d="${path}" fill="none" stroke="${colours[n]}" stroke-width="2"/>${key}`
    })
    .join('')
  return shade + drawn
}

export function picture(title: string, panels: readonly string[]): string {
  const whole = panels.length * height
  const body = panels.map((one, i) => `<g transform="translate(0 ${i * height})">${one}</g>`).join('')
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${whole}" font-family="sans-serif"><title>${escaped(title)}</title><rect width="${width}" height="${whole}" fill="#fff"/>${body}</svg>\n`
}

function ticksOf(low: number, high: number): number[] {
  const rough = (high - low) / 5
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = [1, 2, 5, 10].map((n) => n * power).find((one) => one >= rough) ?? rough
  const ticks: number[] = []
  for (let value = Math.ceil(low / step) * step; value <= high; value += step)
    ticks.push(Math.abs(value) < step / 1000 ? 0 : value)
  return ticks
}

const num = (value: number) => value.toFixed(1)
const short = (value: number) => String(Math.round(value * 1000) / 1000)
const escaped = (words: string) => words.replace(/[<&]/g, (c) => (c === '<' ? '&lt;' : '&amp;'))
const text = (x: number, y: number, words: string, anchor: 'start' | 'middle' | 'end', size = 11) =>
  `<text x="${num(x)}" y="${num(y)}" text-anchor="${anchor}" font-size="${size}" fill="#262626">${escaped(words)}</text>`
