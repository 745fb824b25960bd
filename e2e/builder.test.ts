import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Locator, Page } from 'playwright-core'
import { openPage, type Site, seriousFaults, shot, signIn, startSite } from './browser.ts'

let site: Site
const now = Date.now()
const day = 86_400_000

/** Forty customers: every second one gold, with 0 to 390,000 yuan; every fourth one looked at a product lately. */
before(async () => {
  site = await startSite()
  const writeKey = await prepared()
  const messages = Array.from({ length: 40 }, (_, c) => ({
    id: `p${c}`,
    type: 'profile',
    time: new Date(now - 2 * day).toISOString(),
    ids: { customer_no: `77800${c}` },
    profile: {
      op: 'set',
      values: { level: c % 2 ? 'gold' : 'basic', aum: c * 1_000_000, city: c < 30 ? '江城' : '海城' },
    },
  }))
  const views = Array.from({ length: 10 }, (_, i) => ({
    id: `v${i}`,
    type: 'event',
    event: 'product_view',
    time: new Date(now - day - i * 1000).toISOString(),
    ids: { customer_no: `77800${i * 4 + 1}` },
    props: {},
  }))
  const answer = await fetch(`${site.url}/v1/collect`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-write-key': writeKey },
    body: JSON.stringify({ messages: [...messages, ...views] }),
  })
  assert.equal(answer.status, 200, await answer.clone().text())
})
after(() => site.stop())

/** A developer plans the event that is sent, and gives the key to send with. */
async function prepared(): Promise<string> {
  const answer = await fetch(`${site.url}/api/access/sign-in`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ login: 'kaifa', password: 'zhixing-demo-2026' }),
  })
  const cookie = answer.headers
    .getSetCookie()
    .map((one) => one.split(';')[0])
    .join('; ')
  const get = async (path: string) => (await fetch(`${site.url}${path}`, { headers: { cookie } })).json()
  const { csrf } = (await get('/api/access/me')) as { csrf: string }
  const planned = await fetch(`${site.url}/api/catalog/events`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', cookie, 'x-csrf-token': csrf },
    body: JSON.stringify({ name: 'product_view', zh: '浏览产品' }),
  })
  assert.equal(planned.status, 200, await planned.clone().text())
  const { items } = (await get('/api/catalog/sources')) as { items: { project: string; writeKey: string }[] }
  return items.find(({ project }) => project === 'default')?.writeKey ?? ''
}

async function newSegment(page: Page, name: string): Promise<void> {
  await page.goto(`${site.url}/sense/segments`)
  await page.getByRole('button', { name: '新建客群' }).first().click()
  await page.getByRole('dialog').getByRole('textbox', { name: '名称' }).fill(name)
  await page.getByRole('button', { name: '创建并编写规则' }).click()
  await page.waitForURL(/\/edit$/)
  await page.getByText('还没有条件').waitFor()
}

const rows = (page: Page) => page.locator('.zx-rule-row')

/** Looks for a thing in the one box there is and takes it. */
async function add(page: Page, thing: string, where?: Locator): Promise<void> {
  await (where ?? page).getByRole('button', { name: '添加条件' }).last().click()
  const box = page.getByRole('combobox', { name: '搜索条件' })
  await box.fill(thing)
  await page.getByRole('listbox', { name: '可用条件' }).getByRole('option', { name: thing }).first().click()
  await box.waitFor({ state: 'hidden' })
}

async function choose(page: Page, select: Locator, option: string): Promise<void> {
  await select.click()
  await page
    .locator('.ant-select-dropdown:not(.ant-select-dropdown-hidden)')
    .getByText(option, { exact: true })
    .last()
    .click()
}

const counts = (row: Locator, customers: number) =>
  row.locator('.zx-rule-count b', { hasText: new RegExp(`^${customers}$`) })

test('an operator clicks a rule of five conditions together, sees each counted, reads it as text, and publishes it', async (t) => {
  const page = await openPage(t)
  await signIn(page, site, 'yunying')
  await newSegment(page, '点选的客群')
  assert.deepEqual(await seriousFaults(page), [])
  await shot(page, 'builder-empty')

  await add(page, '金融资产余额')
  await page.getByRole('spinbutton', { name: /金融资产余额/ }).fill('10')
  await choose(page, page.getByRole('combobox', { name: /金融资产余额.*单位/ }), '万元')
  await counts(rows(page).nth(0), 30).waitFor()

  await add(page, '城市')
  const city = page.getByRole('combobox', { name: '城市:取值' })
  await city.click()
  await page.getByTitle('江城').click()
  await page.keyboard.press('Escape')
  await counts(rows(page).nth(1), 30).waitFor()

  await add(page, '条件组')
  const group = page.locator('.zx-rule-group .zx-rule-group')
  await add(page, '浏览产品', group)
  await counts(rows(page).nth(2), 10).waitFor()
  await add(page, '客户等级', group)
  const level = page.getByRole('combobox', { name: '客户等级:取值' })
  await level.click()
  await page.getByTitle('gold').click()
  await page.keyboard.press('Escape')
  await counts(rows(page).nth(3), 20).waitFor()
  await counts(group.locator('header'), 20).waitFor()

  await add(page, '任意行为')
  await choose(page, rows(page).nth(4).getByRole('combobox', { name: '统计方式' }), '没做过')
  await counts(rows(page).nth(4), 30).waitFor()
  // Of 10 to 29 every other one is gold; of these every second one looked at a product.
  await page.locator('.zx-eql-size strong', { hasText: /^5$/ }).waitFor()
  assert.deepEqual(await seriousFaults(page), [])
  await shot(page, 'builder-five')

  await page.getByText('文本', { exact: true }).click()
  const text = page.locator('.cm-content')
  await text.waitFor()
  assert.match((await text.textContent()) ?? '', /100000[\s\S]*江城[\s\S]*or[\s\S]*gold[\s\S]*not did/)
  await shot(page, 'builder-text')
  await page.getByText('点选', { exact: true }).click()
  await rows(page).nth(4).waitFor()
  await counts(rows(page).nth(0), 30).waitFor()

  await page
    .getByRole('button', { name: /^发\s?布$/ })
    .first()
    .click()
  await page
    .getByRole('dialog')
    .getByRole('button', { name: /发\s?布/ })
    .click()
  await page.waitForURL((url) => !url.pathname.endsWith('/edit'))
  await page.locator('dd', { hasText: /^5$/ }).waitFor()
})

