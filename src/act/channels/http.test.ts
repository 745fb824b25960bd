import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { type TestContext, test } from 'node:test'
import type { Outcome } from './channels.ts'
import type { NewAccount } from './contract.ts'
import { kinds } from './kinds/kinds.ts'
import { at } from './rules/gateway.ts'
import { allow, channelsBank, people } from './testing/testing.ts'
import { startWeb } from './testing/web.ts'

const mobile = (n: number) => `1990000${String(n).padStart(4, '0')}`
const say = (outcomes: readonly Outcome[]) =>
  outcomes.map((one) => ('failed' in one ? [one.key, one.failed, one.code] : [one.key, one.state, one.providerId]))

async function bank(t: TestContext, given: (url: string) => Omit<NewAccount, 'org' | 'name'>) {
  const web = await startWeb(t)
  const made = await channelsBank(t)
  const account = await made.account({ name: '网关', ...given(web.url) })
  const customers = await people(
    made.ctx,
    made.org.id,
    Array.from({ length: 6 }, (_, n) => ({
      customer_no: `C${n}`,
      mobile: mobile(n),
      openid: `openid_${n}`,
      device_id: `device_${n}`,
    })),
  )
  const letter = (n: number, fields: Record<string, unknown>) => ({
    key: `msg_${n}`,
    to: { customer: customers[n] ?? 0 },
    fields,
  })
  return { ...made, web, account: account.id, letter, customers }
}

const signed = (url: string): Omit<NewAccount, 'org' | 'name'> => ({
  kind: 'sms-http',
  settings: {
    ...kinds['sms-http'].initial,
    ...kinds['sms-http'].presets.find(({ id }) => id === 'signed')?.settings,
    ...{ url: `${url}/sms/send`, sign: '知行银行', unsubscribe: ',退订回T', timeoutSeconds: 1 },
    ...{ throttledCodes: 'LIMIT', transientCodes: 'SYS', refusedCodes: 'WORD', invalidCodes: 'NUM, BLACK' },
  },
  secrets: { user: 'app-1', key: 'geheim' },
})

test('a gateway gets a signed request, and its codes say what is to be done (rule 84)', async (t) => {
  const { web, account, letter, send } = await bank(t, signed)
  const codes: Record<string, unknown> = {
    [mobile(1)]: 'LIMIT',
    [mobile(2)]: 'WORD',
    [mobile(3)]: 'BLACK',
    [mobile(4)]: 'BALANCE',
  }
  web.answer = ({ json }) => {
    const { phone } = json as { phone: string }
    return { body: codes[phone] ? { code: codes[phone], msg: `no: ${phone}` } : { code: 0, msgid: `S${phone}` } }
  }
  const outcomes = await send(
    account,
    [0, 1, 2, 3, 4].map((n) => letter(n, { text: '到期' })),
  )
  assert.deepEqual(say(outcomes), [
    ['msg_0', 'sent', `S${mobile(0)}`],
    ['msg_1', 'throttled', 'LIMIT'],
    ['msg_2', 'permanent', 'WORD'],
    ['msg_3', 'permanent', 'BLACK'],
    // A code on no list is the account's trouble: no customer loses his number by it.
    ['msg_4', 'transient', 'BALANCE'],
  ])
  assert.deepEqual(
    outcomes.map((one) => 'failed' in one && one.suppress === true),
    [false, false, false, true, false],
  )
  const [, limit] = outcomes
  assert.equal(limit && 'failed' in limit && limit.text, 'no: …', 'a number that is echoed is cut')
  const [first] = web.asked
  assert.ok(first)
  const { content, callback } = first.json as { content: string; callback: string }
  assert.equal(content, '【知行银行】到期,退订回T')
  assert.match(callback, /^http:\/\/bank\.example\/v1\/receipts\/sms\?account=acc_\w+&token=\S+$/)
  const { 'x-timestamp': stamp, 'x-nonce': nonce, 'x-signature': mark } = first.headers
  const own = createHmac('sha256', 'geheim').update(`${stamp}${nonce}${first.body.toString()}`).digest('hex')
  assert.equal(mark, own)
})

