import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import postgres, { type Sql } from 'postgres'
import { change, read, unauditedChange } from '../../platform/change.ts'
import type { Ctx } from '../../platform/ctx.ts'
import { type Audit, chainStatus, verifyAudit } from './audit.ts'
import { type Chained, genesis, linkHash, sealMac } from './rules/chain.ts'
import { sealOneSet } from './sealer.ts'
import { insertSeal } from './store.ts'
import { auditedCtx, sealAll, whenSealable } from './testing/testing.ts'

const act = (ctx: Ctx, id: string, wait = 0) =>
  change(ctx, 'orgs.rename', { kind: 'org', id }, async (tx) => {
    await tx`select pg_sleep(${wait / 1000})`
    return { id }
  })

async function countsOf(ctx: Ctx) {
  const [row] = await read(
    ctx,
    (tx) => tx<{ entries: number; linked: number }[]>`
      select (select count(*)::int from audit.entry) as entries,
             (select count(distinct entry)::int from audit.link) as linked`,
  )
  return row
}

test('many writers at once, quick and slow, are all in the chain, each once', async (t) => {
  const { ctx, audit } = await auditedCtx(t)
  let writing = true
  const sealing = (async () => {
    let sealed = 0
    while (writing) sealed += await sealOneSet(ctx, audit.keys, { floor: undefined }, 20)
    return sealed
  })()
  // Ids and transactions begin in one order and commit in another: each writer sleeps at its own pace.
  await Promise.all(
    Array.from({ length: 6 }, async (_, writer) => {
      for (let i = 0; i < 30; i++) await act(ctx, `${writer}-${i}`, (i * (writer + 3)) % 17)
    }),
  )
  writing = false
  assert.ok((await sealing) > 0, 'sealing went on beside the writers')
  await sealAll(ctx, audit)
  assert.deepEqual(await countsOf(ctx), { entries: 180, linked: 180 })
  assert.deepEqual((await verifyAudit(ctx, audit)).faults, [])
})

test('what began before a long transaction ended waits for it, and nothing is passed over', async (t) => {
  const { ctx, audit } = await auditedCtx(t)
  await act(ctx, 'before')
  await whenSealable(ctx)
  let finish = () => {}
  const held = new Promise<void>((resolve) => (finish = resolve))
  let started = () => {}
  const begun = new Promise<void>((resolve) => (started = resolve))
  const long = change(ctx, 'orgs.rename', { kind: 'org', id: 'long' }, async (tx) => {
    await tx`select pg_current_xact_id()`
    started()
    await held
    return {}
  })
  await begun
  await act(ctx, 'beside')
  while ((await sealOneSet(ctx, audit.keys, { floor: undefined })) > 0);
  assert.equal((await chainStatus(ctx, audit)).sealed, 1)
  const meanwhile = await verifyAudit(ctx, audit)
  assert.deepEqual([meanwhile.ok, meanwhile.unsealed], [true, 1])
  finish()
  await long
  await sealAll(ctx, audit)
  const result = await verifyAudit(ctx, audit)
  assert.deepEqual([result.ok, result.checked, result.unsealed], [true, 3, 0])
})

test('transactions whose numbers grow by a digit keep their order, and none is passed over', async (t) => {
  const { ctx, audit, superuserUrl } = await auditedCtx(t)
  const superuser = postgres(superuserUrl, { max: 1, onnotice: () => {} })
  t.after(() => superuser.end())
  for (const xact of ['99', '100', '101']) {
    await superuser.unsafe(`alter table audit.entry alter column xact set default '${xact}'::xid8`)
    await act(ctx, `in-${xact}`)
  }
  while ((await sealOneSet(ctx, audit.keys, { floor: undefined }, 2)) > 0);
  const places = await read(
    ctx,
    (tx) => tx`select e.target_id as id from audit.link l join audit.entry e on e.id = l.entry order by l.seq`,
  )
  assert.deepEqual(
    places.map((row) => row.id),
    ['in-99', 'in-100', 'in-101'],
  )
})

test('sealers in several processes never give two entries one place', async (t) => {
  const { ctx, audit } = await auditedCtx(t)
  for (let i = 0; i < 60; i++) await act(ctx, `org-${i}`)
  const sealed = await Promise.all(
    Array.from({ length: 4 }, async () => {
      let sum = 0
      while ((await chainStatus(ctx, audit)).unsealed > 0)
        sum += await sealOneSet(ctx, audit.keys, { floor: undefined }, 5)
      return sum
    }),
  )
  assert.equal(
    sealed.reduce((sum, one) => sum + one, 0),
    60,
  )
  assert.deepEqual(
    (await verifyAudit(ctx, audit)).faults.filter((fault) => fault.kind !== 'tail-cut'),
    [],
  )
})