test('conditions are moved by keys and by hand, doubled, taken away and brought back; what lacks its value is told', async (t) => {
  const page = await openPage(t, { width: 1280 })
  await signIn(page, site, 'yunying')
  await newSegment(page, '搬动条件')
  for (const name of ['金融资产余额', '客户等级', '浏览产品']) await add(page, name)
  const icons = async () =>
    (await rows(page).locator('.zx-rule-form').allInnerTexts()).map((one) => one.replace(/\s+/g, ' '))
  const order = async () => (await icons()).map((one) => /金融资产余额|客户等级|浏览产品/.exec(one)?.[0])
  assert.deepEqual(await order(), ['金融资产余额', '客户等级', '浏览产品'])
  await page.getByText('有 2 个条件没填完').waitFor()
  assert.equal(
    await page
      .getByRole('button', { name: /^发\s?布$/ })
      .first()
      .isDisabled(),
    true,
  )

  await rows(page).nth(2).locator('.zx-rule-handle').focus()
  await page.keyboard.press('ArrowUp')
  assert.deepEqual(await order(), ['金融资产余额', '浏览产品', '客户等级'])
  await page.keyboard.press('ArrowUp')
  assert.deepEqual(await order(), ['浏览产品', '金融资产余额', '客户等级'])
  await page.keyboard.press('Control+z')
  await page.keyboard.press('Control+z')
  assert.deepEqual(await order(), ['金融资产余额', '客户等级', '浏览产品'])

  await add(page, '条件组')
  const group = page.locator('.zx-rule-group .zx-rule-group')
  await rows(page).nth(0).locator('.zx-rule-handle').dragTo(group.locator('.zx-rule-items'))
  await group.locator('.zx-rule-row').waitFor()
  assert.deepEqual(await order(), ['客户等级', '浏览产品', '金融资产余额'])
  await shot(page, 'builder-narrow')
  const overflow = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  )
  assert.equal(overflow, 0, 'nothing is cut off at 1280')

  await rows(page).nth(1).getByRole('button', { name: '复制条件' }).click()
  assert.deepEqual(await order(), ['客户等级', '浏览产品', '浏览产品', '金融资产余额'])
  await rows(page).nth(0).getByRole('button', { name: '删除条件' }).click()
  assert.deepEqual(await order(), ['浏览产品', '浏览产品', '金融资产余额'])
  await page.getByRole('button', { name: '撤销' }).click()
  assert.equal((await order()).length, 4)
  await page.getByRole('button', { name: '重做' }).click()
  assert.equal((await order()).length, 3)
  // What is unfinished is no part of the text, and is there again after a look at it.
  await page.getByText('文本', { exact: true }).click()
  await page.locator('.cm-content').waitFor()
  await page.getByText('点选', { exact: true }).click()
  await rows(page).nth(2).waitFor()
  assert.deepEqual(await order(), ['浏览产品', '浏览产品', '金融资产余额'])
})

test('what has no form of its own stands in its place as text, and reads well in English and in the dark', async (t) => {
  const page = await openPage(t, { dark: true })
  await signIn(page, site, 'fenxi')
  await newSegment(page, '少见的条件')
  await page.getByText('文本', { exact: true }).click()
  await page.locator('.cm-content').click()
  await page.keyboard.insertText("aum * 2 >= 20万 -- 翻倍\nand level != 'gold' and aum >= 1")
  await page.locator('.zx-eql-size strong').waitFor()
  await page.getByRole('button', { name: /^EN$|English/ }).click()
  await page.getByText('Builder', { exact: true }).click()
  const code = page.getByRole('textbox', { name: 'Condition as EQL text' })
  await code.waitFor()
  await rows(page).nth(2).waitFor()
  await counts(rows(page).nth(0), 30).waitFor()
  assert.deepEqual(await seriousFaults(page), [])
  await shot(page, 'builder-dark')
  await code.fill('aum * 2 >= ')
  await page.locator('.zx-rule-problem[data-severity=error]').waitFor()
  await code.fill('aum * 2 >= 600000')
  await counts(rows(page).nth(0), 10).waitFor()
  await page.getByRole('button', { name: 'Leave out the unknown' }).click()
  assert.equal(await rows(page).count(), 4)
  await page.getByRole('button', { name: /Save the draft/ }).click()
})