test('no answer in time is uncertain, no connection is not', async (t) => {
  const { web, account, letter, send, channels, ctx } = await bank(t, signed)
  web.answer = () => 'never'
  const [late] = await send(account, [letter(1, { text: 'a' })])
  assert.ok(late && 'failed' in late)
  assert.deepEqual([late.failed, late.code, late.uncertain], ['transient', 'timeout', true])
  const { version, settings } = await channels.getAccount(ctx, account)
  await channels.editAccount(ctx, account, {
    version,
    settings: { ...settings, url: 'http://127.0.0.1:1/' },
    secrets: { user: 'app-1', key: 'geheim' },
  })
  const [away] = await send(account, [letter(2, { text: 'a' })])
  assert.ok(away && 'failed' in away)
  assert.deepEqual([away.code, away.uncertain], ['econnrefused', undefined])
})

test('an address that is not allowed is not spoken to, whatever it is called', async (t) => {
  const { web, account, letter, send, ctx } = await bank(t, signed)
  await allow(ctx, 'channels.networks', [])
  const [outcome] = await send(account, [letter(1, { text: 'a' })])
  assert.equal(outcome && 'failed' in outcome && outcome.code, 'not_allowed')
  assert.equal(web.asked.length, 0)
})

test('a batch is one request with one result for each, in its order', async (t) => {
  const { web, account, letter, send } = await bank(t, (url) => {
    const given = signed(url)
    const body =
      '[{% for one in letters %}{% if forloop.first == false %},{% endif %}{"to":{{ one.to | json }},"text":{{ one.text | json }}}{% endfor %}]'
    return { ...given, settings: { ...given.settings, batch: 4, itemsPath: 'results', body, idPath: 'id' } }
  })
  web.answer = ({ json }) => ({
    body: {
      results: (json as { to: string }[]).map(({ to }, i) => (i === 1 ? { code: 'NUM' } : { code: '0', id: `B${to}` })),
    },
  })
  const outcomes = await send(
    account,
    [0, 1, 2, 3, 4].map((n) => letter(n, { text: 'x' })),
  )
  assert.equal(web.asked.length, 2)
  assert.deepEqual(
    say(outcomes).map(([key, state]) => [key, state]),
    [
      ['msg_0', 'sent'],
      ['msg_1', 'permanent'],
      ['msg_2', 'sent'],
      ['msg_3', 'sent'],
      ['msg_4', 'sent'],
    ],
  )
})

test('presets of vendors are read, fill every variable they name, and understand the receipts of the vendor', async (t) => {
  const arrived = (body: string, type: string, query = {}) => ({
    body: Buffer.from(body),
    type,
    query,
    now: new Date(0),
  })
  for (const preset of kinds['sms-http'].presets) {
    const { web, account, letter, send } = await bank(t, (url) => ({
      kind: 'sms-http',
      settings: { billed: 'letters', ...preset.settings, url },
      secrets: { user: 'app', key: 'geheim' },
    }))
    web.answer = () => ({ body: { code: 0, sid: 7, msgId: '7', msgid: '7', taskid: '7' } })
    assert.deepEqual(say(await send(account, [letter(1, { text: '到期' })])), [['msg_1', 'sent', '7']], preset.id)
    assert.ok(decodeURIComponent(web.asked[0]?.body.toString() ?? '').includes(mobile(1)), preset.id)
  }
  const settingsOf = (id: string) => kinds['sms-http'].presets.find((one) => one.id === id)?.settings ?? {}
  const pushed = JSON.stringify([
    { sid: 7, report_status: 'SUCCESS', user_receive_time: '2026-01-05 10:00:00' },
    { sid: 8, report_status: 'FAIL' },
  ])
  const yunpian = kinds['sms-http'].read?.(
    settingsOf('yunpian'),
    arrived(`sms_status=${encodeURIComponent(pushed)}`, 'application/x-www-form-urlencoded'),
  )
  assert.deepEqual(yunpian?.receipts, [
    { providerId: '7', state: 'delivered', at: new Date('2026-01-05T02:00:00Z'), code: 'SUCCESS' },
    { providerId: '8', state: 'failed', at: new Date(0), code: 'FAIL' },
  ])
  const query = { msgid: '24073116453300900000000000000000', status: 'DELIVRD', notifyTime: '260105100000' }
  const chuanglan = kinds['sms-http'].read?.(settingsOf('chuanglan'), arrived('', '', query))
  assert.deepEqual(chuanglan, {
    receipts: [{ providerId: query.msgid, state: 'delivered', at: new Date('2026-01-05T02:00:00Z'), code: 'DELIVRD' }],
    inbound: [],
    answer: '{"clcode":"000000"}',
  })
})

