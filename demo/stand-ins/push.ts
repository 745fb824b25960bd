import { callBack, type Gateway, textField } from './http.ts'
import { delayOf, luckOf } from './luck.ts'
import type { Around } from './standIn.ts'

/** Apps that were taken off the phone, or whose notices are turned off. */
const shares = { uninstalled: 0.08, turnedOff: 0.15 }
const perSecond = 1000

/**
 * The push services of the phone makers, as one: `POST /push/send {tokens, title, text, callback}` answers
 * `{code: '80000000', requestId, illegal: []}`, `80100000` when some tokens are of no app any more, `80300007` when all
 * are, and 503 above the agreed rate. What became of each is called back: 0 shown, 2 taken off, 6 notices are off.
 */
export function pushGateway(around: Around): Gateway {
  let taken = 0
  let second = { at: 0, count: 0 }
  return ({ method, path, body }) => {
    if (method !== 'POST' || path !== '/push/send') return undefined
    const tokens = Array.isArray(body.tokens) ? body.tokens.filter((one) => typeof one === 'string') : []
    const now = around.now()
    if (now - second.at >= 1000) second = { at: now, count: 0 }
    second.count += tokens.length
    if (second.count > perSecond) return { status: 503, body: { code: '81000001', msg: 'flow control' } }
    if (tokens.length === 0) return { body: { code: '80300007', msg: 'all tokens are invalid', illegal: [] } }
    const requestId = `P${String(++taken).padStart(12, '0')}`
    const text = `${textField(body, 'title')}\n${textField(body, 'text')}`
    const callback = textField(body, 'callback')
    const fates = tokens.map((token) => ({ token, status: fateOf(around.seed, token) }))
    for (const { token, status } of fates) {
      const at = now + delayOf(luckOf(around.seed, 'push', token, text), 900)
      around.later(at, () => {
        if (status === 0) around.reached({ channel: 'push', id: `${requestId}.${token}`, to: token, at, text })
        if (callback) callBack(around, callback, { statuses: [{ token, status, requestId, timestamp: at }] })
      })
    }
    const illegal = fates.filter(({ status }) => status === 2).map(({ token }) => token)
    const code = illegal.length === 0 ? '80000000' : illegal.length < tokens.length ? '80100000' : '80300007'
    return { body: { code, requestId, illegal } }
  }
}

function fateOf(seed: number, token: string): 0 | 2 | 6 {
  const luck = luckOf(seed, 'token', token)
  if (luck < shares.uninstalled) return 2
  return luck < shares.uninstalled + shares.turnedOff ? 6 : 0
}
