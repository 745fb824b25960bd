import { join } from 'node:path'
import { idsWithin, rootOf } from './govern/orgs/orgs.ts'
import { read } from './platform/change.ts'
import { asMachine, type Ctx } from './platform/ctx.ts'
import { text } from './platform/problem.ts'
import { createSource, entityModel, findSource, getEntity, listEvents } from './sense/catalog/catalog.ts'
import { receive } from './sense/collect/collect.ts'
import { listKinds, orgsNamed } from './sense/identity/identity.ts'
import type { Choices } from './sense/imports/contract.ts'
import { type Imports, importsWith } from './sense/imports/imports.ts'

/** Imports on the collection, the catalogue and the identities of this program. `home` is its home folder. */
export function openImports(home: string): Imports {
  return importsWith({
    receive,
    source: sourceOfImports,
    choices: choicesOfColumns,
    elsewhere: customersElsewhere,
    folder: join(home, 'imports'),
  })
}

/** The head office may name everyone. */
async function customersElsewhere(
  ctx: Ctx,
  org: string,
  sets: readonly (readonly { kind: string; value: string }[])[],
): Promise<boolean[]> {
  const machine = asMachine(ctx, 'imports')
  const { root, within } = await read(machine, async (tx) => ({
    root: await rootOf(tx),
    within: new Set(await idsWithin(tx, org)),
  }))
  if (org === root) return sets.map(() => false)
  const orgs = await orgsNamed(machine, sets)
  return orgs.map((named) => named.some((one) => !within.has(one)))
}

/** What an organisation imports arrives under a source of its own, made when it first imports. */
function sourceOfImports(ctx: Ctx, org: string): Promise<{ id: string }> {
  return sourceNamed(ctx, org, { name: '文件导入', project: `import-${org}` })
}

/** The source of that project, made where there is none. */
export async function sourceNamed(
  ctx: Ctx,
  org: string,
  { name, project }: { name: string; project: string },
): Promise<{ id: string }> {
  const machine = asMachine(ctx, 'imports')
  const known = await findSource(machine, project)
  if (known) return known
  try {
    return await createSource(machine, { name, project, kind: 'import', org })
  } catch (error) {
    // Another import of the organisation was as quick.
    const made = await findSource(machine, project)
    if (made) return made
    throw error
  }
}

/** What columns may become, by what the catalogue and identity know. */
export async function choicesOfColumns(ctx: Ctx): Promise<Choices> {
  const machine = asMachine(ctx, 'imports')
  const [kinds, model, events] = await Promise.all([
    listKinds(machine, { limit: 200 }),
    entityModel(machine),
    listEvents(machine, { limit: 200, state: 'active' }),
  ])
  const details = await Promise.all(model.items.map(({ type }) => getEntity(machine, type)))
  return {
    identities: kinds.items.filter(({ enabled }) => enabled).map(({ id, name }) => ({ kind: id, name })),
    items: model.items
      .filter(({ type }) => type !== 'customer')
      .map(({ type, zh, en }) => ({ type, name: { zh, en } })),
    events: events.items.map(({ name, zh, en }) => ({ name, title: text(zh || name, en || name) })),
    attributes: model.items.flatMap(({ type }, i) =>
      (details[i]?.own ?? []).map(({ name, zh, en }) => ({
        of: type,
        name,
        title: text(zh || name, en || name),
      })),
    ),
  }
}
