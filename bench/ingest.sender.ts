import { Agent, request } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'

export type SenderJob = {
  url: string
  key: string
  events: number
  /** Number of the first event: the same number is the same event. */
  first: number
  customers: number
  perCall: number
  callers: number
  /** Not faster than this; undefined: as fast as it goes. */
  perSecond?: number
}
export type Sent = { failed: number; failure: string; p50: number; p99: number }

const names = ['page_view', 'app_open', 'fund_view', 'fund_buy', 'transfer', 'bill_pay', 'card_spend', 'login'] as const
const pages = ['首页', '理财', '基金', '存款', '生活缴费', '转账', '信用卡', '我的']

/** Events as a bank's app sends them; one in twenty comes from a device that was never seen. Made by arithmetic. */
export function traffic(first: number, count: number, customers: number) {
  return Array.from({ length: count }, (_, i) => {
    const n = first + i
    const customer = (n * 7919) % customers
    const anew = n % 20 === 0
    return {
      id: `m${n}`,
      type: 'event' as const,
      event: names[(n * 31) % names.length] ?? 'page_view',
      time: new Date(1_767_225_600_000 + (n % 10_000_000) * 250).toISOString(),
      ids: {
        login_id: `u${customer}`,
        device_id: anew ? `new-${n}-${customer}` : `d${customer}`,
      },
      props: {
        page: pages[n % pages.length],
        amount: ((n * 37) % 100_000) / 100,
        channel: n % 3 === 0 ? 'app' : 'mini-program',
        product: `P${String(n % 80).padStart(3, '0')}`,
        duration_ms: (n * 13) % 60_000,
        $os: n % 2 === 0 ? 'iOS' : 'Android',
        $app_version: '8.2.1',
      },
    }
  })
}

/** Sends all of it, so many calls at once, and tells how long the calls took. */
async function send(job: SenderJob): Promise<Sent> {
  const agent = new Agent({ keepAlive: true, maxSockets: job.callers })
  const took: number[] = []
  const sent: Sent = { failed: 0, failure: '', p50: 0, p99: 0 }
  let next = 0
  const began = performance.now()
  const caller = async () => {
    while (next < job.events) {
      const from = next
      next += job.perCall
      if (job.perSecond) await pause(Math.max(0, began + (from / job.perSecond) * 1000 - performance.now()))
      const messages = traffic(job.first + from, Math.min(job.perCall, job.events - from), job.customers)
      const at = performance.now()
      const fault = await post(agent, job, JSON.stringify({ messages }))
      took.push(performance.now() - at)
      if (fault) Object.assign(sent, { failed: sent.failed + 1, failure: fault })
    }
  }
  await Promise.all(Array.from({ length: job.callers }, caller))
  agent.destroy()
  took.sort((a, b) => a - b)
  const at = (share: number) => Math.round((took[Math.floor(took.length * share)] ?? 0) * 10) / 10
  return { ...sent, p50: at(0.5), p99: at(0.99) }
}

function post(agent: Agent, { url, key }: SenderJob, body: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const call = request(`${url}/v1/collect`, {
      method: 'POST',
      agent,
      headers: { 'content-type': 'application/json', 'x-write-key': key, 'content-length': Buffer.byteLength(body) },
    })
    call.on('response', (response) => {
      response.resume()
      response.on('end', () => resolve(response.statusCode === 200 ? undefined : `status ${response.statusCode}`))
    })
    call.on('error', (error) => resolve(error.message))
    call.end(body)
  })
}

if (import.meta.main)
  process.once('message', async (job: SenderJob) => {
    process.send?.(await send(job), () => process.exit(0))
  })
