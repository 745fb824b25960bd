import { promisify } from 'node:util'
import { constants, zstdCompress, zstdDecompress } from 'node:zlib'
import { openBytes, sealBytes } from '../../govern/privacy/privacy.ts'
import type { Ctx } from '../../platform/ctx.ts'
import type { Envelope } from './contract.ts'

/** A message as a piece of the log holds it. `key` is the product's own. */
export type Logged = { key: string; source: string; envelope: Envelope }

const compress = promisify(zstdCompress)
const decompress = promisify(zstdDecompress)
/** The fastest that is worth it: a tenth of the size in a microsecond a message. */
const quick = { params: { [constants.ZSTD_c_compressionLevel]: 1 } }
/** A piece holds at most a few megabytes of messages; what claims to be more was not written here. */
const largest = 256 * 1024 * 1024

const ownerOf = (at: Date) => `collect.piece ${at.getTime()}`

/** The bytes of a piece: JSON, compressed, then sealed, bound to the moment it was received. */
export async function packPiece(ctx: Ctx, at: Date, messages: readonly Logged[]): Promise<Buffer> {
  return sealBytes(ctx, ownerOf(at), await compress(JSON.stringify(messages), quick))
}

/** @throws BrokenSeal for a piece that was changed from outside. */
export async function unpackPieces(
  ctx: Ctx,
  pieces: readonly { receivedAt: Date; body: Buffer }[],
): Promise<Logged[][]> {
  const bodies = await openBytes(
    ctx,
    pieces.map(({ receivedAt, body }) => ({ owner: ownerOf(receivedAt), sealed: body })),
  )
  return Promise.all(
    bodies.map(
      async (body) => JSON.parse((await decompress(body, { maxOutputLength: largest })).toString()) as Logged[],
    ),
  )
}

/** One rejected message, as it was understood or as it was sent. */
export function packReject(ctx: Ctx, key: string, message: unknown): Buffer {
  return sealBytes(ctx, `collect.reject ${key}`, Buffer.from(JSON.stringify(message ?? null)))
}

export async function unpackRejects(ctx: Ctx, rejects: readonly { key: string; body: Buffer }[]): Promise<unknown[]> {
  const bodies = await openBytes(
    ctx,
    rejects.map(({ key, body }) => ({ owner: `collect.reject ${key}`, sealed: body })),
  )
  return bodies.map((body) => JSON.parse(body.toString()) as unknown)
}
