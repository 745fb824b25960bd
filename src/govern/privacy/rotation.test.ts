import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { unauditedChange } from '../../platform/change.ts'
import type { Ctx } from '../../platform/ctx.ts'
import { startJobs } from '../../platform/jobs/jobs.ts'
import { Problem } from '../../platform/problem.ts'
import { newMasterKeyText } from '../../platform/secrets/master.ts'
import { keyIdOf } from '../../platform/secrets/sealed.ts'
import {
  indexPersonal,
  jobs,
  listKeys,
  openEach,
  openPersonal,
  resealSome,
  rotateDataKey,
  rotateMasterKey,
  sealPersonal,
} from './privacy.ts'
import { headStartMs } from './rules/keys.ts'
import type { SealedColumn } from './sealedColumns.ts'
import {
  type Bank,
  keyFolder,
  mobileOf,
  openBank,
  readPeople,
  savePeople,
  tableOf,
  withPeople,
  writeKeys,
} from './testing/bank.ts'

const problem = (code: string) => (error: unknown) => error instanceof Problem && error.code === code
const ids = (count: number) => Array.from({ length: count }, (_, place) => place + 1)

async function assertAllReadable(ctx: Ctx, column: SealedColumn, count: number): Promise<void> {
  const rows = await readPeople(ctx, column)
  const values = await openEach(
    ctx,
    rows.map((row) => ({ kind: 'mobile', owner: String(row.id), sealed: row.mobile })),
  )
  assert.deepEqual(values, ids(count).map(mobileOf))
}

async function keysInUse(ctx: Ctx, column: SealedColumn): Promise<number[]> {
  return [...new Set((await readPeople(ctx, column)).map((row) => keyIdOf(row.mobile)))].sort()
}

async function withJobs(bank: Bank) {
  const runner = await startJobs(bank.ctx, jobs as never, { concurrency: 2, alone: true })
  bank.first(() => runner.stop())
  return runner
}

test('after a rotation all values are moved to the new key, and the old one is retired', async (t) => {
  const bank = await openBank(t)
  const { ctx } = bank
  const column = await withPeople(t, ctx)
  const runner = await withJobs(bank)
  await savePeople(ctx, column, ids(1200))
  const index = indexPersonal(ctx, 'mobile', mobileOf(7))
  assert.deepEqual(await keysInUse(ctx, column), [2])

  const made = await rotateDataKey(ctx, { algorithm: 'sm4-ctr-hmac-sm3' })
  assert.equal(made.state, 'coming')
  assert.equal(ctx.recorded.at(-1)?.action, 'privacy.keys.rotate')
  await runner.settle()
  assert.deepEqual(await keysInUse(ctx, column), [2], 'nothing moves before every process knows the key')

  await ctx.clock.advance(headStartMs)
  await runner.settle()
  assert.deepEqual(await keysInUse(ctx, column), [made.id])
  await assertAllReadable(ctx, column, 1200)
  assert.deepEqual(indexPersonal(ctx, 'mobile', mobileOf(7)), index, 'searches go on finding')

  const overview = await listKeys(ctx)
  assert.deepEqual(
    overview.items.map((key) => [key.id, key.algorithm, key.state, key.values]),
    [
      [made.id, 'sm4-ctr-hmac-sm3', 'active', 1200],
      [2, 'aes-256-gcm', 'retired', 0],
    ],
  )
  assert.deepEqual(overview.columns, [
    { name: column.name, values: 1200, left: 0, broken: 0, countedAt: ctx.now.toISOString() },
  ])
})

test('a second rotation waits until the first new key is in use', async (t) => {
  const { ctx } = await openBank(t)
  const first = await rotateDataKey(ctx)
  await assert.rejects(rotateDataKey(ctx), problem('privacy.rotating'))
  await ctx.clock.advance(headStartMs)
  const second = await rotateDataKey(ctx)
  assert.equal(second.id, first.id + 1)
  assert.equal(second.algorithm, first.algorithm)
})

