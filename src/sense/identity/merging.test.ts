import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { resealSome, rotateDataKey } from '../../govern/privacy/privacy.ts'
import { read, unauditedChange } from '../../platform/change.ts'
import { withCtx } from '../../platform/ctx.ts'
import type { Id } from '../../platform/ids.ts'
import {
  canonicalOf,
  decideConflict,
  findByIdentity,
  getIdentityOf,
  listConflicts,
  listMerges,
  mergeCustomers,
  placeCustomers,
  resolveIdentities,
  revealIdentities,
  undoMerge,
} from './identity.ts'
import { sealedLinks } from './sealedLinks.ts'
import { idsOf, openHouse, type Said } from './testing/house.ts'

const login: Said[] = [['event', 'device_id=d openid=o'], ['event', 'customer_no=1'], ['bind', 'customer_no=1 device_id=d']] // biome-ignore format: a table

test('a login leaves a merge behind: who, why, by which identity and what moved', async (t) => {
  const house = await openHouse(t)
  assert.deepEqual(await house.say(login), [1, 2, 2])
  const [merge] = (await listMerges(house.ctx, {})).items
  const { winner, loser, now, why, via, undone, moved } = merge ?? assert.fail()
  assert.deepEqual({ winner, loser, now, why, via: via?.kind, undone }, { winner: 2, loser: 1, now: 2, why: 'bind', via: 'device_id', undone: null }) // biome-ignore format: a table
  assert.deepEqual(moved.map(({ kind, count }) => [kind, count]), [['openid', 1], ['device_id', 1]]) // biome-ignore format: a table
  assert.equal((await listMerges(house.ctx, { q: '1' })).items.length, 1)
  assert.equal((await listMerges(house.ctx, { q: '3' })).items.length, 0)
  assert.equal((await listMerges(house.ctx, { state: 'undone' })).items.length, 0)
  const asked = await getIdentityOf(house.ctx, 1)
  assert.deepEqual([asked.customer, asked.members.map(({ customer, into }) => [customer, into])], [2, [[2, null], [1, 2]]]) // biome-ignore format: a table
  assert.deepEqual(asked.identities.map(({ kind, mergedFrom }) => [kind, mergedFrom]), [['customer_no', null], ['openid', 1], ['device_id', 1]]) // biome-ignore format: a table
})

test('rule 10: an undone merge leaves both as they were, and what came later stays; no machine merges them again', async (t) => {
  const house = await openHouse(t)
  await house.say(login.slice(0, 1), house.west.id)
  await house.say(login.slice(1, 2), house.east.id)
  const before = await house.rows()
  await house.say(login.slice(2), house.east.id)
  assert.deepEqual((await house.rows()).links.map((link) => link.org), [house.east.id, house.east.id, house.east.id]) // biome-ignore format: a table
  await house.say([['event', 'customer_no=1 anonymous_id=later']])
  const [merge] = (await listMerges(house.ctx, {})).items
  await undoMerge(house.ctx, merge?.id ?? '', '设备是家人的')
  const after = await house.rows()
  const versionless = (rows: Record<string, unknown>[]) => rows.map(({ version: _, ...row }) => row)
  assert.deepEqual(versionless(after.customers), versionless(before.customers))
  assert.deepEqual(
    after.links.filter((link) => link.kind !== 'anonymous_id'),
    before.links,
  )
  assert.deepEqual(
    after.links.filter((link) => link.kind === 'anonymous_id').map((link) => link.customer),
    [2],
  )
  assert.deepEqual(
    await house.say([
      ['bind', 'customer_no=1 device_id=d'],
      ['event', 'device_id=d'],
    ]),
    [2, 1],
  )
  await assert.rejects(undoMerge(house.ctx, merge?.id ?? '', 'x'), { code: 'identity.already_undone' })
  assert.deepEqual(house.ctx.recorded.filter(({ action }) => action === 'identity.merge.undo').length, 1)
})

test('a merge on which a later one stands is not undone before it, and the answer names it', async (t) => {
  const house = await openHouse(t)
  await house.say(login)
  await house.say([['event', 'customer_no=9']])
  const later = await mergeCustomers(house.ctx, 3, 1, '核对证件后确认为同一人')
  assert.deepEqual([later.winner, later.loser], [3, 2])
  assert.deepEqual(await read(house.ctx, (tx) => canonicalOf(tx, [1, 2, 3])), new Map([[1, 3], [2, 3], [3, 3]])) // biome-ignore format: a table
  const [, first] = (await listMerges(house.ctx, { sort: '-at' })).items
  const bind = (await listMerges(house.ctx, { why: 'bind' })).items[0] ?? first
  await assert.rejects(undoMerge(house.ctx, bind?.id ?? '', 'x'), (error: Error & { code?: string }) => {
    assert.equal(error.code, 'identity.later_merge')
    assert.match(error.message, new RegExp(later.id))
    return true
  })
  await undoMerge(house.ctx, later.id, 'x')
  await undoMerge(house.ctx, bind?.id ?? '', 'x')
  assert.deepEqual(await house.say([['event', 'device_id=d'], ['event', 'customer_no=1'], ['event', 'customer_no=9']]), [1, 2, 3]) // biome-ignore format: a table
})

