import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { newId } from '../../../platform/ids.ts'
import { anchorLine, auditKeys, canonical, readAnchorLine } from './chain.ts'
import { changedPaths } from './changed.ts'
import { firstIdAt, readFilter } from './filter.ts'

test('two different lists of values never have the same canonical text', () => {
  const list = fc.array(fc.option(fc.oneof(fc.string(), fc.constantFrom('', '-', '1:', '0:', '2:--'))), {
    maxLength: 4,
  })
  fc.assert(
    fc.property(list, list, (a, b) => {
      assert.equal(canonical(a) === canonical(b), JSON.stringify(a) === JSON.stringify(b))
    }),
    { numRuns: 2000 },
  )
})

test('an anchor line is read back, and no changed one is', () => {
  const keys = auditKeys(Buffer.alloc(32, 1))
  const anchor = { seq: 42n, hash: 'ab'.repeat(32), at: '2026-01-05T01:00:00.000Z' }
  const line = anchorLine(keys, anchor).trimEnd()
  assert.deepEqual(readAnchorLine(keys, line), anchor)
  for (let i = 0; i < line.length; i++) {
    const other = line[i] === '1' ? '2' : '1'
    assert.equal(readAnchorLine(keys, line.slice(0, i) + other + line.slice(i + 1)), undefined, `letter ${i}`)
  }
})

test('what changed is named by its path', () => {
  assert.deepEqual(
    changedPaths({ a: 1, b: { c: [1, 2], d: 'x' }, e: null }, { a: 1, b: { c: [1, 3, 4], d: 'x' }, e: {} }),
    ['b.c.1', 'b.c.2', 'e'],
  )
  assert.deepEqual(changedPaths(null, { a: 1 }), [])
  assert.deepEqual(changedPaths({ a: [1] }, { a: { 0: 1 } }), ['a'])
})

test('a range of time is a range of ids', () => {
  const at = new Date('2026-01-05T01:00:00.123Z')
  assert.ok(newId('aud', at) >= firstIdAt(at))
  assert.ok(newId('aud', new Date(at.getTime() - 1)) < firstIdAt(at))
  assert.ok(firstIdAt(new Date('9999-12-31T00:00:00Z')) > firstIdAt(at))
  assert.equal(firstIdAt(new Date(-1)), firstIdAt(new Date(0)))
})

test('an object is asked for by id, by kind and id, or by kind', () => {
  const objectOf = (object: string) => {
    const { targetKind, targetId } = readFilter({ object })
    return [targetKind, targetId]
  }
  assert.deepEqual(objectOf('org_1'), [null, 'org_1'])
  assert.deepEqual(objectOf('user:usr_1'), ['user', 'usr_1'])
  assert.deepEqual(objectOf('user:'), ['user', null])
})