test('push and AI calls go the same way, each with its own words', async (t) => {
  const push = await bank(t, (url) => ({
    kind: 'push-http',
    settings: { ...kinds['push-http'].initial, url, okCodes: '80000000', invalidCodes: '80300007' },
    secrets: { key: 'k' },
  }))
  push.web.answer = ({ json }) => ({
    body:
      (json as { tokens: string[] }).tokens[0] === 'device_2'
        ? { code: '80300007' }
        : { code: '80000000', requestId: 'P1' },
  })
  const sent = await push.send(push.account, [
    push.letter(1, { title: '到期', body: '明日' }),
    push.letter(2, { title: '到期', body: '明日' }),
  ])
  assert.deepEqual(say(sent), [
    ['msg_1', 'sent', 'P1'],
    ['msg_2', 'permanent', '80300007'],
  ])
  const call = await bank(t, (url) => ({
    kind: 'call-http',
    settings: { ...kinds['call-http'].initial, url },
    secrets: { key: 'k' },
  }))
  call.web.answer = () => ({ body: { code: 0, callId: 'T9' } })
  assert.deepEqual(
    say(await call.send(call.account, [call.letter(1, { script: '问候', params: { name: '王女士' } })])),
    [['msg_1', 'sent', 'T9']],
  )
  assert.deepEqual(at(call.web.asked[0]?.json, 'params'), { name: '王女士' })
})

test('a webhook is signed with its time and id, so that it can be neither forged nor sent again; its answer says whether to retry', async (t) => {
  const { web, account, letter, send, ctx } = await bank(t, (url) => ({
    kind: 'webhook',
    settings: { url, parallel: 1, timeoutSeconds: 5 },
    secrets: { key: 'geheim' },
  }))
  const statuses = [200, 429, 422, 503]
  web.answer = () => ({ status: statuses[web.asked.length - 1] ?? 200, headers: { 'retry-after': '30' } })
  const outcomes = await send(
    account,
    [0, 1, 2, 3].map((n) => letter(n, { json: { n } })),
  )
  assert.deepEqual(say(outcomes), [
    ['msg_0', 'sent', 'msg_0'],
    ['msg_1', 'throttled', 'http_429'],
    ['msg_2', 'permanent', 'http_422'],
    ['msg_3', 'transient', 'http_503'],
  ])
  const second = outcomes[1]
  assert.equal(second && 'again' in second && second.again?.getTime(), ctx.now.getTime() + 30_000)
  const [first] = web.asked
  assert.ok(first)
  const stamp = String(first.headers['x-zhixing-timestamp'])
  assert.equal(Number(stamp), ctx.now.getTime() / 1000)
  const own = createHmac('sha256', 'geheim').update(`${stamp}.msg_0.{"n":0}`).digest('hex')
  assert.deepEqual([first.headers['x-zhixing-signature'], first.headers['x-zhixing-id']], [`v1=${own}`, 'msg_0'])
})

