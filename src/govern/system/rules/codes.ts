import { type FieldProblem, Problem, text } from '../../../platform/problem.ts'
import { isDay } from '../../../platform/time/day.ts'
import type { CodeDiff, CodeValue } from '../contract.ts'

const fields = ['zh', 'en', 'order', 'state', 'parent', 'from', 'to'] as const

/** A draft as it is kept: trimmed, in its order, every fault of it named at once. */
export function readDraft(values: readonly CodeValue[]): CodeValue[] {
  const draft = values.map((value) => ({ ...value, zh: value.zh.trim(), en: value.en.trim() }))
  const faults = faultsOf(draft)
  if (faults.length > 0)
    throw new Problem('invalid', 'code.invalid_values', text('码值有误', 'Some values are not right'), {
      fields: faults,
    })
  return inOrder(draft)
}

export function inOrder(values: readonly CodeValue[]): CodeValue[] {
  return values.toSorted((a, b) => a.order - b.order || (a.code < b.code ? -1 : 1))
}

function faultsOf(values: readonly CodeValue[]): FieldProblem[] {
  const faults: FieldProblem[] = []
  const seen = new Set<string>()
  const parents = new Map(values.map((value) => [value.code, value.parent]))
  for (const [i, value] of values.entries()) {
    const fault = (field: string, zh: string, en: string) =>
      faults.push({ field: `values.${i}.${field}`, message: text(zh, en) })
    if (seen.has(value.code)) fault('code', `码值 ${value.code} 重复`, `${value.code} is there twice`)
    seen.add(value.code)
    if (value.zh === '') fault('zh', '不能为空', 'must not be empty')
    if (value.en === '') fault('en', '不能为空', 'must not be empty')
    for (const side of ['from', 'to'] as const) {
      const day = value[side]
      if (day !== null && !isDay(day)) fault(side, `${day} 不是日期`, `${day} is no day`)
    }
    if (value.from !== null && value.to !== null && value.from >= value.to)
      fault('to', '失效日期必须晚于生效日期', 'must be later than the first day')
    if (value.parent === null) continue
    if (!parents.has(value.parent)) fault('parent', `上级码值 ${value.parent} 不存在`, `there is no ${value.parent}`)
    else if (isInCircle(value.code, parents)) fault('parent', '上级码值形成循环', 'the codes above form a circle')
  }
  return faults
}

function isInCircle(code: string, parents: ReadonlyMap<string, string | null>): boolean {
  const passed = new Set<string>()
  for (let above = parents.get(code); above; above = parents.get(above)) {
    if (above === code) return true
    if (passed.has(above)) return false
    passed.add(above)
  }
  return false
}

/** What a change from one list of values to another does, code by code, in the order of the codes' own lists. */
export function diffValues(before: readonly CodeValue[], after: readonly CodeValue[]): CodeDiff {
  const old = new Map(before.map((value) => [value.code, value]))
  const now = new Map(after.map((value) => [value.code, value]))
  const changed: CodeDiff['changed'] = []
  for (const value of after) {
    const was = old.get(value.code)
    if (!was) continue
    const differing = fields.filter((field) => was[field] !== value[field])
    if (differing.length > 0) changed.push({ code: value.code, before: was, after: value, fields: differing })
  }
  return {
    added: after.filter((value) => !old.has(value.code)),
    removed: before.filter((value) => !now.has(value.code)),
    changed,
  }
}

/** Refuses a publication that changes nothing, or that takes away a code which the product itself may have stored. */
export function checkPublication(diff: CodeDiff, builtIn: boolean): void {
  if (diff.added.length + diff.removed.length + diff.changed.length === 0)
    throw new Problem(
      'conflict',
      'code.nothing_to_publish',
      text('草稿与已发布版本没有差别', 'The draft does not differ from the published version'),
    )
  const [gone] = diff.removed
  if (gone && builtIn)
    throw new Problem(
      'conflict',
      'code.in_use',
      text(
        `码值 ${gone.code} 属于内置码值集,只能停用,不能删除`,
        `${gone.code} belongs to a built-in set: retire it instead of removing it`,
      ),
    )
}

/** Whether a value may be chosen on a day; a retired or outdated one still names what was stored before. */
export function isUsable(value: CodeValue, day: string): boolean {
  return value.state === 'active' && (value.from === null || value.from <= day) && (value.to === null || day < value.to)
}
