import { namesOf } from '../../govern/orgs/orgs.ts'
import { read } from '../../platform/change.ts'
import { asMachine, type Ctx } from '../../platform/ctx.ts'
import type { Tx } from '../../platform/db/db.ts'
import { order, type Page } from '../../platform/page.ts'
import { missing } from '../../platform/problem.ts'
import { describeCustomers } from '../customers/customers.ts'
import { explainRule, formatRule, upgradeRule } from '../eql/eql.ts'
import { seenBy, tagValues } from './asking.ts'
import type { Folder, Holders, HoldersQuery, Run, Tag, TagDetail, TagQuery, Version } from './contract.ts'
import { holdersOf } from './facts.ts'
import { type Ground, groundOf } from './ground.ts'
import { neverComputed } from './problems.ts'
import { readersOf, readersOfTags } from './readers.ts'
import { type RunRow, runsOf } from './runStore.ts'
import * as store from './store.ts'

const unusedMs = 90 * 86_400_000

/** Tags of the caller's organisation and those below; the retired only when asked for. */
export async function listTags(ctx: Ctx, query: TagQuery): Promise<Page<Tag>> {
  const by = order(query, store.sorts, 'name')
  const unread = query.unused ? { ids: await unreadBy(ctx), since: new Date(ctx.now.getTime() - unusedMs) } : null
  return read(ctx, async (tx) => {
    const page = by.page(await store.pageOfTags(tx, query, unread, by), (row) =>
      sortValue(row, by.name as keyof typeof store.sorts),
    )
    return { next: page.next, items: await toTags(tx, page.items) }
  })
}

/** Published, and read by nothing there is now, whoever it belongs to. */
async function unreadBy(ctx: Ctx): Promise<string[]> {
  const [edges, taken] = await Promise.all([read(ctx, store.edges), readersOfTags(asMachine(ctx, 'tags'))])
  return edges.filter(({ tag }) => !taken.has(tag)).map(({ tag }) => tag)
}

function sortValue(row: store.TagRow, name: keyof typeof store.sorts): Date | string | number {
  if (name === 'covered') return row.covered ?? -1
  return row[name] ?? '-infinity'
}

async function toTags(tx: Tx, rows: readonly store.TagRow[]): Promise<Tag[]> {
  const orgs = await namesOf(
    tx,
    rows.map(({ org }) => org),
  )
  return rows.map((row) => {
    const { id, name, folder, description, owner, kind, state, version, type, cron, follows, keepDays, expiresOn } = row
    const { computing, error, covered, universe, drift, updatedBy } = row
    return {
      ...{ id, name, folder, description, owner, kind, state, version, type, cron, follows, keepDays, expiresOn },
      ...{ computing, error, covered, universe, drift, updatedBy },
      org: { id: row.org, name: orgs.get(row.org) ?? row.org },
      nextAt: row.nextAt?.toISOString() ?? null,
      computedAt: row.computedAt?.toISOString() ?? null,
      usedAt: row.usedAt?.toISOString() ?? null,
      updatedAt: row.updatedAt.toISOString(),
    }
  })
}

export async function listFolders(ctx: Ctx): Promise<{ items: Folder[] }> {
  return { items: await read(ctx, store.foldersOf) }
}

export async function getTag(ctx: Ctx, id: string): Promise<TagDetail> {
  const ground = await groundOf(ctx)
  const readBy = await readersOf(ctx, id)
  return read(ctx, async (tx) => {
    const row = (await store.findTag(tx, id)) ?? missing('tag', id)
    const [versions, runs, [tag]] = await Promise.all([store.versionsOf(tx, id), runsOf(tx, id), toTags(tx, [row])])
    if (!tag) missing('tag', id)
    const latest = versions[0]
    const titled = (one: string) => ground.tags.find((other) => other.id === one)?.name ?? one
    return {
      ...tag,
      ...{ draft: row.draft, revision: row.revision },
      changed: latest ? JSON.stringify(latest.definition) !== JSON.stringify(row.draft) : true,
      versions: versions.map((version) => toVersion(ctx, version, ground)),
      runs: runs.map(toRun),
      reads: (latest?.reads ?? []).map((one) => ({
        ...{ kind: 'tag', kindName: { zh: '标签', en: 'Tag' }, id: one, name: titled(one), path: `/sense/tags/${one}` },
      })),
      readBy,
    }
  })
}

function toVersion(ctx: Ctx, row: store.VersionRow, { schema }: Ground): Version {
  const rule = row.rule === null ? null : upgradeRule(row.rule)
  return {
    ...{ version: row.version, definition: row.definition, type: row.type, codes: row.codes },
    text: rule && formatRule(rule, schema, ctx.lang),
    sentence: rule ? explainRule(rule, schema) : [],
    publishedAt: row.publishedAt.toISOString(),
    publishedBy: row.publishedBy,
  }
}

function toRun({ id, version, at, ms, covered, universe, changed, drift, shares, cuts }: RunRow): Run {
  return { id, version, at: at.toISOString(), ms, covered, universe, changed, drift, shares, cuts }
}

const limit = 50

/** Who has the tag, masked, of whom the caller sees. */
export async function listHolders(ctx: Ctx, id: string, query: HoldersQuery): Promise<Holders> {
  const row = (await read(ctx, (tx) => store.findTag(tx, id))) ?? missing('tag', id)
  if (row.type === null || row.run === null) throw neverComputed(row.name)
  const { sql, params } = await tagValues(ctx, id)
  const found = await holdersOf(ctx.facts, { sql, params }, row.type, {
    ...{ value: query.value ?? null, after: query.after ?? 0, limit: limit + 1, within: await seenBy(ctx) },
  })
  const shown = found.slice(0, limit)
  const people = await describeCustomers(
    ctx,
    shown.map(({ person }) => person),
  )
  const known = new Map(people.map((one) => [one.id, one]))
  return {
    items: shown.flatMap(({ person, value }) => {
      const one = known.get(person)
      return one ? [{ id: person, name: one.name, org: one.org.name, value }] : []
    }),
    next: found.length > limit ? (shown.at(-1)?.person ?? null) : null,
  }
}
