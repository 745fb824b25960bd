import type { Tx } from '../../platform/db/db.ts'
import type { Id } from '../../platform/ids.ts'
import type { Order } from '../../platform/page.ts'
import type { Channel, Finding, Notice, Product, TemplateQuery, Words, Writing } from './contract.ts'

export type TemplateRow = {
  id: Id<'tpl'>
  org: Id<'org'>
  name: string
  folder: string
  tags: string[]
  channel: Channel
  lang: 'zh' | 'en'
  marketing: boolean
  products: Product[]
  fields: Record<string, string>
  fallbacks: Record<string, string>
  revision: number
  version: number
  expiresOn: string | null
  retired: boolean
  waiting: boolean
  updatedAt: Date
  updatedBy: string
}

const columns = (tx: Tx) => tx`
  t.id, t.org, t.name, t.folder, t.tags, t.channel, t.lang, t.marketing, t.products, t.fields, t.fallbacks, t.revision,
  t.version, t.expires_on::text as expires_on, t.retired, t.updated_at, t.updated_by,
  exists (select from content.version v where v.template = t.id and v.state = 'waiting') as waiting`

export const sorts = {
  name: { sql: 't.name', type: 'text' },
  updatedAt: { sql: 't.updated_at', type: 'timestamptz' },
}

export function pageOfTemplates(tx: Tx, query: TemplateQuery, order: Order): Promise<TemplateRow[]> {
  const { q = null, channel = null, state = null, folder = null } = query
  return tx<TemplateRow[]>`
    select ${columns(tx)} from content.template t
    where (${q}::text is null
           or position(lower(${q}) in lower(concat_ws(' ', t.name, t.folder, array_to_string(t.tags, ' '), t.fields::text))) > 0)
      and (${channel}::text is null or t.channel = ${channel})
      and (${folder}::text is null or t.folder = ${folder})
      and t.retired = coalesce(${state} = 'retired', false)
      and (${state}::text is null or ${state} <> 'draft' or t.version = 0)
      and (${state}::text is null or ${state} <> 'live' or t.version > 0)
      and ${order.after(tx)}
    order by ${order.by(tx)}
    limit ${order.limit + 1}`
}

type Made = Omit<TemplateRow, 'revision' | 'version' | 'retired' | 'waiting'>

export async function insertTemplate(tx: Tx, made: Made): Promise<boolean> {
  const rows = await tx`
    insert into content.template (id, org, name, folder, tags, channel, lang, marketing, products, fields, fallbacks,
                                  expires_on, updated_at, updated_by)
    values (${made.id}, ${made.org}, ${made.name}, ${made.folder}, ${made.tags}::text[], ${made.channel}, ${made.lang},
            ${made.marketing}, ${made.products}::text[], ${JSON.stringify(made.fields)}::text::jsonb,
            ${JSON.stringify(made.fallbacks)}::text::jsonb, ${made.expiresOn}::date, ${made.updatedAt}, ${made.updatedBy})
    on conflict do nothing
    returning 1`
  return rows.length > 0
}

export async function findTemplate(tx: Tx, id: string): Promise<TemplateRow | undefined> {
  const [row] = await tx<TemplateRow[]>`select ${columns(tx)} from content.template t where t.id = ${id}`
  return row
}

export async function lockTemplate(tx: Tx, id: string): Promise<TemplateRow | undefined> {
  const [row] = await tx<
    TemplateRow[]
  >`select ${columns(tx)} from content.template t where t.id = ${id} for update of t`
  return row
}

/** False when another of the organisation has the name. */
export async function saveTemplate(tx: Tx, row: TemplateRow): Promise<boolean> {
  try {
    await tx.savepoint(
      (inner) => inner`
        update content.template
        set name = ${row.name}, folder = ${row.folder}, tags = ${row.tags}::text[], marketing = ${row.marketing},
            products = ${row.products}::text[], fields = ${JSON.stringify(row.fields)}::text::jsonb,
            fallbacks = ${JSON.stringify(row.fallbacks)}::text::jsonb, revision = ${row.revision},
            version = ${row.version}, expires_on = ${row.expiresOn}::date, retired = ${row.retired},
            updated_at = ${row.updatedAt}, updated_by = ${row.updatedBy}
        where id = ${row.id}`,
    )
    return true
  } catch (error) {
    if ((error as { constraint_name?: string }).constraint_name === 'template_name') return false
    throw error
  }
}

// ---- versions

export type VersionRow = Pick<Writing, 'channel' | 'lang' | 'marketing' | 'products' | 'fields' | 'fallbacks'> & {
  template: Id<'tpl'>
  version: number
  org: Id<'org'>
  hash: Buffer
  findings: Finding[]
  state: 'waiting' | 'approved' | 'returned' | 'withdrawn'
  submittedAt: Date
  submittedBy: string
  submitter: string
  decidedAt: Date | null
  decider: string | null
  comment: string
}

