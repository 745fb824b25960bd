import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { type TestContext, test } from 'node:test'
import type { Page } from 'playwright-core'
import type { Envelope } from '../src/sense/collect/contract.ts'
import { type Kit, openKit } from '../src/sense/collect/doors/doors-testing.ts'
import { openPage } from './browser.ts'

const { resolve } = createRequire(import.meta.url)

/** A page of the bank's on an origin of its own, with an SDK in it as a bank would put it there. */
async function bankPage(t: TestContext, sdk: string): Promise<{ page: Page; kit: Kit; doors: string }> {
  // What is opened first is closed first: a page that outlived its servers would complain of them.
  const page = await openPage(t)
  const kit = await openKit(t)
  const doors = await kit.listen()

  const script = await readFile(resolve(sdk))
  const server = createServer((request, response) => {
    if (request.url === '/sdk.js') return response.setHeader('content-type', 'text/javascript').end(script)
    if (request.url === '/favicon.ico') return response.writeHead(204).end()
    return response
      .setHeader('content-type', 'text/html; charset=utf-8')
      .end(
        '<!doctype html><title>稳健理财</title><script src="/sdk.js"></script><h1>稳健理财</h1><button id="buy">买入</button>',
      )
  })
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  t.after(() => {
    server.closeAllConnections()
    return new Promise((closed) => server.close(closed))
  })
  await page.goto(`http://localhost:${(server.address() as AddressInfo).port}/wealth?utm_source=wechat`)
  return { page, kit, doors }
}

/** Waits for what a page sends by itself. */
async function arrived(kit: Kit, page: Page, what: (one: Envelope) => boolean): Promise<Envelope> {
  for (let i = 0; i < 200; i++) {
    const found = kit.envelopes().find(what)
    if (found) return found
    await page.waitForTimeout(50)
  }
  throw new Error(`it did not arrive; what did: ${JSON.stringify(kit.received, null, 1)}`)
}

function idsOf(envelope: Envelope): string[] {
  return envelope.ids.map(({ kind }) => kind)
}

type Sensors = Record<string, (...given: unknown[]) => unknown>
type Globals = {
  sensorsDataAnalytic201505: Sensors
  AnalyticsNext: { AnalyticsBrowser: { load(...given: unknown[]): Client } }
}
type Client = Record<'track' | 'identify' | 'page' | 'group' | 'alias', (...given: unknown[]) => Promise<unknown>>

const ways: [name: string, para: object][] = [
  ['images', { send_type: 'image' }],
  ['requests', { send_type: 'ajax' }],
  ['beacons', { send_type: 'beacon' }],
  ['batches', { batch_send: { send_interval: 300, datasend_timeout: 5000, one_send_max_length: 6 } }],
]
for (const [name, para] of ways)
  test(`sa-sdk-javascript sends by ${name} from a page of another origin: views, logins, profiles, clicks`, async (t) => {
    const { page, kit, doors: url } = await bankPage(t, 'sa-sdk-javascript/sensorsdata.min.js')
    await page.evaluate(
      ([server, options]) => {
        const sa = (globalThis as unknown as Globals).sensorsDataAnalytic201505
        sa.init?.({
          server_url: `${server}/sa?project=default`,
          show_log: false,
          heatmap: { clickmap: 'default' },
          ...options,
        })
        sa.quick?.('autoTrack')
        sa.track?.('BuyFund', { amount: 1000.5, product: '稳健一号', tags: ['a', 'b'] })
        sa.login?.('u-1')
        sa.setProfile?.({ level: '金卡' })
        sa.bind?.('$identity_mobile', '19900000001')
        sa.unbind?.('$identity_mobile', '19900000001')
        sa.setItem?.('fund', '000001', { risk: 'R3' })
      },
      [url, para] as const,
    )
    await page.locator('#buy').click()
    const view = await arrived(kit, page, (one) => one.name === '$pageview')
    assert.deepEqual(idsOf(view), ['anonymous_id'])
    assert.equal(view.props.$title, '稳健理财')
    assert.match(String(view.props.$url), /utm_source=wechat/)
    assert.equal(view.lib, 'js 1.26.17')
    const bought = await arrived(kit, page, (one) => one.name === 'BuyFund')
    assert.deepEqual([bought.props.amount, bought.props.product, bought.props.tags], [1000.5, '稳健一号', ['a', 'b']])
    assert.ok(Math.abs(bought.time - kit.ctx.now.getTime()) < 60_000, 'its clock is put right')
    const signUp = await arrived(kit, page, (one) => one.name === '$SignUp')
    assert.equal(signUp.kind, 'bind')
    assert.deepEqual(idsOf(signUp).sort(), ['anonymous_id', 'anonymous_id', 'login_id'])
    const profile = await arrived(kit, page, (one) => one.kind === 'profile' && 'level' in (one.profile?.values ?? {}))
    assert.deepEqual(idsOf(profile).sort(), ['anonymous_id', 'login_id'])
    assert.deepEqual(profile.profile, { op: 'set', values: { level: '金卡' } })
    const bound = await arrived(kit, page, (one) => one.name === '$BindID')
    assert.deepEqual(idsOf(bound).sort(), ['anonymous_id', 'login_id', 'mobile'])
    const parted = await arrived(kit, page, (one) => one.name === '$UnbindID')
    assert.deepEqual([parted.kind, parted.ids], ['unbind', [{ kind: 'mobile', value: '19900000001' }]])
    const item = await arrived(kit, page, (one) => one.kind === 'item')
    assert.deepEqual(item.item, { type: 'fund', id: '000001', op: 'set', values: { risk: 'R3' } })
    const click = await arrived(kit, page, (one) => one.name === '$WebClick')
    assert.equal(click.props.$element_content, '买入')
    assert.ok(click.props.$element_path)
    // The same words as our own SDK: a virtual event holds for both.
    assert.deepEqual([click.props.$element_selector, click.props.$url_path], ['#buy', '/wealth'])
    assert.deepEqual(kit.refusals(), [])
  })

