import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Page } from 'playwright-core'
import { openPage, type Site, seriousFaults, shot, signIn, startSite } from './browser.ts'

let site: Site
let writeKey = ''
const now = Date.now()

before(async () => {
  site = await startSite()
  writeKey = await keyOfDefaultSource()
  await send(
    Array.from({ length: 30 }, (_, c) => ({
      id: `p${c}`,
      type: 'profile',
      time: new Date(now - 86_400_000).toISOString(),
      ids: { customer_no: `88800${c}`, login_id: `walker-${c}`, mobile: `1990000${String(c).padStart(4, '0')}` },
      profile: { op: 'set', values: { 姓名: '甲乙丙', level: '金卡', aum: 100_000 + c, org: 'B0101' } },
    })),
  )
  await send(
    Array.from({ length: 120 }, (_, i) => ({
      id: `e${i}`,
      type: 'event',
      event: ['page_view', 'fund_view', 'fund_buy'][i % 3],
      time: new Date(now - i * 3_600_000).toISOString(),
      ids: { login_id: `walker-${i % 30}`, device_id: `phone-${i % 30}` },
      props: { page: '基金', amount: i * 10 },
    })),
  )
  await send([{ id: 'bad', type: 'event', event: 'fund_buy', time: new Date(now).toISOString(), props: {} }])
})
after(() => site.stop())

async function keyOfDefaultSource(): Promise<string> {
  const answer = await fetch(`${site.url}/api/access/sign-in`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ login: 'kaifa', password: 'zhixing-demo-2026' }),
  })
  const cookie = answer.headers
    .getSetCookie()
    .map((one) => one.split(';')[0])
    .join('; ')
  const sources = await fetch(`${site.url}/api/catalog/sources`, { headers: { cookie } })
  const { items } = (await sources.json()) as { items: { project: string; writeKey: string }[] }
  return items.find(({ project }) => project === 'default')?.writeKey ?? ''
}

async function send(messages: object[]): Promise<void> {
  const answer = await fetch(`${site.url}/v1/collect`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-write-key': writeKey },
    body: JSON.stringify({ messages }),
  })
  assert.equal(answer.status, 200, await answer.clone().text())
}

const screens = [
  'customers',
  'identity',
  'live',
  'rejects',
  'plan',
  'plan/common',
  'sources',
  'entities',
  'entities/product',
  'imports',
  'imports/new',
]

/** The live view keeps a connection open: "idle" never comes there. */
async function open(page: Page, screen: string): Promise<void> {
  await page.goto(`${site.url}/sense/${screen}`)
  await page.getByRole('heading', { level: 1 }).waitFor()
  if (screen === 'live') await page.getByText(/已连接|Connected/).waitFor()
  else await page.waitForLoadState('networkidle')
}

for (const dark of [false, true])
  test(`every screen of Sense opens without an error or a serious fault of accessibility, ${dark ? 'dark' : 'light'}`, async (t) => {
    const page = await openPage(t, { dark, lang: dark ? 'en' : 'zh' })
    await signIn(page, site, 'yunying')
    for (const screen of screens) {
      await open(page, screen)
      assert.deepEqual(await seriousFaults(page), [], screen)
      await shot(page, `sense-${screen.replaceAll('/', '-')}${dark ? '-dark' : ''}`)
    }
  })

test('on a phone every screen of Sense fits the width', async (t) => {
  const page = await openPage(t, { width: 390, height: 844 })
  await signIn(page, site, 'yunying')
  for (const screen of screens) {
    await open(page, screen)
    const beyond = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    )
    assert.ok(beyond <= 0, `${screen} is ${beyond} pixels wider than the phone`)
    await shot(page, `phone-sense-${screen.replaceAll('/', '-')}`)
  }
})

test('a customer is found by his mobile, and his page shows who he is, masked, and what he did', async (t) => {
  const page = await openPage(t)
  await signIn(page, site, 'jingli')
  await open(page, 'customers')
  await page
    .getByRole('searchbox')
    .or(page.getByPlaceholder(/客户号/))
    .first()
    .fill('19900000003')
  await page.keyboard.press('Enter')
  // The list before the search may hold him too, among others: it is his row that is opened.
  const his = page.getByRole('row').filter({ hasText: '888003' })
  await his.first().waitFor()
  assert.equal(await page.getByText('19900000003', { exact: true }).count(), 0, 'the number itself stands nowhere')
  await his.first().getByRole('link', { name: /^\d+$/ }).click()
  await page.getByText('浏览页面').first().waitFor()
  await page.getByText('199****0003').first().waitFor()
  // Panels come in one by one.
  await page.waitForLoadState('networkidle')
  assert.deepEqual(await seriousFaults(page), [])
  await shot(page, 'sense-customer')
})

