import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join, sep } from 'node:path'
import { withLock } from './lock.mjs'
import { notes, productNode, root } from './paths.mjs'
import { say, Unready } from './say.mjs'

const built = join(root, 'dist', 'console')
const stampFile = join(notes, 'console')

/** Builds the web console into dist/console when anything it is made of has changed since. */
export async function consoleBuilt() {
  if (isFresh(consoleHash(root))) return
  await withLock(
    join(notes, 'console.lock'),
    async () => {
      const hash = consoleHash(root)
      if (isFresh(hash)) return
      say('正在构建控制台…', 'Building the console…')
      build()
      writeFileSync(stampFile, hash)
    },
    (holder) =>
      say(
        `另一个进程(${holder})正在构建控制台,等待其完成`,
        `Another process (${holder}) is building the console: waiting for it`,
      ),
  )
}

/** @param {string} hash */
function isFresh(hash) {
  if (!existsSync(join(built, 'index.html')) || !existsSync(stampFile)) return false
  return readFileSync(stampFile, 'utf8') === hash
}

/**
 * Of all that goes into the console: its own folder, the screens of the capabilities, what crosses the wire, the few
 * platform files the browser shares, the web SDK that is built with it, and the locked packages.
 * @param {string} folder the root of a clone
 */
export function consoleHash(folder) {
  const hash = createHash('sha256')
  for (const path of sources(folder))
    hash
      .update(`${path}\0`)
      .update(readFileSync(join(folder, path)))
      .update('\0')
  return hash.digest('hex')
}

/** @param {string} folder */
function sources(folder) {
  const paths = readdirSync(join(folder, 'src'), { recursive: true, encoding: 'utf8' })
    .map((path) => `src/${path.split(sep).join('/')}`)
    .filter((path) => /^src\/console\/|^src\/platform\/([^/]+|time\/.+)$|^src\/.+\/ui\/|\/contract\.ts$/.test(path))
    .filter((path) => /\.\w+$/.test(path) && !/\.test\.tsx?$/.test(path))
  const sdk = existsSync(join(folder, 'sdk/web/src')) ? readdirSync(join(folder, 'sdk/web/src')).sort() : []
  return ['package-lock.json', ...paths.sort(), ...sdk.map((name) => `sdk/web/src/${name}`)]
}

/** Builds beside the folder that may be being served, and changes them over in two renames. */
function build() {
  mkdirSync(notes, { recursive: true })
  const fresh = join(notes, 'console.fresh')
  const old = join(notes, 'console.old')
  const vite = join(root, 'node_modules', 'vite', 'bin', 'vite.js')
  const options = ['--config', 'src/console/vite.config.ts', '--outDir', fresh, '--emptyOutDir', '--logLevel', 'warn']
  const { status } = spawnSync(productNode, [vite, 'build', ...options], { cwd: root, stdio: ['ignore', 2, 2] })
  if (status !== 0) throw new Unready('控制台构建失败,原因见上', 'The console could not be built, for the reason above')
  rmSync(old, { recursive: true, force: true })
  if (existsSync(built)) renameSync(built, old)
  renameSync(fresh, built)
  rmSync(old, { recursive: true, force: true })
}
