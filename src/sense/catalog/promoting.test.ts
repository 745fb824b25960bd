import assert from 'node:assert/strict'
import { test } from 'node:test'
import { withCtx } from '../../platform/ctx.ts'
import { Problem } from '../../platform/problem.ts'
import { type TestCtx, testCtx } from '../../platform/testing/testing.ts'
import { propertySql } from '../eql/eql.ts'
import {
  createEvent,
  createProperty,
  demoteProperty,
  listPromoted,
  promotedColumn,
  promotedProperties,
  promoteProperty,
} from './catalog.ts'
import { carryOut } from './promoting.ts'

const values: unknown[] = ['9007199254740993', 123, 12.5, 'word', true, null, [1], '2026-01-05', '2026-01-05 09:00:00']

async function pay(ctx: TestCtx, from: number): Promise<void> {
  const at = new Date('2026-01-05T01:00:00Z')
  await ctx.facts.insert(
    'event',
    values.map((value, i) => ({
      ...{ event: 'pay', time: at, received: at, processed: at, customer: from + i, source: 's' },
      key: `00000000-0000-0000-0000-${String(from + i).padStart(12, '0')}`,
      props: { '金 额`"\\': value, other: 'x' },
    })),
  )
}

async function all(ctx: TestCtx, sql: string): Promise<unknown[]> {
  const rows = await ctx.facts.query<{ value: unknown }>({ sql: `SELECT ${sql} AS value FROM event ORDER BY customer` })
  return rows.map((row) => row.value)
}

test('a promoted property has the same values from its column as from the JSON, of events before and after', async (t) => {
  const ctx = await testCtx(t, { facts: true })
  const name = '金 额`"\\'
  await createEvent(ctx, { name: 'pay' })
  for (const type of ['money', 'text', 'time', 'day', 'number', 'boolean', 'integer'] as const) {
    const property = `${name}${type}`
    await createProperty(ctx, { event: 'pay', name: property, type })
  }
  await createProperty(ctx, { event: 'pay', name, type: 'money' })
  await pay(ctx, 1)
  const json = propertySql(name, 'money')
  const before = await all(ctx, json)
  assert.deepEqual(before, [9007199254740993n, 123n, null, null, null, null, null, null, null])
  await promoteProperty(ctx, { name, type: 'money' })
  assert.equal((await promotedProperties(ctx)).size, 0, 'not used before it is whole')
  await pay(ctx, 101)
  await carryOut(ctx, name)
  await pay(ctx, 201)
  assert.deepEqual([...(await promotedProperties(ctx))], [[name, 'money']])
  const column = `event.${promotedColumn(name)}`
  assert.deepEqual(await all(ctx, column), [...before, ...before, ...before])
  assert.deepEqual(await all(ctx, json), [...before, ...before, ...before])
  await ctx.facts.command({
    sql: `INSERT INTO event (event, time, customer, key, received, processed, source, props)
          SELECT concat('e', toString(number % 50)), now64(3), number % 991 + 1000, generateUUIDv4(), now64(3), now64(3), 's', '{}' FROM numbers(100000)`,
  })
  const plan = await ctx.facts.query<{ explain: string }>({
    sql: `EXPLAIN projections = 1 SELECT ${column} FROM event WHERE customer IN (1001, 1002)`,
  })
  assert.match(plan.map((row) => row.explain).join('\n'), /by_customer/)
  assert.deepEqual(
    (await listPromoted(ctx)).map(({ state, progress, by }) => ({ state, progress, by })),
    [{ state: 'ready', progress: 1, by: 'test' }],
  )
  await demoteProperty(ctx, name)
  assert.equal((await promotedProperties(ctx)).size, 0)
  await carryOut(ctx, name, undefined, 0)
  assert.deepEqual(await listPromoted(ctx), [])
  const after = await all(ctx, json)
  assert.deepEqual(after.slice(0, 27), [...before, ...before, ...before])
})

test('values of every type are read from the JSON as the plan means them, and what is of another type is null', async (t) => {
  const ctx = await testCtx(t, { facts: true })
  await pay(ctx, 1)
  const name = '金 额`"\\'
  const read = (type: Parameters<typeof propertySql>[1]) => all(ctx, propertySql(name, type))
  const none = null
  assert.deepEqual(await read('number'), [none, 123, 12.5, none, none, none, none, none, none])
  assert.deepEqual(await read('integer'), [none, 123n, none, none, none, none, none, none, none])
  assert.deepEqual(await read('boolean'), [none, none, none, none, true, none, none, none, none])
  assert.deepEqual(await read('day'), [none, none, none, none, none, none, none, '2026-01-05', none])
  assert.deepEqual((await read('time')).slice(7), [none, new Date('2026-01-05T01:00:00Z')])
  assert.deepEqual(await read('text'), [
    '9007199254740993',
    ...[none, none, 'word', none, none, none, '2026-01-05', '2026-01-05 09:00:00'],
  ])
})

test('only what the plan declares is promoted, once, and each change is in the audit', async (t) => {
  const ctx = await testCtx(t, { facts: true })
  await createEvent(ctx, { name: 'pay' })
  await createProperty(ctx, { event: 'pay', name: 'amount', type: 'money' })
  const refused = (code: string) => (error: unknown) => error instanceof Problem && error.code === code
  await assert.rejects(promoteProperty(ctx, { name: 'nothing', type: 'money' }), refused('property.missing'))
  await assert.rejects(promoteProperty(ctx, { name: 'amount', type: 'text' }), refused('catalog.other_type'))
  const person = withCtx(ctx, { who: { kind: 'user', id: 'usr_test', name: '王芳' } })
  await promoteProperty(person, { name: 'amount', type: 'money' })
  await assert.rejects(promoteProperty(ctx, { name: 'amount', type: 'money' }), refused('catalog.promoted_already'))
  await demoteProperty(person, 'amount')
  assert.deepEqual(
    ctx.recorded.filter((one) => one.action.includes('mote')).map((one) => [one.action, one.who.name]),
    [
      ['catalog.property.promote', '王芳'],
      ['catalog.property.demote', '王芳'],
    ],
  )
})