test('what a page sends is seen live within moments', async (t) => {
  const page = await openPage(t)
  await signIn(page, site, 'kaifa')
  await open(page, 'live')
  await send([
    {
      id: `live-${now}`,
      type: 'event',
      event: 'seen_live',
      time: new Date().toISOString(),
      ids: { login_id: 'walker-1' },
      props: { page: '活动页' },
    },
  ])
  await page.getByText('seen_live').first().click()
  await page.getByText('"活动页"').waitFor()
  assert.deepEqual(await seriousFaults(page), [])
  await shot(page, 'sense-live-seen')
})

test('a rejected message shows its reason, and who may not see personal data cannot mend it', async (t) => {
  const page = await openPage(t)
  await signIn(page, site, 'yunying')
  await open(page, 'rejects')
  await page.getByText('ids 必填').first().waitFor()
  await page
    .getByRole('link', { name: /\d{4}-\d\d-\d\d/ })
    .first()
    .click()
  await page.getByText('个人信息已脱敏').waitFor()
  assert.deepEqual(await seriousFaults(page), [])
  await shot(page, 'sense-reject')
})

test('who may see personal data mends a rejected message: what is wrong is named, what is right is replayed', async (t) => {
  const page = await openPage(t)
  await signIn(page, site, 'fengkong')
  await open(page, 'rejects')
  await page
    .getByRole('link', { name: /\d{4}-\d\d-\d\d/ })
    .first()
    .click()
  const text = page.getByRole('textbox', { name: '消息' })
  await text.fill('{"kind": "event", "time": 1767225600000, "name": "fund_buy", "ids": []}')
  await page.getByRole('button', { name: '修正并重放' }).click()
  await page.getByRole('alert').getByText('缺少身份标识').waitFor()
  assert.deepEqual(await seriousFaults(page), [])
  await shot(page, 'sense-mend')
  const ids = [{ kind: 'login_id', value: 'walker-2' }]
  await text.fill(JSON.stringify({ kind: 'event', time: now, name: 'fund_buy', ids, props: { amount: 1 } }))
  await page.getByRole('button', { name: '修正并重放' }).click()
  await page.getByText('已重放').first().waitFor()
})

test('a file of a branch with bad rows is mapped, checked and imported, and its bad rows are named', async (t) => {
  const page = await openPage(t)
  await signIn(page, site, 'yunying')
  await open(page, 'imports/new')
  const lines = [
    '客户号,姓名,手机号,等级,金融资产余额,开户日',
    ...Array.from(
      { length: 40 },
      (_, c) => `77700${c},丙丁戊,1990001${String(c).padStart(4, '0')},白金,${c}8000.50,2021-0${1 + (c % 9)}-15`,
    ),
    '777090,丙丁戊,19900019999,白金,不详,2021-02-30',
  ]
  await page.locator('input[type=file]').setInputFiles({
    name: '江城分行客户.csv',
    mimeType: 'text/csv',
    buffer: Buffer.from(lines.join('\r\n')),
  })
  await page.getByRole('button', { name: '保存并检查' }).click()
  await page.getByRole('button', { name: /只导入正确的 40 行/ }).waitFor()
  assert.deepEqual(await seriousFaults(page), [])
  await shot(page, 'sense-import-checked')
  await page.getByRole('button', { name: /只导入正确的 40 行/ }).click()
  await page.getByText('已完成').first().waitFor()
  await shot(page, 'sense-import-done')
  await page.goto(`${site.url}/sense/customers`)
  await page
    .getByPlaceholder(/客户号/)
    .first()
    .fill('777007')
  await page.keyboard.press('Enter')
  // The row that is looked for, not one of the list before.
  await page.getByText('本页 1 条').waitFor()
  await page.getByRole('link', { name: /^\d+$/ }).first().click()
  await page.getByText('白金').first().waitFor()
})
