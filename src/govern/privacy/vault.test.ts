import assert from 'node:assert/strict'
import { chmod, readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import postgres from 'postgres'
import { withCtx } from '../../platform/ctx.ts'
import { Problem } from '../../platform/problem.ts'
import { newMasterKeyText } from '../../platform/secrets/master.ts'
import { BrokenSeal } from '../../platform/secrets/sealed.ts'
import { testCtx } from '../../platform/testing/testing.ts'
import { personalKinds } from './contract.ts'
import {
  indexPersonal,
  openEach,
  openPersonal,
  openSecret,
  openVault,
  present,
  presentEach,
  revealPersonal,
  sealPersonal,
  sealSecret,
} from './privacy.ts'
import { bankCtx, keyFolder, openBank, writeKeys } from './testing/bank.ts'

const problem =
  (code: string, ...names: string[]) =>
  (error: unknown) =>
    error instanceof Problem &&
    error.code === code &&
    names.every((name) => error.text.zh.includes(name) && error.text.en.includes(name))

for (const algorithm of ['aes-256-gcm', 'sm4-ctr-hmac-sm3'] as const) {
  test(`any personal value comes back as it was given, sealed by ${algorithm}`, async (t) => {
    const { ctx } = await openBank(t, algorithm)
    fc.assert(
      fc.property(
        fc.constantFrom(...personalKinds),
        fc.string({ unit: 'grapheme' }),
        fc.uuid(),
        (kind, value, owner) => {
          const sealed = sealPersonal(ctx, { kind, owner }, value)
          assert.equal(openPersonal(ctx, { kind, owner }, sealed), value)
          if (Buffer.byteLength(value) >= 4) assert.ok(!sealed.includes(Buffer.from(value)), 'the value shines through')
        },
      ),
    )
  })

  test(`a value sealed by ${algorithm} and copied to another customer, or changed, does not open`, async (t) => {
    const { ctx } = await openBank(t, algorithm)
    const mine = { kind: 'mobile', owner: '1' } as const
    const sealed = sealPersonal(ctx, mine, '13800000000')
    assert.throws(() => openPersonal(ctx, { ...mine, owner: '2' }, sealed), BrokenSeal)
    assert.throws(() => openPersonal(ctx, { ...mine, kind: 'card' }, sealed), BrokenSeal)
    for (let place = 6; place < sealed.length; place++) {
      const changed = Buffer.from(sealed)
      changed[place] = (changed[place] ?? 0) ^ 1
      assert.throws(() => openPersonal(ctx, mine, changed), BrokenSeal, `byte ${place}`)
    }
  })
}

test('a customer is found by a mobile however it is typed, and a card of the same digits is another thing', async (t) => {
  const { ctx } = await openBank(t)
  const kept = indexPersonal(ctx, 'mobile', '13800000000')
  for (const typed of ['138 0000 0000', '+86 13800000000', '１３８００００００００'])
    assert.deepEqual(indexPersonal(ctx, 'mobile', typed), kept, typed)
  const others = personalKinds
    .filter((kind) => kind !== 'mobile')
    .map((kind) => indexPersonal(ctx, kind, '13800000000'))
  for (const other of others) assert.notDeepEqual(other, kept)
  assert.equal(new Set(others.map((other) => other.toString('hex'))).size, others.length)
  assert.throws(() => indexPersonal(ctx, 'mobile', ' - '), problem('privacy.blank'))
})

test('what was sealed and indexed before a restart opens and is found after it, and by another process', async (t) => {
  const bank = await openBank(t)
  const subject = { kind: 'name', owner: '7' } as const
  const sealed = sealPersonal(bank.ctx, subject, '欧阳娜娜')
  const index = indexPersonal(bank.ctx, 'name', '欧阳娜娜')
  const lasting = bank.vault.lastingKey('audit')
  const other = await bank.another()
  assert.equal(openPersonal(other.ctx, subject, sealed), '欧阳娜娜')
  assert.deepEqual(indexPersonal(other.ctx, 'name', '欧阳娜娜'), index)
  assert.deepEqual(other.vault.lastingKey('audit'), lasting)
  assert.notDeepEqual(other.vault.lastingKey('else'), lasting)
})

test('a secret of the product opens for its owner only, and never shows', async (t) => {
  const { ctx } = await openBank(t)
  const sealed = sealSecret(ctx, 'usr_1/totp', 'JBSWY3DPEHPK3PXP')
  assert.equal(await openSecret(ctx, 'usr_1/totp', sealed), 'JBSWY3DPEHPK3PXP')
  await assert.rejects(openSecret(ctx, 'usr_2/totp', sealed), BrokenSeal)
  assert.equal(await present(ctx, { kind: 'secret', owner: 'usr_1/totp' }, sealed), '****')
})

test('the first start of the embedded default makes a key of its own; the second start finds it', async (t) => {
  const { ctx, first: before } = await bankCtx(t)
  const file = join(await keyFolder(t), 'keys', 'master.key')
  const settings = { source: { file }, algorithm: 'aes-256-gcm', mayCreateKeyFile: true } as const
  const first = await openVault(ctx, settings)
  assert.equal((await stat(file)).mode & 0o777, 0o600)
  assert.deepEqual(
    ctx.recorded.map((entry) => entry.action),
    ['privacy.keys.make'],
  )
  const made = await readFile(file, 'utf8')
  await first.close()
  const second = await openVault(ctx, settings)
  before(() => second.close())
  assert.equal(second.masters().current.check, first.masters().current.check)
  assert.equal(await readFile(file, 'utf8'), made)
  assert.equal(ctx.recorded.length, 1)
})

test('two programs that start on one empty database end up with the same keys', async (t) => {
  const { ctx, first } = await bankCtx(t)
  const file = join(await keyFolder(t), 'master.key')
  await writeKeys(file, newMasterKeyText())
  const settings = { source: { file }, algorithm: 'sm4-ctr-hmac-sm3', mayCreateKeyFile: false } as const
  const opened = await Promise.all([1, 2, 3, 4].map(() => openVault(ctx, settings)))
  for (const vault of opened) first(() => vault.close())
  const keys = await ctx.db.sql<{ purpose: string }[]>`select purpose from privacy.data_key order by id`
  assert.deepEqual(
    keys.map((key) => key.purpose),
    ['index', 'seal'],
  )
})

test('without its key file the program refuses to start, names the file, and makes no other', async (t) => {
  const { ctx, keyFile, vault } = await openBank(t)
  await vault.close()
  await rm(keyFile)
  const settings = { source: { file: keyFile }, algorithm: 'aes-256-gcm', mayCreateKeyFile: true } as const
  await assert.rejects(openVault(ctx, settings), problem('privacy.key_file_missing', keyFile, 'ZHIXING_KEY_FILE'))
  await assert.rejects(stat(keyFile))
})

test('an external database gets no key by itself: the program says how to make one', async (t) => {
  const ctx = await testCtx(t)
  const file = join(await keyFolder(t), 'master.key')
  const settings = { source: { file }, algorithm: 'aes-256-gcm', mayCreateKeyFile: false } as const
  await assert.rejects(openVault(ctx, settings), problem('privacy.no_key', file, 'openssl rand'))
  await assert.rejects(stat(file))
  assert.equal((await ctx.db.sql`select 1 from privacy.data_key`).length, 0)
})

test('with another key than the database was sealed by, the program refuses and says which one it needs', async (t) => {
  const { ctx, keyFile, vault } = await openBank(t)
  const wanted = vault.masters().current.check
  await vault.close()
  await writeKeys(keyFile, newMasterKeyText())
  const settings = { source: { file: keyFile }, algorithm: 'aes-256-gcm', mayCreateKeyFile: true } as const
  await assert.rejects(openVault(ctx, settings), problem('privacy.key_wrong', keyFile, wanted))
})

test('a key file that everyone can read stops the start', async (t) => {
  const { ctx, keyFile, vault } = await openBank(t)
  await vault.close()
  await chmod(keyFile, 0o644)
  const settings = { source: { file: keyFile }, algorithm: 'aes-256-gcm', mayCreateKeyFile: false } as const
  await assert.rejects(openVault(ctx, settings), problem('secrets.key_exposed', keyFile))
})

test('a wrapped key that was changed, or swapped for another, in the database stops the start', async (t) => {
  const { ctx, keyFile, vault } = await openBank(t)
  await vault.close()
  const settings = { source: { file: keyFile }, algorithm: 'aes-256-gcm', mayCreateKeyFile: false } as const
  const sql = postgres(ctx.superuserUrl, { max: 1 })
  try {
    const swap = () =>
      sql`update privacy.data_key one set wrapped = other.wrapped from privacy.data_key other where other.id <> one.id`
    await swap()
    await assert.rejects(openVault(ctx, settings), problem('privacy.key_damaged'))
    await swap()
    await (await openVault(ctx, settings)).close()
    await sql`update privacy.data_key set wrapped = set_byte(wrapped, 30, get_byte(wrapped, 30) # 1)`
    await assert.rejects(openVault(ctx, settings), problem('privacy.key_damaged'))
  } finally {
    await sql.end()
  }
})

test('data keys cannot be removed, and neither they nor the master key stand in the database in clear', async (t) => {
  const { ctx, keyFile } = await openBank(t)
  const sql = postgres(ctx.superuserUrl, { max: 1 })
  try {
    await assert.rejects(() => sql`delete from privacy.data_key`, /kept for ever/)
    await assert.rejects(() => sql`truncate privacy.data_key`, /kept for ever/)
    const [row] = await sql<
      { all: string }[]
    >`select string_agg(encode(wrapped, 'hex') || master_check, '') as all from privacy.data_key`
    const master = Buffer.from((await readFile(keyFile, 'utf8')).trim(), 'base64').toString('hex')
    assert.ok(!row?.all.includes(master))
  } finally {
    await sql.end()
  }
})

test('a screen shows masks, and one row that was tampered with hides no list', async (t) => {
  const { ctx } = await openBank(t)
  const items = ['13800000000', '13911112222'].map((mobile, place) => {
    const subject = { kind: 'mobile', owner: String(place) } as const
    return { ...subject, sealed: sealPersonal(ctx, subject, mobile) }
  })
  assert.deepEqual(await presentEach(ctx, items), ['138****0000', '139****2222'])
  items[0]?.sealed.writeUInt8(0, 20)
  items[0]?.sealed.writeUInt8(0, 21)
  assert.deepEqual(await presentEach(ctx, items), ['⚠', '139****2222'])
  await assert.rejects(openEach(ctx, items), BrokenSeal)
})

test('only who may sees personal data in clear, only for a reason, and each time leaves an entry without the value', async (t) => {
  const { ctx } = await openBank(t)
  ctx.recorded.length = 0
  const item = {
    kind: 'mobile',
    owner: '1',
    sealed: sealPersonal(ctx, { kind: 'mobile', owner: '1' }, '13800000000'),
  } as const
  const of = { kind: 'customer', id: '1', name: undefined }
  const clerk = withCtx(ctx, { who: { kind: 'user', id: 'usr_1', name: '王芳' } })
  const officer = withCtx(clerk, { permissions: new Set(['privacy.reveal']) })
  await assert.rejects(revealPersonal(clerk, { of, reason: '回访' }, [item]), problem('privacy.not_revealed'))
  for (const reason of ['', '  ', '因'.repeat(201)])
    await assert.rejects(revealPersonal(officer, { of, reason }, [item]), problem('privacy.reason'))
  assert.equal(ctx.recorded.length, 0)

  const origin = { requestId: 'r-1', ip: '10.0.0.1', agent: 'test', idempotencyKey: 'again' }
  for (let look = 1; look <= 2; look++) {
    assert.deepEqual(await revealPersonal(withCtx(officer, { origin }), { of, reason: ' 回访 ' }, [item]), [
      '13800000000',
    ])
    assert.equal(ctx.recorded.length, look, 'a second look is a second entry')
  }
  const [entry] = ctx.recorded
  assert.equal(entry?.action, 'privacy.view')
  assert.deepEqual(entry?.after, { kinds: ['mobile'], reason: '回访' })
  assert.equal(entry?.who.id, 'usr_1')
  const kept = await ctx.db.sql<
    { all: string }[]
  >`select coalesce(string_agg(answer::text, ''), '') as all from platform.idempotency`
  assert.ok(!JSON.stringify([ctx.recorded, kept]).includes('13800000000'))
})

test('what the audit cannot record is not shown', async (t) => {
  const bank = await openBank(t)
  const item = {
    kind: 'card',
    owner: '1',
    sealed: sealPersonal(bank.ctx, { kind: 'card', owner: '1' }, '6222021234561234'),
  } as const
  const deaf = withCtx(bank.ctx, {
    permissions: new Set(['privacy.reveal']),
    recordChange: async () => {
      throw new Error('the audit is full')
    },
  })
  await assert.rejects(
    revealPersonal(deaf, { of: { kind: 'customer', id: '1' }, reason: '核对' }, [item]),
    /audit is full/,
  )
})
