import { spawn } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { after, type TestContext } from 'node:test'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import { findChromium } from '../scripts/browser.ts'
import { fastFolder } from '../src/platform/testing/engines.ts'

const root = join(import.meta.dirname, '..')

export type Site = { url: string; stop(): Promise<void> }

/** The demo as a person starts it, on a folder and port of its own. */
export async function startSite(): Promise<Site> {
  const home = await mkdtemp(join(await fastFolder(), 'zhixing-e2e-'))
  const child = spawn(process.execPath, ['src/main.ts', 'demo', '--empty'], {
    cwd: root,
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ZHIXING_HOME: home, PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = new Promise((resolve) => child.once('exit', resolve))
  let said = ''
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout.on('data', (chunk) => {
      said += String(chunk)
      const found = /Open {2}(http:\/\/localhost:\d+)\//.exec(said)?.[1]
      if (found) resolve(found)
    })
    child.once('exit', () => reject(new Error(`the demo ended before it was ready:\n${said}`)))
  })
  return {
    url,
    async stop() {
      child.kill('SIGTERM')
      await ended
      await rm(home, { recursive: true, force: true })
    },
  }
}

export async function signIn(page: Page, site: Site, login: string): Promise<void> {
  await page.goto(site.url)
  await page.locator('input').first().fill(login)
  await page.locator('input[type=password]').fill('zhixing-demo-2026')
  await page.locator('button[type=submit]').click()
  await page.waitForURL((address) => !address.pathname.startsWith('/sign-in'))
  await page.getByRole('heading', { level: 1 }).waitFor()
}

let browser: Promise<Browser> | undefined
after(async () => (await browser)?.close())

const flags = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

export type Look = { width?: number; height?: number; lang?: 'zh' | 'en'; dark?: boolean }

/**
 * A page of a fresh profile. The test fails on an error in the browser's console, on an answer of 500 or above, and on
 * a request that got no answer at all.
 */
export async function openPage(t: TestContext, look: Look = {}): Promise<Page> {
  browser ??= chromium.launch({
    executablePath: findChromium() ?? missingBrowser(),
    args: [...flags, ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])],
  })
  const context: BrowserContext = await (await browser).newContext({
    viewport: { width: look.width ?? 1440, height: look.height ?? 900 },
    locale: look.lang === 'en' ? 'en-US' : 'zh-CN',
    colorScheme: look.dark ? 'dark' : 'light',
    timezoneId: 'Asia/Shanghai',
  })
  const page = await context.newPage()
  const faults: string[] = []
  page.on('pageerror', (error) => faults.push(error.message))
  page.on('console', (message) => {
    // The browser itself reports an answer of 401 or the like; whether it is right is the test's to say.
    if (message.type() === 'error' && !/Failed to load resource/.test(message.text())) faults.push(message.text())
  })
  page.on('response', (response) => {
    if (response.status() >= 500) faults.push(`${response.status()} ${response.url()}`)
  })
  page.on('requestfailed', (request) => {
    // A page that is left takes its open questions back: that is no failure.
    const reason = request.failure()?.errorText ?? ''
    if (reason !== 'net::ERR_ABORTED') faults.push(`${reason} ${request.method()} ${request.url()}`)
  })
  t.after(async () => {
    await context.close()
    if (faults.length > 0) throw new Error(`the browser complained:\n${faults.join('\n')}`)
  })
  return page
}

function missingBrowser(): never {
  throw new Error('no Chromium: npm test says what to install, or name one with CHROMIUM=/path/to/chromium')
}

const axeSource = createRequire(import.meta.url).resolve('axe-core/axe.min.js')

type Violation = { id: string; impact: string; nodes: string[] }

/** What axe finds that is serious or critical on the page as it stands. */
export async function seriousFaults(page: Page): Promise<Violation[]> {
  // Evaluated by the debugger, so the page's own policy stays in force.
  await page.evaluate(await readFile(axeSource, 'utf8'))
  return page.evaluate(async () => {
    type Found = { violations: { id: string; impact: string; nodes: { html: string }[] }[] }
    const { axe } = globalThis as unknown as { axe: { run(): Promise<Found> } }
    const { violations } = await axe.run()
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, impact, nodes }) => ({ id, impact, nodes: nodes.slice(0, 3).map((node) => node.html.slice(0, 200)) }))
  })
}

/** Keeps what the page looks like in `dist/screens/`. */
export async function shot(page: Page, name: string): Promise<void> {
  const folder = join(root, 'dist', 'screens')
  await mkdir(folder, { recursive: true })
  await page.screenshot({ path: join(folder, `${name}.png`) })
}
