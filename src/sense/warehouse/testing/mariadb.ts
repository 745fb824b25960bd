import { execFileSync, spawn } from 'node:child_process'
import { chownSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { type Connection, createConnection } from 'mysql2/promise'
import type { NewConnection } from '../contract.ts'

const program = '/usr/sbin/mariadbd'

export type MariaDb = {
  sql: Connection
  port: number
  given: Omit<NewConnection, 'org'>
  restart(): Promise<void>
  stop(): Promise<void>
}

/** The server programs that the system's packages brought. */
export function hasMariaDb(): boolean {
  return existsSync(program) && existsSync('/usr/bin/mariadb-install-db')
}

/**
 * A throwaway server of the system's MariaDB, gone when the test ends. Where there is none the test is skipped in sight,
 * with the reason; where everything must be proved (`CI`), it fails.
 */
export async function mariaDb(t: TestContext): Promise<MariaDb | undefined> {
  const reason = 'no MariaDB of the system: apt-get install mariadb-server-core'
  if (!hasMariaDb()) {
    if (process.env.CI) throw new Error(reason)
    t.skip(reason)
    return undefined
  }
  const folder = mkdtempSync(join(tmpdir(), 'zhixing-mariadb-'))
  // It does not run as root unless it is told to; `mysql` comes with the whole package, `nobody` is everywhere.
  const user = process.getuid?.() === 0 ? 'nobody' : undefined
  if (user) chownSync(folder, idOf('-u', user), idOf('-g', user))
  const data = join(folder, 'data')
  const as = user ? [`--user=${user}`] : []
  execFileSync(
    '/usr/bin/mariadb-install-db',
    [`--datadir=${data}`, ...as, '--auth-root-authentication-method=normal', '--skip-test-db'],
    { stdio: 'ignore', cwd: folder },
  )
  const init = join(folder, 'init.sql')
  writeFileSync(
    init,
    [
      'create database bank character set utf8mb4;',
      "create user 'owner'@'%' identified by 'owner';",
      "grant all on bank.* to 'owner'@'%';",
      "create user 'reader'@'%' identified by 'geheim-1';",
      "grant select on bank.* to 'reader'@'%';",
    ].join('\n'),
    { mode: 0o644 },
  )
  const port = await freePort()
  const start = (first: boolean) =>
    spawn(
      program,
      [
        '--no-defaults',
        `--datadir=${data}`,
        ...as,
        `--port=${port}`,
        '--bind-address=127.0.0.1',
        '--skip-name-resolve',
        `--socket=${folder}/sock`,
        `--pid-file=${folder}/pid`,
        ...(first ? [`--init-file=${init}`] : []),
      ],
      { stdio: 'ignore', cwd: folder },
    )
  let child = start(true)
  const ended = () =>
    new Promise<void>((resolve) => (child.exitCode === null ? child.once('exit', () => resolve()) : resolve()))
  const stop = async () => {
    child.kill('SIGKILL')
    await ended()
  }
  let sql: Connection | undefined
  t.after(async () => {
    sql?.destroy()
    await stop()
    rmSync(folder, { recursive: true, force: true })
  })
  sql = await answering(port)
  const settings = { host: '127.0.0.1', port, database: 'bank', user: 'reader', tls: 'off' as const }
  return {
    sql,
    port,
    given: { name: '数仓', kind: 'mysql', settings, secret: 'geheim-1' },
    stop,
    async restart() {
      child = start(false)
      ;(await answering(port)).destroy()
    },
  }
}

function idOf(flag: string, user: string): number {
  return Number(execFileSync('id', [flag, user], { encoding: 'utf8' }))
}

async function answering(port: number): Promise<Connection> {
  for (let tries = 0; ; tries++)
    try {
      return await createConnection({
        host: '127.0.0.1',
        port,
        user: 'owner',
        password: 'owner',
        database: 'bank',
        multipleStatements: true,
      })
    } catch (error) {
      if (tries > 150) throw error
      await pause(100)
    }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })
}
