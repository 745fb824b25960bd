import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { openPage, type Site, seriousFaults, shot, signIn, startSite } from './browser.ts'

let site: Site
before(async () => {
  site = await startSite()
})
after(() => site.stop())

const screens = [
  'orgs',
  'users',
  'users/new',
  'roles',
  'keys',
  'audit',
  'data-keys',
  'codes',
  'parameters',
  'jobs',
  'health',
]

test('whoever opens the console signs in first, and is brought to where he wanted', async (t) => {
  const page = await openPage(t)
  await page.goto(`${site.url}/govern/users`)
  await page.locator('input[type=password]').waitFor()
  assert.deepEqual(await seriousFaults(page), [])
  await shot(page, 'sign-in')
  await page.locator('input').first().fill('admin')
  await page.locator('input[type=password]').fill('not the password')
  await page.locator('button[type=submit]').click()
  await page.getByText('登录名或密码不正确').waitFor()
  await page.locator('input[type=password]').fill('zhixing-demo-2026')
  await page.locator('button[type=submit]').click()
  await page.getByRole('heading', { name: '用户' }).waitFor()
  await page.getByRole('cell', { name: '赵丽娟' }).waitFor()
})

for (const dark of [false, true])
  test(`every screen opens without an error or a serious fault of accessibility, ${dark ? 'dark' : 'light'}`, async (t) => {
    const page = await openPage(t, { dark, lang: dark ? 'en' : 'zh' })
    await signIn(page, site, 'admin')
    await page.waitForLoadState('networkidle')
    assert.deepEqual(await seriousFaults(page), [], 'home')
    await shot(page, dark ? 'home-dark' : 'home')
    for (const screen of [...screens.map((name) => `govern/${name}`), 'account']) {
      await page.goto(`${site.url}/${screen}`)
      await page.getByRole('heading', { level: 1 }).waitFor()
      await page.waitForLoadState('networkidle')
      assert.deepEqual(await seriousFaults(page), [], screen)
      await shot(page, `${screen.replaceAll('/', '-')}${dark ? '-dark' : ''}`)
    }
  })

test('on a phone every screen fits the width and has no serious fault', async (t) => {
  const page = await openPage(t, { width: 390, height: 844 })
  await signIn(page, site, 'admin')
  for (const screen of ['', ...screens.map((name) => `govern/${name}`), 'account']) {
    await page.goto(`${site.url}/${screen}`)
    await page.getByRole('heading', { level: 1 }).waitFor()
    await page.waitForLoadState('networkidle')
    const beyond = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    )
    assert.ok(beyond <= 0, `${screen} is ${beyond} pixels wider than the phone`)
    assert.deepEqual(await seriousFaults(page), [], screen)
    await shot(page, `phone-${screen.replaceAll('/', '-') || 'home'}`)
  }
})

test('a branch operator sees the menus he may use, and is told when a page is not for him', async (t) => {
  const page = await openPage(t)
  await signIn(page, site, 'fenhang')
  await page.goto(`${site.url}/govern/orgs`)
  await page.getByText('江城湖滨支行').first().waitFor()
  assert.equal(await page.getByText('滨海分行').count(), 0)
  assert.equal(await page.getByRole('link', { name: '用户' }).count(), 0)
  await page.goto(`${site.url}/govern/users`)
  await page
    .getByText(/没有.*权限|无权/)
    .first()
    .waitFor()
})

test('what was done is found in the audit, and an unknown address says so', async (t) => {
  const page = await openPage(t)
  await signIn(page, site, 'admin')
  await page.goto(`${site.url}/govern/audit`)
  await page.getByText('陈卫国').first().waitFor()
  await page.goto(`${site.url}/no-such-page`)
  await page
    .getByText(/404|找不到|不存在/)
    .first()
    .waitFor()
})
