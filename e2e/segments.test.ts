import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Page } from 'playwright-core'
import { openPage, type Site, seriousFaults, shot, signIn, startSite } from './browser.ts'

let site: Site
const now = Date.now()

before(async () => {
  site = await startSite()
  const writeKey = await keyOfDefaultSource()
  const messages = Array.from({ length: 40 }, (_, c) => ({
    id: `p${c}`,
    type: 'profile',
    time: new Date(now - 86_400_000).toISOString(),
    ids: { customer_no: `77700${c}`, mobile: `1990000${String(c).padStart(4, '0')}` },
    profile: { op: 'set', values: { name: '甲乙丙', level: c % 2 ? 'gold' : 'basic', aum: c * 1_000_000 } },
  }))
  const answer = await fetch(`${site.url}/v1/collect`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-write-key': writeKey },
    body: JSON.stringify({ messages }),
  })
  assert.equal(answer.status, 200, await answer.clone().text())
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

async function type(page: Page, rule: string): Promise<void> {
  const editor = page.locator('.cm-content')
  await editor.click()
  await page.keyboard.press('Control+A')
  await page.keyboard.press('Delete')
  await page.keyboard.insertText(rule)
}

test('an operator names a segment, writes its rule, sees its size while writing, publishes it and opens a member', async (t) => {
  const page = await openPage(t)
  await signIn(page, site, 'yunying')
  await page.goto(`${site.url}/sense/segments`)
  await page.getByText('还没有客群').waitFor()
  await shot(page, 'segments-empty')
  await page.getByRole('button', { name: '新建客群' }).first().click()
  await page.getByRole('dialog').getByRole('textbox', { name: '名称' }).fill('高资产金卡')
  await page.getByRole('button', { name: '创建并编写规则' }).click()
  await page.waitForURL(/\/edit$/)
  await page.getByText('文本', { exact: true }).click()

  await type(page, "aum >= 10万\nand levle = 'gold'")
  await page.locator('.zx-eql-issues li[data-severity=error]').first().waitFor()
  await shot(page, 'segments-wrong')
  await type(page, "-- 大客户\naum >= 10万 and level = 'gold'")
  // 100,000 yuan are ten million fen: of customers 10 to 39 every other one is gold.
  await page.locator('.zx-eql-size strong', { hasText: '15' }).waitFor()
  await page.locator('.zx-eql-sentence li').first().waitFor()
  assert.deepEqual(await seriousFaults(page), [])
  await shot(page, 'segments-editor')

  await page
    .getByRole('button', { name: '发 布' })
    .or(page.getByRole('button', { name: '发布' }))
    .first()
    .click()
  await page
    .getByRole('dialog')
    .getByRole('button', { name: /发\s?布/ })
    .click()
  await page.waitForURL((url) => !url.pathname.endsWith('/edit'))
  await page.locator('dd', { hasText: /^15$/ }).waitFor()
  assert.deepEqual(await seriousFaults(page), [])
  await shot(page, 'segments-page')

  const again = page.getByRole('button', { name: /刷\s?新/ })
  await again.click()
  await page.getByRole('tab', { name: '快照' }).click()
  await page.getByText('对比两份快照').waitFor()
  await page.getByRole('tabpanel').locator('dd', { hasText: /^15$/ }).waitFor()
  assert.deepEqual(await seriousFaults(page), [])
  await shot(page, 'segments-snapshots')

  await page.getByRole('tab', { name: '成员' }).click()
  const member = page.getByRole('tabpanel').getByRole('link').first()
  await member.waitFor()
  assert.deepEqual(await seriousFaults(page), [])
  await shot(page, 'segments-members')
  await member.click()
  await page.waitForURL(/\/sense\/customers\/\d+/)
})

test('the list and the page of a segment read well in English, in the dark and on a phone', async (t) => {
  for (const look of [{ dark: true, lang: 'en' }, { width: 390 }] as const) {
    const page = await openPage(t, look)
    const name = 'dark' in look ? 'dark' : 'phone'
    await signIn(page, site, 'fenxi')
    if ('dark' in look) await page.getByRole('button', { name: /^EN$|English/ }).click()
    await page.goto(`${site.url}/sense/segments`)
    const link = page.getByRole('link', { name: '高资产金卡' })
    await link.waitFor()
    assert.deepEqual(await seriousFaults(page), [])
    await shot(page, `segments-list-${name}`)
    await link.click()
    await page.locator('.zx-segment-rule').waitFor()
    await page.goto(`${page.url().replace(/\/$/, '')}/edit`)
    await page.locator('.zx-eql-size strong').waitFor()
    assert.deepEqual(await seriousFaults(page), [])
    await shot(page, `segments-editor-${name}`)
  }
})
