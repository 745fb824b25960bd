import { ClickHouseError } from '@clickhouse/client'
import { Problem, text } from '../problem.ts'

/** Errors of the connection, not of the statement: the engine is away, or went away. */
const away = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH'])

export function isAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  return ('code' in error && away.has(String(error.code))) || /socket hang up/.test(error.message)
}

/** The connection was refused, so the statement never arrived: any may be sent again. */
export function neverArrived(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ECONNREFUSED'
}

/** What the engine says, as the caller should hear it: the original error when it is a bug of ours. */
export function asProblem(error: unknown): unknown {
  if (isAway(error)) return unavailable(error)
  if (!(error instanceof ClickHouseError)) return error
  const because = { cause: error }
  switch (Number(error.code)) {
    case 159: // TIMEOUT_EXCEEDED
      return tookTooLong(error)
    case 202: // TOO_MANY_SIMULTANEOUS_QUERIES
      return new Problem(
        'unavailable',
        'facts.busy',
        text('分析引擎繁忙,请稍后再试', 'The analysis engine is busy, please try again'),
        { retryAfterSeconds: 2, ...because },
      )
    case 241: // MEMORY_LIMIT_EXCEEDED
      return new Problem(
        'unavailable',
        'facts.too_heavy',
        text('查询所需内存过大,请缩小范围', 'This needs more memory than there is: narrow it down'),
        because,
      )
    case 394: // QUERY_WAS_CANCELLED
      return unavailable(error)
    case 457: // BAD_QUERY_PARAMETER
      return new Problem(
        'invalid',
        'facts.bad_value',
        text('有一个值的类型不正确', 'A value is not of the kind it should be'),
        because,
      )
  }
  if (Number(error.code) === 243 || /errno: 28\b|No space left on device/.test(error.message))
    return new Problem(
      'unavailable',
      'facts.disk_full',
      text('分析引擎磁盘已满', 'The disk of the analysis engine is full'),
      { retryAfterSeconds: 60, ...because },
    )
  return error
}

export function unavailable(cause: unknown): Problem {
  return new Problem(
    'unavailable',
    'facts.unavailable',
    text('分析引擎暂时不可用,请稍后再试', 'The analysis engine is not available at the moment, please try again'),
    { retryAfterSeconds: 2, cause },
  )
}

export function tookTooLong(cause: unknown): Problem {
  return new Problem('unavailable', 'facts.timeout', text('分析引擎处理超时', 'The analysis engine took too long'), {
    retryAfterSeconds: 5,
    cause,
  })
}