test('sa-sdk-javascript shows in its debug mode what our debug door says', async (t) => {
  const { page, doors: url } = await bankPage(t, 'sa-sdk-javascript/sensorsdata.min.js')
  const said = page.waitForEvent('dialog').then(async (dialog) => {
    const message = dialog.message()
    await dialog.accept()
    return message
  })
  await page.evaluate((server) => {
    const sa = (globalThis as unknown as Globals).sensorsDataAnalytic201505
    const debug_mode_url = `${server}/debug?project=default`
    sa.init?.({ server_url: `${server}/sa?project=default`, debug_mode: true, debug_mode_url, show_log: false })
    sa.track?.('BuyFund', { amount: 1 })
  }, url)
  assert.match(await said, /发送成功/)
})

for (const strategy of ['standard', 'batching'])
  test(`@segment/analytics-next sends from a page of another origin, ${strategy}`, async (t) => {
    const { page, kit, doors: url } = await bankPage(t, '@segment/analytics-next/dist/umd/index.js')
    await page.evaluate(
      async ([host, way]) => {
        const integration = {
          apiKey: 'wk_test',
          apiHost: `${host}/v1`,
          protocol: 'http',
          deliveryStrategy: { strategy: way, config: { size: 10, timeout: 200 } },
        }
        const analytics = (globalThis as unknown as Globals).AnalyticsNext.AnalyticsBrowser.load(
          { writeKey: 'wk_test', cdnSettings: { integrations: { 'Segment.io': integration } } },
          { integrations: { 'Segment.io': integration } },
        )
        await analytics.page('Wealth', '稳健理财')
        await analytics.track('Fund Bought', { amount: 1000.5 })
        await analytics.alias('u-0')
        await analytics.identify('u-1', { level: '金卡' })
        await analytics.group('g-1', { employees: 32 })
      },
      [url.replace('http://', ''), strategy] as const,
    )
    const view = await arrived(kit, page, (one) => one.name === 'page_view')
    assert.deepEqual([idsOf(view), view.props.name, view.props.category], [['anonymous_id'], '稳健理财', 'Wealth'])
    const bought = await arrived(kit, page, (one) => one.name === 'Fund Bought')
    assert.equal(bought.props.amount, 1000.5)
    assert.ok(Math.abs(bought.time - kit.ctx.now.getTime()) < 60_000, 'its clock is put right')
    const profile = await arrived(kit, page, (one) => 'level' in (one.profile?.values ?? {}))
    assert.deepEqual(idsOf(profile), ['login_id', 'anonymous_id'])
    await arrived(kit, page, (one) => one.name === 'group')
    const alias = await arrived(kit, page, (one) => one.kind === 'bind')
    assert.deepEqual([idsOf(alias), alias.ids[0]?.value], [['login_id', 'anonymous_id'], 'u-0'])
    assert.deepEqual(kit.refusals(), [])
    assert.match(bought.lib ?? '', /^analytics\.js /)
  })
