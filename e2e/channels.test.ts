import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'
import { SMTPServer } from 'smtp-server'
import { openPage, type Site, seriousFaults, shot, signIn, startSite } from './browser.ts'

let site: Site
const mails: string[] = []
const server = new SMTPServer({
  authOptional: true,
  disabledCommands: ['AUTH', 'STARTTLS'],
  disableReverseLookup: true,
  closeTimeout: 200,
  logger: false,
  onData(stream, _session, done) {
    const parts: Buffer[] = []
    stream.on('data', (part: Buffer) => parts.push(part))
    stream.on('end', () => {
      mails.push(Buffer.concat(parts).toString())
      done()
    })
  },
})
server.on('error', () => {})

before(async () => {
  server.listen(0, '127.0.0.1')
  await once(server.server, 'listening')
  site = await startSite()
})
after(async () => {
  await site.stop()
  await new Promise<void>((resolve) => server.close(() => resolve()))
})

/** Whoever runs the program must say that channels may speak to this machine. */
async function allowThisMachine(): Promise<void> {
  const signed = await fetch(`${site.url}/api/access/sign-in`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ login: 'admin', password: 'zhixing-demo-2026' }),
  })
  const cookie = signed.headers
    .getSetCookie()
    .map((one) => one.split(';')[0])
    .join('; ')
  const { me } = (await signed.json()) as { me: { csrf: string } }
  const set = await fetch(`${site.url}/api/system/parameters/channels.networks`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json', cookie, 'x-csrf-token': me.csrf },
    body: JSON.stringify({ revision: 0, value: ['127.0.0.1/32'] }),
  })
  assert.equal(set.status, 200, await set.text())
}

test('an operator connects a mail server, tries it with a colleague’s address, sees it arrive, and pauses the account', async (t) => {
  await allowThisMachine()
  const page = await openPage(t)
  await signIn(page, site, 'yunying')
  await page.goto(`${site.url}/act/seeds`)
  await page.getByRole('button', { name: '添加地址' }).first().click()
  const seed = page.getByRole('dialog')
  await seed.getByRole('textbox', { name: '姓名' }).fill('李强')
  await seed.getByRole('combobox', { name: '渠道' }).click()
  await page.locator('.ant-select-item-option', { hasText: '邮件' }).click()
  await seed.getByRole('textbox', { name: '地址' }).fill('liqiang@bank.example')
  await seed.getByRole('button', { name: /添\s?加/ }).click()
  await page.getByRole('cell', { name: '李强' }).waitFor()
  await seed.waitFor({ state: 'detached' })
  assert.deepEqual(await seriousFaults(page), [])

  await page.goto(`${site.url}/act/channels`)
  await page.getByText('还没有渠道账号').waitFor()
  await shot(page, 'channels-empty')
  await page.getByRole('button', { name: '新建账号' }).first().click()
  await page.getByRole('button', { name: /邮件 · SMTP/ }).click()
  const form = page.getByRole('dialog')
  await form.getByRole('textbox', { name: '名称', exact: true }).fill('通知邮件')
  await form.getByRole('textbox', { name: '主机' }).fill('127.0.0.1')
  await form.getByRole('spinbutton', { name: '端口' }).fill(String((server.server.address() as AddressInfo).port))
  await form.getByRole('combobox', { name: '加密' }).click()
  await page.locator('.ant-select-item-option', { hasText: '不加密' }).click()
  await form.getByRole('button', { name: /创\s?建/ }).click()
  await form.getByText('必填').or(form.getByText('请填写')).first().waitFor()
  await form.getByRole('textbox', { name: '发件地址' }).fill('notice@bank.example')
  await form.getByRole('button', { name: /创\s?建/ }).click()
  await page.waitForURL(/\/act\/channels\/acc_/)
  await page.getByRole('heading', { level: 1, name: '通知邮件' }).waitFor()

  await page.getByRole('button', { name: '测试发送' }).click()
  const drawer = page.getByRole('dialog')
  await drawer.getByRole('combobox').click()
  await page.locator('.ant-select-item-option', { hasText: '李强' }).click()
  await drawer.getByText('1 计费单位').waitFor()
  await drawer.getByRole('button', { name: '发送测试' }).click()
  await drawer.getByText(/已提交/).waitFor()
  assert.equal(mails.length, 1)
  assert.match(mails[0] ?? '', /To: liqiang@bank\.example/)
  await shot(page, 'channels-test')
  await page.keyboard.press('Escape')
  await drawer.waitFor({ state: 'detached' })
  await page.getByRole('cell', { name: /已提交/ }).waitFor()

  await page.getByRole('button', { name: /暂\s?停/ }).click()
  await page
    .getByRole('dialog')
    .getByRole('button', { name: /暂\s?停/ })
    .click()
  await page.getByText('已由人工暂停').waitFor()
  assert.deepEqual(await seriousFaults(page), [])
  await shot(page, 'channels-paused')
})
