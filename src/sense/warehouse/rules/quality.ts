import type { Check, CheckResult } from '../contract.ts'

type Cell = unknown
/** How a cell reads: as text, as something short that stands for it, as an instant. */
export type Reads = {
  text(cell: Cell): string
  hash(text: string): string
  instant(text: string): number | undefined
}

/** What the checks of a run want to know of its rows, gathered as they are read. */
export type Gathered = {
  see(rows: readonly (readonly Cell[])[]): void
  results(rows: number, before: { rows: number | undefined; now: Date }): CheckResult[]
}

/** Beyond this the values of a unique key are not remembered, and the check says so. */
const mostKeys = 5_000_000

type One = { check: Check; places: number[]; bad: number; seen: number; keys: Set<string>; latest: number | undefined }

/**
 * A column that is not there makes its check fail: a column that was
 * renamed at the source is what one wants to hear of.
 */
export function gather(checks: readonly Check[], columns: readonly string[], reads: Reads): Gathered {
  const all = checks.map((check): One => {
    const names = check.columns ?? (check.column === undefined ? [] : [check.column])
    const places = names.map((name) => columns.indexOf(name))
    return { check, places, bad: 0, seen: 0, keys: new Set(), latest: undefined }
  })
  return {
    see(rows) {
      for (const one of all) if (!one.places.includes(-1)) for (const cells of rows) look(one, cells, reads)
    },
    results: (rows, before) => all.map((one) => resultOf(one, rows, before)),
  }
}

function look(one: One, cells: readonly Cell[], reads: Reads): void {
  const { check } = one
  const text = reads.text(cells[one.places[0] ?? -1])
  one.seen++
  if (check.kind === 'nulls' && text === '') one.bad++
  if (check.kind === 'unique' && one.keys.size < mostKeys) {
    const key = reads.hash(one.places.map((place) => reads.text(cells[place])).join('\u0000'))
    if (one.keys.has(key)) one.bad++
    one.keys.add(key)
  }
  if (text === '') return
  if (check.kind === 'range') {
    const value = Number(text)
    if (
      Number.isNaN(value) ||
      value < (check.min ?? Number.NEGATIVE_INFINITY) ||
      value > (check.max ?? Number.POSITIVE_INFINITY)
    )
      one.bad++
  }
  if (check.kind === 'values' && !check.values?.includes(text)) one.bad++
  if (check.kind === 'fresh') {
    const at = reads.instant(text)
    if (at !== undefined && (one.latest === undefined || at > one.latest)) one.latest = at
  }
}

type Verdict = { ok: boolean; zh: string; en: string }

function resultOf(one: One, rows: number, before: { rows: number | undefined; now: Date }): CheckResult {
  const { check, places } = one
  const { kind, act } = check
  const name = check.columns?.join(', ') ?? check.column ?? ''
  const verdict = places.includes(-1)
    ? { ok: false, zh: `没有列“${name}”`, en: `There is no column ${name}` }
    : verdicts[kind](one, rows, before, name)
  return { kind, act, ok: verdict.ok, says: { zh: verdict.zh, en: verdict.en } }
}

const verdicts: Record<
  Check['kind'],
  (one: One, rows: number, before: { rows: number | undefined; now: Date }, name: string) => Verdict
> = {
  rows({ check }, rows) {
    const [min, max] = [check.min ?? 0, check.max ?? Number.POSITIVE_INFINITY]
    const most = check.max === null || check.max === undefined ? '∞' : String(check.max)
    return {
      ok: rows >= min && rows <= max,
      zh: `${rows} 行,应为 ${min}–${most}`,
      en: `${rows} rows, expected ${min}–${most}`,
    }
  },
  change({ check }, rows, before) {
    if (before.rows === undefined)
      return { ok: true, zh: '没有上一次可比较', en: 'There is no run before to compare with' }
    const percent = before.rows === 0 ? (rows === 0 ? 0 : 100) : (Math.abs(rows - before.rows) / before.rows) * 100
    const most = check.max ?? 50
    const said = `${before.rows} → ${rows}`
    return {
      ok: percent <= most,
      zh: `行数变化 ${percent.toFixed(1)}%(${said}),上限 ${most}%`,
      en: `Rows changed by ${percent.toFixed(1)}% (${said}), at most ${most}%`,
    }
  },
  nulls({ check, bad, seen }, _rows, _before, name) {
    const percent = seen === 0 ? 0 : (bad / seen) * 100
    const most = check.max ?? 0
    return {
      ok: percent <= most,
      zh: `${name} 空值 ${percent.toFixed(2)}%,上限 ${most}%`,
      en: `${name} is empty in ${percent.toFixed(2)}%, at most ${most}%`,
    }
  },
  range({ check, bad }, _rows, _before, name) {
    const between = `${check.min ?? '-∞'}–${check.max ?? '∞'}`
    return {
      ok: bad === 0,
      zh: `${name} 有 ${bad} 行超出 ${between}`,
      en: `${name} is outside of ${between} in ${bad} rows`,
    }
  },
  unique({ bad, keys }, _rows, _before, name) {
    if (keys.size >= mostKeys)
      return { ok: true, zh: `${name} 值过多,未检查全部`, en: `${name} has too many values to look at all` }
    return { ok: bad === 0, zh: `${name} 有 ${bad} 行重复`, en: `${name} is repeated in ${bad} rows` }
  },
  values({ bad }, _rows, _before, name) {
    return { ok: bad === 0, zh: `${name} 有 ${bad} 行取值不在允许范围`, en: `${name} has other values in ${bad} rows` }
  },
  fresh({ check, latest }, _rows, before, name) {
    const most = check.max ?? 24
    if (latest === undefined) return { ok: false, zh: `${name} 没有时间`, en: `${name} has no time` }
    const hours = (before.now.getTime() - latest) / 3_600_000
    return {
      ok: hours <= most,
      zh: `${name} 最新为 ${hours.toFixed(1)} 小时前,上限 ${most} 小时`,
      en: `The newest ${name} is ${hours.toFixed(1)} hours old, at most ${most}`,
    }
  },
}
