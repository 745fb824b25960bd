import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Problem } from '../../../platform/problem.ts'
import type { CodeValue } from '../contract.ts'
import { diffValues, isUsable, readDraft } from './codes.ts'
import { readCsv, writeCsv } from './csv.ts'
import { judge, type Measured } from './health.ts'

function value(code: string, more: Partial<CodeValue> = {}): CodeValue {
  return { code, zh: code, en: code, order: 10, state: 'active', parent: null, from: null, to: null, ...more }
}

function faultsOf(run: () => unknown): string[] {
  try {
    run()
  } catch (error) {
    if (error instanceof Problem) return error.fields.map(({ field }) => field)
    throw error
  }
  return []
}

test('each fault of a draft is named beside its field', () => {
  const cases: [CodeValue[], string[]][] = [
    [[value('A'), value('B')], []],
    [[value('A'), value('A')], ['values.1.code']],
    [[value('A', { zh: ' ' })], ['values.0.zh']],
    [[value('A', { parent: 'X' })], ['values.0.parent']],
    [[value('A', { parent: 'A' })], ['values.0.parent']],
    [
      [value('A', { parent: 'B' }), value('B', { parent: 'A' }), value('C', { parent: 'B' })],
      ['values.0.parent', 'values.1.parent'],
    ],
    [[value('A', { from: '2026-02-30' })], ['values.0.from']],
    [[value('A', { from: '2026-01-05', to: '2026-01-05' })], ['values.0.to']],
    [[value('A', { from: '2026-01-05', to: '2026-01-06' })], []],
  ]
  for (const [values, faults] of cases)
    assert.deepEqual(
      faultsOf(() => readDraft(values)),
      faults,
    )
})

test('a value is usable while it is active, from its first day up to the day it ends', () => {
  const dated = value('A', { from: '2026-01-05', to: '2026-02-01' })
  const days = ['2026-01-04', '2026-01-05', '2026-01-31', '2026-02-01']
  assert.deepEqual(
    days.map((day) => isUsable(dated, day)),
    [false, true, true, false],
  )
  assert.equal(isUsable(value('A', { state: 'retired' }), '2026-01-05'), false)
})

const anyValue: fc.Arbitrary<CodeValue> = fc.record({
  code: fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,10}$/),
  zh: fc
    .string({ minLength: 1, maxLength: 20, unit: 'binary' })
    .map((text) => text.replaceAll('\0', '').trim() || '中'),
  en: fc
    .oneof(fc.string({ minLength: 1, maxLength: 20 }), fc.constantFrom('=1+1', '@x', "'=q", '"', 'a,b', 'line\nbreak'))
    .map((text) => text.trim() || 'x'),
  order: fc.nat(1_000_000),
  state: fc.constantFrom('active', 'retired'),
  parent: fc.constantFrom(null, 'A'),
  from: fc.constantFrom(null, '2026-01-05'),
  to: fc.constantFrom(null, '2027-01-05'),
})

test('what is written as a sheet is read back the same', () => {
  fc.assert(
    fc.property(fc.array(anyValue, { maxLength: 5 }), (values) => {
      // A leading quote before a formula sign is what protects spreadsheets, and is taken off again.
      const expected = values.map((one) => ({ ...one, zh: unquoted(one.zh), en: unquoted(one.en) }))
      assert.deepEqual(readCsv(writeCsv(values)), expected)
    }),
    { numRuns: 500 },
  )
})

