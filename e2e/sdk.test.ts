import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import type { Page } from 'playwright-core'
import type { Envelope } from '../src/sense/collect/contract.ts'
import { type Kit, openKit } from '../src/sense/collect/doors/doors-testing.ts'
import { openPage } from './browser.ts'

const built = join(import.meta.dirname, '../dist/console/sdk/zhixing.js')

type Sdk = {
  track(event: string, props?: object): void
  identify(login: string): void
  reset(): void
  optIn(): void
  optOut(): void
  flush(): Promise<void>
}
type Globals = { zhixing: Sdk }

const body = `<h1>手机银行</h1>
  <button id="buy">立即 <b>购买</b> 6222021234567890123</button>
  <ul id="funds"><li><a href="#f1">基金一</a></li><li><a href="#f2">基金二</a></li></ul>
  <div data-zx-ignore><button id="hidden">余额 328,450.18</button></div>
  <form id="apply" name="apply"><input name="amount" value="1000"><input name="secret" type="password">
    <input name="mobile" data-zx-sensitive><input name="cvv" autocomplete="cc-csc"><button>提交</button></form>
  <p data-zx-expose id="banner">开年专享</p><div style="height:3000px"></div><p data-zx-expose id="far">远处</p>`

/** A page of another origin with the SDK in its markup. `attributes` of its tag. */
async function bankPage(t: TestContext, attributes = ''): Promise<{ page: Page; kit: Kit; url: string }> {
  const page = await openPage(t)
  const kit = await openKit(t)
  const doors = await kit.listen()
  const script = await readFile(built)
  const server = createServer((request, response) => {
    if (request.url === '/sdk.js') return response.setHeader('content-type', 'text/javascript').end(script)
    if (request.url === '/favicon.ico') return response.writeHead(204).end()
    const policy = `default-src 'none'; script-src 'self'; style-src-attr 'unsafe-inline'; connect-src ${doors}`
    return response
      .setHeader('content-type', 'text/html; charset=utf-8')
      .setHeader('content-security-policy', policy)
      .end(
        `<!doctype html><title>手机银行</title><script defer src="/sdk.js" data-server="${doors}" data-project="default" ${attributes}></script>${body}`,
      )
  })
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  t.after(() => {
    server.closeAllConnections()
    return new Promise((closed) => server.close(closed))
  })
  const url = `http://localhost:${(server.address() as AddressInfo).port}`
  await page.goto(`${url}/home?mobile=19900000001`)
  return { page, kit, url }
}

async function arrived(kit: Kit, page: Page, what: (one: Envelope) => boolean): Promise<Envelope> {
  for (let i = 0; i < 200; i++) {
    const found = kit.envelopes().find(what)
    if (found) return found
    await page.waitForTimeout(50)
  }
  throw new Error(`it did not arrive; what did: ${JSON.stringify(kit.received, null, 1)}`)
}

const idOf = (one: Envelope, kind: string) => one.ids.find((id) => id.kind === kind)?.value

