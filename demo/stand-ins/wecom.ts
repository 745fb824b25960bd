import { randomUUID } from 'node:crypto'
import { type Gateway, textField } from './http.ts'
import { delayOf, luckOf } from './luck.ts'
import type { Around } from './standIn.ts'

/** Employees who never confirm, and customers who have unfriended theirs. */
const shares = { neverConfirmed: 0.15, notFriends: 0.04 }
/** An external user takes so many group messages in a calendar month. */
const perMonth = 31

type Task = { sender: string; confirmAt: number | undefined; targets: { to: string; status: () => Status }[] }
/** 0 not sent yet, 1 sent, 2 not friends any more, 3 has had his messages of the month. */
type Status = 0 | 1 | 2 | 3

/**
 * WeCom's customer contact API, as far as a bank uses it to write to customers: `gettoken`, `add_msg_template` (which only
 * makes a task for the employee, who confirms it when he sees it, or never), `get_groupmsg_send_result`. Errors are
 * answered with 200 and an `errcode`.
 */
export function wecomGateway(around: Around): Gateway {
  const tokens = new Map<string, number>()
  const tasks = new Map<string, Task>()
  const months = new Map<string, number>()
  return ({ method, path, query, body }) => {
    if (!path.startsWith('/cgi-bin/')) return undefined
    if (path === '/cgi-bin/gettoken') {
      if (!query.get('corpsecret')) return fault(40001, 'invalid credential')
      const token = randomUUID()
      tokens.set(token, around.now() + 7_200_000)
      return { body: { errcode: 0, errmsg: 'ok', access_token: token, expires_in: 7200 } }
    }
    if (method !== 'POST') return fault(43002, 'require POST method')
    if ((tokens.get(query.get('access_token') ?? '') ?? 0) <= around.now()) return fault(40014, 'invalid access_token')
    if (path === '/cgi-bin/externalcontact/add_msg_template') return addTask(body)
    if (path === '/cgi-bin/externalcontact/get_groupmsg_send_result') {
      const task = tasks.get(textField(body, 'msgid'))
      if (!task) return fault(41048, 'invalid msgid')
      const sent = task.targets.map(({ to, status }) => ({
        external_userid: to,
        userid: task.sender,
        status: status(),
        ...(status() === 1 ? { send_time: Math.floor((task.confirmAt ?? 0) / 1000) } : {}),
      }))
      return { body: { errcode: 0, errmsg: 'ok', send_list: sent } }
    }
    return fault(40066, 'invalid url')
  }

  function addTask(body: Record<string, unknown>) {
    const given = body.text as { content?: string } | undefined
    const text = given?.content ?? ''
    const targets = Array.isArray(body.external_userid) ? body.external_userid.map(String) : []
    const sender = textField(body, 'sender')
    if (sender === '' || text === '') return fault(40058, 'sender and text.content are required')
    const msgid = `msg${String(tasks.size + 1).padStart(10, '0')}`
    const never = luckOf(around.seed, 'confirms', sender, msgid) < shares.neverConfirmed
    const confirmAt = never
      ? undefined
      : around.now() + delayOf(luckOf(around.seed, 'when', sender, msgid), 25 * 60_000)
    const task: Task = { sender, confirmAt, targets: targets.map((to) => ({ to, status: () => 0 as Status })) }
    tasks.set(msgid, task)
    if (confirmAt !== undefined)
      around.later(confirmAt, () => {
        for (const target of task.targets) {
          const status = fate(target.to, confirmAt)
          target.status = () => status
          if (status === 1)
            around.reached({ channel: 'wecom', id: `${msgid}.${target.to}`, to: target.to, at: confirmAt, text })
        }
      })
    const fail_list = targets.filter((to) => luckOf(around.seed, 'friend', to) < shares.notFriends)
    return { body: { errcode: 0, errmsg: 'ok', fail_list, msgid } }
  }

  function fate(to: string, at: number): Status {
    if (luckOf(around.seed, 'friend', to) < shares.notFriends) return 2
    const month = `${to} ${new Date(at + 8 * 3_600_000).toISOString().slice(0, 7)}`
    const had = months.get(month) ?? 0
    if (had >= perMonth) return 3
    months.set(month, had + 1)
    return 1
  }
}

function fault(errcode: number, errmsg: string) {
  return { body: { errcode, errmsg } }
}