test('while keys are rotated two processes read and write without one failure, and in the end nothing is left under an old key', async (t) => {
  const bank = await openBank(t)
  const { ctx } = bank
  const column = await withPeople(t, ctx)
  const other = await bank.another()
  const runner = await withJobs(bank)
  const count = 150
  await savePeople(ctx, column, ids(count))

  let busy = true
  let reads = 0
  let writes = 0
  async function work(own: Ctx, offset: number) {
    for (let turn = offset; busy; turn += 7) {
      await savePeople(own, column, [1 + (turn % count)])
      writes += 1
      await assertAllReadable(own, column, count)
      reads += 1
    }
  }
  const workers = [work(ctx, 1), work(other.ctx, 2), work(ctx, 3), work(other.ctx, 4)]
  const failed = Promise.all(workers)
  failed.catch(() => {})
  for (let round = 0; round < 3; round++) {
    const [before] = [writes]
    await rotateDataKey(round % 2 === 0 ? ctx : other.ctx)
    await ctx.clock.advance(headStartMs)
    await runner.settle()
    while (writes < before + 8) await Promise.race([pause(5), failed])
  }
  busy = false
  await failed
  assert.ok(reads > 20)
  // What a slow writer put back under an old key is found by the night's run.
  await ctx.clock.advance(24 * 3_600_000)
  await runner.settle()
  assert.deepEqual(await keysInUse(ctx, column), [5])
  await assertAllReadable(other.ctx, column, count)
  const states = (await listKeys(ctx)).items.map((key) => key.state)
  assert.deepEqual(states, ['active', 'retired', 'retired', 'retired'])
})

test('a process that did not hear of a new key waits for it when it meets a value sealed under it', async (t) => {
  const bank = await openBank(t)
  const other = await bank.another()
  await other.vault.close()
  const deaf = await bank.another()
  const subject = { kind: 'mobile', owner: '1' } as const
  // Its notice is on the way only once it is committed: sealing at once stands for a clock that runs ahead.
  await rotateDataKey(bank.ctx)
  await bank.ctx.clock.advance(headStartMs)
  const sealed = sealPersonal(bank.ctx, subject, mobileOf(1))
  assert.equal(keyIdOf(sealed), 3)
  assert.deepEqual(await openEach(deaf.ctx, [{ ...subject, sealed }]), [mobileOf(1)])
  assert.equal(openPersonal(deaf.ctx, subject, sealed), mobileOf(1))
})

test('a value under a key that nobody made says so, and asks to try again', async (t) => {
  const { ctx } = await openBank(t)
  const subject = { kind: 'mobile', owner: '1' } as const
  const sealed = sealPersonal(ctx, subject, mobileOf(1))
  sealed.writeUInt32BE(99, 2)
  assert.throws(() => openPersonal(ctx, subject, sealed), problem('privacy.key_unknown'))
  await assert.rejects(openEach(ctx, [{ ...subject, sealed }]), problem('privacy.key_unknown'))
})

test('moving values can be stopped after any set and taken up again; a value that someone holds is passed over', async (t) => {
  const bank = await openBank(t)
  const { ctx } = bank
  const column = await withPeople(t, ctx)
  await savePeople(ctx, column, ids(25))
  await rotateDataKey(ctx)
  await ctx.clock.advance(headStartMs)

  const first = await resealSome(ctx, column, 10)
  assert.deepEqual({ moved: first.moved, last: first.last }, { moved: 10, last: '10' })
  assert.deepEqual(await keysInUse(ctx, column), [2, 3])
  await assertAllReadable(ctx, column, 25)
  await unauditedChange(ctx, 'a person at work', async (tx) => {
    await tx`select from ${tx(tableOf(column))} where id = 12 for update`
    const second = await resealSome(ctx, column, 100)
    assert.equal(second.moved, 14)
  })
  const third = await resealSome(ctx, column, 100)
  assert.deepEqual({ moved: third.moved, last: third.last }, { moved: 1, last: '12' })
  assert.deepEqual(await resealSome(ctx, column, 100), { moved: 0, broken: new Map(), last: undefined })
  assert.deepEqual(await keysInUse(ctx, column), [3])
})

