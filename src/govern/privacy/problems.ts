import { Problem, text } from '../../platform/problem.ts'
import type { MasterKeys } from '../../platform/secrets/master.ts'

/** The database holds data that only this key opens: making a new one would look like a start and be a loss. */
export function keyFileMissing(name: string): Problem {
  return new Problem(
    'unavailable',
    'privacy.key_file_missing',
    text(
      `找不到主密钥 ${name},而数据库中的个人信息由它加密。请从备份恢复该文件(权限 600),或用 ZHIXING_KEY_FILE 指明其位置;新建密钥无法读出已有数据`,
      `The master key ${name} is missing, and the personal data in the database is sealed by it. Restore that file from its backup (mode 600), or name its place by ZHIXING_KEY_FILE; a new key could not read the data`,
    ),
  )
}

export function noKey(name: string): Problem {
  return new Problem(
    'unavailable',
    'privacy.no_key',
    text(
      `没有主密钥 ${name}。连接外部数据库时不会自动生成:请执行 openssl rand -base64 32 > ${name} && chmod 600 ${name},并妥善保管副本`,
      `There is no master key ${name}. None is made by itself for an external database: run openssl rand -base64 32 > ${name} && chmod 600 ${name}, and keep a copy safe`,
    ),
  )
}

export function keyWrong(name: string, wanted: string, found: MasterKeys): Problem {
  const have = found.all.map((key) => key.check).join(', ')
  return new Problem(
    'unavailable',
    'privacy.key_wrong',
    text(
      `主密钥 ${name} 与数据库不符:数据库需要校验值为 ${wanted} 的密钥,文件中的是 ${have}。请换回正确的密钥文件,或把该密钥加为其中一行`,
      `The master key ${name} is not the one of this database: it needs the key with check value ${wanted}, the file has ${have}. Put the right file back, or add that key to it as a line`,
    ),
  )
}

export function keyDamaged(id: number, cause: unknown): Problem {
  return new Problem(
    'unavailable',
    'privacy.key_damaged',
    text(
      `数据密钥 ${id} 在数据库中被改动,无法解开。请从备份恢复表 privacy.data_key`,
      `Data key ${id} was changed in the database and does not unwrap. Restore the table privacy.data_key from a backup`,
    ),
    { cause },
  )
}

/** Another process made a key a moment ago. `openEach` waits for it by itself. */
export function keyUnknown(id: number): Problem {
  return new Problem(
    'unavailable',
    'privacy.key_unknown',
    text(`尚未读到数据密钥 ${id},请重试`, `Data key ${id} is not known here yet, please try again`),
    { retryAfterSeconds: 1 },
  )
}
