import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { Problem } from '../../platform/problem.ts'
import { limits, type Rule } from './contract.ts'
import {
  checkRule,
  explainRule,
  formatRule,
  fromBuilder,
  parseRule,
  partOf,
  referencesOf,
  toBuilder,
  upgradeRule,
} from './eql.ts'
import { nearest } from './rules/suggest.ts'
import { nodesOf } from './rules/tree.ts'
import { bank } from './testing/bank.ts'
import { randomRule } from './testing/random.ts'

const runs = Number(process.env.EQL_RUNS ?? 1000)
const errorsOf = (source: string) => parseRule(source, bank).issues.filter(({ severity }) => severity === 'error')

/** A tree without its comments, and the comments. */
function apart(rule: Rule): { bare: unknown; notes: string[] } {
  const notes: string[] = []
  const bare: unknown = JSON.parse(JSON.stringify(rule), (key, value) => {
    if (key !== 'notes') return value
    notes.push(...value)
    return undefined
  })
  return { bare, notes: notes.sort() }
}

function mustParse(source: string): Rule {
  const { rule, issues } = parseRule(source, bank)
  assert.ok(rule, JSON.stringify(issues))
  return rule
}

test('any rule that is written down is read again as the same tree, and written again as the same text', () => {
  fc.assert(
    fc.property(randomRule(bank), (rule) => {
      const text = formatRule(rule)
      assert.deepEqual(mustParse(text), rule, text)
    }),
    { numRuns: runs },
  )
})

test('a comment is never lost; written once, it stays where it stands', () => {
  fc.assert(
    fc.property(randomRule(bank, { notes: true }), (rule) => {
      const text = formatRule(rule)
      const again = mustParse(text)
      assert.deepEqual(apart(again), apart(rule), text)
      assert.equal(formatRule(again), text)
      assert.deepEqual(mustParse(formatRule(again)), again)
    }),
    { numRuns: runs },
  )
})

test('any well-made rule passes the check, from its text, from its tree and under its Chinese names', () => {
  fc.assert(
    fc.property(randomRule(bank), (rule) => {
      const text = formatRule(rule)
      assert.deepEqual(errorsOf(text), [], text)
      assert.equal(checkRule(rule, bank).ok, true, text)
      const chinese = parseRule(formatRule(rule, bank, 'zh'), bank)
      assert.deepEqual(chinese.rule, rule)
      assert.deepEqual(upgradeRule(structuredClone(rule)), rule)
    }),
    { numRuns: runs / 2 },
  )
})

test('whatever is typed is answered with a report, and soon', () => {
  const words = fc.constantFrom(
    ...'aum and or not ( ) , -> in any event count sum of where last 30 days >= = \' " $min tag segment as of today 2026-01-05 5万 if then else case when end between is known within sequence by -- \n 资产 __proto__ constructor . - + *'.split(
      ' ',
    ),
  )
  const garbage = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 200 }),
    fc.array(words, { maxLength: 80 }).map((all) => all.join(' ')),
  )
  fc.assert(
    fc.property(garbage, (source) => {
      const parsed = parseRule(source, bank)
      assert.ok(parsed.issues.length <= 2 * limits.issues + 1)
      for (const { span, zh, en, fixes } of parsed.issues) {
        assert.ok(zh !== '' && en !== '')
        assert.ok(span === null || (span.start >= 0 && span.end <= source.length && span.start <= span.end))
        for (const fix of fixes) assert.ok(fix.start >= 0 && fix.end <= source.length)
      }
      if (parsed.ok && parsed.rule !== null)
        assert.deepEqual(parseRule(formatRule(parsed.rule), bank).rule, parsed.rule)
    }),
    { numRuns: runs * 2 },
  )
})

