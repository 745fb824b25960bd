import { mkdtemp, rm, statfs } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import postgres from 'postgres'
import { startEmbeddedPostgres } from '../db/embedded.ts'
import { startEmbeddedClickhouse } from '../facts/embedded.ts'
import { openHome } from '../home.ts'
import { createLog } from '../log.ts'

export type TestEngine = { url: string; stop(): Promise<void> }

/** A throwaway PostgreSQL in a temporary folder. It does not wait for the disk: tests of durability start their own. */
export async function startTestPostgres(): Promise<TestEngine> {
  const folder = await mkdtemp(join(await fastFolder(), 'zhixing-test-'))
  const home = await openHome(folder)
  const engine = await startEmbeddedPostgres({ home, log: createLog('silent') })
  await forgetDurability(engine.url)
  return {
    url: engine.url,
    async stop() {
      await engine.stop()
      await home.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** A throwaway ClickHouse engine behind its door, in a temporary folder. */
export async function startTestClickhouse(): Promise<TestEngine> {
  const folder = await mkdtemp(join(await fastFolder(), 'zhixing-test-'))
  const home = await openHome(folder)
  const engine = await startEmbeddedClickhouse({ home, log: createLog('silent') })
  return {
    url: engine.url,
    async stop() {
      await engine.stop()
      await home.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function forgetDurability(url: string): Promise<void> {
  const sql = postgres(url, { max: 1 })
  for (const setting of ['fsync', 'synchronous_commit', 'full_page_writes'])
    await sql.unsafe(`alter system set ${setting} = off`)
  await sql`select pg_reload_conf()`
  await sql.end()
}

/** A database is some four hundred files: in memory they are made ten times faster than on most disks. */
export async function fastFolder(): Promise<string> {
  const memory = await statfs('/dev/shm').catch(() => undefined)
  return memory && memory.bavail * memory.bsize > 2 * 1024 ** 3 ? '/dev/shm' : tmpdir()
}
