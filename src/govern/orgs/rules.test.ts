import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { OrgKind, OrgState } from './contract.ts'
import {
  addRefusal,
  closeRefusal,
  depthFirst,
  editRefusal,
  idsAbove,
  isWithin,
  moveRefusal,
  reopenRefusal,
  type Standing,
} from './rules.ts'

const org = (path: string, kind: OrgKind = 'branch', state: OrgState = 'open'): Standing => ({
  id: path.split('.').at(-1) ?? '',
  path,
  kind,
  state,
})

test('a subtree is the organisation and what is below it, not what merely begins alike', () => {
  assert.ok(isWithin('r.a.b', 'r.a'))
  assert.ok(isWithin('r.a', 'r.a'))
  assert.equal(isWithin('r.ab', 'r.a'), false)
  assert.equal(isWithin('r', 'r.a'), false)
  assert.deepEqual(idsAbove('r.a.b'), ['r', 'a'])
})

test('each kind of organisation stands only where a bank has it', () => {
  const cases: [OrgKind, OrgKind, boolean][] = [
    ['branch', 'head', true],
    ['branch', 'branch', true],
    ['branch', 'sub-branch', false],
    ['branch', 'department', false],
    ['sub-branch', 'branch', true],
    ['sub-branch', 'department', false],
    ['department', 'head', true],
    ['department', 'department', true],
    ['head', 'head', false],
  ]
  for (const [kind, parent, may] of cases)
    assert.equal(addRefusal(kind, org('r', parent)) === undefined, may, `${kind} under ${parent}`)
  assert.equal(addRefusal('branch', org('r', 'head', 'closed'))?.code, 'orgs.closed_parent')
})

test('a move is refused with the reason that a person would give', () => {
  const root = org('r', 'head')
  const cases: [Standing, Standing, string | undefined][] = [
    [org('r.a'), org('r.b'), undefined],
    [org('r.a.c'), root, undefined],
    [root, org('r.a'), 'orgs.root'],
    [org('r.a'), org('r.a'), 'orgs.circle'],
    [org('r.a'), org('r.a.b'), 'orgs.circle'],
    [org('r.a'), root, 'orgs.same_parent'],
    [org('r.a'), org('r.b', 'branch', 'closed'), 'orgs.closed_parent'],
    [org('r.a', 'branch', 'closed'), org('r.b'), 'orgs.closed'],
    [org('r.a'), org('r.d', 'department'), 'orgs.kind_place'],
  ]
  for (const [moved, parent, code] of cases)
    assert.equal(moveRefusal(moved, parent)?.code, code, `${moved.path} under ${parent.path}`)
})

test('a kind changes only where parent and children fit it', () => {
  assert.equal(editRefusal(org('r.a'), 'sub-branch', 'head', ['department']), undefined)
  assert.equal(editRefusal(org('r.a'), undefined, undefined, []), undefined)
  assert.equal(editRefusal(org('r.a'), 'sub-branch', 'head', ['branch'])?.code, 'orgs.kind_place')
  assert.equal(editRefusal(org('r.a'), 'head', 'head', [])?.code, 'orgs.one_head')
  assert.equal(editRefusal(org('r', 'head'), 'branch', undefined, [])?.code, 'orgs.one_head')
  assert.equal(editRefusal(org('r.a', 'branch', 'closed'), undefined, undefined, [])?.code, 'orgs.closed')
})

test('closing waits for what is below, and belongs to the level above', () => {
  assert.equal(closeRefusal(org('r.a'), 0, 'r'), undefined)
  assert.equal(closeRefusal(org('r.a'), 2, 'r')?.code, 'orgs.has_open_children')
  assert.equal(closeRefusal(org('r.a'), 0, 'r.a')?.code, 'orgs.own_top')
  assert.equal(closeRefusal(org('r', 'head'), 0, undefined)?.code, 'orgs.root')
  assert.equal(closeRefusal(org('r.a', 'branch', 'closed'), 0, 'r')?.code, 'orgs.closed')
  assert.equal(reopenRefusal(org('r.a', 'branch', 'closed'), org('r', 'head')), undefined)
  assert.equal(
    reopenRefusal(org('r.a.b', 'branch', 'closed'), org('r.a', 'branch', 'closed'))?.code,
    'orgs.closed_parent',
  )
  assert.equal(reopenRefusal(org('r.a'), org('r', 'head'))?.code, 'orgs.open')
})

test('a tree is told parent first, every organisation once, siblings in their order', () => {
  const tree = fc.array(fc.record({ above: fc.nat(), sort: fc.nat(3) }), { minLength: 1, maxLength: 40 })
  fc.assert(
    fc.property(tree, fc.array(fc.nat(), { maxLength: 5 }), (nodes, hidden) => {
      const orgs = nodes
        .map(({ above, sort }, i) => ({ id: `o${i}`, parent: i === 0 ? null : `o${above % i}`, sort, code: `c${i}` }))
        .filter((_, i) => !hidden.includes(i))
      const told = depthFirst(orgs)
      assert.deepEqual(told.map((one) => one.id).sort(), orgs.map((one) => one.id).sort())
      const place = new Map(told.map((one, i) => [one.id, i]))
      for (const one of told) {
        const above = one.parent === null ? undefined : place.get(one.parent)
        if (above !== undefined) assert.ok(above < (place.get(one.id) ?? -1))
        for (const other of told)
          if (other.parent === one.parent && one.sort < other.sort)
            assert.ok((place.get(one.id) ?? 0) < (place.get(other.id) ?? 0))
      }
    }),
  )
})
