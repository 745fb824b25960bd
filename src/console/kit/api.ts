import { QueryClient } from '@tanstack/react-query'
import { currentScope } from './scope.ts'
import { currentLang, sayNow } from './text.ts'

export type FieldProblem = { field: string; message: string }

/** A refusal or a failure of one call, in the reader's language. `status` 0: no answer came at all. */
export class ApiProblem extends Error {
  readonly status: number
  /** Stable, dotted: `orgs.has_children`. */
  readonly code: string
  readonly fields: readonly FieldProblem[]
  /** Given to support: the server's log has the same. */
  readonly requestId: string | undefined
  readonly retryAfterSeconds: number | undefined

  constructor(status: number, code: string, message: string, more: Partial<ApiProblem> = {}) {
    super(message)
    this.name = 'ApiProblem'
    this.status = status
    this.code = code
    this.fields = more.fields ?? []
    this.requestId = more.requestId
    this.retryAfterSeconds = more.retryAfterSeconds
  }
}

export function isProblem(error: unknown, code?: string): error is ApiProblem {
  return error instanceof ApiProblem && (code === undefined || error.code === code)
}

/** Someone else saved in between: the version that was edited is no longer the newest. */
export const isStale = (error: unknown) => isProblem(error) && error.status === 409 && error.code.endsWith('.stale')

export type Query = Record<string, string | number | boolean | readonly string[] | undefined>

/** `/api/x?a=1&b=2`; what is undefined or empty is not asked. */
export function urlOf(path: string, query: Query = {}): string {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined || value === '') continue
    for (const one of Array.isArray(value) ? value : [value]) search.append(name, String(one))
  }
  const written = search.toString()
  return written ? `${path}?${written}` : path
}

let csrf = ''
/** The word that unsafe calls carry; it comes with `me`. */
export function setCsrf(token: string) {
  csrf = token
}

let signedOut: () => void = () => {}
/** What to do when the server no longer knows the session. */
export function onSignedOut(act: () => void) {
  signedOut = act
}

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
type Options = { query?: Query; body?: unknown; signal?: AbortSignal; keepalive?: boolean }

async function call<T>(method: Method, path: string, options: Options = {}): Promise<T> {
  const headers: Record<string, string> = { accept: 'application/json', 'x-lang': currentLang() }
  const scope = currentScope()
  if (scope) headers['x-org-scope'] = scope
  if (method !== 'GET' && csrf) headers['x-csrf-token'] = csrf
  if (options.body !== undefined) headers['content-type'] = 'application/json'
  let response: Response
  try {
    response = await fetch(urlOf(path, options.query), {
      method,
      headers,
      credentials: 'same-origin',
      body: options.body === undefined ? undefined : JSON.stringify(options.body),
      signal: options.signal,
      keepalive: options.keepalive,
    })
  } catch (error) {
    if (options.signal?.aborted) throw error
    throw new ApiProblem(
      0,
      'console.offline',
      sayNow()('连接不上服务器,请检查网络', 'The server cannot be reached. Check the network.'),
    )
  }
  if (response.ok) return (response.status === 204 ? undefined : await readJson(response)) as T
  const problem = await readProblem(response)
  if (problem.status === 401 && !path.endsWith('/sign-in')) signedOut()
  throw problem
}

/** An answer that is not JSON comes from something in between (a proxy's page), not from the product. */
async function readJson(response: Response): Promise<unknown> {
  const type = response.headers.get('content-type') ?? ''
  if (type.includes('json')) return response.json()
  if ((await response.text()) === '') return undefined
  throw new ApiProblem(
    502,
    'console.not_json',
    sayNow()('服务器的应答无法识别', 'The answer of the server was not understood.'),
  )
}

type ProblemBody = { title?: string; detail?: string; code?: string; fields?: FieldProblem[]; requestId?: string }

async function readProblem(response: Response): Promise<ApiProblem> {
  const t = sayNow()
  const body: ProblemBody = await response.json().catch(() => ({}))
  const retry = Number(response.headers.get('retry-after'))
  const fallback = t(`服务器出错(${response.status})`, `The server failed (${response.status}).`)
  return new ApiProblem(
    response.status,
    body.code ?? `http.${response.status}`,
    body.detail ?? body.title ?? fallback,
    {
      fields: body.fields ?? [],
      requestId: body.requestId ?? response.headers.get('x-request-id') ?? undefined,
      retryAfterSeconds: retry > 0 ? retry : undefined,
    },
  )
}

export const api = {
  get: <T>(path: string, query?: Query, signal?: AbortSignal) => call<T>('GET', path, { query, signal }),
  post: <T>(path: string, body: unknown = {}, signal?: AbortSignal) => call<T>('POST', path, { body, signal }),
  /** Is sent also when the page is left at once. */
  postAndLeave: (path: string) => call<void>('POST', path, { body: {}, keepalive: true }),
  put: <T>(path: string, body: unknown) => call<T>('PUT', path, { body }),
  patch: <T>(path: string, body: unknown) => call<T>('PATCH', path, { body }),
  delete: <T>(path: string, query?: Query) => call<T>('DELETE', path, { query }),
}

/** Answers kept in the page: fresh for 20 s, shown while they are asked again; a refusal is not asked twice. */
export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 20_000,
      refetchOnWindowFocus: false,
      retry: (times, error) => times < 2 && isProblem(error) && (error.status === 0 || error.status >= 502),
      retryDelay: (times) => 500 * 2 ** times,
      networkMode: 'always',
    },
    mutations: { networkMode: 'always' },
  },
})