test('a sealer killed at any moment loses nothing and breaks nothing', async (t) => {
  const { ctx, audit, superuserUrl, anchorFile } = await auditedCtx(t)
  let writing = true
  const writer = (async () => {
    let written = 0
    for (; writing; written++) await act(ctx, `org-${written}`)
    return written
  })()
  for (let kill = 0; kill < 4; kill++) {
    const child = spawn(process.execPath, [join(import.meta.dirname, 'testing/sealer.ts'), superuserUrl, anchorFile], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    t.after(() => child.kill('SIGKILL'))
    await new Promise((resolve) => child.stdout.once('data', resolve))
    const { sealed } = await chainStatus(ctx, audit)
    while ((await chainStatus(ctx, audit)).sealed === sealed) await pause(5)
    await pause(kill * 7)
    child.kill('SIGKILL')
    await new Promise((resolve) => child.once('exit', resolve))
  }
  writing = false
  const written = await writer
  const before = await chainStatus(ctx, audit)
  assert.ok(before.sealed > 0, 'the killed ones had sealed something')
  await sealAll(ctx, audit)
  assert.deepEqual(await countsOf(ctx), { entries: written, linked: written })
  const result = await verifyAudit(ctx, audit)
  assert.deepEqual([result.ok, result.checked, result.faults], [true, written, []])
})

for (const sealed of [6, 10])
  test(`after a restore into a server whose transactions count from lower numbers, with ${10 - sealed} entries unsealed, all are sealed in the end`, async (t) => {
    const { ctx, audit, superuserUrl } = await auditedCtx(t)
    const sql = postgres(superuserUrl, { max: 1 })
    t.after(() => sql.end())
    for (let i = 0; i < 10; i++) await act(ctx, `old-${i}`)
    await pretendDumpOfBusierServer(ctx, audit, sql, sealed)
    const memory = { floor: undefined }
    if (sealed === 10) assert.equal(await sealOneSet(ctx, audit.keys, memory, 2), 0)
    for (let i = 0; i < 5; i++) await act(ctx, `new-${i}`)

    const restored = await verifyAudit(ctx, audit)
    assert.deepEqual([restored.ok, restored.checked, restored.unsealed], [true, sealed, 15 - sealed])
    // The server is shared with other tests: while one of their transactions is older than an entry, that entry waits.
    const sealSome = async () => {
      for (let tries = 0; tries < 600; tries++) {
        const some = await sealOneSet(ctx, audit.keys, memory, 2)
        if (some > 0) return some
        await pause(50)
      }
      return 0
    }
    while ((await countsOf(ctx))?.linked !== 15) assert.notEqual(await sealSome(), 0)
    assert.equal(await sealOneSet(ctx, audit.keys, memory, 2), 0)
    await act(ctx, 'new-5')
    assert.equal(await sealSome(), 1)
    const result = await verifyAudit(ctx, audit)
    assert.deepEqual([result.ok, result.checked, result.unsealed, result.faults], [true, 16, 0, []])
  })

/** Moves all transactions' numbers far ahead, and seals the first entries as that server would have. */
async function pretendDumpOfBusierServer(ctx: Ctx, audit: Audit, sql: Sql, sealed: number): Promise<void> {
  await sql`set session_replication_role = replica`
  await sql`update audit.entry set xact = (xact::text::bigint + 5000000)::text::xid8`
  const entries = await sql<Chained[]>`select id, xact::text, mac from audit.entry order by xact, id limit ${sealed}`
  let hash: Buffer = genesis
  const links = entries.map((entry, i) => {
    hash = linkHash(hash, BigInt(i + 1), entry)
    return { entry: entry.id, hash }
  })
  const { id = '', xact = '' } = entries.at(-1) ?? {}
  const atMicros = BigInt(ctx.now.getTime()) * 1000n
  const seal = { fromSeq: 1n, seq: BigInt(sealed), hash, xact, entry: id, atMicros }
  await unauditedChange(ctx, 'a seal of another server', (tx) =>
    insertSeal(tx, links, { ...seal, mac: sealMac(audit.keys, seal) }, ctx.now),
  )
}
