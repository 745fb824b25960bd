import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Page } from 'playwright-core'
import { openPage, type Site, seriousFaults, shot, signIn, startSite } from './browser.ts'

let site: Site
const now = Date.now()

before(async () => {
  site = await startSite()
  const cookie = await cookieOf('kaifa')
  const sources = await fetch(`${site.url}/api/catalog/sources`, { headers: { cookie } })
  const { items } = (await sources.json()) as { items: { project: string; writeKey: string }[] }
  const messages = Array.from({ length: 12 }, (_, c) => ({
    id: `c${c}`,
    type: 'profile',
    time: new Date(now - 86_400_000).toISOString(),
    ids: { customer_no: `77800${c}`, mobile: `1990000${String(c).padStart(4, '0')}` },
    profile: { op: 'set', values: { name: '甲乙丙', aum: c * 1_000_000 } },
  }))
  const answer = await fetch(`${site.url}/v1/collect`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-write-key': items.find(({ project }) => project === 'default')?.writeKey ?? '',
    },
    body: JSON.stringify({ messages }),
  })
  assert.equal(answer.status, 200, await answer.clone().text())
})
after(() => site.stop())

async function cookieOf(login: string): Promise<string> {
  const answer = await fetch(`${site.url}/api/access/sign-in`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ login, password: 'zhixing-demo-2026' }),
  })
  return answer.headers
    .getSetCookie()
    .map((one) => one.split(';')[0])
    .join('; ')
}

const press = (page: Page, name: RegExp) => page.getByRole('button', { name }).first().click()

test('an operator writes a cap and quiet hours, publishes them, and sees what they do to a customer who then opts out', async (t) => {
  const page = await openPage(t)
  await signIn(page, site, 'yunying')
  await page.goto(`${site.url}/decide/contact`)
  await page.getByText('还没有频控规则').waitFor()
  await press(page, /新增规则/)
  const drawer = page.getByRole('dialog')
  await drawer.getByText('每位客户 每 7 天 营销类 最多 3 次').waitFor()
  await drawer.getByRole('spinbutton', { name: '最多次数' }).fill('0')
  await drawer.getByText('每位客户 每 7 天 营销类 最多 0 次').waitFor()
  await shot(page, 'contact-cap')
  await drawer.getByRole('button', { name: /确\s?定/ }).click()
  await page.getByRole('cell', { name: '每位客户 每 7 天 营销类 最多 0 次' }).waitFor()

  await page.getByRole('tab', { name: /勿扰时段/ }).click()
  await page.locator('.zx-contact-strip').first().waitFor()
  await press(page, /新增时段/)
  await page.getByRole('dialog').getByRole('textbox', { name: '名称' }).fill('夜间免打扰')
  await page
    .getByRole('dialog')
    .getByRole('button', { name: /确\s?定/ })
    .click()
  await page.getByRole('cell', { name: '夜间免打扰' }).waitFor()
  assert.deepEqual(await seriousFaults(page), [])
  await shot(page, 'contact-quiet')

  await press(page, /发布…/)
  const publishing = page.getByRole('dialog')
  await publishing.getByText('每位客户 每 7 天 营销类 最多 0 次').waitFor()
  await publishing.getByRole('textbox', { name: '说明' }).fill('首版')
  await shot(page, 'contact-publish')
  await publishing.getByRole('button', { name: /发\s?布/ }).click()
  await page.getByText('有未发布的修改').waitFor({ state: 'detached' })
  await page.getByRole('tab', { name: '版本' }).click()
  await page.getByRole('cell', { name: '首版' }).waitFor()

  await page.goto(`${site.url}/decide/contact/lists`)
  await press(page, /添加客户/)
  const listing = page.getByRole('dialog')
  await listing.getByRole('textbox', { name: '客户' }).fill('778003')
  await listing.getByRole('textbox', { name: '原因' }).fill('来电投诉')
  await listing.getByRole('button', { name: /添\s?加/ }).click()
  const row = page.getByRole('cell', { name: '来电投诉' })
  await row.waitFor()
  assert.deepEqual(await seriousFaults(page), [])
  await shot(page, 'contact-lists')

  await page.locator('tbody').getByRole('link').first().click()
  await page.locator('.zx-contact-matrix').waitFor()
  await page.locator('.zx-contact-says li', { hasText: '在黑名单中(来电投诉)' }).first().waitFor()
  assert.equal(
    await page.locator('.zx-contact-matrix td[data-verdict=reserved]').count(),
    24,
    'notices go by all channels',
  )
  assert.deepEqual(await seriousFaults(page), [])
  await shot(page, 'contact-explain')
})

test('the policy reads well in English, in the dark and on a phone', async (t) => {
  for (const look of [{ dark: true, lang: 'en' }, { width: 390 }] as const) {
    const page = await openPage(t, look)
    const name = 'dark' in look ? 'dark' : 'phone'
    await signIn(page, site, 'fengkong')
    if ('dark' in look) await page.getByRole('button', { name: /^EN$|English/ }).click()
    await page.goto(`${site.url}/decide/contact?tab=quiet`)
    await page.locator('.zx-contact-strip').first().waitFor()
    assert.deepEqual(await seriousFaults(page), [])
    await shot(page, `contact-quiet-${name}`)
    await page.goto(`${site.url}/decide/contact?tab=classes`)
    await page.getByRole('switch').first().waitFor()
    assert.deepEqual(await seriousFaults(page), [])
    await shot(page, `contact-classes-${name}`)
  }
})
