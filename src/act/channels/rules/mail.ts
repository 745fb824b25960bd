import { createHash } from 'node:crypto'

type Failed = {
  key: string
  failed: 'throttled' | 'transient' | 'permanent'
  code: string
  text: string
  suppress?: boolean
  uncertain?: boolean
  own?: boolean
}

/** The name of a mail, made of its key: what comes back about it can be told. */
export function messageIdOf(key: string, from: string): string {
  const local = /^[\w.-]{1,60}$/.test(key) ? key : createHash('sha256').update(key).digest('hex').slice(0, 40)
  return `<${local}@${from.split('@')[1] ?? 'localhost'}>`
}

/** A mailbox that does not exist, or no longer takes part (RFC 3463: X.1.x address, X.2.1 disabled). */
const gone = /\b5\.(?:1\.[0-36]|2\.1)\b/
const enhanced = /\b[245]\.\d{1,3}\.\d{1,3}\b/

/** An error of SMTP by its code (RFC 5321, RFC 3463). `tried`: a letter was under way, not only a greeting. */
export function smtpOutcome(key: string, error: unknown, tried: boolean): Failed {
  const {
    responseCode,
    code,
    command,
    message = 'SMTP',
    response,
  } = error as {
    responseCode?: number
    code?: string
    command?: string
    message?: string
    response?: string
  }
  const words = (response ?? message).slice(0, 300)
  const status = enhanced.exec(response ?? message)?.[0]
  const about = {
    key,
    code: [responseCode, status].filter(Boolean).join(' ') || (code ?? 'smtp').toLowerCase(),
    text: words,
  }
  if (responseCode === undefined)
    return { ...about, failed: 'transient', own: true, ...(tried && command === 'DATA' ? { uncertain: true } : {}) }
  if (code === 'EAUTH' || command?.startsWith('AUTH')) return { ...about, failed: 'transient', own: true }
  // Greylisting and full mailboxes concern this address; too many connections or mails concern the account.
  if (responseCode === 421 || /\b4\.(?:7\.28|4\.5|3\.2)\b|rate|too many|too fast/i.test(words))
    return {
      ...about,
      failed: responseCode >= 500 ? 'transient' : 'throttled',
      ...(responseCode >= 500 ? { own: true } : {}),
    }
  if (responseCode < 500) return { ...about, failed: 'transient' }
  const recipient = command === undefined || command.startsWith('RCPT')
  if (status ? gone.test(status) : recipient && (responseCode === 550 || responseCode === 551 || responseCode === 553))
    return { ...about, failed: 'permanent', suppress: true }
  if (command?.startsWith('MAIL')) return { ...about, failed: 'transient', own: true }
  return { ...about, failed: 'permanent' }
}

/** HTML as one would read it: links with where they lead, no styles, no hidden text. */
export function plainOf(html: string): string {
  return html
    .replace(/<(style|script|head|title)\b[\s\S]*?<\/\1>/gi, '')
    .replace(/<!--[\s\S]*?-->/g, '')
    .replace(/<a\b[^>]*href="([^"]*)"[^>]*>([\s\S]*?)<\/a>/gi, (_all, href: string, inner: string) => {
      const words = inner.replace(/<[^>]*>/g, '').trim()
      return words === '' || words === href ? href : `${words} (${href})`
    })
    .replace(/<li\b[^>]*>/gi, '\n- ')
    .replace(/<br\s*\/?>|<\/(?:p|div|tr|h[1-6]|table|ul|ol)>/gi, '\n')
    .replace(/<[^>]*>/g, '')
    .replace(/&nbsp;|&#160;/g, ' ')
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&quot;/g, '"')
    .replace(/&#39;|&apos;/g, "'")
    .replace(/&amp;/g, '&')
    .replace(/\u034f|\u200c/g, '')
    .replace(/[ \t]+/g, ' ')
    .replace(/ ?\n ?/g, '\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim()
}
