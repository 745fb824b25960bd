import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, type TestContext, test } from 'node:test'
import type { Page } from 'playwright-core'
import { openPage, type Site, seriousFaults, shot, signIn, startSite } from './browser.ts'

let site: Site
before(async () => {
  site = await startSite()
})
after(() => site.stop())

type Count = { last7: number; last30: number; days: number[] }
type Condition = { field: string; op: string; values: string[]; property?: string }

/** Asked as the signed-in person of the page, who may see the plan. */
async function counted(page: Page, base: string, conditions: Condition[]): Promise<number> {
  const { last7 } = await page.evaluate(
    async ([base, conditions]) => {
      const { csrf } = (await (await fetch('/api/access/me')).json()) as { csrf: string }
      const headers = { 'content-type': 'application/json', 'x-csrf-token': csrf }
      const body = JSON.stringify({ base, conditions })
      return (await (await fetch('/api/catalog/virtual/preview', { method: 'POST', headers, body })).json()) as Count
    },
    [base, conditions] as const,
  )
  return last7
}

async function until(page: Page, what: () => Promise<boolean>, says: string): Promise<void> {
  for (let i = 0; i < 200; i++) {
    if (await what()) return
    await page.waitForTimeout(100)
  }
  throw new Error(`it did not come to pass: ${says}`)
}

/** A customer on his phone: looks, buys, is assessed. */
async function visit(t: TestContext): Promise<void> {
  const customer = await openPage(t, { width: 390, height: 844 })
  await customer.goto(`${site.url}/demo/`)
  await shot(customer, 'demo-home')
  const exposed = customer.waitForRequest((request) => request.postData()?.includes('$ElementExposure') ?? false)
  await customer.locator('[data-zx=tab-wealth]').click()
  await customer.waitForURL(/wealth/)
  await shot(customer, 'demo-wealth')
  await exposed
  await customer.locator('#products > li:nth-of-type(2) button').click()
  await customer.waitForURL(/product/)
  await shot(customer, 'demo-product')
  await customer.locator('[data-zx=buy-now]').click()
  await customer.waitForURL(/confirm/)
  await shot(customer, 'demo-confirm')
  await customer.locator('[name=secret]').fill('topsecret')
  await customer.locator('[name=agreed]').check()
  await customer.locator('[data-zx=confirm-buy]').click()
  await customer.locator('#order-result').waitFor()
  await customer.goto(`${site.url}/demo/risk.html`)
  await shot(customer, 'demo-risk')
  for (const name of ['income', 'years', 'drop']) await customer.locator(`[name=${name}]`).nth(1).check()
  await customer.locator('[name=mobile]').fill('19900000009')
  await customer.locator('[name=agreed]').check()
  await customer.locator('button[type=submit]').click()
  await customer.locator('#risk-result').waitFor()
  assert.deepEqual(await seriousFaults(customer), [])
  await customer.evaluate(() => (globalThis as unknown as { zhixing: { flush(): Promise<void> } }).zhixing.flush())
}

test('what a customer does on the pages arrives by itself, and nothing that he typed', async (t) => {
  await visit(t)
  const page = await openPage(t)
  await signIn(page, site, 'yunying')
  const path = (value: string): Condition => ({ field: 'page', op: 'is', values: [value] })
  const buying: Condition[] = [
    {
      field: 'selector',
      op: 'is',
      values: ['#products > li:nth-of-type(2) > div:nth-of-type(1) > button:nth-of-type(1)'],
    },
    { field: 'text', op: 'is', values: ['立即购买'] },
    path('/demo/wealth.html'),
  ]
  await until(page, async () => (await counted(page, 'submit', [path('/demo/risk.html')])) === 1, 'the form arrives')
  assert.equal(await counted(page, 'click', buying), 1)
  assert.ok((await counted(page, 'page', [path('/demo/wealth.html')])) >= 1)
  const seen: Condition = { field: 'page', op: 'starts', values: ['/demo/'] }
  assert.ok((await counted(page, 'exposure', [seen])) >= 1, 'what was seen for a second')
  const fields: Condition = { field: 'property', property: '$element_name', op: 'is', values: ['risk'] }
  assert.equal(await counted(page, 'submit', [fields]), 1)
  await page.goto(`${site.url}/sense/customers`)
  const said = await page.evaluate(async () => {
    const answer = await fetch('/api/customers/1/timeline?limit=200')
    return answer.text()
  })
  assert.match(said, /wealth_order_submitted/)
  assert.match(said, /"\$form_fields":\["income","years","drop","agreed"\]/)
  assert.doesNotMatch(said, /topsecret|19900000009/)
})

