import { normalise } from '../../govern/privacy/privacy.ts'
import { change, read, stale } from '../../platform/change.ts'
import type { Ctx } from '../../platform/ctx.ts'
import type { Tx } from '../../platform/db/db.ts'
import { order, type Page, type PageQuery } from '../../platform/page.ts'
import { invalidField, missing, text } from '../../platform/problem.ts'
import type { Kind, KindEdit, NewKind } from './contract.ts'
import * as store from './kindStore.ts'
import { inOrder, type KindRule, plainForm } from './rules/values.ts'

export type Kinds = ReadonlyMap<string, KindRule>

/** All kinds as decisions need them, in their order. */
export async function kindsOf(tx: Tx): Promise<Kinds> {
  const kinds = inOrder(await store.allKinds(tx))
  return new Map(
    kinds.map((kind, rank) => [
      kind.id,
      { ...kind, rank, junkForms: new Set(kind.junk.map((value) => formOf(kind, value).toLowerCase())) },
    ]),
  )
}

/** Equal identities of a kind have equal forms, however they were typed. */
export function formOf(kind: Pick<Kind, 'personal'>, value: string): string {
  return kind.personal ? normalise(kind.personal, value) : plainForm(value)
}

export async function listKinds(ctx: Ctx, query: PageQuery): Promise<Page<Kind>> {
  const by = order(query, { priority: { sql: 'priority', type: 'int' }, id: { sql: 'id', type: 'text' } }, 'priority')
  return read(ctx, async (tx) => {
    const rows = await store.pageOfKinds(tx, query.q ?? null, by)
    return by.page(rows, (row) => (by.name === 'id' ? row.id : row.priority))
  })
}

export async function getKind(ctx: Ctx, id: string): Promise<Kind> {
  return read(ctx, async (tx) => (await store.findKind(tx, id)) ?? missing('identity kind', id))
}

export function createKind(ctx: Ctx, input: NewKind): Promise<Kind> {
  const kind = { ...input, personal: input.personal ?? null, limit: input.limit ?? null }
  check(kind)
  return change(ctx, 'identity.kind.create', { kind: 'identity-kind', id: kind.id, name: kind.name.zh }, async (tx) => {
    const taken = text('该编码已存在', 'There is a kind of this code')
    return (await store.insertKind(tx, kind)) ?? refuse(invalidField('id', 'identity.kind_taken', taken))
  })
}

/** Holds from the next batch on; what is linked already stays as it was decided. */
export function editKind(ctx: Ctx, id: string, { version, ...edit }: KindEdit): Promise<Kind> {
  return change(ctx, 'identity.kind.edit', { kind: 'identity-kind', id, name: edit.name.zh }, async (tx) => {
    const before = (await store.findKind(tx, id)) ?? missing('identity kind', id)
    tx.before(before)
    const kind = { ...before, ...edit, limit: edit.limit ?? null }
    check(kind)
    return (await store.updateKind(tx, kind, version)) ?? stale('identity')
  })
}

function check(kind: Omit<Kind, 'version'>): void {
  if (kind.shared && kind.strength === 'strong')
    throw invalidField(
      'shared',
      'identity.strong_shared',
      text('强身份不能多人共用', 'A strong identity is one person’s and cannot be shared'),
    )
  if (kind.shared && kind.personal)
    throw invalidField(
      'shared',
      'identity.personal_shared',
      text('个人信息不能设为多人共用', 'Personal data is one person’s and cannot be shared'),
    )
  if (!kind.many && kind.limit !== null)
    throw invalidField(
      'limit',
      'identity.limit_of_one',
      text('只能持有一个的类型没有数量上限', 'A kind of which one is held has no limit'),
    )
}

function refuse(problem: Error): never {
  throw problem
}
