import { change, read } from '../../platform/change.ts'
import { type Ctx, type Target, withCtx } from '../../platform/ctx.ts'
import { queueJob } from '../../platform/jobs/jobs.ts'
import { invalidField, Problem, text } from '../../platform/problem.ts'
import type { Sealed } from '../../platform/secrets/sealed.ts'
import type { Algorithm, DataKey, KeyOverview, PersonalKind, Rewrapped } from './contract.ts'
import { resealJob } from './jobs.ts'
import { headStartMs, keyState } from './rules/keys.ts'
import { mask } from './rules/mask.ts'
import { allCounts, allKeys, type DataKeyRow, insertKey, lockKeys, rewrapKey, tellKeys } from './store.ts'
import { newKey, type SealedItem, type Subject, vaultOf, wrappedAs } from './vault.ts'

export { jobs, type ResealedSet, resealSome } from './jobs.ts'
export { mask } from './rules/mask.ts'
export { normalise } from './rules/normalise.ts'
export { registerSealed, type SealedColumn, type SealedRow, sealedColumn } from './sealedColumns.ts'
export { openVault, type SealedItem, type SealedKind, type Subject, type Vault, type VaultSettings } from './vault.ts'

/** Seals a value for its owner, the row that holds it. Under another owner or kind it will not open. */
export function sealPersonal(ctx: Ctx, subject: Subject, value: string): Buffer {
  return vaultOf(ctx).seal(subject, value)
}

/**
 * Opens a value for the product's own use: to send a message, to compare. What a person shall see goes through `present`
 * or `revealPersonal`. @throws BrokenSeal for a value that was changed; `privacy.key_unknown` in the moment another
 * process made a key, which `openEach` waits out.
 */
export function openPersonal(ctx: Ctx, subject: Subject, sealed: Sealed): string {
  return vaultOf(ctx).open(subject, sealed)
}

/** The same for any number, in their order: the way for sets. */
export function openEach(ctx: Ctx, items: readonly SealedItem[]): Promise<string[]> {
  return vaultOf(ctx).openEach(items)
}

/** 16 bytes, equal for equal values of a kind however they were typed. @throws invalid `privacy.blank`. */
export function indexPersonal(ctx: Ctx, kind: PersonalKind, value: string): Buffer {
  return vaultOf(ctx).index(kind, value)
}

/** What the product must keep and nobody is to read: the key of a second factor, a token of another system. */
export function sealSecret(ctx: Ctx, owner: string, value: string): Buffer {
  return vaultOf(ctx).seal({ kind: 'secret', owner }, value)
}

/** @throws as `openPersonal` does. */
export async function openSecret(ctx: Ctx, owner: string, sealed: Sealed): Promise<string> {
  const [value = ''] = await vaultOf(ctx).openEach([{ kind: 'secret', owner, sealed }])
  return value
}

/**
 * Seals bytes in which personal data may stand, and which nobody shows as they are: messages as they arrived, files as
 * they were uploaded. They stay under the key they were sealed with, so what is kept long does not belong here.
 */
export function sealBytes(ctx: Ctx, owner: string, bytes: Uint8Array): Buffer {
  return vaultOf(ctx).sealBytes(owner, bytes)
}

/** @throws BrokenSeal for bytes that were changed or belong to another owner. */
export function openBytes(ctx: Ctx, items: readonly { owner: string; sealed: Sealed }[]): Promise<Buffer[]> {
  return vaultOf(ctx).openBytes(items)
}

/** What may stand on any screen: the mask of the value. */
export async function present(ctx: Ctx, subject: Subject, sealed: Sealed): Promise<string> {
  const [shown = ''] = await presentEach(ctx, [{ ...subject, sealed }])
  return shown
}

/** The masks of many, in their order. A value that was changed from outside shows as `⚠`, so that one bad row hides no list. */
export async function presentEach(ctx: Ctx, items: readonly SealedItem[]): Promise<string[]> {
  const vault = vaultOf(ctx)
  return Promise.all(
    items.map(async (item) => {
      try {
        const [value = ''] = await vault.openEach([item])
        return item.kind === 'secret' ? '****' : mask(item.kind, value)
      } catch (error) {
        if (error instanceof Problem) throw error
        ctx.log.error({ kind: item.kind, owner: item.owner, err: error }, 'a sealed value does not open')
        return '⚠'
      }
    }),
  )
}

export function mayReveal(ctx: Ctx): boolean {
  return ctx.permissions.has('privacy.reveal')
}

/**
 * Shows personal data in clear to a person: only with the permission, only for a reason, and only after the audit has
 * the entry `privacy.view` (what of whom, why; not the values).
 * Problems: denied `privacy.not_revealed`, invalid `privacy.reason`.
 */
export async function revealPersonal(
  ctx: Ctx,
  view: { of: Target; reason: string },
  items: readonly SealedItem[],
): Promise<string[]> {
  if (!mayReveal(ctx))
    throw new Problem(
      'denied',
      'privacy.not_revealed',
      text('您没有查看个人信息明文的权限', 'You may not see personal data in clear'),
    )
  const reason = view.reason.trim()
  if (reason === '' || reason.length > 200)
    throw invalidField(
      'reason',
      'privacy.reason',
      text('请填写查看原因(200 字以内)', 'Say why you need to see it, in at most 200 characters'),
    )
  const values = await openEach(ctx, items)
  // Without the request's idempotency key: a second look is a second entry, and no answer is kept anywhere.
  const seen = withCtx(ctx, { origin: ctx.origin && { ...ctx.origin, idempotencyKey: undefined } })
  await change(seen, 'privacy.view', view.of, async (tx) => {
    tx.after({ kinds: items.map((item) => item.kind), reason })
  })
  return values
}