async function pickIn(page: Page, address: string): Promise<void> {
  await page.goto(`${site.url}/sense/picking`)
  await page.getByRole('button', { name: '圈选元素' }).click()
  await page.getByRole('textbox', { name: '页面地址' }).fill(address)
  await page.getByRole('button', { name: '打开', exact: true }).click()
}

test('an operator points at an element, takes all of its kind, sees the past, names it; the page shows the name', async (t) => {
  const page = await openPage(t)
  await signIn(page, site, 'yunying')
  await pickIn(page, '/demo/wealth.html')
  const frame = page.frameLocator('iframe')
  await page.getByText('请点选元素').waitFor()
  await frame.locator('#products > li:nth-of-type(1) button').hover()
  await shot(page, 'picking-hover')
  await frame.locator('#products > li:nth-of-type(1) button').click()
  await page.getByText('已选元素').waitFor()
  assert.match(page.frames()[1]?.url() ?? '', /wealth/, 'the click did not act')
  await page.getByRole('checkbox', { name: /同类元素/ }).check()
  await page.locator('.zx-pick-count strong').first().getByText('1', { exact: true }).waitFor()
  assert.deepEqual(await seriousFaults(page), [])
  await shot(page, 'picking-picked')
  await page.getByLabel('名称').first().fill('点击购买(列表)')
  await page.getByLabel('标识').fill('click_list_buy')
  await page.getByRole('button', { name: '保存为虚拟事件' }).click()
  await page.getByText(/5 个元素已命名/).waitFor()
  await shot(page, 'picking-named')
  await page.getByText('浏览', { exact: true }).click()
  await frame.locator('#products > li:nth-of-type(3) button').click()
  await page.getByText('固收精选 180 天 · 知行银行').waitFor()
  await page.getByText('圈选', { exact: true }).last().click()
  await frame.locator('[data-zx=buy-now]').click()
  await page.getByText('[data-zx="buy-now"]').first().waitFor()

  await page.goto(`${site.url}/sense/picking`)
  const row = page.getByRole('row').filter({ hasText: 'click_list_buy' })
  await row.getByRole('img', { name: /近 30 天共 1 次/ }).waitFor()
  assert.deepEqual(await seriousFaults(page), [])
  await shot(page, 'picking-list')
  await row.getByRole('link').click()
  await page.getByRole('heading', { name: '点击购买(列表)' }).waitFor()
  await page.locator('.zx-pick-count strong').first().getByText('1', { exact: true }).waitFor()
  await page.getByRole('button', { name: '修改条件' }).click()
  assert.deepEqual(await seriousFaults(page), [])
  await shot(page, 'picking-event')
  await page.goto(`${site.url}/sense/plan?tab=virtual`)
  await page.getByText('click_list_buy').waitFor()
})

test('who picks is not a customer: nothing that he does on the page is collected', async (t) => {
  const page = await openPage(t)
  await signIn(page, site, 'yunying')
  const clicks = () => counted(page, 'click', [{ field: 'page', op: 'is', values: ['/demo/product.html'] }])
  const before = await clicks()
  await pickIn(page, '/demo/product.html')
  const sent: string[] = []
  page.on('request', (request) => request.url().includes('/v1/collect') && sent.push(request.url()))
  await page.getByText('请点选元素').waitFor()
  await page.frameLocator('iframe').locator('[data-zx=ask]').click()
  await page.getByText('已选元素').waitFor()
  await page.waitForTimeout(2500)
  assert.deepEqual([sent, await clicks()], [[], before])
})

