import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CustomerIdentity, HeldIdentity } from '../contract.ts'
import { curveTo, layoutOf, shownAtFirst } from './graphLayout.ts'

const at = '2026-01-05T01:00:00.000Z'
const held = (kind: string, strength: 'strong' | 'weak', i: number): HeldIdentity => ({
  ...{ id: `${kind}${i}`, kind, name: { zh: kind, en: kind }, strength, shared: false, personal: false, value: `${i}` },
  ...{ firstSeen: at, lastSeen: at, source: 's', mergedFrom: null },
})
const customer = (identities: HeldIdentity[]): CustomerIdentity => ({
  ...{ customer: 1, members: [{ customer: 1, bornAt: at, into: null }], org: 'o', orgName: '总行', bornAt: at },
  identities,
})

test('strong identities stand at the left, weak ones at the right, cards never overlap and all lie in the picture', () => {
  const many = Array.from({ length: 200 }, (_, i) => held('device', 'weak', i))
  const identity = customer([held('no', 'strong', 1), held('card', 'strong', 1), held('mobile', 'weak', 1), ...many])
  for (const open of [new Set<string>(), new Set(['device'])]) {
    const { left, right, height } = layoutOf(identity, open)
    assert.deepEqual([left.map(({ kind }) => kind), right.map(({ kind }) => kind)], [['no', 'card'], ['mobile', 'device']]) // biome-ignore format: long
    for (const column of [left, right])
      column.forEach((group, i) => {
        const before = column[i - 1]
        if (before) assert.ok(group.top >= before.top + before.height)
        assert.ok(group.top >= 0 && group.top + group.height <= height)
      })
    assert.equal(right[1]?.items.length, open.size > 0 ? 200 : shownAtFirst)
    assert.equal(right[1]?.hidden, open.size > 0 ? 0 : 200 - shownAtFirst)
  }
})

test('a curve leads from the customer to the head of the card', () => {
  const { left, centre } = layoutOf(customer([held('no', 'strong', 1)]), new Set())
  const [group] = left
  assert.ok(group)
  assert.match(curveTo('left', group, centre), /^M 42 50 C 37.5 50, 37.5 \d+, 33 \d+$/)
})
