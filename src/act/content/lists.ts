import { change, read, stale } from '../../platform/change.ts'
import type { Ctx } from '../../platform/ctx.ts'
import { invalidField, text } from '../../platform/problem.ts'
import type { KeptNotice, KeptWords, NoticeEdit, WordsEdit } from './contract.ts'
import { forgetLists } from './review.ts'
import * as store from './store.ts'
import { patternOf } from './tongue.ts'

/** The lists of the whole bank, for everyone who writes. */
export async function listWords(ctx: Ctx): Promise<{ words: KeptWords[]; notices: KeptNotice[] }> {
  return read(ctx, async (tx) => {
    const [words, notices] = await Promise.all([store.allWords(tx), store.allNotices(tx)])
    return { words: words.map(dated), notices: notices.map(dated) }
  })
}

const dated = <T extends { updatedAt: Date }>(row: T) => ({ ...row, updatedAt: row.updatedAt.toISOString() })

/** `revision` 0 makes a new list. Content that is approved stays so: lists are for what is handed in from now on. */
export async function saveWords(
  ctx: Ctx,
  id: string,
  edit: WordsEdit,
): Promise<{ words: KeptWords[]; notices: KeptNotice[] }> {
  const words = [...new Set(edit.words.map((word) => word.trim()).filter((word) => word !== ''))]
  for (const word of words) {
    const source = /^\/(.+)\/$/u.exec(word)?.[1]
    if (source !== undefined && !patternOf(source))
      throw invalidField(
        'words',
        'content.bad_pattern',
        text(`规则“${word}”写法有误`, `The pattern ${word} cannot be read`),
      )
  }
  await change(ctx, 'content.words.edit', { kind: 'words', id, name: edit.name }, async (tx) => {
    const old = (await store.allWords(tx)).find((one) => one.id === id)
    tx.before(old && changed(old))
    const next = { ...edit, id, words, updatedAt: ctx.now, updatedBy: ctx.who.name }
    if (!(await store.saveWords(tx, next))) stale('words')
    tx.after(changed(next))
    return { id }
  })
  forgetLists(ctx)
  return listWords(ctx)
}

export async function saveNotice(
  ctx: Ctx,
  id: string,
  edit: NoticeEdit,
): Promise<{ words: KeptWords[]; notices: KeptNotice[] }> {
  await change(ctx, 'content.words.edit', { kind: 'notice', id, name: edit.name }, async (tx) => {
    const old = (await store.allNotices(tx)).find((one) => one.id === id)
    tx.before(old)
    const next = { ...edit, id, updatedAt: ctx.now, updatedBy: ctx.who.name }
    if (!(await store.saveNotice(tx, next))) stale('notice')
    tx.after(next)
    return { id }
  })
  forgetLists(ctx)
  return listWords(ctx)
}

/** A list may have thousands of words: the audit has how many, and the rest. */
const changed = ({ words, ...rest }: Omit<store.WordsRow, 'updatedAt'>) => ({
  ...rest,
  count: words.length,
  words: words.slice(0, 200),
})