/** A page of the bank's on an origin of its own, which has the SDK in its markup under a strict policy. */
async function bankPage(t: TestContext): Promise<string> {
  const server = createServer((request, response) => {
    if (request.url === '/favicon.ico') return response.writeHead(204).end()
    response.setHeader('content-type', 'text/html; charset=utf-8')
    if (request.url === '/hostile') return response.end('<!doctype html><title>?</title>')
    const policy = `default-src 'none'; script-src ${site.url}; connect-src ${site.url}`
    return response
      .setHeader('content-security-policy', policy)
      .end(
        `<!doctype html><html lang="zh"><title>网上银行</title><script defer src="${site.url}/sdk/zhixing.js" data-project="default"></script>` +
          '<h1>网上银行</h1><button id="apply">申请信用卡</button>',
      )
  })
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  t.after(() => {
    server.closeAllConnections()
    return new Promise((closed) => server.close(closed))
  })
  return `http://localhost:${(server.address() as AddressInfo).port}`
}

test('a page of another origin is picked on in a window of its own', async (t) => {
  const page = await openPage(t)
  const bank = await bankPage(t)
  await signIn(page, site, 'yunying')
  const opened = page.context().waitForEvent('page')
  await pickIn(page, `${bank}/online`)
  const other = await opened
  await page.getByText('页面已在新窗口打开').waitFor()
  assert.equal(new URL(other.url()).hash, '', 'the token is taken out of the address')
  await other.locator('#apply').click()
  await page.getByText('#apply', { exact: true }).first().waitFor()
  await shot(page, 'picking-window')
  await other.close()
})

test('a token is good for its own origin, and a forged one stops nothing: the page goes on as for any customer', async (t) => {
  const page = await openPage(t)
  const bank = await bankPage(t)
  await signIn(page, site, 'yunying')
  const token = await page.evaluate(async () => {
    const { csrf } = (await (await fetch('/api/access/me')).json()) as { csrf: string }
    const headers = { 'content-type': 'application/json', 'x-csrf-token': csrf }
    const body = JSON.stringify({ url: 'https://other.bank.example/' })
    const made = await fetch('/api/catalog/picking', { method: 'POST', headers, body })
    return ((await made.json()) as { token: string }).token
  })
  for (const tried of [token, 'forged.token']) {
    // Hostile: any page may frame the bank's, and listens to what it says.
    await page.goto(`${bank}/hostile`)
    const heard = page.evaluate(
      () => new Promise((done) => addEventListener('message', ({ data }) => done(data), { once: true })),
    )
    const refused = page.waitForResponse((answer) => answer.url().endsWith('/v1/pick'))
    const collected = page.waitForRequest((request) => request.url().includes('/v1/collect'))
    await page.evaluate((src) => {
      const frame = document.createElement('iframe')
      frame.src = src
      document.body.append(frame)
    }, `${bank}/framed-${tried.length}#zx-pick=${tried}`)
    assert.equal((await refused).status(), 403)
    await collected
    const silent = page.waitForTimeout(500).then(() => 'silent')
    assert.equal(await Promise.race([heard.catch(() => 'silent'), silent]), 'silent')
  }
})

test('the screens of picking are whole in English, in the dark and on a phone', async (t) => {
  const page = await openPage(t, { dark: true })
  await signIn(page, site, 'yunying')
  await page.getByRole('button', { name: /^EN$|English/ }).click()
  for (const screen of ['picking', 'picking/pick', 'picking/event/click_list_buy']) {
    await page.goto(`${site.url}/sense/${screen}`)
    await page.getByRole('heading', { level: 1 }).waitFor()
    await page.waitForLoadState('networkidle')
    assert.deepEqual(await seriousFaults(page), [], screen)
    await shot(page, `${screen.replaceAll('/', '-')}-dark`)
  }
  const phone = await openPage(t, { width: 390, height: 844 })
  await signIn(phone, site, 'yunying')
  for (const screen of ['picking', 'picking/pick', 'picking/event/click_list_buy']) {
    await phone.goto(`${site.url}/sense/${screen}`)
    await phone.getByRole('heading', { level: 1 }).waitFor()
    await phone.waitForLoadState('networkidle')
    const beyond = await phone.evaluate(() => document.documentElement.scrollWidth - innerWidth)
    assert.ok(beyond <= 0, `${screen} is ${beyond} pixels wider than the phone`)
    await shot(phone, `phone-${screen.replaceAll('/', '-')}`)
  }
})