test('a value that was tampered with stops nothing: it is counted, shown to the administrator and left as it is', async (t) => {
  const bank = await openBank(t)
  const { ctx } = bank
  const column = await withPeople(t, ctx)
  const runner = await withJobs(bank)
  await savePeople(ctx, column, ids(5))
  await unauditedChange(ctx, 'tampering', async (tx) => {
    await tx`update ${tx(tableOf(column))} set mobile = set_byte(mobile, 25, get_byte(mobile, 25) # 1) where id = 2`
    await tx`update ${tx(tableOf(column))} set mobile = '\\x31'::bytea where id = 3`
  })
  await rotateDataKey(ctx)
  await ctx.clock.advance(headStartMs)
  await runner.settle()
  const [counted] = (await listKeys(ctx)).columns
  assert.deepEqual({ ...counted, countedAt: '' }, { name: column.name, values: 5, left: 0, broken: 2, countedAt: '' })
  assert.deepEqual(
    (await listKeys(ctx)).items.map((key) => key.state),
    ['active', 'retiring'],
    'a key is not retired while a value claims it',
  )
})

test('the night looks after values that came late under an old key', async (t) => {
  const bank = await openBank(t)
  const { ctx } = bank
  const column = await withPeople(t, ctx)
  const runner = await withJobs(bank)
  await savePeople(ctx, column, ids(3))
  const late = sealPersonal(ctx, { kind: 'mobile', owner: '4' }, mobileOf(4))
  await rotateDataKey(ctx)
  await ctx.clock.advance(headStartMs)
  await runner.settle()
  assert.equal((await listKeys(ctx)).items[1]?.state, 'retired')
  await unauditedChange(ctx, 'a slow writer', async (tx) => {
    await tx`insert into ${tx(tableOf(column))} (id, mobile) values (4, ${late})`
  })
  await ctx.clock.advance(24 * 3_600_000)
  await runner.settle()
  assert.deepEqual(await keysInUse(ctx, column), [3])
  await assertAllReadable(ctx, column, 4)
})

test('the master key is replaced while the program runs: old and new open, then the new alone', async (t) => {
  const bank = await openBank(t)
  const { ctx, keyFile } = bank
  await rotateDataKey(ctx)
  const subject = { kind: 'card', owner: '1' } as const
  const sealed = sealPersonal(ctx, subject, '6222021234561234')
  const old = (await readFile(keyFile, 'utf8')).trim()
  const oldCheck = bank.vault.masters().current.check
  const young = newMasterKeyText()

  await writeKeys(keyFile, `${young} # in use`, `${old} # until all is wrapped anew`)
  const between = await bank.another()
  assert.equal(openPersonal(between.ctx, subject, sealed), '6222021234561234')
  assert.equal((await listKeys(between.ctx)).toRewrap, 3)

  const done = await rotateMasterKey(ctx)
  assert.equal(done.rewrapped, 3)
  assert.equal(ctx.recorded.at(-1)?.action, 'privacy.master.rotate')
  assert.deepEqual(ctx.recorded.at(-1)?.before, { masters: [oldCheck] })
  assert.deepEqual(await rotateMasterKey(ctx), { rewrapped: 0, master: done.master })
  assert.equal((await listKeys(ctx)).toRewrap, 0)

  await writeKeys(keyFile, young)
  const after = await bank.another()
  assert.equal(openPersonal(after.ctx, subject, sealed), '6222021234561234')
  assert.deepEqual(indexPersonal(after.ctx, 'card', '6222021234561234'), indexPersonal(ctx, 'card', '6222021234561234'))
  const onlyOld = join(await keyFolder(t), 'old.key')
  await writeKeys(onlyOld, old)
  await assert.rejects(bank.another(onlyOld), problem('privacy.key_wrong'))
})

test('a new master key without the old one beside it is refused, and nothing is changed', async (t) => {
  const { ctx, keyFile, another } = await openBank(t)
  const old = await readFile(keyFile, 'utf8')
  await writeKeys(keyFile, newMasterKeyText())
  await assert.rejects(rotateMasterKey(ctx), problem('privacy.old_master_gone'))
  await writeKeys(keyFile, old)
  await another()
})

test('a running process goes on through a change of the master key that it was not told of', async (t) => {
  const bank = await openBank(t)
  const other = await bank.another()
  const old = (await readFile(bank.keyFile, 'utf8')).trim()
  await writeKeys(bank.keyFile, newMasterKeyText(), old)
  await rotateMasterKey(bank.ctx)
  await rotateDataKey(bank.ctx)
  await bank.ctx.clock.advance(headStartMs)
  const subject = { kind: 'name', owner: '1' } as const
  const sealed = sealPersonal(bank.ctx, subject, '张三')
  assert.deepEqual(await openEach(other.ctx, [{ ...subject, sealed }]), ['张三'])
})
