import { Problem, text } from '../../../platform/problem.ts'
import { fromBase64, parseJson, unzipped } from './bytes.ts'
import { isRaw, maxMessages } from './message.ts'

/** The fields of a form or an address: `data` or `data_list`, and what belongs to it. */
export type SensorsForm = Readonly<Record<string, string | undefined>>

/** The fields of a body: a form, whatever the sender says it is (a beacon says text). */
export function sensorsForm(body: Buffer): SensorsForm {
  return Object.fromEntries(new URLSearchParams(body.toString('utf8')))
}

/**
 * The messages of a request, not yet looked at. `data` holds one and `data_list` many, but both are taken in either;
 * each is base64 of JSON or of its gzip (`gzip=1` says so, the first bytes decide). `ext=crc=…` (browsers) or `crc=…`
 * (apps) is the checksum of the base64 text.
 */
export async function sensorsMessages(form: SensorsForm): Promise<unknown[]> {
  const field = form.data_list === undefined ? 'data' : 'data_list'
  const packed = form[field]
  if (packed === undefined || packed === '') throw unreadable('collect.empty', '没有 data 或 data_list', 'No data')
  const told = /^crc=(-?\d+)$/.exec(form.ext ?? '')?.[1] ?? form.crc
  if (told !== undefined && told !== '' && Number(told) !== checksum(packed.replaceAll(' ', '+')))
    throw unreadable(
      'sensors.bad_crc',
      '校验和不一致,内容在途中有改变',
      'The checksum differs: the content was changed',
    )
  const content = parseJson(await unzipped(fromBase64(packed)))
  if (isRaw(content) && 'ekey' in content)
    throw unreadable('sensors.encrypted', '不支持加密的数据,请关闭 SDK 的加密', 'Encrypted data: turn encryption off')
  const messages = Array.isArray(content) ? content : [content]
  if (messages.length > maxMessages)
    throw unreadable('collect.too_many', `一次最多 ${maxMessages} 条`, `At most ${maxMessages} messages at once`)
  return messages
}

function unreadable(code: string, zh: string, en: string): Problem {
  return new Problem('invalid', code, text(zh, en))
}

/** The hash of a Java string, which the SDKs send along. */
export function checksum(packed: string): number {
  let sum = 0
  for (let i = 0; i < packed.length; i++) sum = (Math.imul(sum, 31) + packed.charCodeAt(i)) | 0
  return sum
}
