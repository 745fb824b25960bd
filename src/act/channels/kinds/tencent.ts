import { said } from '../rules/gateway.ts'
import type { Asker } from './http.ts'
import { type Way, WayFault } from './kind.ts'

type Json = Record<string, unknown>
type TokenAsk = { path: string; method: 'GET' | 'POST'; body?: Json; signal: AbortSignal }

export type Tencent = {
  token(signal: AbortSignal): Promise<string>
  /** Asks with a token, once more with a new one where the old is no longer taken. */
  post(path: string, body: Json, signal: AbortSignal): Promise<Json>
}

/** The token was changed, has expired, or is no token: 40001, 40014, 42001 of WeChat and WeCom alike. */
const stale = new Set([40001, 40014, 42001])
const timeoutMs = 10_000

/** WeChat and WeCom: a token for a secret, kept until shortly before it ends; errors come with status 200. */
export function openTencent(way: Way, asker: Asker, tokenAsk: (signal: AbortSignal) => Promise<TokenAsk>): Tencent {
  let held: Promise<{ token: string; until: number }> | undefined

  async function ask(method: 'GET' | 'POST', path: string, body: Json | undefined, signal: AbortSignal): Promise<Json> {
    const { status, text } = await asker.ask(
      {
        method,
        url: `${said(way.settings.base).replace(/\/$/, '')}${path}`,
        headers: { 'content-type': 'application/json; charset=utf-8' },
        ...(body ? { body: JSON.stringify(body) } : {}),
        timeoutMs,
      },
      signal,
    )
    if (status < 200 || status >= 300)
      throw new WayFault(status === 429 ? 'throttled' : 'transient', `http_${status}`, `HTTP ${status}`)
    try {
      return JSON.parse(text) as Json
    } catch {
      throw new WayFault('transient', 'answer', 'the answer is no JSON')
    }
  }

  async function fetchToken(signal: AbortSignal) {
    const { path, method, body } = await tokenAsk(signal)
    const answer = await ask(method, path, body, signal)
    const token = said(answer.access_token)
    if (token === '')
      throw new WayFault('transient', said(answer.errcode) || 'token', said(answer.errmsg) || 'no token')
    return { token, until: way.ctx.now.getTime() + (Number(answer.expires_in ?? 7200) - 300) * 1000 }
  }

  async function token(signal: AbortSignal): Promise<string> {
    const now = way.ctx.now.getTime()
    const known = await held?.catch(() => undefined)
    if (known && known.until > now) return known.token
    const mine = (held = fetchToken(signal))
    return (await mine).token
  }

  return {
    token,
    async post(path, body, signal) {
      const answer = await ask('POST', `${path}?access_token=${encodeURIComponent(await token(signal))}`, body, signal)
      if (!stale.has(Number(answer.errcode ?? 0))) return answer
      held = undefined
      return ask('POST', `${path}?access_token=${encodeURIComponent(await token(signal))}`, body, signal)
    },
  }
}
