import { promisify } from 'node:util'
import { gunzip, inflate } from 'node:zlib'
import { Problem, text } from '../../../platform/problem.ts'

/** Of a body as it is sent. */
export const maxBodyBytes = 10 * 1024 * 1024
/** Of what a body unpacks to: a small gzip can hold gigabytes of nothing. */
export const maxUnpackedBytes = 20 * 1024 * 1024

const unzip = promisify(gunzip)
const undeflate = promisify(inflate)

/** The body without its `Content-Encoding`. */
export async function decoded(body: Buffer, encoding: string | undefined): Promise<Buffer> {
  switch (encoding?.trim().toLowerCase() ?? '') {
    case '':
    case 'identity':
      return body
    case 'gzip':
    case 'x-gzip':
      return unpack(() => unzip(body, { maxOutputLength: maxUnpackedBytes }))
    case 'deflate':
      return unpack(() => undeflate(body, { maxOutputLength: maxUnpackedBytes }))
    default:
      throw new Problem(
        'invalid',
        'collect.encoding',
        text('不支持该压缩方式,请使用 gzip', 'This content encoding is not supported: use gzip'),
      )
  }
}

/** Unpacks what begins as gzip does, whatever the sender says about it; anything else is returned as it is. */
export async function unzipped(bytes: Buffer): Promise<Buffer> {
  return bytes[0] === 0x1f && bytes[1] === 0x8b
    ? unpack(() => unzip(bytes, { maxOutputLength: maxUnpackedBytes }))
    : bytes
}

async function unpack(run: () => Promise<Buffer>): Promise<Buffer> {
  try {
    return await run()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE')
      throw new Problem(
        'too-large',
        'collect.unpacked_too_large',
        text('解压后的内容过大', 'The unpacked content is too large'),
      )
    throw new Problem('invalid', 'collect.bad_gzip', text('gzip 内容不完整或已损坏', 'The gzip content is damaged'))
  }
}

const base64 = /^[A-Za-z0-9+/_-]+={0,2}$/

/** Node skips over what is no base64; a door must not, or half a message would be taken for a whole one. */
export function fromBase64(given: string): Buffer {
  // A plus that was not escaped arrives as a space; lines may have been wrapped.
  const packed = given.replaceAll(' ', '+').replace(/[\r\n\t]/g, '')
  if (!base64.test(packed))
    throw new Problem('invalid', 'collect.bad_base64', text('内容不是 base64', 'The content is not base64'))
  return Buffer.from(packed, 'base64')
}

export function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'))
  } catch {
    throw new Problem('invalid', 'collect.bad_json', text('内容不是 JSON', 'The content is not JSON'))
  }
}
