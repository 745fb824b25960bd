/** What a returned mail says; the states are those of receipts. */
export type Returned = {
  providerId: string
  state: 'delivered' | 'bounced' | 'failed' | 'complained'
  at: Date
  code?: string
}

/** Headers of a part, unfolded, names in small letters. */
function headersOf(part: string): Map<string, string> {
  const [head = ''] = part.split(/\r?\n\r?\n/, 1)
  const lines = head.replace(/\r?\n[ \t]+/g, ' ').split(/\r?\n/)
  return new Map(
    lines.flatMap((line) => {
      const colon = line.indexOf(':')
      return colon > 0 ? [[line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()] as const] : []
    }),
  )
}

function partsOf(mail: string): { type: string; body: string }[] {
  const boundary = /boundary="?([^";\r\n]+)"?/i.exec(headersOf(mail).get('content-type') ?? '')?.[1]
  if (!boundary) return []
  return mail
    .split(`--${boundary}`)
    .slice(1)
    .map((part) => part.replace(/^\r?\n/, ''))
    .map((part) => ({
      type: (headersOf(part).get('content-type') ?? 'text/plain').split(';')[0]?.toLowerCase() ?? '',
      body: part
        .split(/\r?\n\r?\n/)
        .slice(1)
        .join('\n\n'),
    }))
}

/**
 * Reports about mails, as they come back to the mailbox for bounces: of delivery (RFC 3464) and of complaints (RFC 5965).
 * Which mail it was is told by the Message-ID of what is sent along. A report of a delay says nothing final.
 */
export function readReport(mail: string, now: Date): Returned[] {
  const parts = partsOf(mail)
  const original = parts.find(({ type }) => type === 'message/rfc822' || type === 'text/rfc822-headers')
  const providerId = headersOf(original?.body ?? '').get('message-id') ?? originalId(mail)
  if (!providerId) return []
  if (parts.some(({ type }) => type === 'message/feedback-report'))
    return [{ providerId, state: 'complained', at: now, code: 'abuse' }]
  const status = parts.find(({ type }) => type === 'message/delivery-status')
  if (!status) return []
  const about = status.body.split(/\r?\n\r?\n/).map((block) => headersOf(`${block}\n\n`))
  const recipient = about.find((block) => block.has('action'))
  const code = recipient?.get('status') ?? ''
  const action = recipient?.get('action')?.toLowerCase()
  if (action === 'delivered') return [{ providerId, state: 'delivered', at: now, code }]
  if (action !== 'failed') return []
  return [{ providerId, state: /^5\.(?:1\.[0-36]|2\.1)/.test(code) ? 'bounced' : 'failed', at: now, code }]
}

/** Some servers send the headers along in the words of the report. */
function originalId(mail: string): string | undefined {
  return [...mail.matchAll(/^message-id:\s*(<[^>]+>)/gim)].at(-1)?.[1]
}
