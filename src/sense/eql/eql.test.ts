import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { limits, type Rule } from './contract.ts'
import { checkRule, formatRule, parseRule, upgradeRule } from './eql.ts'
import { bank } from './testing/bank.ts'
import { randomRule } from './testing/random.ts'

const runs = Number(process.env.EQL_RUNS ?? 2000)
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
