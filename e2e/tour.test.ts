import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { openPage, type Site, seriousFaults, shot, signIn, startSite } from './browser.ts'

let site: Site
before(async () => {
  site = await startSite()
})
after(() => site.stop())

test('the tour points at pages that open, and remembers for each person what was seen', async (t) => {
  const page = await openPage(t)
  await signIn(page, site, 'yunying')
  await page.getByRole('link', { name: '导览' }).click()
  await page.getByText(/^已看 0 \/ \d+/).waitFor()
  assert.deepEqual(await seriousFaults(page), [])
  await shot(page, 'tour')

  await page.getByRole('link', { name: '打开实时数据' }).click()
  await page.getByRole('heading', { name: '实时数据' }).waitFor()
  await page.goto(`${site.url}/tour`)
  await page.getByText(/^已看 1 \/ \d+/).waitFor()

  const steps = page.locator('.zx-tour-step')
  const targets = await steps.locator('a').evaluateAll((links) => links.map((one) => one.getAttribute('href') ?? ''))
  assert.ok(targets.length >= 8, `${targets}`)
  for (const target of targets) {
    await page.goto(`${site.url}${target}`)
    await page.getByRole('heading', { level: 1 }).waitFor()
    assert.equal(await page.getByRole('alert').count(), 0, target)
  }
})

test('who may not see a page is told with which account it can be seen; on a phone in English all fits', async (t) => {
  const page = await openPage(t, { width: 390, height: 844, lang: 'en', dark: true })
  await signIn(page, site, 'fenhang')
  await page.evaluate(() => localStorage.setItem('zhixing.lang', 'en'))
  await page.goto(`${site.url}/tour`)
  await page.getByText('Sign in as').first().waitFor()
  assert.deepEqual(await seriousFaults(page), [])
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'nothing is cut off')
})
