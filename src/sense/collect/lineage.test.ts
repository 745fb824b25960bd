import assert from 'node:assert/strict'
import { test } from 'node:test'
import { lineageOf } from '../catalog/catalog.ts'
import type { Step } from './batch.ts'
import { collectStep, receive } from './collect.ts'
import { collectCtx, event, workNext } from './testing/testing.ts'

const everyone: Step = {
  name: 'everyone is 7',
  async resolve(_ctx, _tx, batch) {
    for (const one of batch.arrived) one.customer = 7
  },
}

test('which source brings an event and its properties is recorded when the first one arrives', async (t) => {
  const ctx = await collectCtx(t, { facts: true })
  await receive(ctx, { id: 'src_web' }, [
    event('a', 'transfer'),
    event('b', 'transfer', { props: { amount: 1, $os: 'x' } }),
  ])
  await receive(ctx, { id: 'src_app' }, [event('a', 'transfer', { props: {} })])
  await workNext(ctx, [everyone, collectStep])
  const of = async (kind: string, id: string) =>
    (await lineageOf(ctx, { kind, id })).nodes
      .filter(({ level }) => level < 0)
      .map(({ kind, id }) => `${kind} ${id}`)
      .sort()
  assert.deepEqual(await of('event', 'transfer'), ['source src_app', 'source src_web'])
  assert.deepEqual(await of('property', 'transfer amount'), ['source src_web'])
  assert.deepEqual(await of('property', ' $os'), ['source src_web'], 'what begins with $ is the same in every event')
})