test('rule 10, for any logins and merges: undone in reverse, each customer holds what he held', async (t) => {
  const house = await openHouse(t)
  let round = 0
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(fc.nat(5), fc.nat(5)), { minLength: 1, maxLength: 6 }), async (pairs) => {
      const prefix = `r${round++}`
      const said = Array.from({ length: 6 }, (_, i): Said => ['event', `customer_no=${prefix}${i} device_id=${prefix}${i}`]) // biome-ignore format: long
      const numbers = await house.say(said)
      const before = (await house.rows()).links
      const made = []
      for (const [a, b] of pairs) {
        const merge = mergeCustomers(house.ctx, numbers[a] ?? 0, numbers[b] ?? 0, 'x')
        made.push(await merge.catch((error: { code: string }) => assert.equal(error.code, 'identity.same_customer')))
      }
      for (const merge of made.toReversed()) if (merge) await undoMerge(house.ctx, merge.id, 'x')
      assert.deepEqual((await house.rows()).links, before)
      assert.deepEqual(await house.say(said), numbers)
    }),
    { numRuns: 15 },
  )
})

test('a person decides: merged with the number that stays, kept apart for ever, or ignored until seen again', async (t) => {
  const house = await openHouse(t)
  const open = async () => (await listConflicts(house.ctx, { state: 'open' })).items
  await house.say([['event', 'customer_no=1 mobile=19900000001'], ['event', 'customer_no=2 mobile=19900000001'], ['event', 'customer_no=3 mobile=19900000001']]) // biome-ignore format: a table
  const [first, second] = (await open()).sort((a, b) => a.other.customer + a.one.customer - b.one.customer - b.other.customer) // biome-ignore format: long
  const decide = (id = '', version = 0, decision: 'merge' | 'keep-apart' | 'ignore' = 'ignore', winner?: number) =>
    decideConflict(house.ctx, id, { version, decision, reason: '电话核实', ...(winner ? { winner } : {}) })
  assert.equal((await decide(second?.id, second?.version, 'ignore')).state, 'ignored')
  assert.equal((await open()).length, 1)
  await house.say([['event', 'customer_no=3 mobile=19900000001']])
  const again = (await open()).find(({ id }) => id === second?.id)
  assert.equal(again?.count, 2)
  assert.equal((await decide(again?.id, again?.version, 'keep-apart')).state, 'kept-apart')
  await assert.rejects(decide(again?.id, again?.version, 'ignore'), { code: 'identity.stale' })
  await house.say([['event', 'customer_no=3 mobile=19900000001']])
  assert.equal((await open()).length, 1)
  await assert.rejects(decide(first?.id, first?.version, 'merge', 3), { code: 'identity.winner_of_two' })
  const merged = await decide(first?.id, first?.version, 'merge', 2)
  assert.deepEqual([merged.state, merged.one.customer, merged.other.customer], ['merged', 2, 2])
  assert.deepEqual(
    await house.say([
      ['event', 'customer_no=1'],
      ['event', 'mobile=19900000001'],
    ]),
    [2, 2],
  )
  await house.say([['event', 'customer_no=3 mobile=19900000001']])
  assert.deepEqual(await open(), [], 'kept apart from 1 is kept apart from who 1 is now')
  const [merge] = (await listMerges(house.ctx, { why: 'conflict' })).items
  await undoMerge(house.ctx, merge?.id ?? '', '弄错了')
  assert.deepEqual(
    (await open()).map(({ id }) => id),
    [first?.id],
  )
  assert.deepEqual(house.ctx.recorded.map(({ action }) => action).filter((action) => action.startsWith('identity.')), ['identity.conflict.ignore', 'identity.conflict.keep-apart', 'identity.conflict.merge', 'identity.merge.undo']) // biome-ignore format: a table
})

