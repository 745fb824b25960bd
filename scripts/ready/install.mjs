import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { withLock } from './lock.mjs'
import { notes, productNode, root } from './paths.mjs'
import { asLocked, binaries, installFailure, installStep, unsupported } from './plan.mjs'
import { say, Unready } from './say.mjs'

const modules = join(root, 'node_modules')
const stampFile = join(modules, '.zhixing-ready')
const roomNeeded = 2 * 1024 ** 3

/** Makes what is installed equal to what is locked. Does nothing, in a few milliseconds, when it is already. */
export async function installed() {
  if (look().step === 'ready') return
  await withLock(
    join(notes, 'install.lock'),
    async (nameChild) => {
      const found = look()
      if (found.step === 'ready') return
      if (found.step === 'install') await install(nameChild)
      check()
      writeFileSync(stampFile, found.hash)
    },
    (holder) =>
      say(`另一个进程(${holder})正在安装依赖,等待其完成`, `Another process (${holder}) is installing: waiting for it`),
  )
}

/** What lies there, and the step that follows from it. */
function look() {
  const lock = read(join(root, 'package-lock.json'))
  const manifest = read(join(root, 'package.json'))
  if (lock === undefined || manifest === undefined)
    throw new Unready(`${root} 中没有 package-lock.json`, `There is no package-lock.json in ${root}`)
  const machine = thisMachine()
  const hash = createHash('sha256').update([machine.platform, machine.arch, lock, manifest].join('\0')).digest('hex')
  const record = read(join(modules, '.package-lock.json'))
  const step = installStep({
    stamped: read(stampFile) === hash,
    recorded: record !== undefined,
    missing: missingBinaries(machine),
    asLocked: () =>
      asLocked({
        manifest: JSON.parse(manifest),
        lock: JSON.parse(lock),
        installed: JSON.parse(record ?? '{}'),
        machine,
      }),
  })
  return { step, hash }
}

/** @param {string} path */
function read(path) {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

/**
 * glibc is taken for granted on Linux: the other one is refused before the first install.
 * @returns {import('./plan.mjs').Machine}
 */
function thisMachine() {
  return { platform: process.platform, arch: process.arch, libc: process.platform === 'linux' ? 'glibc' : undefined }
}

/** @param {import('./plan.mjs').Machine} machine */
function missingBinaries(machine) {
  return binaries(machine, process.env)
    .filter(({ path }) => !existsSync(join(modules, path)))
    .map((one) => one.package)
}

/** The C library, asked only before an install: the report takes a while. */
function libc() {
  if (process.platform !== 'linux') return undefined
  // Without this the report looks up the names of open connections.
  Object.assign(process.report ?? {}, { excludeNetwork: true })
  const report = /** @type {{ header?: { glibcVersionRuntime?: string } }} */ (process.report?.getReport() ?? {})
  return report.header?.glibcVersionRuntime ? 'glibc' : 'musl'
}

/** @param {(pid: number | undefined) => void} nameChild */
async function install(nameChild) {
  const reason = unsupported({ ...thisMachine(), libc: libc() }, process.env)
  if (reason) throw new Unready(reason.zh, reason.en)
  const { bavail, bsize } = statfsSync(root)
  if (bavail * bsize < roomNeeded) {
    const full = installFailure('ENOSPC')
    throw new Unready(full.zh, full.en)
  }
  say('正在安装依赖(首次约需一两分钟)…', 'Installing the dependencies (a minute or two the first time)…')
  rmSync(stampFile, { force: true })
  const { code, output } = await npm(
    ['ci', '--include=dev', '--include=optional', '--no-audit', '--no-fund', '--loglevel=error'],
    nameChild,
  )
  if (code === 0) return
  const failure = installFailure(output)
  throw new Unready(failure.zh, failure.en)
}

/**
 * npm from outside this tree: the Node in node_modules/.bin is deleted by the very command.
 * @param {string[]} args
 * @param {(pid: number | undefined) => void} nameChild
 * @returns {Promise<{ code: number, output: string }>}
 */
function npm(args, nameChild) {
  const path = (process.env.PATH ?? '')
    .split(delimiter)
    .filter((folder) => !folder.startsWith(root))
    .join(delimiter)
  return new Promise((resolve, reject) => {
    const child = spawn('npm', args, {
      cwd: root,
      env: { ...process.env, PATH: path },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    nameChild(child.pid)
    let output = ''
    /** @param {Buffer} chunk */
    const pass = (chunk) => {
      output = (output + chunk).slice(-20_000)
      process.stderr.write(chunk)
    }
    child.stdout.on('data', pass)
    child.stderr.on('data', pass)
    const stop = () => child.kill('SIGTERM')
    for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) process.once(signal, stop)
    child.on('error', () => reject(new Unready('找不到 npm 命令', 'The npm command was not found')))
    child.on('close', (code) => {
      nameChild(undefined)
      for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.off(signal, stop)
      resolve({ code: code ?? 1, output })
    })
  })
}

/** After npm is content: the parts that npm may leave out without a word must be there too. */
function check() {
  const missing = missingBinaries(thisMachine())
  if (missing.includes('node')) throw blockedScripts()
  if (missing.length > 0)
    throw new Unready(
      `npm 没有安装本机所需的 ${missing.join('、')}。请确认 npm config get omit 为空,然后执行 npm ci --include=optional`,
      `npm left out ${missing.join(', ')}, which this machine needs. See that \`npm config get omit\` is empty, then: npm ci --include=optional`,
    )
  const { stdout, error } = spawnSync(productNode, ['--version'], { encoding: 'utf8' })
  if (stdout?.startsWith('v24.')) return
  throw new Unready(
    `${productNode} 应为 Node 24,实为 ${stdout?.trim() || error?.message}。请删除 node_modules 后重试`,
    `${productNode} should be Node 24 and is ${stdout?.trim() || error?.message}. Delete node_modules and run again`,
  )
}

function blockedScripts() {
  return new Unready(
    'npm 没有运行 node 软件包的安装脚本,因此缺少 Node 24(常见原因:ignore-scripts=true)。请执行:npm ci --ignore-scripts=false',
    'npm did not run the install script of the package "node", so Node 24 is missing (usual cause: ignore-scripts=true). Run: npm ci --ignore-scripts=false',
  )
}
