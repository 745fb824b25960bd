import type { FastifyError } from 'fastify'
import type { Lang } from '../ctx.ts'
import { asProblem } from '../db/db.ts'
import { type FieldProblem, Problem, problemStatus, type Text, text } from '../problem.ts'

/** RFC 9457, with our stable `code`, the fields at fault and the request to quote. */
export type ProblemJson = {
  type: string
  title: string
  status: number
  code: string
  detail: string
  instance: string
  requestId: string
  fields?: { field: string; message: string }[]
}

/** Anything that was thrown, as the one error the outside sees. What is no Problem is ours to mend, and says nothing. */
export function toProblem(error: unknown): { problem: Problem; bug: boolean } {
  const known = asProblem(error)
  if (known instanceof Problem) return { problem: known, bug: false }
  const fastify = known as Partial<FastifyError>
  if (fastify.validation) return { problem: fromValidation(fastify as FastifyError), bug: false }
  const status = fastify.statusCode ?? 500
  if (status === 413)
    return {
      problem: new Problem('too-large', 'http.too_large', text('请求内容过大', 'The request body is too large')),
      bug: false,
    }
  if (status === 429)
    return {
      problem: new Problem(
        'throttled',
        'http.too_many',
        text('请求过于频繁,请稍后再试', 'Too many requests, please wait'),
      ),
      bug: false,
    }
  if (status === 415)
    return {
      problem: new Problem(
        'invalid',
        'http.media_type',
        text('不支持该内容类型', 'This content type is not supported'),
      ),
      bug: false,
    }
  if (status >= 400 && status < 500)
    return {
      problem: new Problem('invalid', 'http.bad_request', text('请求格式不正确', 'The request cannot be read')),
      bug: false,
    }
  return {
    problem: new Problem('unavailable', 'http.bug', text('系统内部错误', 'Something went wrong on our side'), {
      cause: error,
    }),
    bug: true,
  }
}

export function problemJson(
  problem: Problem,
  lang: Lang,
  status: number,
  instance: string,
  requestId: string,
): ProblemJson {
  return {
    type: `urn:zhixing:problem:${problem.code}`,
    title: problem.kind,
    status,
    code: problem.code,
    detail: problem.text[lang],
    instance,
    requestId,
    ...(problem.fields.length > 0
      ? { fields: problem.fields.map(({ field, message }) => ({ field, message: message[lang] })) }
      : {}),
  }
}

export function statusOf(problem: Problem, bug: boolean): number {
  return bug ? 500 : problemStatus[problem.kind]
}

type Fault = { keyword: string; instancePath: string; params: Record<string, unknown>; message?: string }

function fromValidation(error: FastifyError): Problem {
  const faults = (error.validation ?? []) as unknown as Fault[]
  const fields: FieldProblem[] = faults.map((fault) => ({ field: fieldOf(fault), message: sentence(fault) }))
  const where = fields[0]?.field
  return new Problem(
    'invalid',
    'http.invalid',
    where
      ? text(`${where}:${fields[0]?.message.zh}`, `${where}: ${fields[0]?.message.en}`)
      : text('请求内容不正确', 'The request is not valid'),
    { fields },
  )
}

function fieldOf(fault: Fault): string {
  const path = fault.instancePath.split('/').filter(Boolean).map(decodeURIComponent)
  const child = fault.params.missingProperty ?? fault.params.additionalProperty
  return [...path, ...(typeof child === 'string' ? [child] : [])].join('.')
}

const sentences: Record<string, (params: Record<string, unknown>) => Text> = {
  required: () => text('必填', 'is required'),
  additionalProperties: () => text('不认识的字段', 'is not a known field'),
  type: ({ type }) => text(`应为 ${type}`, `must be ${type}`),
  enum: ({ allowedValues }) =>
    text(
      `应为其中之一:${(allowedValues as unknown[]).join('、')}`,
      `must be one of ${(allowedValues as unknown[]).join(', ')}`,
    ),
  const: ({ allowedValue }) => text(`应为 ${allowedValue}`, `must be ${allowedValue}`),
  minLength: ({ limit }) =>
    limit === 1
      ? text('不能为空', 'must not be empty')
      : text(`至少 ${limit} 个字符`, `must have at least ${limit} characters`),
  maxLength: ({ limit }) => text(`最多 ${limit} 个字符`, `must have at most ${limit} characters`),
  minimum: ({ limit }) => text(`不能小于 ${limit}`, `must not be below ${limit}`),
  maximum: ({ limit }) => text(`不能大于 ${limit}`, `must not be above ${limit}`),
  minItems: ({ limit }) => text(`至少 ${limit} 项`, `must have at least ${limit} items`),
  maxItems: ({ limit }) => text(`最多 ${limit} 项`, `must have at most ${limit} items`),
  uniqueItems: () => text('不能重复', 'must not repeat'),
  pattern: () => text('格式不正确', 'has the wrong form'),
  format: ({ format }) => text(`格式不正确(${format})`, `must be a valid ${format}`),
  anyOf: () => text('不是允许的取值', 'is not an allowed value'),
}

function sentence(fault: Fault): Text {
  return sentences[fault.keyword]?.(fault.params) ?? text('不正确', fault.message ?? 'is not valid')
}
