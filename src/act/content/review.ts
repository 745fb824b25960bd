import { read } from '../../platform/change.ts'
import { asMachine, type Ctx } from '../../platform/ctx.ts'
import { type ContentIssue, type Finding, forms, type Notice, type Writing } from './contract.ts'
import { missingNotices, Reviewer } from './rules/review.ts'
import * as store from './store.ts'
import { patternOf, tongue } from './tongue.ts'

type Ready = { at: number; reviewer: Reviewer; names: Map<string, string>; notices: Notice[] }
const kept = new WeakMap<Ctx['db'], { at: number; ready: Promise<Ready> }>()
/** A change of the lists is heard of by every process within so many milliseconds. */
const keptMs = 2000

function readyLists(ctx: Ctx): Promise<Ready> {
  const at = performance.now()
  const known = kept.get(ctx.db)
  if (known && at - known.at < keptMs) return known.ready
  const ready = loadLists(ctx)
  kept.set(ctx.db, { at, ready })
  ready.catch(() => kept.delete(ctx.db))
  return ready
}

async function loadLists(ctx: Ctx): Promise<Ready> {
  const { words, notices } = await read(asMachine(ctx, 'content'), async (tx) => {
    const [words, notices] = await Promise.all([store.allWords(tx), store.allNotices(tx)])
    return { words: words.filter(({ enabled }) => enabled), notices: notices.filter(({ enabled }) => enabled) }
  })
  const names = new Map(words.map(({ id, name }) => [id, name]))
  return { at: performance.now(), reviewer: new Reviewer(words, tongue, patternOf), names, notices }
}

/** Forgets the lists that were read, in this process. */
export function forgetLists(ctx: Ctx): void {
  kept.delete(ctx.db)
}

/** What the machine says to a content: what may not be said, what must be, and what a reviewer should look at. */
export async function reviewed(ctx: Ctx, writing: Writing): Promise<{ issues: ContentIssue[]; findings: Finding[] }> {
  const { reviewer, names, notices } = await readyLists(ctx)
  const { channel, marketing, products } = writing
  const read = new Set<string>(forms[channel].filter(({ kind }) => kind !== 'url').map(({ name }) => name))
  const fields = Object.fromEntries(Object.entries(writing.fields).filter(([name]) => read.has(name)))
  const of = { fields, products, channel, marketing }
  const findings = reviewer.findings(of)
  const main = forms[channel].find(({ required, kind }) => required && kind !== 'line') ?? forms[channel][0]
  const lacking = missingNotices(notices, of, tongue).map(
    (notice): ContentIssue => ({
      field: main?.name ?? '',
      level: 'error',
      zh: `缺少必须的提示(${notice.name}):“${notice.texts.join('”或“')}”`,
      en: `A notice is required (${notice.name}): “${notice.texts.join('” or “')}”`,
    }),
  )
  return { findings, issues: [...findings.map((one) => issueOf(one, names)), ...lacking] }
}

const manner: Record<Finding['how'], { zh: string; en: string }> = {
  plain: { zh: '', en: '' },
  split: { zh: '(中间夹有符号)', en: ' (with signs between its letters)' },
  pattern: { zh: '', en: '' },
  pinyin: { zh: '(疑似用拼音代替)', en: ' (it looks as if written by its sound)' },
  homophone: { zh: '(疑似用同音字代替)', en: ' (other characters that sound the same)' },
}

function issueOf(
  { field, word, list, level, how, start, end }: Finding,
  names: ReadonlyMap<string, string>,
): ContentIssue {
  const name = names.get(list) ?? list
  const says =
    level === 'forbid'
      ? { zh: `不得使用“${word}”${manner[how].zh}:${name}`, en: `“${word}” may not be said${manner[how].en}: ${name}` }
      : { zh: `请核对“${word}”${manner[how].zh}:${name}`, en: `Look at “${word}”${manner[how].en}: ${name}` }
  return { field, level: level === 'forbid' ? 'error' : 'warning', ...says, start, end }
}
