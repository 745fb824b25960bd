import { Type } from 'typebox'
import { text } from '../../../platform/problem.ts'
import { said } from '../rules/gateway.ts'
import { openAsker } from './http.ts'
import {
  type Addressed,
  type Answered,
  faultOutcome,
  type Kind,
  type Line,
  type Outcome,
  type ReadReceipt,
  sayField,
  type Way,
} from './kind.ts'
import { openTencent, type Tencent } from './tencent.ts'

/** The provider takes ten thousand customers a task; fewer keep one answer readable. */
const mostOfTask = 1000

export const wecom: Kind = {
  kind: 'wecom',
  channel: 'wecom',
  name: text('企业微信群发', 'WeCom message'),
  about: text('生成员工的群发任务,员工确认后才会发出', 'Makes a task of an employee: it is sent when he confirms'),
  unit: text('条', 'message'),
  price: 0,
  settings: Type.Object(
    {
      base: Type.String({ minLength: 1, maxLength: 300, pattern: '^https?://' }),
      corpId: Type.String({ minLength: 1, maxLength: 60 }),
      sender: Type.Optional(Type.String({ maxLength: 64 })),
    },
    { additionalProperties: false },
  ),
  initial: { base: 'https://qyapi.weixin.qq.com' },
  fields: [
    { name: 'base', label: text('接口地址', 'Address') },
    { name: 'corpId', label: text('企业 ID', 'CorpID') },
    {
      name: 'sender',
      label: text('默认发送员工', 'Employee who sends'),
      help: text('信件未指定员工时使用', 'Where the letter names none'),
    },
  ],
  secrets: [{ name: 'secret', label: text('客户联系 Secret', 'Secret of customer contact'), needed: true }],
  presets: [],
  identity: 'openid',
  towards: ['base', 'corpId'],
  callback: false,
  checkAddress: (address) =>
    /^[\w-]{6,100}$/.test(address) ? undefined : text('不是外部联系人 ID', 'Not the id of an external contact'),
  units: () => 1,
  preview: async (fields) => ({
    shown: [
      { label: text('内容', 'Words'), value: sayField(fields, 'text') },
      { label: text('链接', 'Link'), value: sayField(fields, 'url') },
    ],
    notes: [
      text(
        '员工确认后才会发出;每位客户每月可收的条数有上限(当月天数),24 小时内最多提醒员工 3 次',
        'Sent when the employee confirms; a customer takes as many a month as it has days; an employee is reminded three times in 24 hours at most',
      ),
    ],
  }),
  open: async (way) => openLine(way),
}

function openLine(way: Way): Line {
  const asker = openAsker(way.ctx)
  const tencent = openTencent(way, asker, async (signal) => {
    const query = new URLSearchParams({ corpid: said(way.settings.corpId), corpsecret: way.secrets.secret ?? '' })
    return { path: `/cgi-bin/gettoken?${query}`, method: 'GET', signal }
  })
  return {
    async send(letters, signal) {
      const sets = Map.groupBy(letters, ({ fields }) =>
        JSON.stringify([said(fields.sender) || said(way.settings.sender), fields.text, fields.url, fields.title]),
      )
      const outcomes: Outcome[] = []
      for (const set of sets.values())
        for (let from = 0; from < set.length; from += mostOfTask)
          outcomes.push(...(await giveTask(way, tencent, set.slice(from, from + mostOfTask), signal)))
      return outcomes
    },
    probe: async (signal) => void (await tencent.token(signal)),
    ask: ({ providerId, about }, signal) => askAfter(way, tencent, { providerId, about }, signal),
    close: async () => asker.close(),
  }
}

async function giveTask(
  way: Way,
  tencent: Tencent,
  set: readonly Addressed[],
  signal: AbortSignal,
): Promise<Outcome[]> {
  const { fields } = set[0] ?? { fields: {} as Addressed['fields'] }
  const sender = said(fields.sender) || said(way.settings.sender)
  if (sender === '')
    return set.map(({ key }) => ({
      key,
      failed: 'permanent',
      code: 'no_sender',
      text: 'no employee is named to send it',
    }))
  try {
    const answer = await tencent.post(
      '/cgi-bin/externalcontact/add_msg_template',
      {
        chat_type: 'single',
        external_userid: set.map(({ to }) => to),
        sender,
        text: { content: sayField(fields, 'text') },
        ...(fields.url
          ? {
              attachments: [
                {
                  msgtype: 'link',
                  link: {
                    title: sayField(fields, 'title') || sayField(fields, 'text').slice(0, 40),
                    url: said(fields.url),
                  },
                },
              ],
            }
          : {}),
      },
      signal,
    )
    return await outcomesOf(way, set, sender, answer)
  } catch (error) {
    return set.map(({ key }) => faultOutcome(key, error))
  }
}

async function outcomesOf(
  way: Way,
  set: readonly Addressed[],
  sender: string,
  answer: Record<string, unknown>,
): Promise<Outcome[]> {
  const errcode = Number(answer.errcode ?? 0)
  if (errcode !== 0) {
    const failed = errcode === 45009 || errcode === 45033 ? ('throttled' as const) : ('transient' as const)
    return set.map(({ key }) => ({
      key,
      failed,
      code: String(errcode),
      text: said(answer.errmsg).slice(0, 200),
      own: failed === 'transient',
    }))
  }
  const msgid = said(answer.msgid)
  const left = new Set(Array.isArray(answer.fail_list) ? answer.fail_list.map(String) : [])
  const taken = set.filter(({ to }) => !left.has(to))
  if (taken.length > 0)
    await way.keep.errands([
      {
        providerId: msgid,
        about: { sender, keys: Object.fromEntries(taken.map(({ to, key }) => [to, key])) },
        open: taken.length,
      },
    ])
  return set.map(({ key, to }) =>
    left.has(to)
      ? {
          key,
          failed: 'permanent',
          code: 'not_friend',
          text: 'the customer is no contact of the employee',
          suppress: true,
        }
      : { key, state: 'sent', providerId: `${msgid}.${to}`, units: 1 },
  )
}

/** Status of each customer of a task: 0 open, 1 sent, 2 no contact any more, 3 has had his messages. */
async function askAfter(
  way: Way,
  tencent: Tencent,
  { providerId: msgid, about }: { providerId: string; about: Record<string, unknown> },
  signal: AbortSignal,
): Promise<Answered> {
  const keys = (about.keys ?? {}) as Record<string, string>
  const receipts: ReadReceipt[] = []
  let cursor = ''
  do {
    const answer = await tencent.post(
      '/cgi-bin/externalcontact/get_groupmsg_send_result',
      { msgid, userid: said(about.sender), limit: 1000, ...(cursor ? { cursor } : {}) },
      signal,
    )
    const list = Array.isArray(answer.send_list) ? (answer.send_list as Record<string, unknown>[]) : []
    for (const { external_userid, status, send_time } of list) {
      const key = keys[said(external_userid)]
      const at = new Date(Number(send_time ?? 0) * 1000 || way.ctx.now.getTime())
      if (key === undefined) continue
      if (status === 1) receipts.push({ key, state: 'confirmed', at }, { key, state: 'delivered', at })
      if (status === 2 || status === 3)
        receipts.push({ key, state: 'failed', at, code: status === 2 ? 'not_friend' : 'monthly_limit' })
    }
    cursor = said(answer.next_cursor)
  } while (cursor !== '')
  const decided = new Set(receipts.map(({ key }) => key))
  return { receipts, open: Object.values(keys).filter((key) => !decided.has(key)).length }
}
