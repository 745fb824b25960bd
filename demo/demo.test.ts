import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'

const root = join(import.meta.dirname, '..')

type Summary = {
  customers: number
  events: { sent: number; accepted: number; rejected: number; duplicates: number; stored: number }
  segments: { name: string; size: number }[]
  journeys: unknown[]
  audit_ok: boolean
  seconds: number
  peak_rss_mb: number
}

function homeOf(t: TestContext): string {
  const home = mkdtempSync(join(tmpdir(), 'zhixing-demo-test-'))
  t.after(() => rmSync(home, { recursive: true, force: true, maxRetries: 5 }))
  return home
}

function start(home: string, seed = '1'): { child: ChildProcess; output: () => string } {
  const env = { ...process.env, DATABASE_URL: '', CLICKHOUSE_URL: '' }
  const flags = ['--customers', '200', '--days', '10', '--seed', seed, '--home', home]
  const child = spawn(process.execPath, ['src/main.ts', 'demo', '--headless', '--json', ...flags], { cwd: root, env })
  let text = ''
  child.stdout.on('data', (part) => (text += String(part)))
  child.stderr.resume()
  return { child, output: () => text }
}

async function run(home: string, seed?: string): Promise<Summary> {
  const { child, output } = start(home, seed)
  const [code] = await once(child, 'exit')
  assert.equal(code, 0)
  return JSON.parse(output().trim().split('\n').at(-1) ?? '') as Summary
}

/** One whole run, for all tests of this file. */
let whole: Promise<Summary> | undefined

test('ten days of a small bank, headless: what was sent is what is stored, less repeats and rejects, twice the same', async (t) => {
  const home = homeOf(t)
  const first = await run(home)
  whole = Promise.resolve(first)
  const { sent, accepted, rejected, duplicates, stored } = first.events
  assert.equal(first.customers, 200)
  assert.ok(sent > 200 && sent < 4000, `${sent} events`)
  assert.equal(accepted, sent, 'every message was acknowledged')
  assert.ok(duplicates > 0, 'SDKs have repeated some')
  assert.ok(rejected > 0, 'some senders were at fault')
  assert.equal(stored, accepted - duplicates - rejected)
  assert.deepEqual([first.journeys, first.audit_ok], [[], true])
  const sizes = new Map(first.segments.map(({ name, size }) => [name, size]))
  assert.equal(sizes.size, 7)
  const [wealthy = 0, asleep = 0, both = 0] = ['财富客户', '沉睡客户', '沉睡的财富客户'].map((name) => sizes.get(name))
  assert.ok(wealthy > 0 && wealthy < 60 && asleep > 0, JSON.stringify(first.segments))
  assert.ok(both <= Math.min(wealthy, asleep))
  assert.ok(first.seconds > 0 && first.peak_rss_mb > 50)

  const other = homeOf(t)
  const again = await run(other)
  assert.deepEqual(again.events, first.events, 'the same seed is the same bank')
  assert.deepEqual(again.segments, first.segments)

  for (const name of ['truth.json', 'truth-customers.jsonl'])
    assert.equal(left(other, name), left(home, name), `${name}: what is true of the bank is the same, too`)
  const { treatments } = JSON.parse(left(home, 'truth.json')) as Truth
  const { average, segments } = treatments.find(({ treatment }) => treatment === 'sms') ?? assert.fail('texts')
  assert.ok(average.customers > 150 && average.effects.opened > 0.3, JSON.stringify(average))
  assert.ok(segments.length > 8)
  assert.equal(left(home, 'truth-customers.jsonl').trim().split('\n').length, average.customers)
})

test('killed in the middle of its days and started again, the bank goes on where it was and nothing is there twice', async (t) => {
  const { events } = await (whole ??= run(homeOf(t)))
  const home = homeOf(t)
  const { child } = start(home)
  await until(() => dayOf(home) >= 3)
  child.kill('SIGKILL')
  await once(child, 'exit')
  const day = dayOf(home)
  assert.ok(day < 10, `day ${day}`)
  assert.deepEqual((await run(home)).events, events)
})

type Truth = {
  treatments: {
    treatment: string
    average: { customers: number; effects: { opened: number } }
    segments: unknown[]
  }[]
}

function left(home: string, name: string): string {
  return readFileSync(join(home, 'demo', name), 'utf8')
}

function dayOf(home: string): number {
  try {
    return (JSON.parse(readFileSync(join(home, 'demo', 'bank.json'), 'utf8')) as { day: number }).day
  } catch {
    return 0
  }
}

async function until(done: () => boolean): Promise<void> {
  while (!done()) await new Promise((resolve) => setTimeout(resolve, 20))
}
