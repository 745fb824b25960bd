import { setTimeout as pause } from 'node:timers/promises'

/** What the product answered when it did not do what was asked. */
export class Refused extends Error {
  readonly status: number
  readonly code: string
  constructor(status: number, code: string, message: string) {
    super(message)
    this.status = status
    this.code = code
  }
}

export type Address = {
  /** Without a slash at its end. */
  url: string
  /** A service key of the bank's head office. Without one only events are sent. */
  key: string | undefined
}

export type Api = ReturnType<typeof openApi>

/** The public API, as any program of the bank's would call it. */
export function openApi({ url, key }: Address) {
  const call = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    const bytes = body instanceof Uint8Array
    const response = await patiently(() =>
      fetch(`${url}${path}`, {
        method,
        headers: {
          ...(key ? { authorization: `Bearer ${key}` } : {}),
          ...(body === undefined ? {} : { 'content-type': bytes ? 'application/octet-stream' : 'application/json' }),
        },
        ...(body === undefined ? {} : { body: bytes ? (body as Uint8Array<ArrayBuffer>) : JSON.stringify(body) }),
      }),
    )
    const text = await response.text()
    if (!response.ok) throw refusal(response.status, text, `${method} ${path}`)
    return (text === '' ? undefined : JSON.parse(text)) as T
  }
  return {
    url,
    hasKey: key !== undefined,
    get: <T>(path: string) => call<T>('GET', path),
    post: <T>(path: string, body: unknown = {}) => call<T>('POST', path, body),
    put: <T>(path: string, body: unknown) => call<T>('PUT', path, body),
    patch: <T>(path: string, body: unknown) => call<T>('PATCH', path, body),
  }
}

function refusal(status: number, text: string, what: string): Refused {
  try {
    const { code, detail, errors } = JSON.parse(text) as { code?: string; detail?: string; errors?: unknown }
    return new Refused(status, code ?? '', `${what}: ${detail ?? code} ${errors ? JSON.stringify(errors) : ''}`)
  } catch {
    return new Refused(status, '', `${what}: ${status} ${text.slice(0, 300)}`)
  }
}

const patienceMs = 120_000

/**
 * Sends again what a busy or restarting product did not take (429, 503, a broken line), as a good SDK does: whatever is
 * sent carries its own key, so nothing is stored twice.
 */
export async function patiently(send: () => Promise<Response>): Promise<Response> {
  const until = performance.now() + patienceMs
  for (let wait = 100; ; wait = Math.min(5000, wait * 2)) {
    try {
      const response = await send()
      if (response.status !== 429 && response.status !== 503) return response
      const after = Number(response.headers.get('retry-after'))
      if (performance.now() > until) return response
      await response.arrayBuffer()
      if (after > 0) wait = Math.max(wait, after * 1000)
    } catch (error) {
      if (performance.now() > until) throw error
    }
    await pause(wait)
  }
}