test('a rule with a slip in it is answered with a report; a tree with a slip by its place', () => {
  fc.assert(
    fc.property(
      randomRule(bank, { notes: true }),
      fc.nat(),
      fc.nat(),
      fc.constantFrom('', '(', ')', ' and ', "'", '"', ',', ' of ', '--', ' 5 '),
      (rule, at, length, slip) => {
        const text = formatRule(rule)
        const start = at % (text.length + 1)
        const broken = text.slice(0, start) + slip + text.slice(start + (length % 6))
        const parsed = parseRule(broken, bank)
        if (parsed.ok && parsed.rule !== null) {
          assert.deepEqual(upgradeRule(structuredClone(parsed.rule)), parsed.rule, broken)
          assert.deepEqual(apart(mustParse(formatRule(parsed.rule))).bare, apart(parsed.rule).bare, broken)
        }
      },
    ),
    { numRuns: runs },
  )
})

test('a tree of any nodes that passes as a tree can be checked, written, told and built, whatever its types', () => {
  fc.assert(
    fc.property(randomRule(bank), randomRule(bank), fc.nat(), (rule, other, place) => {
      const mixed = structuredClone(rule)
      const hosts = [...nodesOf(mixed.body)].filter((node) => node.kind === 'compare' || node.kind === 'not')
      const host = hosts[place % Math.max(1, hosts.length)]
      if (host?.kind === 'compare') host.right = other.body
      if (host?.kind === 'not') host.item = { kind: 'tag', name: 'month_spend' }
      if ([...nodesOf(mixed.body)].length > limits.nodes) return
      const tree = upgradeRule(mixed)
      checkRule(tree, bank)
      assert.deepEqual(mustParse(formatRule(tree)), tree)
      assert.ok(explainRule(tree, bank).length > 0)
      assert.deepEqual(fromBuilder(toBuilder(tree, bank)), tree)
      referencesOf(tree, bank)
    }),
    { numRuns: runs / 2 },
  )
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      try {
        upgradeRule({ eql: 1, body: value })
      } catch (error) {
        assert.ok(error instanceof Problem)
      }
    }),
  )
})

test('hundreds of unknown names among ten thousand like them are answered with the first twenty', () => {
  const events = Array.from({ length: 10_000 }, (_, i) => ({
    name: `a_rather_long_name_of_an_event_${i}`,
    zh: '',
    en: '',
    properties: [],
  }))
  const source = Array.from({ length: 600 }, (_, i) => `did(a_rather_long_name_of_an_evnt_${i}x)`).join(' and ')
  const parsed = parseRule(source, { ...bank, events })
  assert.equal(parsed.ok, false)
  assert.equal(parsed.issues.length, limits.issues)
})

test('the nearest name is found as by the definition of the distance, swaps too', () => {
  const letters = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 1, maxLength: 6 })
  const reference = (a: string, b: string): number => {
    if (a === '' || b === '') return a.length + b.length
    const [restA, restB] = [a.slice(1), b.slice(1)]
    let best = Math.min(
      reference(restA, b) + 1,
      reference(a, restB) + 1,
      reference(restA, restB) + (a[0] === b[0] ? 0 : 1),
    )
    if (a.length > 1 && b.length > 1 && a[0] === b[1] && a[1] === b[0])
      best = Math.min(best, reference(a.slice(2), b.slice(2)) + 1)
    return best
  }
  fc.assert(
    fc.property(letters, letters, (a, b) => {
      const most = a.length <= 2 ? 1 : Math.max(1, Math.floor(a.length / 3))
      const holds = a.length >= 2 && b.length >= 2 && (a.includes(b) || b.includes(a))
      assert.equal(nearest(a, [b]).length === 1, reference(a, b) <= most || holds)
    }),
    { numRuns: 500 },
  )
})

test('the ten rules of the examples are right as they stand, and under Chinese names', async () => {
  const file = await readFile(join(import.meta.dirname, 'examples/ten-rules.eql'), 'utf8')
  const rules = file.split(/^---$/m)
  assert.equal(rules.length, 10)
  for (const source of rules) {
    const { issues, rule } = parseRule(source, bank)
    assert.deepEqual(issues, [], source)
    assert.deepEqual(parseRule(formatRule(rule as Rule, bank, 'zh'), bank).rule, rule)
  }
})

test('few customers are all asked, many by a sample', () => {
  assert.deepEqual(
    [0, 9_999, 19_999, 1_000_000].map((n) => partOf(n, 10_000)),
    [1, 1, 1, 100],
  )
})