test('views, clicks and forms are sent by themselves, with where and what, and never what was typed or is secret', async (t) => {
  const { page, kit } = await bankPage(t)
  const view = await arrived(kit, page, (one) => one.name === '$pageview')
  assert.deepEqual([view.props.$title, view.props.$url_path, view.props.$lib], ['手机银行', '/home', 'zhixing-web'])
  assert.doesNotMatch(String(view.props.$url), /19900000001/)
  assert.ok(view.skewMs !== undefined, 'it says when it sent')
  await page.locator('#hidden').click()
  await page.locator('[name=secret]').click()
  await page.locator('#buy b').click()
  const click = await arrived(kit, page, (one) => one.name === '$WebClick' && one.props.$element_id === 'buy')
  assert.deepEqual(
    [click.props.$element_selector, click.props.$element_path, click.props.$element_content, click.props.$element_type],
    ['#buy', 'body > button', '立即 购买 ***', 'button'],
  )
  await page.locator('#funds > li:nth-of-type(2) > a').click()
  const link = await arrived(kit, page, (one) => one.props.$element_content === '基金二')
  assert.equal(link.props.$element_selector, '#funds > li:nth-of-type(2) > a:nth-of-type(1)')
  assert.match(String(link.props.$element_target_url), /#f2$/)
  await page.locator('[name=secret]').fill('topsecret')
  await page.locator('[name=mobile]').fill('19900000002')
  await page.evaluate(() => document.addEventListener('submit', (event) => event.preventDefault()))
  await page.locator('#apply button').click()
  const form = await arrived(kit, page, (one) => one.name === '$FormSubmit')
  assert.deepEqual(form.props.$form_fields, ['amount'])
  assert.equal(form.props.$element_content, '提交')
  const all = JSON.stringify(kit.received)
  assert.doesNotMatch(all, /topsecret|19900000002|328,450|6222021234567890123|"hidden"|1000"/)
  assert.deepEqual(kit.refusals(), [])
})

test('a change of route is a page view with where it came from; what is seen is told once a view', async (t) => {
  const { page, kit } = await bankPage(t)
  const seen = () => kit.envelopes().filter((one) => one.name === '$ElementExposure')
  await arrived(kit, page, (one) => one.name === '$ElementExposure')
  assert.deepEqual(
    seen().map((one) => one.props.$element_id),
    ['banner'],
  )
  await page.evaluate(() => history.pushState({}, '', '/wealth'))
  const view = await arrived(kit, page, (one) => one.name === '$pageview' && one.props.$url_path === '/wealth')
  assert.match(String(view.props.$referrer), /\/home/)
  await arrived(kit, page, (one) => one.name === '$ElementExposure' && one.props.$url_path === '/wealth')
  assert.equal(seen().length, 2)
})

test('after signing out, or when another signs in, the browser is a new somebody (rule 9)', async (t) => {
  const { page, kit } = await bankPage(t)
  const say = (name: string) => page.evaluate((name) => (globalThis as unknown as Globals).zhixing.track(name), name)
  const who = async (name: string) => {
    const one = await arrived(kit, page, (one) => one.name === name)
    return [idOf(one, 'anonymous_id'), idOf(one, 'login_id')]
  }
  await say('before')
  await page.evaluate(() => (globalThis as unknown as Globals).zhixing.identify('zhang'))
  await say('as zhang')
  await page.evaluate(() => (globalThis as unknown as Globals).zhixing.identify('li'))
  await say('as li')
  await page.evaluate(() => (globalThis as unknown as Globals).zhixing.reset())
  await say('after')
  const [first] = await who('before')
  assert.deepEqual(await who('as zhang'), [first, 'zhang'])
  const bind = await arrived(kit, page, (one) => one.kind === 'bind' && idOf(one, 'login_id') === 'zhang')
  assert.equal(idOf(bind, 'anonymous_id'), first)
  const [second, li] = await who('as li')
  const [third, nobody] = await who('after')
  assert.deepEqual([li, nobody, new Set([first, second, third]).size], ['li', undefined, 3])
})

test('what was done offline, or as the page was left, arrives once, with the time it was done', async (t) => {
  const { page, kit, url } = await bankPage(t)
  await arrived(kit, page, (one) => one.name === '$pageview')
  // The door takes it and the answer is lost: the SDK keeps what it believes undelivered.
  await page.route('**/v1/collect*', async (route) => {
    await route.fetch()
    await route.fulfill({ status: 429, headers: { 'access-control-allow-origin': '*' } })
  })
  await page.evaluate(() => (globalThis as unknown as Globals).zhixing.track('away'))
  await page.evaluate(() => (globalThis as unknown as Globals).zhixing.flush())
  assert.equal(await page.evaluate(() => JSON.parse(localStorage.getItem('zhixing.queue') ?? '[]').length), 1)
  await page.goto('about:blank')
  await page.unroute('**/v1/collect*')
  await page.goto(`${url}/next`)
  await arrived(kit, page, (one) => one.props.$url_path === '/next')
  const away = kit.envelopes().filter((one) => one.name === 'away')
  assert.equal(away.length, 1, 'sent twice under one id')
  assert.ok(Math.abs((away[0]?.time ?? 0) - kit.ctx.now.getTime()) < 60_000, 'the clock is put right')
  await page.evaluate(() => {
    ;(globalThis as unknown as Globals).zhixing.track('leaving')
    location.href = 'about:blank'
  })
  await arrived(kit, page, (one) => one.name === 'leaving')
})

test('without consent nothing is collected, sent or stored; taken back, all is removed', async (t) => {
  const { page, kit } = await bankPage(t, 'data-consent="pending"')
  const stored = () => page.evaluate(() => Object.keys(localStorage).filter((name) => name.startsWith('zhixing.')))
  await page.locator('#buy').click()
  await page.waitForTimeout(300)
  assert.deepEqual([await stored(), kit.received], [[], []])
  await page.evaluate(() => (globalThis as unknown as Globals).zhixing.optIn())
  await arrived(kit, page, (one) => one.name === '$pageview')
  await page.evaluate(() => (globalThis as unknown as Globals).zhixing.optOut())
  assert.deepEqual(await stored(), ['zhixing.consent'])
  const so = kit.received.length
  await page.reload()
  await page.locator('#buy').click()
  await page.waitForTimeout(2500)
  assert.equal(kit.received.length, so)
})
