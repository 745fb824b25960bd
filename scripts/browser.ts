import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { install, mayInstall } from './debian.ts'

export type Browser = { ready: true; path: string } | { ready: false; message: string }

const packages = ['chromium', 'fontconfig', 'fonts-noto-cjk']

/**
 * Finds a Chromium and Chinese fonts for the browser tests, installing them where the machine lets it (root, or sudo
 * without a password, and apt-get). Otherwise says exactly what to install: browser tests are never skipped in silence.
 */
export function browserReady(): Browser {
  if (!isReady() && mayInstall()) install(packages)
  const path = findChromium()
  if (path && hasChineseFonts()) return { ready: true, path }
  const lacks = [path ? '' : 'Chromium', hasChineseFonts() ? '' : 'Chinese fonts'].filter(Boolean).join(' and ')
  const how = `apt-get install ${packages.join(' ')}`
  return {
    ready: false,
    message:
      `浏览器测试缺少 ${lacks}:请以 root 执行 ${how}(浏览器也可用 CHROMIUM=/path/to/chromium 指明)\n` +
      `The browser tests lack ${lacks}: as root, run ${how} (a browser can also be named: CHROMIUM=/path/to/chromium)`,
  }
}

function isReady(): boolean {
  return findChromium() !== undefined && hasChineseFonts()
}

/** The browser that `CHROMIUM` names, or one in the usual places. */
export function findChromium(): string | undefined {
  const given = process.env.CHROMIUM
  if (given) return existsSync(given) ? given : undefined
  const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/bin', '/usr/local/bin', '/snap/bin']
  const mac = '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'
  return [...folders.flatMap((folder) => names.map((name) => join(folder, name))), mac].find((path) => existsSync(path))
}

/** macOS has them by itself; Debian's names of them are asked from fontconfig. */
function hasChineseFonts(): boolean {
  if (process.platform !== 'linux') return true
  const listed = spawnSync('fc-list', [':lang=zh', 'family'], { encoding: 'utf8' })
  return listed.status === 0 && listed.stdout.trim() !== ''
}
