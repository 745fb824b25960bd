import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { testClickhouse } from '../../platform/testing/testing.ts'
import { did, is } from '../customers/testing/testing.ts'
import { settleLive } from './live.ts'
import { getSegment } from './segments.ts'
import { openLiveBank } from './testing/testing.ts'

const customers = 200
const program = join(import.meta.dirname, 'testing/worker.ts')

test('the process is killed at any moment while customers come and go: each coming and going is told once, and none is forgotten', async (t) => {
  const bank = await openLiveBank(t)
  const { ctx, web, sends, settle, publish, refreshed } = bank
  const url = await testClickhouse()
  const no = (n: number) => ({ customer_no: `${n}` })
  const all = Array.from({ length: customers }, (_, i) => i + 1)
  await sends(web, ...all.map((n) => is(no(n), 'set', '2026-01-05 08:00', { aum: `${n}00` })))
  const active = await publish('活跃', 'did(login, last 1 days)', { live: true })
  const rich = await publish('富', 'aum >= 101')
  await refreshed(active, rich)
  await settleLive(ctx)
  // All log in on one day, a third of them a day later again; and the poor half becomes rich, the rich half poor.
  let kills = 0
  for (const [day, logins] of [
    ['2026-01-05', all],
    ['2026-01-06', all.filter((n) => n % 3 === 0)],
    ['2026-01-07', []],
  ] as const) {
    await ctx.clock.advanceTo(new Date(`${day}T04:00:00Z`))
    await sends(
      web,
      ...logins.map((n) => did(no(n), 'login', `${day} 11:0${n % 10}`)),
      ...all.map((n) => is(no(n), 'set', `${day} 11:30`, { aum: `${day === '2026-01-06' ? n : customers + 1 - n}00` })),
    )
    for (let tries = 0; tries < 4; tries++) {
      const ended = work([active, rich], ctx.now)
      if (tries === 3) assert.equal(await ended.done, 0)
      else {
        await ended.ready
        await pause((kills * 97) % 700)
        if (ended.kill()) kills++
        await ended.done
      }
    }
    await settle()
  }

  const rows = await ctx.facts.query<{ event: string; name: string; customer: number; n: bigint }>({
    sql: `SELECT event, props.segment_name.:String AS name, customer, count() AS n FROM event
          WHERE event IN ('$segment_enter', '$segment_leave') GROUP BY event, name, customer`,
  })
  const told = (event: string, name: string) =>
    rows.filter((row) => row.event === event && row.name === name).map(({ customer, n }) => `${customer}×${n}`)
  const once = (list: readonly number[]) => list.map((n) => `${n}×1`).sort()
  const numberOf = await numbers(bank)
  assert.ok(kills > 3, `${kills} kills`)
  assert.deepEqual(told('$segment_enter', '活跃').sort(), once(all.map((n) => numberOf(n))))
  assert.deepEqual(told('$segment_leave', '活跃').sort(), once(all.map((n) => numberOf(n))))
  const size = (await getSegment(ctx, rich)).size
  assert.equal(size, customers / 2)
  const moves = (name: string) => rows.filter((row) => row.name === name).map(({ n }) => Number(n))
  assert.equal(
    moves('富').reduce((sum, n) => sum + n, 0),
    3 * customers,
    'three times all change sides',
  )

  function work(segments: readonly string[], now: Date) {
    const child = fork(program, [ctx.superuserUrl, url, ctx.facts.database, now.toISOString(), ...segments], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    })
    return {
      ready: new Promise((resolve) => child.once('message', resolve)),
      done: new Promise((resolve) => child.once('exit', resolve)),
      kill: () => child.exitCode === null && child.kill('SIGKILL'),
    }
  }
})

async function numbers({ ctx }: Awaited<ReturnType<typeof openLiveBank>>) {
  const rows = await ctx.facts.query<{ id: number; aum: bigint }>({
    sql: 'SELECT id, a_aum AS aum FROM customer FINAL',
  })
  const known = new Map(rows.map(({ id, aum }) => [customers + 1 - Number(aum) / 100, id]))
  return (n: number) => known.get(n) ?? 0
}
