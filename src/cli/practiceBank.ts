import { type ChildProcess, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { App } from '../app.ts'
import { createKey } from '../govern/access/access.ts'
import { findOrgByCode } from '../govern/orgs/orgs.ts'
import type { VirtualClock } from '../platform/clock.ts'
import { asMachine, withCtx } from '../platform/ctx.ts'
import { writePrivate } from '../platform/home.ts'

// The practice bank (demo/) is a program of its own that knows the product by its public doors alone. It is given an
// address and a service key, as any system of a bank would be. On a virtual clock it also asks over the pipe between the
// two processes that time go on: no door of the product moves a clock.

const program = join(import.meta.dirname, '../../demo/main.ts')

/** What a bank's integration would be given: to set up the catalogue, to import, and to see what became of it. */
const permissions = [
  'orgs.read',
  'orgs.edit',
  'catalog.source.read',
  'catalog.source.edit',
  'catalog.plan.read',
  'catalog.plan.edit',
  'catalog.entity.read',
  'catalog.entity.edit',
  'collect.live.read',
  'collect.reject.read',
  'imports.read',
  'imports.run',
  'tags.tag.read',
  'tags.tag.edit',
  'tags.tag.publish',
  'channels.account.read',
  'channels.account.edit',
  'channels.receipt.send',
  // The gateways of the practice bank run on this machine: channels must be allowed to speak to it.
  'system.parameter.read',
  'system.parameter.edit',
  'segments.segment.read',
  'segments.segment.edit',
  'segments.segment.publish',
  'contact.policy.read',
  'contact.policy.publish',
  'contact.control.manage',
  'contact.list.read',
  'contact.list.edit',
]

export type BankWishes = { customers?: string; days?: string; seed?: string; from?: string }

/** Counted by the bank: events it sent, acknowledgements it holds, the repeats among them; and those it found rejected. */
export type Played = {
  customers: number
  tally: { sent: number; accepted: number; duplicates: number; faulty: number }
  rejected: number
}

type Told = { tell: 'loaded' } | ({ tell: 'played' } & Played) | { ask: 'clock'; id: number; to: number | undefined }

export type PracticeBank = {
  /** Its history is here; false when it ended before. */
  loaded: Promise<boolean>
  /** What it played, on the virtual clock; undefined when it failed. */
  played: Promise<Played | undefined>
  stop(): Promise<void>
}

export const folderOf = (home: string) => join(home, 'demo')

/** Starts the bank against this app. With a clock it plays its days to the end, and moves the clock as it goes. */
export async function startPracticeBank(app: App, wishes: BankWishes, clock?: VirtualClock): Promise<PracticeBank> {
  const folder = folderOf(app.home.path)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const key = await serviceKey(app, join(folder, keyFile))
  const flags = Object.entries(wishes).flatMap(([name, value]) => (value === undefined ? [] : [`--${name}`, value]))
  const child = spawn(
    process.execPath,
    [program, '--url', app.url, '--folder', folder, ...flags, ...(clock ? ['--headless'] : [])],
    { stdio: ['ignore', 'inherit', 'inherit', 'ipc'], env: { ...process.env, DEMO_KEY: key } },
  )
  const loaded = Promise.withResolvers<boolean>()
  const played = Promise.withResolvers<Played | undefined>()
  let turn: Promise<void> = Promise.resolve()
  child.on('message', (message: Told) => {
    if ('ask' in message) turn = turn.then(() => (clock ? moveClock(app, clock, child, message) : undefined))
    else if (message.tell === 'loaded') loaded.resolve(true)
    else played.resolve(message)
  })
  child.on('error', (error) => app.ctx.log.error({ err: error }, 'the practice bank could not be started'))
  child.on('exit', (code, signal) => {
    app.ctx.log.info({ code, signal }, 'the practice bank ended')
    loaded.resolve(false)
    played.resolve(undefined)
  })
  return {
    loaded: loaded.promise,
    played: played.promise,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return
      const gone = once(child, 'exit')
      child.kill('SIGTERM')
      await gone
    },
  }
}

/** Time goes there in one step, firing what falls due on the way; then everything that is due is worked. */
async function moveClock(
  app: App,
  clock: VirtualClock,
  child: ChildProcess,
  { id, to }: { id: number; to: number | undefined },
): Promise<void> {
  let fault: string | undefined
  try {
    if (to !== undefined && to > clock.now().getTime()) {
      await clock.advanceTo(new Date(to))
      writeFileSync(clockFile(app.home.path), clock.now().toISOString())
    }
    await app.settle()
  } catch (error) {
    fault = (error as Error).message
  }
  if (child.connected) child.send({ id, now: clock.now().getTime(), fault })
}

const clockFile = (home: string) => join(folderOf(home), 'clock')

/** Where the clock of an earlier run of this home stood: a second start goes on from there. */
export async function clockStoodAt(home: string): Promise<Date | undefined> {
  const written = await readFile(clockFile(home), 'utf8').catch(() => '')
  const at = new Date(written)
  return Number.isNaN(at.getTime()) ? undefined : at
}

/** A newer bank that may do more has another key: a home that was made before goes on. */
const keyFile = `service-${createHash('sha256').update(permissions.join()).digest('hex').slice(0, 8)}.key`

async function serviceKey(app: App, file: string): Promise<string> {
  const kept = await readFile(file, 'utf8').catch(() => '')
  if (kept !== '') return kept
  const machine = asMachine(app.ctx, 'demo')
  const head = await findOrgByCode(machine, 'HQ')
  if (!head) throw new Error('the demo has no head office')
  const { secret } = await createKey(withCtx(machine, { permissions: new Set(permissions) }), {
    name: '演示银行 Practice bank',
    org: head.id,
    permissions,
  })
  await writePrivate(file, secret)
  return secret
}
