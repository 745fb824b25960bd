import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { ensureRoot } from '../../../govern/orgs/orgs.ts'
import { openBank } from '../../../govern/privacy/testing/bank.ts'
import type { Ctx } from '../../../platform/ctx.ts'
import type { Envelope, Incoming, Outcome } from '../../collect/contract.ts'
import type { ImportDetail, Mapping, Reading } from '../contract.ts'
import { importsWith, type Receive } from '../imports.ts'
import { standardChoices } from './choices.ts'

/** Stands for the log: keeps each key of a source once, and what came with it. */
export type Log = {
  receive: Receive
  kept: Map<string, Envelope>
  calls: number
  /** Asked before each call, with its number from 1: throws to fail it. */
  before: (call: number, ctx: Ctx) => Promise<void> | void
  /** Asked after the call is kept and before it is answered. */
  after: (call: number) => Promise<void> | void
}

export function recordingLog(): Log {
  const log: Log = {
    kept: new Map(),
    calls: 0,
    before: () => {},
    after: () => {},
    async receive(ctx, source, incoming: readonly Incoming[]) {
      const call = ++log.calls
      await log.before(call, ctx)
      const outcomes = incoming.map((one): Outcome => {
        const key = `${source.id} ${one.key}`
        if (log.kept.has(key)) return 'duplicate'
        if (!('envelope' in one)) return 'rejected'
        log.kept.set(key, one.envelope)
        return 'stored'
      })
      await log.after(call)
      return outcomes
    },
  }
  return log
}

/** A bank with an open vault, a log that records, and a folder for files. */
export async function importBank(t: TestContext, log: Log = recordingLog()) {
  const { ctx, first } = await openBank(t)
  const folder = await mkdtemp(join(tmpdir(), 'zhixing-imports-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  const org = await ensureRoot(ctx, { code: '0000', name: '总行' })
  const imports = importsWith({
    receive: log.receive,
    source: async () => ({ id: 'src_imports' }),
    choices: async () => standardChoices,
    elsewhere: async (_ctx, _org, sets) => sets.map(() => false),
    folder,
  })
  /** As the screen does it: in parts, then looked at. */
  async function upload(content: Buffer | string, fileName = 'file.csv', part = 1024 * 1024): Promise<ImportDetail> {
    const bytes = Buffer.from(content)
    const { id } = await imports.create(ctx, { fileName, size: bytes.length })
    for (let at = 0; at < bytes.length; at += part) await imports.addPart(ctx, id, at, bytes.subarray(at, at + part))
    return imports.finishUpload(ctx, id)
  }
  async function map(id: string, mapping: Mapping, reading?: Reading): Promise<ImportDetail> {
    const { revision, reading: found } = await imports.get(ctx, id)
    return imports.save(ctx, id, { revision, reading: reading ?? found, mapping })
  }
  /** With the mapping that is suggested. */
  async function mapped(content: Buffer | string, fileName?: string): Promise<ImportDetail> {
    const { id } = await upload(content, fileName)
    const { suggestion, reading } = await imports.preview(ctx, id, {})
    return map(id, suggestion, reading)
  }
  return { ctx, imports, log, folder, org, upload, map, mapped, first }
}
