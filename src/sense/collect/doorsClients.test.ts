import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { test } from 'node:test'
import type { Envelope } from './contract.ts'
import { type Kit, openKit } from './doors/doors-testing.ts'

const require = createRequire(import.meta.url)

/** What the doors made of what a client sent, without what differs from run to run. */
function told(envelope: Envelope): object {
  const { kind, name, ids, profile, item } = envelope
  return JSON.parse(JSON.stringify({ kind, name, ids: ids.map((one) => `${one.kind}=${one.value}`), profile, item }))
}

/** A client's clock is the machine's, the product's is another: what was sent just now has just happened. */
function assertJustNow(kit: Kit, envelope: Envelope | undefined): void {
  assert.ok(envelope?.skewMs !== undefined)
  assert.ok(Math.abs(envelope.time - kit.ctx.now.getTime()) < 60_000)
}

test('sa-sdk-node sends all its calls in one gzipped batch, and its debug mode reads our answers', async (t) => {
  const kit = await openKit(t)
  const url = await kit.listen()
  type Submitter = {
    subscribe(next: () => void, error: (error: Error) => void): void
    onNext(message: object): void
  }
  type Call = (...given: unknown[]) => unknown
  type Sa = { submitTo(to: object, batch: object): Submitter } & Record<
    | 'track'
    | 'trackSignup'
    | `profile${'Set' | 'SetOnce' | 'Increment' | 'Append' | 'Unset'}`
    | `item${'Set' | 'Delete'}`,
    Call
  >
  const SensorsAnalytics = require('sa-sdk-node') as (new () => Sa) & { Submitter: new (to: object) => Submitter }
  const sa = new SensorsAnalytics()
  const sending = sa.submitTo({ url: `${url}/sa?project=default` }, { count: 10 })
  const sent = new Promise<void>((resolve, reject) => sending.subscribe(resolve, reject))
  sa.track('a-1', 'PayOrder', { amount: 99.5, tags: ['a', 'b'], at: new Date(0), remark: '转账“成功”😀' })
  sa.trackSignup('u-1', 'a-1', { Channel: 'App' })
  sa.profileSet('u-1', { level: '金卡' })
  sa.profileSetOnce('u-1', { first: 'App' })
  sa.profileIncrement('u-1', { n: 2 })
  sa.profileAppend('u-1', { likes: ['fund'] })
  sa.profileUnset('u-1', ['old'])
  sa.itemSet('fund', '000001', { risk: 'R3' })
  sa.itemDelete('fund', '000001')
  sa.track('u-1', 'Bad', { amount: 1, event_id: 'reserved' })
  await sent
  assert.deepEqual(kit.envelopes().map(told), [
    { kind: 'event', name: 'PayOrder', ids: ['anonymous_id=a-1'] },
    { kind: 'bind', name: '$SignUp', ids: ['login_id=u-1', 'anonymous_id=a-1', 'anonymous_id=u-1'] },
    { kind: 'profile', ids: ['anonymous_id=u-1'], profile: { op: 'set', values: { level: '金卡' } } },
    { kind: 'profile', ids: ['anonymous_id=u-1'], profile: { op: 'setOnce', values: { first: 'App' } } },
    { kind: 'profile', ids: ['anonymous_id=u-1'], profile: { op: 'increment', values: { n: 2 } } },
    { kind: 'profile', ids: ['anonymous_id=u-1'], profile: { op: 'append', values: { likes: ['fund'] } } },
    { kind: 'profile', ids: ['anonymous_id=u-1'], profile: { op: 'unset', values: { old: true } } },
    { kind: 'item', ids: [], item: { type: 'fund', id: '000001', op: 'set', values: { risk: 'R3' } } },
    { kind: 'item', ids: [], item: { type: 'fund', id: '000001', op: 'delete', values: {} } },
  ])
  const [first] = kit.envelopes()
  assert.equal(first?.props.remark, '转账“成功”😀')
  assert.equal(first?.lib, 'Node 1.2.6')
  assert.deepEqual(
    kit.refusals().map(({ field }) => field),
    ['properties.event_id'],
  )

  const debug = (message: object) =>
    new Promise<string>((resolve) => {
      const trying = new SensorsAnalytics.Submitter({ url: `${url}/sa?project=default`, mode: 'dryRun' })
      trying.subscribe(
        () => resolve('fine'),
        ({ message: said }) => resolve(said),
      )
      trying.onNext(message)
    })
  const message = { type: 'track', event: 'Debugged', time: Date.now(), distinct_id: '1', properties: {} }
  assert.equal(await debug(message), 'fine')
  assert.match(await debug({ ...message, event: '1st' }), /sensors\.event_name/)
  assert.ok(kit.envelopes().every(({ name }) => name !== 'Debugged'))
})

