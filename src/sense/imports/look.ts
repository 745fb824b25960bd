import { namesOf } from '../../govern/orgs/orgs.ts'
import { read } from '../../platform/change.ts'
import type { Ctx } from '../../platform/ctx.ts'
import type { Tx } from '../../platform/db/db.ts'
import { order, type Page } from '../../platform/page.ts'
import { missing, Problem, text } from '../../platform/problem.ts'
import type { Import, ImportDetail, ImportQuery } from './contract.ts'
import * as store from './store.ts'

export async function listImports(ctx: Ctx, query: ImportQuery): Promise<Page<Import>> {
  const sorts = {
    createdAt: { sql: 'created_at', type: 'timestamptz' },
    name: { sql: 'name', type: 'text' },
    fileSize: { sql: 'file_size', type: 'bigint' },
  }
  const by = order(query, sorts, '-createdAt')
  return read(ctx, async (tx) => {
    const page = by.page(await store.pageOfImports(tx, query, by), (row) => row[by.name as keyof typeof sorts])
    const names = await namesOf(
      tx,
      page.items.map(({ org }) => org),
    )
    return { ...page, items: page.items.map((row) => toImport(row, names)) }
  })
}

export async function detail(tx: Tx, id: string): Promise<ImportDetail> {
  const row = (await store.findImport(tx, id)) ?? missing('import', id)
  const { fileHash, reading, mapping, reasons } = row
  return { ...toImport(row, await namesOf(tx, [row.org])), fileHash, reading, mapping, reasons }
}

function toImport(row: store.ImportRow, names: ReadonlyMap<string, string>): Import {
  const { id, name, org, fileName, fileSize, fileGone, format, target, state, mode, revision, checked, rows } = row
  const { accepted, duplicates, resent, rejected, bad, error } = row
  return {
    ...{ id, name, org, fileName, fileSize, fileGone, format, target, state, mode, revision, checked, rows, error },
    orgName: names.get(org) ?? '',
    counts: { read: row.position, accepted, duplicates, resent, rejected, bad },
    progress: state === 'checking' || state === 'running' ? row.progress : null,
    by: row.byName,
    createdAt: row.createdAt.toISOString(),
    startedAt: row.startedAt?.toISOString() ?? null,
    finishedAt: row.finishedAt?.toISOString() ?? null,
  }
}

export function wrongState(state: string): Problem {
  return new Problem(
    'conflict',
    'imports.wrong_state',
    text(`该导入当前不能这样操作(${state})`, `This cannot be done while the import is ${state}`),
  )
}

export function notWhole(): Problem {
  return new Problem('conflict', 'imports.not_whole', text('文件尚未上传完整', 'The file is not here as a whole yet'))
}
