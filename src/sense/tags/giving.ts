import { change, read, unauditedChange } from '../../platform/change.ts'
import { csvRows } from '../../platform/csv.ts'
import type { Ctx } from '../../platform/ctx.ts'
import { invalidField, missing, text } from '../../platform/problem.ts'
import { customersNamed } from '../identity/identity.ts'
import { recount } from './computing.ts'
import type { Given, Giving, Value } from './contract.ts'
import { type GivenRow, giveRows } from './facts.ts'
import { notGiven, notPublished } from './problems.ts'
import { cellOf } from './rules/value.ts'
import * as store from './store.ts'

type Row = Giving['rows'][number]
const step = 5000
const mostRefused = 100

/** Values from a program: of a model, with its name and version, or of another system. The last said stands. */
export async function giveValues(ctx: Ctx, id: string, { rows, kind, model }: Giving): Promise<Given> {
  const at = model?.at ? new Date(model.at) : ctx.now
  const { given, row } = await take(ctx, id, kind ?? 'customer_no', rows, at)
  await change(ctx, 'tags.value.give', { kind: 'tag', id, name: row.name, org: row.org }, async (tx) => {
    tx.after({ taken: given.taken, changed: given.changed, refused: given.refused.length, model })
  })
  await recount(ctx, row.id, given.changed, ctx.now)
  return given
}

/** A list that a person uploads: a line a customer, his identity and the value, with a head or without. */
export async function uploadValues(ctx: Ctx, id: string, kind: string, sheet: string): Promise<Given> {
  const lines = csvRows(sheet.replace(/^\uFEFF/, ''), (line) =>
    invalidField('file', 'tags.bad_file', text(`第 ${line} 行的引号不成对`, `The quotes of line ${line} do not match`)),
  ).filter((cells) => cells.some((cell) => cell.trim() !== ''))
  if (lines.length > 0 && /客户|编号|身份|identity|customer|手机/i.test(lines[0]?.[0] ?? '')) lines.shift()
  if (lines.length === 0) throw invalidField('file', 'tags.empty_file', text('文件里没有数据', 'The file has no rows'))
  const row = await taker(ctx, id)
  const list = row.type === 'list'
  const rows = lines.map(([identity = '', ...cells]): Row => {
    const kept = cells.map((cell) => cell.trim()).filter(Boolean)
    return { identity: identity.trim(), value: list ? (kept.length > 0 ? kept : null) : (kept[0] ?? null) }
  })
  const { given } = await take(ctx, id, kind, rows, ctx.now)
  await change(ctx, 'tags.value.upload', { kind: 'tag', id, name: row.name, org: row.org }, async (tx) => {
    tx.after({ rows: rows.length, taken: given.taken, changed: given.changed, refused: given.refused.length })
  })
  await recount(ctx, row.id, given.changed, ctx.now)
  return given
}

/** Marks customers with a value, as a step of a journey does; null takes it away. As the machine, by their numbers. */
export async function markTags(
  ctx: Ctx,
  id: string,
  customers: readonly number[],
  value: Value | null,
): Promise<{ changed: number }> {
  const rows = customers.map((customer) => ({ identity: String(customer), value }))
  const { given, row } = await take(ctx, id, 'customer', rows, ctx.now)
  await recount(ctx, row.id, given.changed, ctx.now)
  return { changed: given.changed }
}

async function taker(ctx: Ctx, id: string): Promise<store.TagRow> {
  const row = (await read(ctx, (tx) => store.findTag(tx, id))) ?? missing('tag', id)
  if (row.kind !== 'import' && row.kind !== 'model') throw notGiven()
  if (row.version === 0 || row.run === null) throw notPublished()
  return row
}

async function take(ctx: Ctx, id: string, kind: string, rows: readonly Row[], at: Date) {
  const row = await taker(ctx, id)
  const version = (await read(ctx, (tx) => store.findVersion(tx, id, row.version))) ?? missing('tag', id)
  const given: Given = { taken: 0, changed: 0, refused: [] }
  for (let from = 0; from < rows.length; from += step) {
    const part = rows.slice(from, from + step)
    const customers = await customersNamed(
      ctx,
      kind,
      part.map(({ identity }) => identity),
    )
    const good = new Map<number, GivenRow>()
    for (const [i, { identity, value }] of part.entries()) {
      const found = readRow(version, row, customers[i], { identity, value })
      if ('why' in found) {
        if (given.refused.length < mostRefused) given.refused.push({ row: from + i + 1, ...found.why })
      } else {
        given.taken++
        good.set(found.customer, found)
      }
    }
    given.changed += await write(ctx, row, version, [...good.values()], at)
  }
  return { given, row }
}

/** One at a time for a tag, or two would each find the other's values as they were before. */
function write(ctx: Ctx, row: store.TagRow, version: store.VersionRow, rows: GivenRow[], at: Date): Promise<number> {
  if (rows.length === 0) return Promise.resolve(0)
  return unauditedChange(ctx, 'values of a tag are given', async (tx) => {
    const now = await store.lockTag(tx, row.id)
    if (!now?.run) throw notPublished()
    const of = { tag: row.id, run: now.run, type: version.type, at, version: BigInt(at.getTime()) }
    return giveRows(ctx.facts, of, rows)
  })
}

function readRow(
  { type, codes, definition }: store.VersionRow,
  { kind }: store.TagRow,
  customer: number | undefined,
  { value }: Row,
): GivenRow | { why: { zh: string; en: string } } {
  if (customer === undefined) return { why: text('找不到这位客户', 'No such customer') }
  if (value === null) return { customer, cell: null }
  const cell = cellOf(value, type)
  if (!cell) return { why: text(`不是${typeWords[type]}`, `Not a ${type}`) }
  const { least, most } = definition as { least?: number; most?: number }
  if (kind === 'model' && cell.number !== null && (cell.number < Number(least) || cell.number > Number(most)))
    return { why: text(`分数应在 ${least} 与 ${most} 之间`, `A score lies between ${least} and ${most}`) }
  const items = type === 'list' ? cell.list : cell.text === null ? [] : [cell.text]
  const strange = codes.length > 0 ? items.find((item) => !codes.includes(item)) : undefined
  if (strange !== undefined)
    return { why: text(`“${strange}”不在标签的取值范围内`, `${strange} is not among the values of the tag`) }
  return { customer, cell }
}

const typeWords: Record<store.VersionRow['type'], string> = {
  ...{ text: '文本', number: '数值', integer: '整数', money: '金额', boolean: '是否', day: '日期', time: '时间' },
  list: '列表',
}
