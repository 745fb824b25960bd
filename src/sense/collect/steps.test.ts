import assert from 'node:assert/strict'
import { test } from 'node:test'
import { read } from '../../platform/change.ts'
import { createEvent, createProperty } from '../catalog/catalog.ts'
import { emptyPlan } from '../catalog/testing/plan.ts'
import type { Step } from './batch.ts'
import { collectStep, listRejects, receive } from './collect.ts'
import { collectCtx, event, workNext } from './testing/testing.ts'

const source = { id: 'src_web' }
const everyone: Step = {
  name: 'everyone is 7',
  async resolve(_ctx, _tx, batch) {
    for (const one of batch.arrived) one.customer = 7
  },
}

test('an event becomes one fact with its own time, and a clock that runs ahead is set back and said (rules 2 and 3)', async (t) => {
  const ctx = await collectCtx(t, { facts: true })
  const received = ctx.now.getTime()
  await receive(ctx, source, [
    event('late', 'view', { time: received - 90 * 86_400_000, props: { page: 'a', deep: { list: [1, 'x', null] } } }),
    event('ahead', 'view', { time: received + 3_600_000 }),
    {
      key: 'set',
      envelope: {
        kind: 'profile',
        time: received,
        ids: [{ kind: 'login_id', value: 'u' }],
        props: {},
        profile: { op: 'set', values: { city: '江城' } },
      },
    },
  ])
  assert.equal(await workNext(ctx, [everyone, collectStep]), 3)
  const rows = await ctx.facts.query<{
    event: string
    time: Date
    customer: number
    ahead: number | null
    page: string | null
  }>({
    sql: `SELECT event, time, customer, props.$clock_ahead_ms::Nullable(Int64) AS ahead, props.page::Nullable(String) AS page FROM event ORDER BY time`,
  })
  assert.deepEqual(
    rows.map((row) => [row.time.getTime() - received, row.customer, Number(row.ahead ?? 0), row.page]),
    [
      [-90 * 86_400_000, 7, 0, 'a'],
      [0, 7, 3_600_000, null],
    ],
  )
})

test('facts that were written before a kill are not written again', async (t) => {
  const ctx = await collectCtx(t, { facts: true })
  await receive(
    ctx,
    source,
    Array.from({ length: 500 }, (_, i) => event(`k${i}`, 'view', { time: Date.UTC(2025, 9 + (i % 4), 1) })),
  )
  let killed = false
  const killing: Step = {
    name: 'killing',
    async effects() {
      if (killed) return
      killed = true
      throw new Error('killed')
    },
  }
  await assert.rejects(workNext(ctx, [everyone, collectStep, killing]), /killed/)
  assert.equal(await workNext(ctx, [everyone, collectStep, killing]), 500)
  const [count] = await ctx.facts.query<{ n: bigint; keys: bigint }>({
    sql: 'SELECT count() AS n, uniqExact(key) AS keys FROM event',
  })
  assert.deepEqual([count?.n, count?.keys], [500n, 500n])
})

test('a strict event that is not as planned is rejected with the field and the fix (rule 6), and what nobody planned is proposed', async (t) => {
  const ctx = await emptyPlan(await collectCtx(t, { facts: true }))
  await createEvent(ctx, { name: 'fund_buy', label: { zh: '购买基金', en: 'Fund bought' }, mode: 'strict' } as never)
  await createProperty(ctx, { event: 'fund_buy', name: 'amount', type: 'number', required: true } as never)
  await receive(ctx, source, [
    event('good', 'fund_buy', { props: { amount: 10 } }),
    event('bad', 'fund_buy', { props: { amount: 'ten' } }),
    event('new', 'fund_view', { props: { fund: '000001' } }),
  ])
  await workNext(ctx, [everyone, collectStep])
  const rejects = (await listRejects(ctx, {})).items
  assert.equal(rejects.length, 1)
  assert.match(rejects[0]?.field ?? '', /amount/)
  const proposed = await read(ctx, (tx) => tx`select name, state from catalog.event order by name`)
  assert.deepEqual(
    proposed.map((row) => [row.name, row.state]),
    [
      ['fund_buy', 'active'],
      ['fund_view', 'proposed'],
    ],
  )
})

test('personal properties reach the facts as masks only', async (t) => {
  const ctx = await collectCtx(t, { facts: true })
  await receive(ctx, source, [event('a', 'call', { props: { mobile: '19900000001', amount: 3 } })])
  await workNext(ctx, [everyone, collectStep])
  const [row] = await ctx.facts.query<{ props: string }>({ sql: 'SELECT toJSONString(props) AS props FROM event' })
  assert.ok(row && !row.props.includes('19900000001') && row.props.includes('"amount"'), row?.props)
})

test('an item that no entity type knows is put away with its reason, others are kept', async (t) => {
  const ctx = await collectCtx(t, { facts: true })
  const item = (type: string) => ({
    key: type,
    envelope: {
      kind: 'item' as const,
      time: ctx.now.getTime(),
      ids: [],
      props: {},
      item: { type, id: '1', op: 'set' as const, values: { name: '稳健一号' } },
    },
  })
  await receive(ctx, source, [item('product'), item('spaceship')])
  await workNext(ctx, [everyone, collectStep])
  assert.equal((await listRejects(ctx, {})).items.length, 1)
  const [row] = await read(ctx, (tx) => tx`select type, id from catalog.item`)
  assert.deepEqual([row?.type, row?.id], ['product', '1'])
})