test('WeChat: a token is kept, renewed when it is refused, and its return codes are told apart', async (t) => {
  const { web, account, letter, send } = await bank(t, (url) => ({
    kind: 'wechat',
    settings: { base: url, appId: 'wx1', parallel: 1 },
    secrets: { secret: 'geheim' },
  }))
  let tokens = 0
  web.answer = ({ path, query, json }) => {
    if (path === '/cgi-bin/stable_token') return { body: { access_token: `T${++tokens}`, expires_in: 7200 } }
    if (query.get('access_token') === 'T1' && web.asked.length > 3) return { body: { errcode: 40001, errmsg: 'stale' } }
    const { touser } = json as { touser: string }
    const errcode = { openid_2: 43004, openid_3: 45009 }[touser] ?? 0
    return { body: errcode ? { errcode, errmsg: 'no' } : { errcode, msgid: 10_000_000_000 } }
  }
  const fields = { templateId: 'TM1', data: { first: '到期', amount: '1 万元' } }
  const outcomes = await send(
    account,
    [1, 2, 3, 4].map((n) => letter(n, fields)),
  )
  assert.deepEqual(say(outcomes), [
    ['msg_1', 'sent', '10000000000'],
    ['msg_2', 'permanent', '43004'],
    ['msg_3', 'throttled', '45009'],
    ['msg_4', 'sent', '10000000000'],
  ])
  assert.equal(tokens, 2)
  assert.deepEqual(at(web.asked[1]?.json, 'data'), {
    first: { value: '到期' },
    amount: { value: '1 万元' },
  })
  const xml =
    '<xml><CreateTime>1767578400</CreateTime><Event><![CDATA[TEMPLATESENDJOBFINISH]]></Event><MsgID>10000000000</MsgID><Status><![CDATA[failed:user block]]></Status></xml>'
  const read = kinds.wechat.read?.({}, { body: Buffer.from(xml), type: 'text/xml', query: {}, now: new Date(0) })
  assert.deepEqual(read?.receipts, [
    { providerId: '10000000000', state: 'failed', at: new Date(1_767_578_400_000), code: 'failed:user block' },
  ])
})

test('WeCom: one task for the same words, which counts as sent when the employee confirms, and maybe never (rule 42)', async (t) => {
  const { web, account, letter, send, channels, ctx, sink, signal } = await bank(t, (url) => ({
    kind: 'wecom',
    settings: { base: url, corpId: 'ww1', sender: 'lina' },
    secrets: { secret: 'geheim' },
  }))
  let statuses: number[] = [0, 0, 0]
  web.answer = ({ path, json }) => {
    if (path === '/cgi-bin/gettoken') return { body: { errcode: 0, access_token: 'T1', expires_in: 7200 } }
    if (path.endsWith('add_msg_template')) return { body: { errcode: 0, msgid: 'task1', fail_list: ['openid_4'] } }
    assert.deepEqual(json, { msgid: 'task1', userid: 'lina', limit: 1000 })
    return {
      body: {
        errcode: 0,
        send_list: [1, 2, 3].map((n, i) => ({
          external_userid: `openid_${n}`,
          status: statuses[i],
          send_time: 1_767_580_000,
        })),
      },
    }
  }
  const outcomes = await send(
    account,
    [1, 2, 3, 4].map((n) => letter(n, { text: '您好' })),
  )
  assert.deepEqual(
    say(outcomes),
    [
      ['msg_4', 'permanent', 'not_friend'],
      ['msg_1', 'sent', 'task1.openid_1'],
      ['msg_2', 'sent', 'task1.openid_2'],
      ['msg_3', 'sent', 'task1.openid_3'],
    ].sort(),
  )
  assert.equal(web.asked.filter(({ path }) => path.endsWith('add_msg_template')).length, 1)
  const asks = () => web.asked.filter(({ path }) => path.endsWith('get_groupmsg_send_result')).length
  await channels.tend(ctx, signal)
  assert.equal(asks(), 0)
  await ctx.clock.advance(6 * 60_000)
  await channels.tend(ctx, signal)
  assert.deepEqual([asks(), sink.taken.length], [1, 0])
  statuses = [1, 0, 3]
  await ctx.clock.advance(6 * 60_000)
  await channels.tend(ctx, signal)
  const said = sink.taken.map(({ key, state, code }) => [key, state, code ?? ''])
  assert.deepEqual(said, [
    ['msg_1', 'confirmed', ''],
    ['msg_1', 'delivered', ''],
    ['msg_3', 'failed', 'monthly_limit'],
  ])
  await ctx.clock.advance(8 * 86_400_000)
  const before = asks()
  await channels.jobs.find(({ name }) => name === 'channels.sweep')?.run(ctx, {} as never, { attempt: 1, signal })
  await channels.tend(ctx, signal)
  assert.equal(asks(), before)
})
