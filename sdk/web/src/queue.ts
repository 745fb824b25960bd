import { load, remove, save } from './storage.ts'
import type { Message } from './words.ts'

/** Beyond these the oldest are given up: a page that is offline for long must not fill the customer's phone. */
const mostKept = 500
const mostBytes = 512 * 1024
const batchSize = 50

const key = 'queue'

export type Queue = {
  add(message: Message): void
  /** Sends what waits now, and settles when it was answered or put off. */
  flush(): Promise<void>
  /** For a page that is being left: the browser sends it afterwards. */
  leave(): void
  clear(): void
}

/**
 * What waits to be sent. It lies in storage until it was acknowledged, so it outlives a page that is closed or a network
 * that is away; every message has an id, so one that is sent twice is stored once. Tabs share it.
 */
export function openQueue(address: string, flushEvery: number): Queue {
  let timer: ReturnType<typeof setTimeout> | undefined
  let failures = 0
  let sending: Promise<void> | undefined
  const waiting = () => load<Message[]>(key, [])

  function keep(change: (messages: Message[]) => Message[]): void {
    const messages = change(waiting()).slice(-mostKept)
    while (messages.length > 1 && JSON.stringify(messages).length > mostBytes) messages.splice(0, 20)
    if (messages.length > 0) save(key, messages)
    else remove(key)
  }

  function drop(sent: readonly Message[]): void {
    const ids = new Set(sent.map(({ id }) => id))
    keep((messages) => messages.filter(({ id }) => !ids.has(id)))
  }

  function later(ms: number): void {
    clearTimeout(timer)
    timer = setTimeout(() => void queue.flush(), ms)
  }

  async function send(): Promise<void> {
    for (let batch = waiting().slice(0, batchSize); batch.length > 0; batch = waiting().slice(0, batchSize)) {
      const answer = await post(batch)
      if (answer.again) {
        failures++
        // Doubled each time up to ten minutes, each browser at a moment of its own.
        const wait = Math.min(1000 * 2 ** failures, 600_000) * (0.5 + Math.random() / 2)
        return later(Math.max(wait, answer.afterMs))
      }
      failures = 0
      drop(batch)
    }
  }

  async function post(batch: readonly Message[]): Promise<{ again: boolean; afterMs: number }> {
    try {
      const answer = await fetch(address, { method: 'POST', body: bodyOf(batch), headers, credentials: 'omit' })
      const again = answer.status === 429 || answer.status >= 500
      return { again, afterMs: 1000 * (Number(answer.headers.get('retry-after')) || 0) }
    } catch {
      return { again: true, afterMs: 0 }
    }
  }

  const queue: Queue = {
    add(message) {
      keep((messages) => [...messages, message])
      if (failures === 0) later(flushEvery)
    },
    flush() {
      clearTimeout(timer)
      sending ??= send().finally(() => {
        sending = undefined
      })
      return sending
    },
    leave() {
      const batch = waiting().slice(0, batchSize)
      if (batch.length === 0 || !navigator.onLine) return
      if (navigator.sendBeacon(address, new Blob([bodyOf(batch)], { type: 'text/plain' }))) drop(batch)
    },
    clear() {
      clearTimeout(timer)
      remove(key)
    },
  }
  if (waiting().length > 0) later(flushEvery)
  addEventListener('online', () => {
    failures = 0
    later(0)
  })
  return queue
}

/** Text is what a browser sends to another origin without asking first. */
const headers = { 'content-type': 'text/plain' }

function bodyOf(messages: readonly Message[]): string {
  return JSON.stringify({ sentAt: new Date().toISOString(), messages })
}
