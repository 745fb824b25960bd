import { Readable } from 'node:stream'
import { change } from '../../platform/change.ts'
import type { Ctx } from '../../platform/ctx.ts'
import { missing, Problem, text } from '../../platform/problem.ts'
import { describeCustomers } from '../customers/customers.ts'
import { safeLine } from '../imports/imports.ts'
import { seenBy } from './asking.ts'
import { pageOfMembers, type Within } from './facts.ts'
import * as store from './store.ts'

const atOnce = 200
/** More is a delivery to another system, not a sheet for a person. */
const most = 100_000

/**
 * Members of the last snapshot whom the caller sees, as CSV: masked as on the screen. The first line says who took it and
 * when, so that a sheet that is passed on still says where it came from; the taking is audited with the number of rows.
 */
export async function exportMembers(ctx: Ctx, id: string): Promise<Readable> {
  const within = await seenBy(ctx)
  const { name, snapshot } = await change(ctx, 'segments.member.export', { kind: 'segment', id }, async (tx) => {
    const segment = (await store.findSegment(tx, id)) ?? missing('segment', id)
    const latest = (await store.snapshotsOf(tx, id)).filter(({ pinned }) => !pinned).at(-1)
    if (!latest) missing('snapshot', segment.name)
    const { size } = await pageOfMembers(ctx.facts, { segment: id, snapshot: latest.id, after: 0, limit: 1 }, within)
    if (size > most) throw tooMany(size)
    tx.after({ snapshot: latest.id, version: latest.version, rows: size })
    return { name: segment.name, snapshot: latest.id }
  })
  return Readable.from(sheetOf(ctx, { id, name, snapshot }, within))
}

async function* sheetOf(
  ctx: Ctx,
  of: { id: string; name: string; snapshot: string },
  within: Within,
): AsyncGenerator<string> {
  const zh = ctx.lang === 'zh'
  const taken = `${ctx.who.name} ${ctx.now.toISOString()}`
  yield `\ufeff${safeLine([zh ? `客群“${of.name}”,由 ${taken} 导出,仅限内部使用` : `Segment ${of.name}, exported by ${taken}, for internal use`])}`
  yield safeLine(zh ? ['客户编号', '姓名', '身份', '所属机构'] : ['Number', 'Name', 'Identities', 'Organisation'])
  for (let after = 0; ; ) {
    const { members } = await pageOfMembers(
      ctx.facts,
      { segment: of.id, snapshot: of.snapshot, after, limit: atOnce },
      within,
    )
    const rows = await describeCustomers(ctx, members)
    yield rows
      .map(({ id, name, identities, org }) => {
        const held = identities.map((one) => `${zh ? one.name.zh : one.name.en} ${one.value}`).join('; ')
        return safeLine([String(id), name ?? '', held, org.name])
      })
      .join('')
    const last = members.at(-1)
    if (members.length < atOnce || last === undefined) return
    after = last
  }
}

function tooMany(size: number): Problem {
  return new Problem(
    'too-large',
    'segments.export_too_large',
    text(`一次最多导出 ${most} 人,这里有 ${size} 人`, `At most ${most} members are exported at once, here are ${size}`),
  )
}
