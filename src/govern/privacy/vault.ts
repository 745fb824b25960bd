import { randomBytes } from 'node:crypto'
import { change, read } from '../../platform/change.ts'
import { asMachine, type Ctx } from '../../platform/ctx.ts'
import type { Db } from '../../platform/db/db.ts'
import { invalidField, Problem, text } from '../../platform/problem.ts'
import { type BlindIndex, blindIndex } from '../../platform/secrets/blind.ts'
import { ciphers, derive, keyBytes } from '../../platform/secrets/ciphers.ts'
import {
  createMasterKeyFile,
  type MasterKey,
  type MasterKeySource,
  type MasterKeys,
  readMasterKeys,
  sourceName,
} from '../../platform/secrets/master.ts'
import {
  BrokenSeal,
  keyIdOf,
  type Sealed,
  type SealingKey,
  seal,
  sealingKey,
  unseal,
} from '../../platform/secrets/sealed.ts'
import type { Algorithm, PersonalKind } from './contract.ts'
import * as problems from './problems.ts'
import { activeKey, type KeyLife } from './rules/keys.ts'
import { normalise } from './rules/normalise.ts'
import { allKeys, type DataKeyRow, insertKey, keysChannel, lockKeys } from './store.ts'

/** `secret` is for what the product itself must keep unread: keys of a second factor, tokens of other systems. */
export type SealedKind = PersonalKind | 'secret'
/** Whose value of what kind: both are sealed in. `owner` is the id of the row that holds it. */
export type Subject = { readonly kind: SealedKind; readonly owner: string }
export type SealedItem = Subject & { readonly sealed: Sealed }

export type VaultSettings = {
  readonly source: MasterKeySource
  /** Of the first key; later ones keep it or are given another when keys are rotated. */
  readonly algorithm: Algorithm
  /** True for the embedded engines only: an empty database may then get a master key file of its own. */
  readonly mayCreateKeyFile: boolean
}

/** The data keys of one database, unwrapped, in memory. */
export type Vault = {
  seal(subject: Subject, value: string): Buffer
  open(subject: Subject, sealed: Sealed): string
  openEach(items: readonly SealedItem[]): Promise<string[]>
  sealBytes(owner: string, bytes: Uint8Array): Buffer
  openBytes(items: readonly { owner: string; sealed: Sealed }[]): Promise<Buffer[]>
  index(kind: PersonalKind, value: string): Buffer
  /** 32 bytes for another purpose, the same for as long as the database lives, whatever is rotated. */
  lastingKey(purpose: string): Buffer
  /** The key that new values are sealed under now. */
  active(): { id: number; algorithm: Algorithm }
  /** When a key that is made already will be used, if there is one. */
  coming(): Date | undefined
  masters(): MasterKeys
  /** Reads keys made since, and the master keys where one of them needs it. */
  refresh(): Promise<void>
  /** Reads the master key file again. */
  reloadMasters(): Promise<MasterKeys>
  close(): Promise<void>
}

type DataKeyInUse = KeyLife & { sealing: SealingKey }

const vaults = new WeakMap<Db, Vault>()

/** The vault of the database at hand. @throws Error when the program forgot to open it at its start. */
export function vaultOf(ctx: Ctx): Vault {
  const vault = vaults.get(ctx.db)
  if (!vault) throw new Error('the vault is not open: call openVault when the program starts')
  return vault
}

/** What a wrapped key belongs to: it cannot be passed off as another. */
export function wrappedAs(id: number, purpose: 'seal' | 'index'): string[] {
  return ['data key', purpose, String(id)]
}

export function newKey(
  master: MasterKey,
  parts: Pick<DataKeyRow, 'id' | 'purpose' | 'algorithm' | 'madeAt' | 'usedFrom'>,
): DataKeyRow {
  const wrapped = master.wrap(parts.algorithm, randomBytes(keyBytes), wrappedAs(parts.id, parts.purpose))
  return { ...parts, wrapped, masterCheck: master.check, retiredAt: null }
}

/**
 * Reads and unwraps the data keys, making the first of an empty database, and keeps up with keys that other processes
 * make. Refuses to start rather than run without the keys that the data needs.
 * Problems: `privacy.key_file_missing`, `privacy.key_wrong`, `privacy.key_damaged`, `privacy.no_key`, `secrets.key_…`.
 */
export async function openVault(ctx: Ctx, settings: VaultSettings): Promise<Vault> {
  const machine = asMachine(ctx, 'privacy')
  const kept = await read(machine, allKeys)
  let masters = await readMasterKeys(settings.source, ctx.log)
  if (!masters) {
    if (kept.length > 0) throw problems.keyFileMissing(sourceName(settings.source))
    if (!settings.mayCreateKeyFile || !('file' in settings.source)) throw problems.noKey(sourceName(settings.source))
    await createMasterKeyFile(settings.source.file)
    ctx.log.info({ file: settings.source.file }, 'made a master key: keep a copy of it apart from the backups')
    masters = await readMasterKeys(settings.source, ctx.log)
    if (!masters) throw problems.keyFileMissing(sourceName(settings.source))
  }
  if (kept.length === 0) await makeFirstKeys(machine, masters.current, settings.algorithm)
  const vault = vaultOn(machine, settings.source, masters)
  await vault.refresh()
  const refreshed = () =>
    void vault.refresh().catch((error) => ctx.log.error({ err: error }, 'could not read the data keys'))
  // Told also after a broken connection, with which word of a key may have been lost.
  const listening = await ctx.db.sql.listen(keysChannel, refreshed, refreshed)
  // Once more, for keys made before the listening began.
  await vault.refresh()
  const opened: Vault = {
    ...vault,
    async close() {
      vaults.delete(ctx.db)
      await listening.unlisten()
      await vault.settled()
    },
  }
  vaults.set(ctx.db, opened)
  return opened
}