/** The keys, how far values have moved to the active one, and the master key they are wrapped by. */
export async function listKeys(ctx: Ctx): Promise<KeyOverview> {
  const { keys, counts } = await read(ctx, async (tx) => {
    const [keys, counts] = await Promise.all([allKeys(tx), allCounts(tx)])
    return { keys, counts }
  })
  const sealing = keys.filter((key) => key.purpose === 'seal')
  const active = vaultOf(ctx).active().id
  const master = vaultOf(ctx).masters().current.check
  const columns = Map.groupBy(counts, (count) => count.sealedColumn)
  return {
    items: sealing.reverse().map((key) => ({
      ...describe(key, sealing, ctx.now),
      values:
        counts.length === 0
          ? null
          : counts.reduce((sum, count) => sum + (count.keyId === key.id ? count.sealed : 0), 0),
    })),
    masterInUse: master,
    toRewrap: keys.filter((key) => key.masterCheck !== master).length,
    columns: [...columns].map(([name, rows]) => ({
      name,
      values: rows.reduce((sum, row) => sum + row.sealed, 0),
      left: rows.reduce((sum, row) => sum + (row.keyId !== active ? row.sealed - row.broken : 0), 0),
      broken: rows.reduce((sum, row) => sum + row.broken, 0),
      countedAt: (rows[0]?.countedAt ?? ctx.now).toISOString(),
    })),
  }
}

function describe(key: DataKeyRow, all: readonly DataKeyRow[], now: Date): DataKey {
  return {
    id: key.id,
    algorithm: key.algorithm,
    state: keyState(key, all, now),
    madeAt: key.madeAt.toISOString(),
    usedFrom: key.usedFrom.toISOString(),
    retiredAt: key.retiredAt?.toISOString() ?? null,
    values: null,
    master: key.masterCheck,
  }
}

/**
 * Makes a new data key, with another algorithm if one is said. It seals new values from ten seconds on, when every
 * process knows it; then a job moves the old values over, set by set, while all goes on.
 * Problem: conflict `privacy.rotating` while the last new key is not yet in use.
 */
export async function rotateDataKey(ctx: Ctx, wish: { algorithm?: Algorithm | undefined } = {}): Promise<DataKey> {
  const vault = vaultOf(ctx)
  const made = await change(ctx, 'privacy.keys.rotate', { kind: 'data-key', id: 'all' }, async (tx) => {
    await lockKeys(tx)
    const keys = await allKeys(tx)
    const sealing = keys.filter((key) => key.purpose === 'seal')
    if (sealing.some((key) => keyState(key, sealing, ctx.now) === 'coming'))
      throw new Problem(
        'conflict',
        'privacy.rotating',
        text('刚生成的密钥即将启用,请稍后再轮换', 'A new key is about to be used: rotate again later'),
      )
    const key = newKey(vault.masters().current, {
      id: Math.max(...keys.map((each) => each.id)) + 1,
      purpose: 'seal',
      algorithm: wish.algorithm ?? vault.active().algorithm,
      madeAt: ctx.now,
      usedFrom: new Date(ctx.now.getTime() + headStartMs),
    })
    await insertKey(tx, key)
    await tellKeys(tx)
    await queueJob(ctx, tx, resealJob, {}, { at: key.usedFrom, key: 'privacy.reseal' })
    return describe(key, [...sealing, key], ctx.now)
  })
  await vault.refresh()
  return made
}

/**
 * Wraps every data key by the master key that stands first in the key file now (the file is read again). Put the new key
 * first and leave the old one below it, on every machine; call this; then take the old one out. Nothing stops meanwhile:
 * running processes have the data keys in memory, starting ones open them by either master.
 */
export async function rotateMasterKey(ctx: Ctx): Promise<Rewrapped> {
  const vault = vaultOf(ctx)
  const masters = await vault.reloadMasters()
  return change(ctx, 'privacy.master.rotate', { kind: 'master-key', id: masters.current.check }, async (tx) => {
    await lockKeys(tx)
    const old = (await allKeys(tx)).filter((key) => key.masterCheck !== masters.current.check)
    for (const key of old) {
      const master = masters.all.find((each) => each.check === key.masterCheck)
      if (!master)
        throw new Problem(
          'conflict',
          'privacy.old_master_gone',
          text(
            `数据密钥 ${key.id} 由主密钥 ${key.masterCheck} 包裹,而密钥文件中没有它:请把旧密钥加回文件的第二行`,
            `Data key ${key.id} is wrapped by the master key ${key.masterCheck}, which the key file no longer has: add the old key back below the new one`,
          ),
        )
      const belongsTo = wrappedAs(key.id, key.purpose)
      const plain = master.unwrap(key.algorithm, key.wrapped, belongsTo)
      await rewrapKey(tx, key.id, masters.current.wrap(key.algorithm, plain, belongsTo), masters.current.check)
    }
    tx.before({ masters: [...new Set(old.map((key) => key.masterCheck))] })
    return { rewrapped: old.length, master: masters.current.check }
  })
}
