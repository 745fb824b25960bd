import { createHmac, randomBytes } from 'node:crypto'
import { mkdir, open, readFile, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { errorCode, fileProblem, writePrivate } from '../home.ts'
import type { Logger } from '../log.ts'
import { Problem, text } from '../problem.ts'
import { type Algorithm, ciphers, derive, keyBytes } from './ciphers.ts'
import { type Sealed, seal, sealingKey, unseal } from './sealed.ts'

/**
 * A master key only wraps the keys that seal data. It never meets the database; its check value does, so that a wrong
 * key is known by name before anything is tried with it.
 */
export type MasterKey = {
  /** Eight bytes as hex, the same for the same key, telling nothing about it. */
  readonly check: string
  wrap(algorithm: Algorithm, key: Uint8Array, belongsTo: readonly string[]): Buffer
  /** @throws BrokenSeal */
  unwrap(algorithm: Algorithm, wrapped: Sealed, belongsTo: readonly string[]): Buffer
}

/** The master keys at hand: the first is in use, the others still open what they wrapped. */
export type MasterKeys = { readonly current: MasterKey; readonly all: readonly MasterKey[] }

/** Where master keys come from: a file, or a text given by the environment. `name` is how messages call it. */
export type MasterKeySource = { readonly file: string } | { readonly value: string; readonly name: string }

export function sourceName(source: MasterKeySource): string {
  return 'file' in source ? source.file : source.name
}

export function masterKey(bytes: Uint8Array): MasterKey {
  if (bytes.length !== keyBytes) throw new RangeError(`a master key has ${keyBytes} bytes, this has ${bytes.length}`)
  const check = createHmac('sha256', bytes).update('zhixing key check value').digest().subarray(0, 8)
  const keys = new Map<Algorithm, ReturnType<typeof sealingKey>>()
  function wrapping(algorithm: Algorithm) {
    let key = keys.get(algorithm)
    if (!key) {
      const { hash } = ciphers[algorithm]
      key = sealingKey(check.readUInt32BE(0), algorithm, derive(hash, bytes, `wrapping by ${algorithm}`, keyBytes))
      keys.set(algorithm, key)
    }
    return key
  }
  return {
    check: check.toString('hex'),
    wrap: (algorithm, key, belongsTo) => seal(wrapping(algorithm), key, belongsTo),
    unwrap: (algorithm, wrapped, belongsTo) => unseal(wrapping(algorithm), wrapped, belongsTo),
  }
}

/**
 * Reads the master keys: one a line, 32 bytes as base64 or hex, `#` begins a remark. Undefined when the file does not
 * exist, so that the caller decides whether one may be made. A file that everyone on the machine can read is refused;
 * one its group can read is taken with a warning, because orchestrators mount secrets so.
 * Problems: `secrets.key_exposed`, `secrets.key_unreadable`, `secrets.key_malformed`.
 */
export async function readMasterKeys(source: MasterKeySource, log: Logger): Promise<MasterKeys | undefined> {
  if ('value' in source) return parseMasterKeys(source.value, source.name)
  try {
    await refuseExposed(source.file, log)
    return parseMasterKeys(await readFile(source.file, 'utf8'), source.file)
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined
    if (error instanceof Problem) throw error
    throw new Problem(
      'unavailable',
      'secrets.key_unreadable',
      text(
        `无法读取主密钥文件 ${source.file}(${errorCode(error)}):请让运行本程序的用户可以读取它`,
        `Cannot read the master key file ${source.file} (${errorCode(error)}): let the user that runs this program read it`,
      ),
      { cause: error },
    )
  }
}

/** Makes the key file of a new installation (0600, its folder 0700), on disk when this returns. Never replaces one. */
export async function createMasterKeyFile(file: string): Promise<void> {
  if (await exists(file)) throw new Error(`a new master key would replace ${file}`)
  try {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 })
    await writePrivate(
      file,
      `# Zhixing master key. Keep a copy apart from the backups: without it personal data cannot be read again.\n${newMasterKeyText()}\n`,
    )
    // The name of the file must be on disk too before anything is wrapped by what it holds.
    if (process.platform !== 'win32') {
      const folder = await open(dirname(file), 'r')
      await folder.sync().finally(() => folder.close())
    }
  } catch (error) {
    throw fileProblem(error, file)
  }
}

/** A new master key as it is written in a file. */
export function newMasterKeyText(): string {
  return randomBytes(keyBytes).toString('base64')
}

function parseMasterKeys(content: string, name: string): MasterKeys {
  const lines = content
    .split(/[\r\n,]+/)
    .map((line) => line.replace(/#.*/, '').trim())
    .filter((line) => line !== '')
  const all = lines.map((line) => {
    const bytes = /^[0-9a-fA-F]{64}$/.test(line) ? Buffer.from(line, 'hex') : Buffer.from(line, 'base64')
    if (!/^[\w+/-]+=?$/.test(line) || bytes.length !== keyBytes) throw malformed(name)
    return masterKey(bytes)
  })
  const [current] = all
  if (!current) throw malformed(name)
  return { current, all }
}

function malformed(name: string): Problem {
  return new Problem(
    'unavailable',
    'secrets.key_malformed',
    text(
      `主密钥 ${name} 的内容不正确:每行应为 32 字节的 base64 或十六进制,可用 openssl rand -base64 32 生成`,
      `The master key ${name} is malformed: each line is 32 bytes as base64 or hex, as openssl rand -base64 32 makes them`,
    ),
  )
}

async function exists(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    (error) => {
      if (errorCode(error) === 'ENOENT') return false
      throw error
    },
  )
}

async function refuseExposed(file: string, log: Logger): Promise<void> {
  // Windows keeps no such bits.
  if (process.platform === 'win32') return
  const { mode } = await stat(file)
  if (mode & 0o007)
    throw new Problem(
      'unavailable',
      'secrets.key_exposed',
      text(
        `主密钥文件 ${file} 可被本机所有用户访问:请执行 chmod 600 ${file}`,
        `Everyone on this machine can use the master key file ${file}: run chmod 600 ${file}`,
      ),
    )
  if (mode & 0o070) log.warn({ file }, 'the master key file can be used by its group')
}
