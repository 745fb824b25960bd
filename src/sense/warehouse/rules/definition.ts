import { type FieldProblem, Problem, text } from '../../../platform/problem.ts'
import type { Connection, Definition, Way } from '../contract.ts'

/** What is wrong with a definition, field by field, as far as it can be told without asking the source. */
export function definitionFaults(
  given: Definition,
  way: Way,
  kind: Connection['kind'],
  isCron: (text: string) => boolean,
): FieldProblem[] {
  const faults: FieldProblem[] = []
  const say = (field: string, zh: string, en: string) =>
    faults.push({ field: `definition.${field}`, message: text(zh, en) })
  const { from, load, timetable, checks, step } = given
  const files = kind === 's3' || kind === 'folder'
  if (files !== (from.kind === 'files'))
    say('from', files ? '请填写文件路径' : '请选择表或查询', files ? 'Say which files' : 'Choose a table or a query')
  if (step && new Set(step.uses).size < step.uses.length) say('step.uses', '来源重复', 'A source is named twice')
  if (step?.uses.includes('source')) say('step.uses', '“source”是本映射自身', '“source” is the mapping itself')
  if (way === 'mapped') return faults
  if (!given.columns) say('columns', '请设置列映射', 'Map the columns')
  if (load.how === 'incremental' && !files && !load.column)
    say('load.column', '请选择水位列', 'Choose the column of the watermark')
  if (timetable.kind === 'every' && !timetable.minutes) say('timetable.minutes', '请填写间隔', 'Say how often')
  if (timetable.kind === 'cron' && !isCron(timetable.cron ?? ''))
    say('timetable.cron', '不是有效的 cron 表达式', 'This is no cron expression')
  for (const [i, check] of checks.entries()) {
    const field = `checks.${i}`
    if (['nulls', 'range', 'values', 'fresh'].includes(check.kind) && !check.column)
      say(`${field}.column`, '请选择列', 'Choose the column')
    if (check.kind === 'unique' && !check.columns?.length) say(`${field}.columns`, '请选择列', 'Choose the columns')
    if (check.kind === 'values' && !check.values?.length) say(`${field}.values`, '请填写允许的值', 'Say which values')
    if (typeof check.min === 'number' && typeof check.max === 'number' && check.min > check.max)
      say(`${field}.max`, '上限小于下限', 'The most is less than the least')
  }
  return faults
}

/** @throws invalid `warehouse.definition`, with a message beside each field. */
export function checkDefinition(
  given: Definition,
  way: Way,
  kind: Connection['kind'],
  isCron: (text: string) => boolean,
): void {
  const fields = definitionFaults(given, way, kind, isCron)
  if (fields.length > 0)
    throw new Problem('invalid', 'warehouse.definition', fields[0]?.message ?? text('设置有误', 'It is not right'), {
      fields,
    })
}
