import assert from 'node:assert/strict'
import { copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { readConfig } from '../../config.ts'
import { ensureDemoAccounts } from '../../govern/access/access.ts'
import { startAuditSealing, verifyAudit } from '../../govern/audit/audit.ts'
import { orgTree } from '../../govern/orgs/orgs.ts'
import { openGround } from '../../ground.ts'
import { ensureDefaultSource, findSource } from '../../sense/catalog/catalog.ts'
import { makeRoom, receive, workBatch } from '../../sense/collect/collect.ts'
import { pipelineSteps } from '../../worker.ts'
import { unauditedChange } from '../change.ts'
import { systemClock, virtualClock } from '../clock.ts'
import { asMachine, type Ctx } from '../ctx.ts'
import { startEmbeddedPostgres } from '../db/embedded.ts'
import { openFacts } from '../facts/facts.ts'
import { openHome } from '../home.ts'
import { defineJob, queueJob } from '../jobs/queue.ts'
import { readMasterKeys } from '../secrets/master.ts'
import { fastFolder } from '../testing/engines.ts'
import { backup } from './backup.ts'
import { restore } from './restore.ts'
import { log, rowsOf } from './testing/testing.ts'

/** Sends one event as a page of the bank does; the same again is the same. */
async function visit(ctx: Ctx, key: string) {
  const machine = asMachine(ctx, 'test')
  const source = await findSource(machine, 'default')
  const time = Date.UTC(2026, 0, 5)
  const ids = [{ kind: 'login_id', value: 'u1' }]
  return receive(machine, { id: source?.id ?? '' }, [
    { key, envelope: { kind: 'event', name: 'visit', time, ids, props: { page: '首页' } } },
  ])
}

test('a bank moves: backed up here, restored into an empty home there, with its audit whole and its people and jobs as they were', async (t) => {
  const folder = await mkdtemp(join(await fastFolder(), 'zhixing-move-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  const config = (name: string) => readConfig({ ZHIXING_HOME: join(folder, name), PORT: '0' })
  const file = join(folder, 'bank.zhixing')

  const here = config('here')
  const keys = { file: here.keyFile }
  const ground = await openGround(here, log)
  const { wanted, tree, keyCheck } = await (async () => {
    try {
      await ensureDemoAccounts(ground.ctx)
      const job = defineJob<{ n: number }>('greet', async () => {})
      await unauditedChange(ground.ctx, 'a job for later', (tx) =>
        queueJob(ground.ctx, tx, job, { n: 1 }, { at: new Date('2099-01-01') }),
      )
      const machine = asMachine(ground.ctx, 'test')
      await ensureDefaultSource(machine)
      await makeRoom(machine)
      assert.deepEqual(await visit(ground.ctx, 'first'), ['stored'])
      while ((await workBatch(machine, pipelineSteps(machine))) > 0);
      const sealing = startAuditSealing(ground.ctx, ground.audit)
      await sealing.stop()
      const keyCheck = (await readMasterKeys(keys, log))?.current.check
      const done = await backup({
        databaseUrl: ground.databaseUrl,
        facts: ground.facts,
        file,
        clock: systemClock,
        log,
        keyCheck,
      })
      assert.ok(done.postgres.rows > 100)
      return { wanted: await rowsOf(ground.databaseUrl), tree: await orgTree(ground.ctx), keyCheck }
    } finally {
      await ground.close()
    }
  })()

  const there = config('there')
  const home = await openHome(there.home)
  const [postgres, facts] = await Promise.all([startEmbeddedPostgres({ home, log }), openFacts({ home, log })])
  try {
    const restored = await restore({ databaseUrl: postgres.url, facts, file, log })
    assert.equal(restored.keyCheck, keyCheck)
    assert.deepEqual(restored.migrated, [])
    assert.deepEqual(await rowsOf(postgres.url), wanted)
  } finally {
    await Promise.all([postgres.stop(), facts.close()])
    await home.close()
  }

  await mkdir(dirname(there.keyFile), { recursive: true, mode: 0o700 })
  await copyFile(here.keyFile, there.keyFile)
  const moved = await openGround(there, log)
  try {
    const report = await verifyAudit(moved.ctx, moved.audit)
    assert.deepEqual(report.faults, [])
    assert.ok(report.ok && report.checked + report.unsealed > 5)
    assert.deepEqual(await orgTree(moved.ctx), tree)
    await makeRoom(asMachine(moved.ctx, 'test'))
    assert.deepEqual(await visit(moved.ctx, 'first'), ['duplicate'], 'what was known is known')
    assert.deepEqual(await visit(moved.ctx, 'second'), ['stored'])
    const machine = asMachine(moved.ctx, 'test')
    while ((await workBatch(machine, pipelineSteps(machine))) > 0);
    const facts = await moved.facts.query({ sql: 'SELECT count() AS n, uniqExact(customer) AS who FROM event' })
    assert.deepEqual(facts, [{ n: 2n, who: 1n }])
  } finally {
    await moved.close()
  }
  // The days of the log that came with the backup are the product's to drop.
  const later = await openGround(there, log, { clock: virtualClock(new Date(Date.now() + 60 * 86_400_000)) })
  try {
    await makeRoom(asMachine(later.ctx, 'test'))
    await makeRoom(asMachine(later.ctx, 'test'))
    const days = await later.db.sql`select from pg_class where relname like 'piece_2%' and relkind = 'r'`
    assert.equal(days.length, 4, 'today and the days ahead')
  } finally {
    await later.close()
  }
})
