import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { ClickHouseError } from '@clickhouse/client'
import { Problem, text } from '../problem.ts'
import type { Facts } from './facts.ts'

const beatMs = 2_000
const alreadyExists = '57'

/**
 * Runs `work` while no other program does the same in this database. The lock is a table, which only one can create;
 * its holder writes into it again and again, and one that was not heard of for 20 seconds is
 * taken for dead.
 * Waits for two minutes. Problem: `facts.migrating`.
 */
export async function alone<T>(facts: Facts, work: () => Promise<T>, deadAfterSeconds = 20): Promise<T> {
  const holder = randomUUID()
  await take(facts, holder, deadAfterSeconds)
  const beat = setInterval(() => void write(facts, holder).catch(() => {}), beatMs).unref()
  try {
    return await work()
  } finally {
    clearInterval(beat)
    await facts.command({ sql: 'DROP TABLE IF EXISTS schema_migrating' })
  }
}

const write = (facts: Facts, holder: string) => facts.insert('schema_migrating', [{ holder }])

async function take(facts: Facts, holder: string, deadAfterSeconds: number): Promise<void> {
  for (const until = performance.now() + 120_000; ; ) {
    try {
      await facts.command({
        sql: `CREATE TABLE schema_migrating (holder String, at DateTime64(3) DEFAULT now64(3))
              ENGINE = MergeTree ORDER BY at`,
      })
      return await write(facts, holder)
    } catch (error) {
      if (!(error instanceof ClickHouseError) || error.code !== alreadyExists) throw error
    }
    if (performance.now() > until)
      throw new Problem(
        'unavailable',
        'facts.migrating',
        text('另一个程序正在升级分析库结构', 'Another program is changing the schema of the analysis database'),
        { retryAfterSeconds: 30 },
      )
    await overruleTheDead(facts, deadAfterSeconds)
    await pause(300)
  }
}

async function overruleTheDead(facts: Facts, deadAfterSeconds: number): Promise<void> {
  const [lock] = await facts.query<{ uuid: string; silent: number }>({
    sql: `SELECT toString(uuid) AS uuid, toUInt32(dateDiff('second', metadata_modification_time, now())) AS silent
          FROM system.tables WHERE database = {database:String} AND name = 'schema_migrating'`,
    params: { database: facts.database },
  })
  if (!lock || lock.silent < deadAfterSeconds) return
  const [last] = await facts
    .query<{ silent: number }>({
      sql: `SELECT toUInt32(dateDiff('second', max(at), now64(3))) AS silent FROM schema_migrating`,
    })
    .catch(() => [])
  if (!last || last.silent < deadAfterSeconds) return
  await facts.command({ sql: 'DROP TABLE IF EXISTS schema_migrating' })
}
