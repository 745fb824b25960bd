import { execFileSync, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import postgres from 'postgres'

/** A server that the product did not bring, as at a bank. */
export type ExternalPostgres = {
  /** The administrator's address, of the database `postgres`. */
  superuserUrl: string
  /** An empty database and the ordinary user who owns it: all that a bank's administrator hands over. */
  ownerUrl: string
  stop(): Promise<void>
}

type Server = { initdb: string; postgres: string; version: number }

/** The newest server programs that the system's packages brought, or undefined. */
export function findServer(): Server | undefined {
  const base = '/usr/lib/postgresql'
  const versions = existsSync(base) ? readdirSync(base).map(Number).filter(Boolean) : []
  return versions
    .sort((a, b) => b - a)
    .map((version) => ({
      initdb: join(base, String(version), 'bin/initdb'),
      postgres: join(base, String(version), 'bin/postgres'),
      version,
    }))
    .find((server) => existsSync(server.initdb) && existsSync(server.postgres))
}

/**
 * A throwaway cluster of the system's PostgreSQL, gone when the test ends. Where there is none the test is skipped in
 * sight, with the reason; where everything must be proved (`CI`), it fails.
 */
export async function externalPostgres(t: TestContext): Promise<ExternalPostgres | undefined> {
  const server = findServer()
  const reason = 'no PostgreSQL of the system: apt-get install postgresql'
  if (!server && process.env.CI) throw new Error(reason)
  if (!server) {
    t.skip(reason)
    return undefined
  }
  const cluster = await startCluster(server)
  t.after(() => cluster.stop())
  return cluster
}

async function startCluster(server: Server): Promise<ExternalPostgres> {
  const folder = mkdtempSync(join(tmpdir(), 'zhixing-external-'))
  const ids = ordinaryUser()
  const password = randomBytes(12).toString('hex')
  writeFileSync(join(folder, 'password'), password)
  if (ids) for (const path of [folder, join(folder, 'password')]) chownSync(path, ids.uid, ids.gid)
  const data = join(folder, 'data')
  const how = { cwd: folder, env: { PATH: process.env.PATH, LC_ALL: 'C.UTF-8' }, ...ids }
  const make = [
    '-D',
    data,
    '-U',
    'dba',
    '--auth=scram-sha-256',
    `--pwfile=${folder}/password`,
    '-E',
    'UTF8',
    '--no-sync',
  ]
  execFileSync(server.initdb, make, { ...how, stdio: ['ignore', 'ignore', 'inherit'] })
  const port = await freePort()
  const settings = { port, listen_addresses: '127.0.0.1', unix_socket_directories: folder, fsync: 'off' }
  const args = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const child = spawn(server.postgres, ['-D', data, ...args], { ...how, stdio: ['ignore', 'ignore', 'pipe'] })
  let log = ''
  child.stderr.on('data', (chunk) => (log += String(chunk)))
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const stop = async () => {
    child.kill('SIGINT')
    await ended
    rmSync(folder, { recursive: true, force: true })
  }
  const superuserUrl = `postgres://dba:${password}@127.0.0.1:${port}/postgres`
  try {
    await answering(superuserUrl, () => (child.exitCode === null ? undefined : log))
    return { superuserUrl, ownerUrl: await handOver(superuserUrl, password), stop }
  } catch (error) {
    await stop()
    throw error
  }
}

/** PostgreSQL refuses to run as root: then its own user of the system runs it. */
function ordinaryUser(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined
  const id = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }))
  return { uid: id('-u'), gid: id('-g') }
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

async function answering(url: string, endedWith: () => string | undefined): Promise<void> {
  for (let tries = 0; ; tries++) {
    const sql = postgres(url, { max: 1, connect_timeout: 2, onnotice: () => {} })
    try {
      await sql`select 1`
      return
    } catch (error) {
      const log = endedWith()
      if (log !== undefined || tries > 100) throw new Error(`PostgreSQL did not start: ${log}`, { cause: error })
      await pause(100)
    } finally {
      await sql.end({ timeout: 1 })
    }
  }
}

async function handOver(superuserUrl: string, password: string): Promise<string> {
  const sql = postgres(superuserUrl, { max: 1 })
  try {
    await sql.unsafe(`create role bank login password '${password}'`)
    await sql.unsafe('create database zhixing owner bank')
  } finally {
    await sql.end()
  }
  const url = new URL(superuserUrl)
  url.username = 'bank'
  url.pathname = '/zhixing'
  return url.href
}
