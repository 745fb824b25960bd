import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { findServer } from '../src/platform/testing/external-postgres.ts'
import { hasMariaDb } from '../src/sense/warehouse/testing/mariadb.ts'

export type Found = { ready: true } | { ready: false; message: string }

/** Whether packages can be installed without asking anyone: apt-get, and root or sudo without a password. */
export function mayInstall(): boolean {
  if (process.platform !== 'linux' || spawnSync('apt-get', ['--version']).status !== 0) return false
  return process.getuid?.() === 0 || spawnSync('sudo', ['-n', 'true']).status === 0
}

/** Installs Debian packages, telling what it does. Returns whether all went well. */
export function install(packages: readonly string[]): boolean {
  process.stdout.write(`installing ${packages.join(' ')}\n`)
  return apt(['update', '-qq']) && apt(['install', '-y', '-qq', '--no-install-recommends', ...packages])
}

function apt(args: string[]): boolean {
  return asRoot(['env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', '-o', 'DPkg::Lock::Timeout=120', ...args])
}

function asRoot(command: string[]): boolean {
  const [program = '', ...args] = process.getuid?.() === 0 ? command : ['sudo', '-n', ...command]
  // Its words go to stderr, so that stdout keeps to the results of the run.
  return spawnSync(program, args, { stdio: ['ignore', 2, 2] }).status === 0
}

/**
 * The server programs of a PostgreSQL that is not ours, for the tests against one: installed where that is possible.
 * Only the programs are wanted: the cluster that the package would make and start on port 5432 is declined first.
 */
export function postgresReady(): Found {
  if (findServer()) return { ready: true }
  const message = 'No PostgreSQL of the system to test against: apt-get install postgresql'
  if (!mayInstall()) return { ready: false, message }
  declineCluster()
  return install(['postgresql']) && findServer() ? { ready: true } : { ready: false, message }
}

/** The programs of a MariaDB, for the tests of a bank's tables; this package starts no server. */
export function mariaDbReady(): Found {
  if (hasMariaDb()) return { ready: true }
  const message = 'No MariaDB of the system to test against: apt-get install mariadb-server-core'
  if (!mayInstall()) return { ready: false, message }
  return install(['mariadb-server-core']) && hasMariaDb() ? { ready: true } : { ready: false, message }
}

const clusterSettings = '/etc/postgresql-common/createcluster.d'

function declineCluster(): void {
  if (process.getuid?.() !== 0 || existsSync('/etc/postgresql-common')) return
  mkdirSync(clusterSettings, { recursive: true })
  writeFileSync(`${clusterSettings}/no-main-cluster.conf`, 'create_main_cluster = false\n')
}