/** Two processes may start on one empty database: the second finds the keys of the first. */
async function makeFirstKeys(ctx: Ctx, master: MasterKey, algorithm: Algorithm): Promise<void> {
  await change(ctx, 'privacy.keys.make', { kind: 'data-key', id: 'first' }, async (tx) => {
    await lockKeys(tx)
    if ((await allKeys(tx)).length > 0) return tx.after({ made: 0 })
    const [madeAt, usedFrom] = [ctx.now, ctx.now]
    await insertKey(tx, newKey(master, { id: 1, purpose: 'index', algorithm, madeAt, usedFrom }))
    await insertKey(tx, newKey(master, { id: 2, purpose: 'seal', algorithm, madeAt, usedFrom }))
    tx.after({ made: 2, algorithm, master: master.check })
  })
}

type BareVault = Omit<Vault, 'close'> & {
  /** When no reading of keys runs any more. */
  settled(): Promise<void>
}

function vaultOn(ctx: Ctx, source: MasterKeySource, first: MasterKeys): BareVault {
  let masters = first
  let index: BlindIndex | undefined
  let lasting: Buffer | undefined
  const keys = new Map<number, DataKeyInUse>()
  let order: readonly DataKeyInUse[] = []
  let running: Promise<void> | undefined
  let following: Promise<void> | undefined

  async function reloadMasters(): Promise<MasterKeys> {
    const read = await readMasterKeys(source, ctx.log)
    if (!read) throw problems.keyFileMissing(sourceName(source))
    masters = read
    return masters
  }

  async function unwrap(row: DataKeyRow): Promise<Buffer> {
    const find = () => masters.all.find((master) => master.check === row.masterCheck)
    if (!find()) await reloadMasters()
    const master = find()
    if (!master) throw problems.keyWrong(sourceName(source), row.masterCheck, masters)
    try {
      return master.unwrap(row.algorithm, row.wrapped, wrappedAs(row.id, row.purpose))
    } catch (error) {
      throw error instanceof BrokenSeal ? problems.keyDamaged(row.id, error) : error
    }
  }

  async function load(): Promise<void> {
    for (const row of await read(ctx, allKeys)) {
      const { id, usedFrom, retiredAt } = row
      if (row.purpose === 'index') {
        lasting ??= await unwrap(row)
        index ??= blindIndex(lasting, ciphers[row.algorithm].hash)
      } else {
        const known = keys.get(id)?.sealing
        keys.set(id, { id, usedFrom, retiredAt, sealing: known ?? sealingKey(id, row.algorithm, await unwrap(row)) })
      }
    }
    order = [...keys.values()]
  }

  /** One reading at a time; all who ask while it runs share the next, which sees what they were told of. */
  function refresh(): Promise<void> {
    if (!running) {
      running = load().finally(() => {
        running = undefined
      })
      return running
    }
    following ??= running
      .catch(() => {})
      .then(() => {
        following = undefined
        return refresh()
      })
    return following
  }

  function openAs(belongsTo: readonly string[], sealed: Sealed): Buffer {
    const key = keys.get(keyIdOf(sealed))
    if (!key) throw problems.keyUnknown(keyIdOf(sealed))
    return unseal(key.sealing, sealed, belongsTo)
  }
  const open = (subject: Subject, sealed: Sealed) => openAs([subject.kind, subject.owner], sealed).toString('utf8')

  async function knowKeysOf(items: readonly { sealed: Sealed }[]): Promise<void> {
    if (items.some((item) => !keys.has(keyIdOf(item.sealed)))) await refresh()
  }

  return {
    seal(subject, value) {
      const { sealing } = activeKey(order, ctx.now)
      return seal(sealing, Buffer.from(value, 'utf8'), [subject.kind, subject.owner])
    },
    open,
    async openEach(items) {
      await knowKeysOf(items)
      return items.map((item) => open(item, item.sealed))
    },
    sealBytes(owner, bytes) {
      const { sealing } = activeKey(order, ctx.now)
      return seal(sealing, bytes, ['bytes', owner])
    },
    async openBytes(items) {
      await knowKeysOf(items)
      return items.map((item) => openAs(['bytes', item.owner], item.sealed))
    },
    index(kind, value) {
      const form = normalise(kind, value)
      if (form === '') throw invalidField(kind, 'privacy.blank', text('不能为空', 'Must not be blank'))
      if (!index) throw new Problem('unavailable', 'privacy.no_index', text('密钥未就绪', 'The keys are not ready'))
      return index(kind, form)
    },
    lastingKey(purpose) {
      if (!lasting) throw new Problem('unavailable', 'privacy.no_index', text('密钥未就绪', 'The keys are not ready'))
      return derive('sha256', lasting, `lasting key of ${purpose}`, keyBytes)
    },
    active() {
      const { sealing } = activeKey(order, ctx.now)
      return { id: sealing.id, algorithm: sealing.algorithm }
    },
    coming: () => order.findLast((key) => key.id > activeKey(order, ctx.now).id)?.usedFrom,
    masters: () => masters,
    refresh,
    async settled() {
      await Promise.allSettled([running, following])
    },
    reloadMasters,
  }
}
