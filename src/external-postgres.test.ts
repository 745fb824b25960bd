import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import postgres from 'postgres'
import { externalPostgres } from './platform/testing/external-postgres.ts'

// The same program on a PostgreSQL that the product did not bring, older than its own, as at a bank.

const masterKey = randomBytes(32).toString('base64')

type Started = { url: string; stop(): Promise<number | null> }

async function start(t: TestContext, home: string, databaseUrl: string): Promise<Started> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'main.ts'), 'up'], {
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      ZHIXING_HOME: home,
      DATABASE_URL: databaseUrl,
      // With a database of its own the bank also brings the key.
      ZHIXING_MASTER_KEY: masterKey,
      PORT: '0',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  t.after(() => child.kill('SIGKILL'))
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve))
  let said = ''
  child.stderr.on('data', (chunk) => (said += String(chunk)))
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout.on('data', (chunk) => {
      said += String(chunk)
      const found = /"url":"(http[^"]+)"/.exec(said)?.[1]
      if (found) resolve(found)
    })
    void ended.then((code) => reject(new Error(`the program ended with ${code}:\n${said}`)))
  })
  return {
    url,
    stop() {
      child.kill('SIGTERM')
      return ended
    },
  }
}

for (const as of ['the ordinary owner of one database', 'an administrator'] as const)
  test(`the program starts, stops and starts again on a PostgreSQL of the bank, as ${as}`, async (t) => {
    const server = await externalPostgres(t)
    if (!server) return
    const databaseUrl = as === 'an administrator' ? server.superuserUrl : server.ownerUrl
    const home = await mkdtemp(join(tmpdir(), 'zhixing-external-home-'))
    t.after(() => rm(home, { recursive: true, force: true }))
    for (const round of ['first', 'second']) {
      const program = await start(t, home, databaseUrl)
      const ready = await fetch(`${program.url}/readyz`)
      assert.equal(ready.status, 200, `${round} start: ${await ready.text()}`)
      assert.equal(await program.stop(), 0)
    }
    const sql = postgres(databaseUrl, { max: 1 })
    t.after(() => sql.end())
    const [, [state]] = await sql.begin((tx) => [
      tx`select set_config('zhixing.scope', '*', true)`,
      tx<{ people: number; entries: number }[]>`
        select (select count(*)::int from access.person) as people, (select count(*)::int from audit.entry) as entries`,
    ])
    assert.equal(state?.people, 1, 'the first administrator is made once')
    assert.ok((state?.entries ?? 0) > 0, 'and that is in the audit')
  })
