import mjml from 'mjml'
import { plainOf } from '../rules/mail.ts'
import { type Letter, sayField } from './kind.ts'

export type Composed = { html: string; plain: string; faults: string[] }

/** Compiled bodies of late: letters that are the same for many are compiled once. */
const kept = new Map<string, Composed>()
const keptMost = 200

/** The HTML of a letter and its words; MJML is compiled here, other HTML goes as it is. */
export async function composed(fields: Letter['fields']): Promise<Composed> {
  const body = sayField(fields, 'body')
  const preheader = sayField(fields, 'preheader')
  const written = sayField(fields, 'text')
  const known = kept.get(body) ?? (await compiled(body))
  kept.delete(body)
  kept.set(body, known)
  const [oldest] = kept.keys()
  if (kept.size > keptMost && oldest !== undefined) kept.delete(oldest)
  const html = preheader === '' ? known.html : withPreheader(known.html, preheader)
  return { html, plain: written || known.plain, faults: known.faults }
}

async function compiled(body: string): Promise<Composed> {
  if (!/^\s*<mjml[\s>]/i.test(body)) return { html: body, plain: plainOf(body), faults: [] }
  // No fonts from elsewhere: a mail of a bank tells nobody else that it was opened.
  const { html, errors } = await mjml(body, { validationLevel: 'soft', keepComments: false, fonts: {} })
  return { html, plain: plainOf(html), faults: errors.map(({ message }) => message).slice(0, 10) }
}

/** What the list of a mailbox shows beside the subject; hidden in the mail itself. */
function withPreheader(html: string, words: string): string {
  const safe = words.replace(/&/g, '&amp;').replace(/</g, '&lt;')
  const hidden = `<div style="display:none;max-height:0;overflow:hidden">${safe}</div>`
  return /<body[^>]*>/i.test(html) ? html.replace(/<body[^>]*>/i, (tag) => `${tag}${hidden}`) : `${hidden}${html}`
}
