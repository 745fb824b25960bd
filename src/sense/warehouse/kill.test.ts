import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { read } from '../../platform/change.ts'
import { bankDatabase, customerColumns, warehouseBank } from './testing/testing.ts'

test('the process of a run is killed at any moment, again and again: every row arrives once, and the figures are right', async (t) => {
  const bank = await warehouseBank(t)
  const spool = await mkdtemp(join(tmpdir(), 'zhixing-killed-'))
  t.after(() => rm(spool, { recursive: true, force: true }))
  const { sql, given } = await bankDatabase(t)
  await sql`create table customer (no text, aum int)`
  await sql`insert into customer select 'C' || i, i from generate_series(1, 30000) i`
  const { id } = await bank.connect(given)
  const mapping = await bank.mapped(id, { from: { kind: 'table', table: 'public.customer' }, columns: customerColumns })
  const run = await bank.warehouse.beginRun(bank.ctx, mapping.id, {})
  const program = join(import.meta.dirname, 'testing/worker.ts')
  const work = () =>
    spawn(process.execPath, [program, bank.ctx.superuserUrl, bank.keyFile, spool, run.id], {
      stdio: ['ignore', 'ignore', 'inherit'],
    })
  const state = async () => (await bank.warehouse.getRun(bank.ctx, run.id)).counts.done
  let kills = 0
  for (let before = 0; kills < 4; kills++) {
    const child = work()
    const ended = new Promise((resolve) => child.once('exit', resolve))
    // Once it has moved, at a moment of its own choosing.
    for (let tries = 0; tries < 600 && (await state()) <= before && child.exitCode === null; tries++) await pause(20)
    child.kill('SIGKILL')
    await ended
    before = await state()
    if (before >= 28_000) break
  }
  const last = work()
  assert.equal(await new Promise((resolve) => last.once('exit', resolve)), 0)
  const done = await bank.warehouse.getRun(bank.ctx, run.id)
  assert.ok(kills > 0)
  assert.deepEqual(
    [done.state, done.counts],
    ['done', { read: 30000, done: 30000, changed: 30000, same: 0, rejected: 0, bad: 0 }],
  )
  const [kept] = await read(
    bank.ctx,
    (tx) => tx<{ messages: number }[]>`select coalesce(sum(messages), 0)::int as messages from collect.piece`,
  )
  assert.equal(kept?.messages, 30_000, 'each once, in the log itself')
})
