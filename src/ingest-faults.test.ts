import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { startApp } from './app.ts'
import { readConfig } from './config.ts'
import { createLog } from './platform/log.ts'

/** More by hand: `INGEST_KILLS=50 node --test src/ingest-faults.test.ts`. */
const kills = Number(process.env.INGEST_KILLS ?? 5)
const writers = 4
const perCall = 20
const people = 200

/** The program on a folder and port of its own; killed and started again, it is the same installation. */
async function installation() {
  const home = await mkdtemp(join(tmpdir(), 'zhixing-ingest-'))
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const address = probe.address()
  const port = typeof address === 'object' && address ? address.port : 0
  probe.close()
  let program: ChildProcess | undefined
  return {
    home,
    url: `http://127.0.0.1:${port}`,
    async start() {
      const child = spawn(process.execPath, ['src/main.ts', 'up'], {
        cwd: join(import.meta.dirname, '..'),
        env: { PATH: process.env.PATH, ZHIXING_HOME: home, PORT: String(port), ZHIXING_HOST: '127.0.0.1' },
        stdio: ['ignore', 'pipe', 'ignore'],
      })
      program = child
      let said = ''
      await new Promise<void>((resolve, reject) => {
        child.stdout.on('data', (chunk) => {
          said = (said + String(chunk)).slice(-20_000)
          if (said.includes('zhixing is ready')) resolve()
        })
        child.once('exit', (code, signal) =>
          reject(new Error(`ended by ${signal ?? code} before it was ready:\n${said}`)),
        )
      })
    },
    async kill(signal: NodeJS.Signals) {
      const child = program
      if (!child || child.exitCode !== null || child.signalCode !== null) return
      const gone = once(child, 'exit')
      child.kill(signal)
      await gone
    },
  }
}

/** Sends until it is acknowledged, as an SDK does. */
async function sendUntilTaken(url: string, messages: object[], stop: AbortSignal): Promise<void> {
  const body = new URLSearchParams({ data_list: Buffer.from(JSON.stringify(messages)).toString('base64') })
  while (!stop.aborted) {
    const answer = await fetch(`${url}/sa?project=default`, { method: 'POST', body }).catch(() => undefined)
    if (answer?.status === 200) return
    await pause(50)
  }
}

test(`the program is killed ${kills} times while writers write: every acknowledged event is a fact, once, of the right customer`, async (t) => {
  const site = await installation()
  const stop = new AbortController()
  t.after(async () => {
    stop.abort()
    await site.kill('SIGKILL')
    await rm(site.home, { recursive: true, force: true })
  })
  await site.start()
  let [sent, writing] = [0, true]
  const write = async () => {
    while (writing && !stop.signal.aborted) {
      const first = sent
      sent += perCall
      const messages = Array.from({ length: perCall }, (_, i) => {
        const n = first + i
        return {
          type: 'track',
          event: 'fault_event',
          time: 1_767_225_600_000 + n,
          distinct_id: `u${n % people}`,
          properties: { n, $is_login_id: true },
        }
      })
      await sendUntilTaken(site.url, messages, stop.signal)
    }
  }
  const writings = Array.from({ length: writers }, write)
  for (let kill = 0; kill < kills; kill++) {
    // Anywhere in a second: while calls gather, while a batch is resolved, between facts and effects, during a start.
    await pause(100 + ((kill * 379) % 1000))
    await site.kill('SIGKILL')
    await site.start()
  }
  await pause(500)
  writing = false
  await Promise.all(writings)
  await site.kill('SIGTERM')

  const app = await startApp(
    readConfig({ ZHIXING_HOME: site.home, PORT: '0', ZHIXING_LOG_LEVEL: 'silent' }),
    createLog('silent'),
  )
  try {
    const waiting = async () => {
      const [row] = await app.db.sql<{ waits: boolean }[]>`
        select exists (select from collect.piece p, collect.position at where (p.xact, p.id) > (at.xact, at.id)) as waits`
      return row?.waits
    }
    while (await waiting()) await pause(50)
    const [facts] = await app.facts.query<{ rows: bigint; events: bigint; people: bigint; customers: bigint }>({
      sql: `SELECT count() AS rows, uniqExact(props.n::Int64) AS events, uniqExact(props.n::Int64 % ${people}) AS people,
                   uniqExact((props.n::Int64 % ${people}, customer)) AS customers
            FROM event WHERE event = 'fault_event'`,
    })
    assert.ok(sent > 0)
    assert.equal(Number(facts?.rows), sent, 'as many facts as events')
    assert.equal(Number(facts?.events), sent, 'each once')
    assert.equal(Number(facts?.customers), Number(facts?.people), 'each person is one customer throughout')
    const [position] = await app.db.sql`select to_xact from collect.position`
    assert.equal(position?.toXact, null, 'no batch is left in hand')
    t.diagnostic(`${sent} events, ${facts?.people} people`)
  } finally {
    await app.close()
  }
})
