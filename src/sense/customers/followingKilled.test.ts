import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { read } from '../../platform/change.ts'
import type { Ctx } from '../../platform/ctx.ts'
import { listMerges, mergeCustomers, undoMerge } from '../identity/identity.ts'
import { listCustomers } from './customers.ts'
import { is, openBank } from './testing/testing.ts'

const people = 60
const kills = 8

const touchedLeft = async (ctx: Ctx) => {
  const [row] = await read(
    ctx,
    (tx) => tx<{ n: number }[]>`
      select (select count(*) from platform.touched)::int
             + (select count(*) from platform.followed where refill_after is not null)::int as n`,
  )
  return row?.n ?? 0
}

test('the process that follows is killed at any moment, again and again: ClickHouse comes to what PostgreSQL says', async (t) => {
  const { ctx, web, say } = await openBank(t)
  const program = join(import.meta.dirname, 'testing/follower.ts')
  const start = async () => {
    const child = spawn(process.execPath, [program, ctx.superuserUrl, ctx.clickhouseUrl ?? ''], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    t.after(() => child.kill('SIGKILL'))
    await once(child.stdout, 'data')
    return child
  }
  const speak = (round: number) =>
    say(
      web,
      ...Array.from({ length: people }, (_, n) =>
        is({ customer_no: `C${n}` }, 'set', `2026-01-05 08:${String(10 + round)}`, {
          level: `级${(n + round) % 4}`,
          city: `城${round}`,
        }),
      ),
    )
  await speak(0)
  const { items } = await listCustomers(ctx, { sort: 'id', limit: 200 })
  const [one, other, third, fourth] = items.map(({ id }) => id)
  assert.equal(items.length, people)
  let interrupted = 0
  for (let round = 1; round <= kills; round++) {
    const child = await start()
    await speak(round)
    if (round === 2) await mergeCustomers(ctx, one ?? 0, other ?? 0, '同一人')
    if (round === 4) await mergeCustomers(ctx, third ?? 0, fourth ?? 0, '同一人')
    if (round === 6)
      await undoMerge(ctx, (await listMerges(ctx, { state: 'standing' })).items[0]?.id ?? '', '不是同一人')
    // Each time a little later in what it is doing.
    await pause(round * 15)
    if ((await touchedLeft(ctx)) > 0) interrupted++
    const gone = once(child, 'exit')
    child.kill('SIGKILL')
    await gone
  }
  assert.ok(interrupted > 0, 'at least once it was killed in the middle')
  await start()
  while ((await touchedLeft(ctx)) > 0) await pause(20)
  const said = await read(
    ctx,
    (tx) => tx<{ id: number; level: string; city: string }[]>`
      select identity.survivor(customer) as id, max(doc -> 'level' ->> 0) as level, max(doc -> 'city' ->> 0) as city
      from customers.profile where customer = identity.survivor(customer) group by 1 order by 1`,
  )
  const copied = await ctx.facts.query<{ id: number; level: string; city: string }>({
    sql: 'SELECT id, a_level AS level, a_city AS city FROM customer FINAL ORDER BY id',
  })
  assert.deepEqual(
    copied.map((row) => ({ ...row })),
    said.map((row) => ({ ...row })),
  )
  const merged = await read(
    ctx,
    (tx) =>
      tx<
        { customer: number }[]
      >`select id as customer from identity.customer where merged_into is not null order by id`,
  )
  const aliases = await ctx.facts.query<{ customer: number }>({
    sql: 'SELECT customer FROM alias FINAL WHERE customer <> canonical ORDER BY customer',
  })
  assert.deepEqual(
    aliases.map(({ customer }) => customer),
    merged.map(({ customer }) => customer),
  )
})