const unquoted = (text: string) => (/^'[=+\-@\t]/.test(text) ? text.slice(1) : text)

test('a sheet made by hand needs three columns, in any order; wrong lines are named', () => {
  assert.deepEqual(readCsv('en,code,zh\nGold,G,金卡\n\nSilver,S,银卡'), [
    value('G', { zh: '金卡', en: 'Gold', order: 10 }),
    value('S', { zh: '银卡', en: 'Silver', order: 30 }),
  ])
  assert.throws(() => readCsv('code,zh\nA,甲'), /column en/)
  assert.throws(() => readCsv('code,zh,en\n"A,甲,a'), /quotes of line 2/)
  assert.throws(
    () => readCsv('code,zh,en,state\n!,甲,a,\nB,乙,b,off'),
    (error: Problem) =>
      error.fields.map(({ message }) => message.en).join() === 'line 2: code is not right,line 3: state is not right',
  )
})

test('a difference applied to the old list gives the new one', () => {
  const list = fc.uniqueArray(anyValue, { selector: ({ code }) => code, maxLength: 6 })
  fc.assert(
    fc.property(list, list, (before, after) => {
      const diff = diffValues(before, after)
      const gone = new Set(diff.removed.map(({ code }) => code))
      const made = new Map(before.filter(({ code }) => !gone.has(code)).map((one) => [one.code, one]))
      for (const one of diff.added) made.set(one.code, one)
      for (const one of diff.changed) made.set(one.code, one.after)
      assert.deepEqual([...made.values()].sort(byCode), after.toSorted(byCode))
    }),
  )
})

const byCode = (a: CodeValue, b: CodeValue) => (a.code < b.code ? -1 : 1)

const well: Measured = {
  postgres: engine('18.4'),
  clickhouse: engine('26.7'),
  faults: { postgres: null, clickhouse: null },
  disk: { freeBytes: 50e9, totalBytes: 100e9 },
  audit: { sealed: 10, unsealed: 1, lagSeconds: 0.5 },
  chain: { holds: true, lastOk: null },
  jobs: { counts: { waiting: 1, scheduled: 0, running: 1, retrying: 0, failed: 0 }, oldestWaitingSeconds: 1 },
  process: { node: '24', uptimeSeconds: 1, residentBytes: 1 },
}

function engine(version: string): Measured['postgres'] {
  return {
    ok: true,
    version,
    roundTripMs: 1,
    sizeBytes: 1,
    connections: { used: 5, max: 100 },
    migration: { applied: 40, known: 40 },
  }
}

test('each thing that is not well is its own line, and the worst line is the state', () => {
  assert.equal(judge(well).state, 'ok')
  const cases: [Partial<Measured>, string, string][] = [
    [
      { clickhouse: { ...engine('x'), ok: false }, faults: { postgres: null, clickhouse: 'refused' } },
      'clickhouse',
      'bad',
    ],
    [{ postgres: { ...engine('x'), connections: { used: 95, max: 100 } } }, 'postgres', 'warn'],
    [{ postgres: { ...engine('x'), roundTripMs: 900 } }, 'postgres', 'warn'],
    [{ postgres: { ...engine('x'), migration: { applied: 30, known: 40 } } }, 'migrations', 'bad'],
    [{ disk: { freeBytes: 4e8, totalBytes: 1e11 } }, 'disk', 'bad'],
    [{ disk: { freeBytes: 2e9, totalBytes: 1e11 } }, 'disk', 'warn'],
    [{ disk: null }, 'disk', 'warn'],
    [{ chain: { holds: false, lastOk: true } }, 'audit', 'bad'],
    [{ chain: { holds: true, lastOk: false } }, 'audit', 'bad'],
    [{ audit: { sealed: 1, unsealed: 9, lagSeconds: 90 } }, 'audit', 'warn'],
    [
      { jobs: { counts: { waiting: 0, scheduled: 0, running: 0, retrying: 0, failed: 2 }, oldestWaitingSeconds: 0 } },
      'jobs',
      'warn',
    ],
    [
      { jobs: { counts: { waiting: 9, scheduled: 0, running: 0, retrying: 0, failed: 0 }, oldestWaitingSeconds: 900 } },
      'jobs',
      'warn',
    ],
  ]
  for (const [change, id, state] of cases) {
    const judged = judge({ ...well, ...change })
    assert.deepEqual(
      judged.checks.filter((check) => check.state !== 'ok').map((check) => [check.id, check.state]),
      [[id, state]],
    )
    assert.equal(judged.state, state)
  }
})
