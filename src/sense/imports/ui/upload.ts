import type { Static } from 'typebox'
import { ApiProblem, type FieldProblem, urlOf } from '../../../console/kit/api.ts'
import { currentScope } from '../../../console/kit/scope.ts'
import { currentLang, sayNow } from '../../../console/kit/text.ts'
import { type ImportDetail, type PartAnswer, partBytes } from '../contract.ts'

/** Bytes go another way than the console's calls of JSON, with the same proofs. */
async function send(
  method: 'PUT' | 'POST',
  url: string,
  csrf: string,
  body: Blob | string,
  type: string,
  signal?: AbortSignal,
): Promise<Response> {
  const headers: Record<string, string> = { 'content-type': type, 'x-csrf-token': csrf, 'x-lang': currentLang() }
  const scope = currentScope()
  if (scope) headers['x-org-scope'] = scope
  let response: Response
  try {
    response = await fetch(url, { method, headers, credentials: 'same-origin', body, signal })
  } catch (error) {
    if (signal?.aborted) throw error
    throw new ApiProblem(
      0,
      'console.offline',
      sayNow()('连接不上服务器,请检查网络', 'The server cannot be reached. Check the network.'),
    )
  }
  if (response.ok) return response
  const said = (await response.json().catch(() => ({}))) as {
    code?: string
    detail?: string
    fields?: FieldProblem[]
    requestId?: string
  }
  const t = sayNow()
  const message = said.detail ?? t(`服务器出错(${response.status})`, `The server failed (${response.status}).`)
  throw new ApiProblem(response.status, said.code ?? `http.${response.status}`, message, {
    fields: said.fields ?? [],
    requestId: said.requestId,
  })
}

/** A part that the line lost is sent again, from where the server has it. */
const triesEach = 5

/** Sends the file in parts and has it looked at; `tell` hears the share that is there. */
export async function uploadFile(
  file: File,
  csrf: string,
  tell: (share: number) => void,
  signal: AbortSignal,
): Promise<ImportDetail> {
  const json = 'application/json'
  const made = await send(
    'POST',
    '/api/imports',
    csrf,
    JSON.stringify({ fileName: file.name, size: file.size }),
    json,
    signal,
  )
  const { id } = (await made.json()) as ImportDetail
  let received = 0
  while (received < file.size) {
    received = await sendPart(id, file, received, csrf, signal)
    tell(received / file.size)
  }
  const whole = await send('POST', `/api/imports/${id}/uploaded`, csrf, '{}', json, signal)
  return (await whole.json()) as ImportDetail
}

async function sendPart(id: string, file: File, offset: number, csrf: string, signal: AbortSignal): Promise<number> {
  const part = file.slice(offset, offset + partBytes)
  for (let tries = 1; ; tries++) {
    try {
      const url = urlOf(`/api/imports/${id}/part`, { offset })
      const answer = await send('PUT', url, csrf, part, 'application/octet-stream', signal)
      return ((await answer.json()) as Static<typeof PartAnswer>).received
    } catch (error) {
      const passing = error instanceof ApiProblem && (error.status === 0 || error.status >= 502 || error.status === 429)
      if (!passing || tries >= triesEach) throw error
      await new Promise((resolve) => setTimeout(resolve, 500 * 2 ** tries))
    }
  }
}

export function badRowsFile(id: string, csrf: string): Promise<Blob> {
  return badRowsOf(`/api/imports/${id}`, csrf)
}

/** The file of bad rows of whatever stands at that address. */
export function badRowsOf(path: string, csrf: string): Promise<Blob> {
  return exportedFile(`${path}/bad-rows/export`, csrf)
}

/** A file that an address makes, and records that it did. */
export async function exportedFile(url: string, csrf: string): Promise<Blob> {
  const answer = await send('POST', url, csrf, '{}', 'application/json')
  return answer.blob()
}
