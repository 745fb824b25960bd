import { Problem, text } from '../../platform/problem.ts'

/** Passes by itself, perhaps: the work is tried again. */
export function away(says: string, cause?: unknown): Problem {
  return new Problem(
    'unavailable',
    'warehouse.source_away',
    text(`数据源暂时无法连接:${says}`, `The source cannot be reached at the moment: ${says}`),
    { cause },
  )
}

/** Somebody has to do something about it: it is said at once. */
export function refused(zh: string, en: string, cause?: unknown): Problem {
  return new Problem('invalid', 'warehouse.source_refused', text(zh, en), { cause })
}

const passing = new Set([
  ...['ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', 'EAI_AGAIN', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'EPIPE'],
  ...['CONNECT_TIMEOUT', 'CONNECTION_CLOSED', 'CONNECTION_ENDED', 'CONNECTION_DESTROYED'],
  ...['57P01', '57P02', '57P03', '53300', '08006', '40001', '40P01'],
  ...[
    'PROTOCOL_CONNECTION_LOST',
    'ER_CON_COUNT_ERROR',
    'ER_LOCK_WAIT_TIMEOUT',
    'ER_LOCK_DEADLOCK',
    'ER_SERVER_SHUTDOWN',
  ],
  ...['ER_TOO_MANY_USER_CONNECTIONS', 'ER_CONNECTION_KILLED'],
])
const signIn = new Set([
  '28P01',
  '28000',
  '3D000',
  'ER_ACCESS_DENIED_ERROR',
  'ER_DBACCESS_DENIED_ERROR',
  'ER_BAD_DB_ERROR',
])

/** What a database or a storage said, as a person needs it. Values that its words may quote are cut out. */
export function sourceProblem(error: unknown): unknown {
  if (error instanceof Problem || !(error instanceof Error)) return error
  const code = 'code' in error ? String(error.code) : ''
  const says = shortened(error.message)
  if (passing.has(code)) return away(`${code} ${says}`.trim(), error)
  if (signIn.has(code) || /password authentication|SASL/i.test(error.message))
    return refused(`数据源拒绝登录:${says}`, `The source refused to let us in: ${says}`, error)
  if (code === '57014' || code === 'ER_QUERY_TIMEOUT' || code === 'ER_STATEMENT_TIMEOUT')
    return refused('查询超过时间上限', 'The query took longer than it may', error)
  if (/certificate|self[- ]signed|TLS|SSL/i.test(error.message) || code.startsWith('ERR_TLS'))
    return refused(`加密连接(TLS)失败:${says}`, `The encrypted connection failed: ${says}`, error)
  if (code === '' && !('severity' in error) && !('sqlState' in error)) return error
  return refused(`数据源拒绝了查询:${says}`, `The source refused the query: ${says}`, error)
}

/** Databases quote values in their words: what looks like one of a person is cut. */
export function shortened(message: string): string {
  return (message.split('\n')[0] ?? '')
    .replace(/\d{6,}/g, '****')
    .replace(/[\w.+-]+@[\w.-]+/g, '****')
    .slice(0, 300)
}
