import type { Doc } from './profile.ts'

/** Attributes that say where a customer belongs, by the code of an organisation. */
export const orgAttributes: readonly string[] = ['org', '$org', 'org_no', '机构', '所属机构']

/** The code that was said last, where `after` says another than `before` or says it anew. */
export function newOrgCode(before: Doc, after: Doc): string | undefined {
  const said = orgAttributes
    .flatMap((name) => {
      const entry = Object.hasOwn(after, name) ? after[name] : undefined
      return entry && entry[3] !== 'gone' && entry !== before[name] ? [entry] : []
    })
    .sort((a, b) => b[1] - a[1])[0]
  const code = said?.[0]
  return typeof code === 'string' || typeof code === 'number' ? String(code).trim() || undefined : undefined
}