test('customers are seen in the reader’s organisations only, in every list, and merges and conflicts by who sees both', async (t) => {
  const house = await openHouse(t)
  await house.say([['event', 'customer_no=1 mobile=19900000001']], house.east.id)
  await house.say([['event', 'customer_no=2']], house.west.id)
  await house.say(
    [
      ['event', 'customer_no=2 mobile=19900000001'],
      ['event', 'device_id=d'],
    ],
    house.west.id,
  )
  await house.say([['bind', 'customer_no=2 device_id=d']], house.west.id)
  const [east, west, head] = [house.as(house.east), house.as(house.west), house.as(house.root)]
  assert.equal((await findByIdentity(east, '19900000001'))[0]?.customer, 1)
  assert.deepEqual(await findByIdentity(west, '19900000001'), [])
  assert.deepEqual(await findByIdentity(west, '1'), [])
  await assert.rejects(getIdentityOf(west, 1), { code: 'customer.missing' })
  assert.equal((await getIdentityOf(west, 3)).customer, 2)
  const seen = async (ctx: typeof east) => [(await listConflicts(ctx, {})).items.length, (await listMerges(ctx, {})).items.length] // biome-ignore format: long
  assert.deepEqual([await seen(east), await seen(west), await seen(head)], [[0, 0], [0, 1], [1, 1]]) // biome-ignore format: a table
  await assert.rejects(mergeCustomers(west, 2, 1, 'x'), { code: 'identity.no_customer' })
  await unauditedChange(house.ctx, 'placement', (tx) => placeCustomers(house.ctx, tx, [{ customer: 3, org: house.east.id as Id<'org'> }])) // biome-ignore format: long
  assert.deepEqual(
    [await seen(east), await seen(west)],
    [
      [1, 1],
      [0, 0],
    ],
  )
  assert.equal((await getIdentityOf(east, 3)).org, house.east.id)
  const { links } = await house.rows()
  assert.deepEqual(new Set(links.map((link) => link.org)), new Set([house.east.id]))
})

test('who is who is never decided with half the bank out of sight', async (t) => {
  const house = await openHouse(t)
  const branch = withCtx(house.ctx, { scope: { path: house.east.path } })
  await assert.rejects(house.resolve(house.arrive([['event', 'customer_no=1']]), branch), /the machine/)
})

test('rows of an import are resolved like logins, and the same rows give the same customers', async (t) => {
  const house = await openHouse(t)
  await house.say([['event', 'mobile=19900000001']])
  const rows = ['customer_no=1', 'customer_no=1 mobile=19900000001', 'customer_no=2 certificate=110101190001010001', 'mobile=null', 'customer_no=2'] // biome-ignore format: a table
  const run = () =>
    unauditedChange(
      house.ctx,
      'an import',
      (tx) =>
      resolveIdentities(house.ctx, tx, rows.map((words) => ({ ids: idsOf(words), at: house.ctx.now, source: '导入', org: house.east.id as Id<'org'> }))), // biome-ignore format: long
    )
  assert.deepEqual(await run(), [2, 2, 3, 0, 3])
  const after = await house.rows()
  assert.deepEqual(await run(), [2, 2, 3, 0, 3])
  assert.deepEqual(await house.rows(), after)
  assert.equal(after.merges[0]?.why, 'import')
})

test('decisions of people and batches of the pipeline wait for one another', async (t) => {
  const house = await openHouse(t)
  const wanted = Array.from({ length: 40 }, (_, i): Said => ['event', `customer_no=${i + 100} device_id=d${i + 100}`])
  await house.say(wanted)
  const batches = Array.from({ length: 6 }, () => house.say(wanted.map(([, ids]): Said => ['bind', ids])))
  const decisions = Array.from({ length: 12 }, (_, i) => mergeCustomers(house.ctx, 1, i + 2, '同一人'))
  await Promise.all([...batches, ...decisions])
  const { links, merges } = await house.rows()
  assert.equal(merges.length, 12)
  assert.equal(links.filter((link) => link.customer === 1).length, 26)
  const numbers = await house.say(wanted)
  assert.deepEqual(new Set(numbers.slice(0, 13)), new Set([1]))
})

test('personal identities are revealed to who may, for a reason, on the record; rotation of keys finds them', async (t) => {
  const house = await openHouse(t)
  await house.say([['event', 'customer_no=1 mobile=19900000001'], ['event', 'device_id=d mobile=19900000002'], ['bind', 'customer_no=1 device_id=d']]) // biome-ignore format: a table
  const may = house.as(house.root, 'privacy.reveal')
  await assert.rejects(revealIdentities(house.as(house.root), 1, '核实'), { code: 'privacy.not_revealed' })
  await assert.rejects(revealIdentities(may, 1, ' '), { code: 'privacy.reason' })
  const { items } = await revealIdentities(may, 2, '客户来电核实')
  assert.deepEqual(items.map(({ clear }) => clear).sort(), ['19900000001', '19900000002'])
  const [entry] = house.ctx.recorded.filter(({ action }) => action === 'privacy.view')
  assert.deepEqual([entry?.target.id, entry?.target.org], ['1', house.root.id])
  await rotateDataKey(house.ctx)
  await house.ctx.clock.advance(60_000)
  const first = await resealSome(house.ctx, sealedLinks, 1)
  const rest = await resealSome(house.ctx, sealedLinks, 10, first.last)
  assert.deepEqual([first.moved, rest.moved, rest.broken.size], [1, 1, 0])
  assert.equal((await resealSome(house.ctx, sealedLinks, 10)).moved, 0)
  const again = await revealIdentities(may, 1, '客户来电核实')
  assert.deepEqual(again.items, items)
})