export async function insertVersion(
  tx: Tx,
  row: Omit<VersionRow, 'state' | 'decidedAt' | 'decider' | 'comment'>,
): Promise<void> {
  await tx`
    insert into content.version (template, version, org, channel, lang, marketing, products, fields, fallbacks, hash,
                                 findings, state, submitted_at, submitted_by, submitter)
    values (${row.template}, ${row.version}, ${row.org}, ${row.channel}, ${row.lang}, ${row.marketing},
            ${row.products}::text[], ${JSON.stringify(row.fields)}::text::jsonb,
            ${JSON.stringify(row.fallbacks)}::text::jsonb, ${row.hash}, ${JSON.stringify(row.findings)}::text::jsonb,
            'waiting', ${row.submittedAt}, ${row.submittedBy}, ${row.submitter})`
}

export function versionsOf(tx: Tx, template: string): Promise<VersionRow[]> {
  return tx<VersionRow[]>`select * from content.version where template = ${template} order by version desc`
}

export async function decideVersion(
  tx: Tx,
  of: { template: string; version: number },
  decision: Pick<VersionRow, 'state' | 'comment'> & { at: Date; by: string; decider: string },
): Promise<void> {
  await tx`
    update content.version
    set state = ${decision.state}, comment = ${decision.comment}, decided_at = ${decision.at},
        decided_by = ${decision.by}, decider = ${decision.decider}
    where template = ${of.template} and version = ${of.version}`
}

/** Taken back by who handed it in, or because the content was changed: nobody has decided. */
export async function withdrawWaiting(tx: Tx, template: string, at: Date): Promise<number[]> {
  const rows = await tx<{ version: number }[]>`
    update content.version set state = 'withdrawn', decided_at = ${at}
    where template = ${template} and state = 'waiting' returning version`
  return rows.map(({ version }) => version)
}

export type WaitingRow = VersionRow & { name: string; id: string }

export const waitingSorts = { submittedAt: { sql: 'v.submitted_at', type: 'timestamptz' } }

export function pageOfWaiting(tx: Tx, q: string | null, order: Order): Promise<WaitingRow[]> {
  return tx<WaitingRow[]>`
    select v.*, t.name, v.template || ' ' || v.version as id
    from content.version v join content.template t on t.id = v.template
    where v.state = 'waiting'
      and (${q}::text is null or position(lower(${q}) in lower(concat_ws(' ', t.name, v.submitter))) > 0)
      and ${order.after(tx)}
    order by ${order.by(tx)}
    limit ${order.limit + 1}`
}

export async function approvedVersion(tx: Tx, template: string, version: number): Promise<VersionRow | undefined> {
  const [row] = await tx<VersionRow[]>`
    select v.* from content.version v
    where v.template = ${template} and v.version = ${version} and v.state = 'approved'`
  return row
}

// ---- lists of the review

export type WordsRow = Words & { enabled: boolean; revision: number; updatedAt: Date; updatedBy: string }
export type NoticeRow = Notice & { enabled: boolean; revision: number; updatedAt: Date; updatedBy: string }

export function allWords(tx: Tx): Promise<WordsRow[]> {
  return tx<WordsRow[]>`select * from content.words order by level, id`
}

export function allNotices(tx: Tx): Promise<NoticeRow[]> {
  return tx<NoticeRow[]>`select * from content.notice order by id`
}

/** False when it was changed since, or is not there. */
export async function saveWords(tx: Tx, row: WordsRow): Promise<boolean> {
  const rows = await tx`
    insert into content.words (id, name, level, products, source, words, enabled, revision, updated_at, updated_by)
    values (${row.id}, ${row.name}, ${row.level}, ${row.products}::text[], ${row.source}, ${row.words}::text[],
            ${row.enabled}, 1, ${row.updatedAt}, ${row.updatedBy})
    on conflict (id) do update
    set name = excluded.name, level = excluded.level, products = excluded.products, source = excluded.source,
        words = excluded.words, enabled = excluded.enabled, revision = words.revision + 1,
        updated_at = excluded.updated_at, updated_by = excluded.updated_by
    where words.revision = ${row.revision}
    returning 1`
  return rows.length > 0
}

export async function saveNotice(tx: Tx, row: NoticeRow): Promise<boolean> {
  const rows = await tx`
    insert into content.notice (id, name, texts, products, channels, marketing, source, enabled, revision, updated_at,
                                updated_by)
    values (${row.id}, ${row.name}, ${row.texts}::text[], ${row.products}::text[], ${row.channels}::text[],
            ${row.marketing}, ${row.source}, ${row.enabled}, 1, ${row.updatedAt}, ${row.updatedBy})
    on conflict (id) do update
    set name = excluded.name, texts = excluded.texts, products = excluded.products, channels = excluded.channels,
        marketing = excluded.marketing, source = excluded.source, enabled = excluded.enabled,
        revision = notice.revision + 1, updated_at = excluded.updated_at, updated_by = excluded.updated_by
    where notice.revision = ${row.revision}
    returning 1`
  return rows.length > 0
}
