import { statfs } from 'node:fs/promises'
import { resolve } from 'node:path'
import { readConfig } from '../config.ts'
import { openBareEngines, openGround } from '../ground.ts'
import { backup as writeBackup } from '../platform/backup/backup.ts'
import { restore as readBackup } from '../platform/backup/restore.ts'
import { systemClock } from '../platform/clock.ts'
import { createLog } from '../platform/log.ts'
import { readMasterKeys } from '../platform/secrets/master.ts'
import type { Command } from './commands.ts'

const mebibyte = 1024 ** 2

export const backup: Command = {
  name: 'backup',
  does: 'Writes everything both engines hold into one file. The program must be stopped. Keys are not in it: keep a copy of them apart.',
  takes: [{ name: 'FILE', means: 'where to write it, such as zhixing.tgz' }],
  flags: { overwrite: { type: 'boolean', means: 'replaces a file that is there' } },
  async run({ words, flags }) {
    const config = readConfig(process.env)
    const log = createLog('error')
    const ground = await openGround(config, log)
    try {
      const done = await writeBackup({
        databaseUrl: ground.databaseUrl,
        facts: ground.facts,
        file: resolve(words[0] ?? ''),
        clock: systemClock,
        log,
        keyCheck: ground.vault.masters().current.check,
        overwrite: flags.overwrite === true,
        onProgress: ({ step, table, rows }) => process.stderr.write(`  ${step}  ${table}  ${rows}\n`),
      })
      const rows = done.postgres.rows + done.clickhouse.rows
      process.stdout.write(
        `${done.file}: ${(done.bytes / mebibyte).toFixed(1)} MiB, ${rows} rows\n` +
          `主密钥不在备份中,请另行保管(校验值 ${done.keyCheck})\n` +
          `The master key is not in the backup: keep a copy of it apart (check value ${done.keyCheck})\n`,
      )
      return 0
    } finally {
      await ground.close()
    }
  },
}

export const restore: Command = {
  name: 'restore',
  does: 'Brings a backup into an empty home folder (or empty databases by URL). Put the master key file in place before or after.',
  takes: [{ name: 'FILE', means: 'a file that zhixing backup wrote' }],
  async run({ words }) {
    const config = readConfig(process.env)
    const log = createLog('error')
    const source = config.masterKey ? { value: config.masterKey, name: 'ZHIXING_MASTER_KEY' } : { file: config.keyFile }
    const keys = await readMasterKeys(source, log)
    const engines = await openBareEngines(config, log)
    try {
      const done = await readBackup({
        databaseUrl: engines.databaseUrl,
        facts: engines.facts,
        file: resolve(words[0] ?? ''),
        log,
        keyCheck: keys?.current.check,
        onProgress: ({ step, table, rows }) => process.stderr.write(`  ${step}  ${table}  ${rows}\n`),
      })
      process.stdout.write(`${done.postgres.rows + done.clickhouse.rows} rows as of ${done.madeAt.toISOString()}\n`)
      if (!keys)
        process.stdout.write(
          `请将主密钥放到 ${config.keyFile}(校验值 ${done.keyCheck})后再启动\n` +
            `Put the master key (check value ${done.keyCheck}) at ${config.keyFile} before you start\n`,
        )
      return 0
    } finally {
      await engines.close()
    }
  },
}

export const doctor: Command = {
  name: 'doctor',
  does: 'Tries each thing that the program needs, and says which one is at fault. The program must be stopped.',
  async run() {
    const line = (ok: boolean, what: string, said: string) =>
      process.stdout.write(`${ok ? '✔' : '✖'} ${what}: ${said}\n`)
    line(Number(process.versions.node.split('.')[0]) >= 24, 'Node', process.versions.node)
    const config = readConfig(process.env)
    line(true, 'settings', `home ${config.home}, port ${config.port}, roles ${[...config.roles].join(',')}`)
    const ground = await openGround(config, createLog('silent'))
    try {
      const [db, facts, disk] = await Promise.all([ground.db.health(), ground.facts.health(), statfs(config.home)])
      const free = (disk.bavail * disk.bsize) / mebibyte
      line(db.ok, 'PostgreSQL', db.ok ? `${db.version}, ${db.ms.toFixed(1)} ms` : db.reason)
      line(facts.ok, 'ClickHouse', facts.ok ? `${facts.version}, ${facts.ms.toFixed(1)} ms` : facts.reason)
      line(free > 1024, 'disk', `${Math.round(free)} MiB free`)
      line(true, 'master key', `check value ${ground.vault.masters().current.check}`)
      return db.ok && facts.ok && free > 100 ? 0 : 1
    } finally {
      await ground.close()
    }
  },
}
