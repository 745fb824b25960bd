import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import type { BuilderNode, Rule } from './contract.ts'
import { completeRule, costOf, explainRule, formatRule, fromBuilder, parseRule, toBuilder } from './eql.ts'
import { bank } from './testing/bank.ts'
import { randomRule } from './testing/random.ts'

const runs = Number(process.env.EQL_RUNS ?? 500)

function rule(source: string): Rule {
  const parsed = parseRule(source, bank)
  assert.ok(parsed.ok && parsed.rule, JSON.stringify(parsed.issues))
  return parsed.rule
}

test('the builder gives back every rule as it was, comments too', () => {
  fc.assert(
    fc.property(randomRule(bank, { notes: true }), (each) => {
      assert.deepEqual(fromBuilder(toBuilder(each, bank)), each)
    }),
    { numRuns: runs },
  )
})

function shapes(node: BuilderNode): string[] {
  return node.shape === 'group' ? node.items.flatMap(shapes) : [node.shape]
}

test('most conditions of the ten rules have a form in the builder; the rest is text in its place', async () => {
  const file = await readFile(join(import.meta.dirname, 'examples/ten-rules.eql'), 'utf8')
  const all = file.split(/^---$/m).flatMap((source) => shapes(toBuilder(rule(source), bank).root))
  const text = all.filter((shape) => shape === 'text')
  assert.equal(all.length, 30)
  // Sums compared with sums, a value as it was, and a case.
  assert.equal(text.length, 4)
})

test('a condition that has no value yet is no rule yet', () => {
  const empty = {
    shape: 'attribute',
    path: ['aum'],
    through: null,
    test: { op: '>=', values: [], window: null },
  } as const
  assert.equal(fromBuilder({ root: { ...empty, path: ['aum'], test: { ...empty.test, values: [] } } }), null)
})

/** A rule, and how it is told in Chinese and English. */
const sentences: [source: string, zh: string, en: string][] = [
  ['aum >= 50000', '金融资产余额 不低于 50,000 元', 'assets under management is at least 50,000 yuan'],
  // Rule 13: what is missing is different.
  ["level != 'gold'", '客户等级 不等于 “金卡”(含未知)', 'level is not “Gold” (or is not known)'],
  // Rule 14: who never did anything did not do this.
  [
    'not did(app_open, last 7 days)',
    '最近 7 天内没有“打开手机银行”(新客户和从无行为的客户也算)',
    'there was no “App opened”, in the last 7 days (who never did anything counts too)',
  ],
  [
    "any(holdings where product.category = 'deposit' and matures_on within next 7 days)",
    '至少有一条“持仓”(产品的产品类别 等于 “存款” 且 到期日 在未来 7 天内)',
    'there is one of holdings where (category of product is “Deposit” and matures is within the next 7 days)',
  ],
  [
    'sum(amount of fund_buy, previous month) > 1000',
    '上月(整月)“购买基金”的金额合计 大于 1,000 元',
    'the sum of amount of “Fund bought”, the previous month, is more than 1,000 yuan',
  ],
  ['years since birthday >= 60', '距出生日期已满的年数 不低于 60', 'whole years since birthday is at least 60'],
  [
    'aum < aum as of 30 days ago',
    '金融资产余额 小于 30 天前的金融资产余额',
    'assets under management is less than assets under management as of 30 days ago',
  ],
  ['not in segment "seg_staff"', '不在客群“行员及亲属”中', 'is not in the segment “staff and family”'],
]

for (const [source, zh, en] of sentences) {
  test(`${source} is told as: ${zh}`, () => {
    assert.deepEqual(explainRule(rule(source), bank), [{ depth: 0, path: 'body', zh, en }])
  })
}

test('groups are told with a line for each of their conditions, and every rule in some words', () => {
  const lines = explainRule(rule('aum > 5 and (employee or not (children > 1 and employee))'), bank)
  assert.deepEqual(
    lines.map(({ depth, zh, path }) => [depth, zh, path]),
    [
      [0, '同时满足:', 'body'],
      [1, '金融资产余额 大于 5 元', 'body.items.0'],
      [1, '满足任意一条:', 'body.items.1'],
      [2, '行员', 'body.items.1.items.0'],
      [2, '不是:同时满足:', 'body.items.1.items.1'],
      [3, '子女数 大于 1', 'body.items.1.items.1.item.items.0'],
      [3, '行员', 'body.items.1.items.1.item.items.1'],
    ],
  )
  fc.assert(
    fc.property(randomRule(bank), (each) => {
      for (const { zh, en } of explainRule(each, bank)) {
        assert.ok(zh !== '' && en !== '' && !`${zh}${en}`.includes('undefined'))
      }
    }),
    { numRuns: runs },
  )
})

/** A text with the cursor at |, and the first things that are offered there. */
const offers: [text: string, ...first: string[]][] = [
  ['au|', 'aum'],
  ['资产|', 'aum'],
  ['level |', '= ', '!= ', 'in ('],
  ['level = |', "'normal'", "'gold'"],
  ["level = 'go|", "'gold'"],
  ['aum > 5 |', 'and ', 'or '],
  ['did(购|', 'fund_buy'],
  ['count(fund_buy where |', 'product_no', 'amount'],
  ['count(fund_buy, last 30 |', 'minute'],
  ['any(|', 'holdings', 'orders'],
  ['any(holdings where product.|', 'name', 'category'],
  ['sum(a| of fund_buy', 'amount'],
  ['in segment "代|', '"seg_salary"'],
  ['tag |', '"churn_risk"'],
  ['aum is |', 'known', 'missing'],
  ['aum > 5 and bir|thday', 'birthday'],
]

for (const [text, ...first] of offers) {
  test(`at ${text} is offered ${first.join(' ')}`, () => {
    const offset = text.indexOf('|')
    const found = completeRule(text.replace('|', ''), offset, bank)
    assert.deepEqual(
      found.slice(0, first.length).map(({ insert }) => insert),
      first,
    )
  })
}

test('whatever was typed, something sensible or nothing is offered anywhere in it', () => {
  fc.assert(
    fc.property(randomRule(bank), fc.double({ min: 0, max: 1, noNaN: true }), (each, part) => {
      const text = formatRule(each)
      const offset = Math.floor(text.length * part)
      for (const { start, end, insert } of completeRule(text, offset, bank)) {
        assert.ok(start <= end && end === offset && insert !== '')
      }
    }),
    { numRuns: runs },
  )
})

test('cost is told by the widest window of each event, read once', () => {
  const once = costOf(rule('did(fund_buy, last 10 days)'), bank)
  assert.deepEqual([once.events, once.rows, once.level], [200_000, 0, 'light'])
  const twice = costOf(rule('did(fund_buy, last 10 days) and count(fund_buy, last 5 days) > 1'), bank)
  assert.equal(twice.events, 200_000)
  assert.equal(costOf(rule('did(any event, ever)'), bank).level, 'heavy')
  assert.equal(costOf(rule('any(holdings)'), bank).rows, 2_500_000)
})
