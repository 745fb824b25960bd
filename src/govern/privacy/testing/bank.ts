import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { unauditedChange } from '../../../platform/change.ts'
import { type Ctx, withCtx } from '../../../platform/ctx.ts'
import { openDb } from '../../../platform/db/db.ts'
import { newMasterKeyText } from '../../../platform/secrets/master.ts'
import { type TestCtx, testCtx } from '../../../platform/testing/testing.ts'
import { openVault, registerSealed, type SealedColumn, sealedColumn, sealPersonal, type Vault } from '../privacy.ts'
import { bytesArray, unregisterSealed } from '../sealedColumns.ts'

export type Bank = {
  ctx: TestCtx
  keyFile: string
  vault: Vault
  /** Another process on the same database and the same key file. */
  /** Done before the database is taken away. */
  first(close: () => Promise<unknown>): void
  another(keyFile?: string): Promise<{ ctx: Ctx; vault: Vault }>
}

export async function keyFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'zhixing-vault-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  return folder
}

export async function writeKeys(file: string, ...keys: string[]): Promise<void> {
  await writeFile(file, `${keys.join('\n')}\n`, { mode: 0o600 })
}

/** A test's surroundings; what is given to `first` is done before its database is taken away under it. */
export async function bankCtx(t: TestContext): Promise<{ ctx: TestCtx; first(close: () => Promise<unknown>): void }> {
  const closers: (() => Promise<unknown>)[] = []
  t.after(async () => {
    for (const close of closers) await close()
  })
  return { ctx: await testCtx(t), first: (close) => closers.push(close) }
}

/** A database of its own with an open vault. */
export async function openBank(t: TestContext, algorithm: 'aes-256-gcm' | 'sm4-ctr-hmac-sm3' = 'aes-256-gcm') {
  const { ctx, first } = await bankCtx(t)
  const keyFile = join(await keyFolder(t), 'master.key')
  await writeKeys(keyFile, newMasterKeyText())
  const open = (of: Ctx, file: string) => openVault(of, { source: { file }, algorithm, mayCreateKeyFile: false })
  const bank: Bank = {
    ctx,
    keyFile,
    vault: await open(ctx, keyFile),
    first,
    async another(file = keyFile) {
      const db = openDb({ url: ctx.superuserUrl, role: 'zhixing_app', log: ctx.log, max: 4 })
      const own = withCtx(ctx, { db })
      const vault = await open(own, file)
      first(() => db.close())
      return { ctx: own, vault }
    },
  }
  return bank
}

/** A capability with people whose mobiles are sealed, registered for the length of the test. */
export async function withPeople(t: TestContext, ctx: Ctx): Promise<SealedColumn> {
  const schema = `people_${randomBytes(4).toString('hex')}`
  await unauditedChange(ctx, 'a table of the test', async (tx) => {
    await tx`create schema ${tx(schema)}`
    await tx`create table ${tx(schema)}.person (id int primary key, mobile bytea)`
  })
  const column = sealedColumn({ schema, table: 'person', key: 'id', keyType: 'int', column: 'mobile', kind: 'mobile' })
  registerSealed(column)
  t.after(() => unregisterSealed(column.name))
  return column
}

export const mobileOf = (id: number) => String(13_800_000_000 + id)

/** Writes the mobiles of some people, new or known. */
export async function savePeople(ctx: Ctx, column: SealedColumn, ids: readonly number[]): Promise<void> {
  const sealed = ids.map((id) => sealPersonal(ctx, { kind: 'mobile', owner: String(id) }, mobileOf(id)))
  await unauditedChange(ctx, 'people of the test', async (tx) => {
    await tx`
      insert into ${tx(tableOf(column))} (id, mobile) select * from unnest(${[...ids]}::int[], ${bytesArray(tx, sealed)})
      on conflict (id) do update set mobile = excluded.mobile`
  })
}

export async function readPeople(ctx: Ctx, column: SealedColumn): Promise<{ id: number; mobile: Buffer }[]> {
  return ctx.db.sql<{ id: number; mobile: Buffer }[]>`
    select id, mobile from ${ctx.db.sql(tableOf(column))} order by id`
}

export function tableOf(column: SealedColumn): string {
  return column.name.split('.').slice(0, 2).join('.')
}