test('@segment/analytics-node sends all its calls, and takes our answer for success', async (t) => {
  const kit = await openKit(t)
  const url = await kit.listen()
  const { Analytics } = await import('@segment/analytics-node')
  const failed: unknown[] = []
  const analytics = new Analytics({ writeKey: 'wk_test', host: url, path: '/v1/batch', maxEventsInBatch: 10 })
  analytics.on('error', (error) => failed.push(error))
  analytics.track({ userId: 'u-1', anonymousId: 'a-1', event: 'Order Completed', properties: { total: 27.5 } })
  analytics.identify({ userId: 'u-1', traits: { level: '金卡' } })
  analytics.page({ anonymousId: 'a-1', name: 'Wealth', category: 'Docs' })
  analytics.screen({ userId: 'u-1', name: 'Home' })
  analytics.group({ userId: 'u-1', groupId: 'g-1', traits: { employees: 32 } })
  analytics.alias({ userId: 'u-1', previousId: 'a-0' })
  await analytics.closeAndFlush({ timeout: 5000 })
  assert.deepEqual(failed, [])
  assert.deepEqual(kit.refusals(), [])
  assert.deepEqual(kit.envelopes().map(told), [
    { kind: 'event', name: 'Order Completed', ids: ['login_id=u-1', 'anonymous_id=a-1'] },
    { kind: 'profile', ids: ['login_id=u-1'], profile: { op: 'set', values: { level: '金卡' } } },
    { kind: 'event', name: 'page_view', ids: ['anonymous_id=a-1'] },
    { kind: 'event', name: 'screen_view', ids: ['login_id=u-1'] },
    { kind: 'event', name: 'group', ids: ['login_id=u-1'] },
    { kind: 'profile', ids: ['login_id=u-1'], profile: { op: 'set', values: { $group_id: 'g-1' } } },
    { kind: 'bind', ids: ['login_id=u-1', 'anonymous_id=a-0'] },
  ])
  assertJustNow(kit, kit.envelopes()[0])
  assert.match(kit.envelopes()[0]?.lib ?? '', /^@segment\/analytics-node \d/)
})

test('@rudderstack/rudder-sdk-node sends gzipped batches, and hears of a wrong write key', async (t) => {
  const kit = await openKit(t)
  const url = await kit.listen()
  type Call = (message: object) => unknown
  type Rudder = Record<'track' | 'identify' | 'page' | 'screen' | 'group' | 'alias', Call> & {
    flush(): Promise<unknown>
  }
  const Analytics = require('@rudderstack/rudder-sdk-node') as new (key: string, to: object) => Rudder
  const options = { dataPlaneUrl: url, flushAt: 100, flushInterval: 100_000, logLevel: 'none', retryCount: 0 }
  const rudder = new Analytics('wk_test', options)
  rudder.track({ userId: 'u-1', event: 'Paid', properties: { total: 27.5, items: [{ sku: 'F001' }] } })
  await rudder.flush()
  rudder.identify({ userId: 'u-1', anonymousId: 'a-1', traits: { level: '金卡' } })
  rudder.page({ anonymousId: 'a-1', name: 'Wealth' })
  rudder.screen({ userId: 'u-1', name: 'Home' })
  rudder.group({ userId: 'u-1', groupId: 'g-1', traits: { employees: 32 } })
  rudder.alias({ userId: 'u-1', previousId: 'a-0' })
  await rudder.flush()
  assert.deepEqual(kit.refusals(), [])
  assert.deepEqual(kit.envelopes().map(told), [
    { kind: 'event', name: 'Paid', ids: ['login_id=u-1'] },
    { kind: 'profile', ids: ['login_id=u-1', 'anonymous_id=a-1'], profile: { op: 'set', values: { level: '金卡' } } },
    { kind: 'event', name: 'page_view', ids: ['anonymous_id=a-1'] },
    { kind: 'event', name: 'screen_view', ids: ['login_id=u-1'] },
    { kind: 'event', name: 'group', ids: ['login_id=u-1'] },
    { kind: 'profile', ids: ['login_id=u-1'], profile: { op: 'set', values: { $group_id: 'g-1' } } },
    { kind: 'bind', ids: ['login_id=u-1', 'anonymous_id=a-0'] },
  ])
  assertJustNow(kit, kit.envelopes()[0])
  const refused = new Promise<Error>((resolve) => {
    // Its first message it sends at once.
    new Analytics('other', { ...options, errorHandler: resolve }).track({ userId: 'u-1', event: 'Paid' })
  })
  assert.match((await refused).message, /401/)
})
