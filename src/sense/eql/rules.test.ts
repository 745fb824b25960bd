import assert from 'node:assert/strict'
import { test } from 'node:test'
import { limits, type Rule } from './contract.ts'
import { checkRule, formatRule, parseRule, referencesOf, upgradeRule } from './eql.ts'
import { nodesOf } from './rules/tree.ts'
import { bank } from './testing/bank.ts'

function onlyIssue(source: string) {
  const { issues } = parseRule(source, bank)
  const [issue, ...more] = issues
  assert.ok(issue, `nothing is said about ${source}`)
  assert.deepEqual(more, [], `more than one thing is said about ${source}`)
  return issue
}

/** What is wrong, at which word, and how the text looks when the first fix is taken. */
const mistakes: [source: string, code: string, at: string, mended?: string][] = [
  ['amu >= 50000', 'eql.unknown_name', 'amu', 'aum >= 50000'],
  ['金融资产余 >= 50000', 'eql.unknown_name', '金融资产余', 'aum >= 50000'],
  ['did(fund_bye, last 7 days)', 'eql.unknown_name', 'fund_bye', 'did(fund_buy, last 7 days)'],
  [
    'count(fund_buy where amont > 5, ever) > 1',
    'eql.unknown_name',
    'amont',
    'count(fund_buy where amount > 5, ever) > 1',
  ],
  ['any(holding where balance > 5)', 'eql.unknown_name', 'holding', 'any(holdings where balance > 5)'],
  ['in segment "代发"', 'eql.unknown_name', '"代发"', 'in segment seg_salary'],
  ['tag "churn" > 0.5', 'eql.unknown_name', '"churn"', 'tag churn_risk > 0.5'],
  ['aum >= $mim', 'eql.unknown_name', '$mim'],
  ['__proto__ = 5', 'eql.unknown_name', '__proto__'],
  ['cuont(fund_buy, ever) > 1', 'eql.unknown_function', 'cuont', 'count(fund_buy, ever) > 1'],
  ["level = '金卡'", 'eql.unknown_code', "'金卡'", "level = 'gold'"],
  ["level in ('gold', 'platnum')", 'eql.unknown_code', "'platnum'", "level in ('gold', 'platinum')"],
  ["opened_on > '2026-01-05'", 'eql.type', "opened_on > '2026-01-05'", 'opened_on > 2026-01-05'],
  ["aum >= '50000'", 'eql.type', "aum >= '50000'", 'aum >= 50000'],
  ['aum >= 50000.123', 'eql.money', '50000.123'],
  ['aum > score', 'eql.types_mixed', 'aum > score'],
  ['aum', 'eql.not_a_condition', 'aum', 'aum is known'],
  ["name = '张三'", 'eql.personal', 'name'],
  ["city > '上海'", 'eql.no_order', "city > '上海'"],
  ['level = missing', 'eql.compare_missing', 'level = missing'],
  ['occurred_at > now', 'eql.scope', 'occurred_at'],
  ['did(fund_buy where tag "payroll", ever)', 'eql.scope', 'tag "payroll"'],
  ['did(fund_buy, next 7 days)', 'eql.future', 'did(fund_buy, next 7 days)'],
  ['sequence(not fund_buy -> app_open, ever)', 'eql.sequence', 'sequence(not fund_buy -> app_open, ever)'],
  ['holdings.balance > 5', 'eql.many', 'holdings.balance'],
  ['sum(fund_buy, ever) > 5', 'eql.of', 'sum(fund_buy, ever)'],
  ['aum as of opened_on > 5', 'eql.asof', 'opened_on'],
  ['in segment "seg_staff" version 9', 'eql.version', 'in segment "seg_staff" version 9'],
  ['1 < children < 3', 'eql.compared_twice', '<'],
  ['opened_on = 2026-02-30', 'eql.no_such_day', '2026-02-30'],
  ['level = “gold”', 'eql.curly_quotes', '“gold”', 'level = "gold"'],
  ["level = 'gold", 'eql.unclosed', "'gold", "level = 'gold'"],
  ['(aum > 5', 'eql.expected', '', '(aum > 5)'],
  ['aum > 5)', 'eql.unexpected', ')'],
  ['aum > 5 children > 1', 'eql.unexpected', 'children'],
  ['aum > 5 and', 'eql.unfinished', ''],
  ['aum\u200b > 5', 'eql.invisible', '\u200b', 'aum > 5'],
  ['аum > 5', 'eql.confusable', 'аum', 'aum > 5'],
]

for (const [source, code, at, mended] of mistakes) {
  test(`${JSON.stringify(source)} is answered with ${code}, at its place`, () => {
    // A look-alike is told as such, and the name it makes is not there either.
    const found =
      code === 'eql.confusable'
        ? parseRule(source, bank).issues[0]
        : code === 'eql.curly_quotes'
          ? parseRule(source, bank).issues.find((issue) => issue.code === code)
          : onlyIssue(source)
    assert.ok(found)
    assert.equal(found.code, code)
    assert.ok(found.span)
    assert.equal(source.slice(found.span.start, found.span.end), at)
    const [fix] = found.fixes
    if (mended === undefined) return
    assert.ok(fix, 'there is a fix')
    assert.equal(source.slice(0, fix.start) + fix.insert + source.slice(fix.end), mended)
  })
}

test('several mistakes are told at once, each with line and column', () => {
  const { issues } = parseRule('amu > 5\n  and level = \n  and (did(fund_bye, ever) or city > 3)', bank)
  const told = issues.map(({ code, span }) => [code, span?.line, span?.column])
  assert.deepEqual(told, [
    ['eql.unknown_name', 1, 1],
    ['eql.reserved', 3, 3],
    ['eql.unknown_name', 3, 12],
    ['eql.types_mixed', 3, 31],
  ])
})

/** What means the same: the first is how it is written. */
const same: [canonical: string, ...others: string[]][] = [
  ['aum >= 50000', 'aum >= 5万', '金融资产余额 ≥ 50_000', '"aum">=50000.00'],
  ['aum >= 50000 yuan', 'aum >= 5万元', 'aum ≥ 50000元'],
  ['did(fund_buy, previous month)', 'did(购买基金, last month)', 'did(fund_buy,previous 1 months)'],
  ['did(fund_buy, this month)', 'DID(fund_buy, This Month)'],
  ['did(fund_buy, ever)', 'did(fund_buy)'],
  ['level is missing', 'not level is known', 'not (level is known)'],
  ["level not in ('gold')", "not level in ('gold')", "客户等级 not in ('gold')", "客户等级 not in（'gold'）"],
  ['opened_on < 30 days ago', 'opened_on < today - 30 days'],
  ['any(holdings where balance > 5)', '-- note\nany(持仓 where 余额 > 5) // and more'],
  ["level != 'gold'", "level <> 'gold'", "level ≠ 'gold'"],
  [
    'children > 1 and (employee or score > 2) and not employee',
    'children > 1 and (employee or (score > 2)) and (not employee)',
  ],
]

for (const [canonical, ...others] of same) {
  for (const other of others) {
    test(`${JSON.stringify(other)} is written ${JSON.stringify(canonical)}`, () => {
      const { rule, ok, issues } = parseRule(other, bank)
      assert.ok(ok && rule, JSON.stringify(issues))
      const { notes: _, ...body } = rule.body
      assert.equal(formatRule({ eql: 1, body }), canonical)
    })
  }
}

test('a number beside money is yuan, elsewhere it is a number', () => {
  const { rule, types } = parseRule('aum >= 50000 and score >= 50000', bank)
  assert.ok(rule?.body.kind === 'and')
  const sides = rule.body.items.map((item) => (item.kind === 'compare' ? types.get(item.right) : undefined))
  assert.deepEqual(sides, ['money', 'integer'])
})

test('names of JavaScript objects are names like any other', () => {
  assert.deepEqual(parseRule("constructor = 'x'", bank).issues, [])
  assert.equal(parseRule('toString is known', bank).ok, false)
  assert.equal(parseRule('hasOwnProperty(aum) > 5', bank).ok, false)
})

test('what rules read is told by stable names, with the properties and by the way of relations', () => {
  const { rule } = parseRule(
    "归属机构.城市 = '上海' and count(fund_buy where 金额 > 5 and channel = 'app', last 7 days) > 1 and any(持仓 where 产品.产品类别 = 'fund') and tag \"churn risk\" > 0 and in segment \"代发客群\" version 2 and aum > $min",
    bank,
  )
  assert.deepEqual(referencesOf(rule as Rule, bank), {
    attributes: [
      { entity: 'org', name: 'city' },
      { entity: 'product', name: 'category' },
      { entity: 'customer', name: 'aum' },
    ],
    relations: [
      { entity: 'customer', name: 'org' },
      { entity: 'customer', name: 'holdings' },
      { entity: 'holding', name: 'product' },
    ],
    events: [{ name: 'fund_buy', properties: ['amount', 'channel'] }],
    tags: ['churn_risk'],
    segments: [{ name: 'seg_salary', version: 2 }],
    params: ['min'],
    clock: true,
  })
})

test('a rule that was looked through is the rule it was: the order of its parts means something', () => {
  const { rule } = parseRule("concat(city, '-', level) = 'x' and aum > 5 and substring(city, 1, 2) = 'y'", bank)
  assert.ok(rule)
  const before = JSON.stringify(rule)
  referencesOf(rule, bank)
  for (const _ of nodesOf(rule.body)) break
  assert.equal([...nodesOf(rule.body)].length, 16)
  assert.equal(JSON.stringify(rule), before)
})

test('a rule whose words are gone from the catalogue is told so, by the place in its tree', () => {
  const { rule } = parseRule('did(fund_buy where amount > 5, ever) and aum > 5', bank)
  const without = { ...bank, events: bank.events.filter(({ name }) => name !== 'fund_buy') }
  const { ok, issues } = checkRule(rule as Rule, without)
  assert.equal(ok, false)
  assert.deepEqual(
    issues.map(({ code, path, span }) => [code, path, span]),
    [['eql.unknown_name', 'body.items.0.events.0', null]],
  )
})

test('a title that two things share is not guessed', () => {
  const twice = {
    ...bank,
    tags: [...bank.tags, { name: 'other', zh: '流失风险', en: 'other', type: 'number' as const }],
  }
  assert.equal(parseRule('tag "流失风险" > 0.5', twice).issues[0]?.code, 'eql.ambiguous')
  assert.ok(parseRule('tag "churn_risk" > 0.5', twice).ok)
  const { rule } = parseRule('tag "churn_risk" > 0.5', twice)
  assert.equal(formatRule(rule as Rule, twice, 'zh'), 'tag "churn_risk" > 0.5')
})

const hostile: [what: string, source: string][] = [
  ['a megabyte', 'a'.repeat(1_000_000)],
  ['brackets', '('.repeat(limits.text)],
  ['negations', 'not '.repeat(16_000)],
  ['a long sum', `${'a+'.repeat(30_000)}a`],
  ['conditions within conditions', 'if '.repeat(20_000)],
  ['rows within rows', 'any(holdings where '.repeat(3_000)],
  ['a chain of conditions', 'aum > 5 and '.repeat(5_000)],
  ['open quotes', '‘\n'.repeat(30_000)],
  ['invisible characters', '\u200b'.repeat(60_000)],
  ['strange characters', '@'.repeat(60_000)],
  ['commas', 'a,'.repeat(30_000)],
  ['digits', '9'.repeat(60_000)],
  ['one word', 'a'.repeat(60_000)],
  ['comments', '--\n'.repeat(20_000)],
]

for (const [what, source] of hostile) {
  test(`a text of ${what} is refused with a few sentences`, () => {
    const { ok, issues } = parseRule(source, bank)
    assert.equal(ok, false)
    assert.ok(issues.length >= 1 && issues.length <= 2 * limits.issues + 1)
  })
}

test('a list of ten thousand values is taken, one more is not', () => {
  const list = (n: number) => `city in (${Array.from({ length: n }, (_, i) => `'${i}'`).join(', ')})`
  // Ten thousand short values come near the longest text there may be.
  const short = (n: number) => `children in (${Array.from({ length: n }, (_, i) => String(i)).join(',')})`
  assert.ok(parseRule(short(limits.items), bank).ok)
  assert.equal(parseRule(short(limits.items + 1), bank).issues[0]?.code, 'eql.long_list')
  assert.equal(parseRule(list(limits.items), bank).issues[0]?.code, 'eql.too_long')
})

const wrongTrees: [what: string, tree: unknown][] = [
  ['nothing', null],
  ['another version', { eql: 9, body: { kind: 'today' } }],
  ['an unknown node', { eql: 1, body: { kind: 'eval', code: 'x' } }],
  ['a field of a prototype', { eql: 1, body: { kind: '__proto__' } }],
  ['more in a node than belongs there', { eql: 1, body: { kind: 'tag', name: 'x', sql: 'drop' } }],
  ['a number that is none', { eql: 1, body: { kind: 'number', value: '1e9' } }],
  ['a day that is none', { eql: 1, body: { kind: 'day', value: '2026-02-30' } }],
  ['and of one', { eql: 1, body: { kind: 'and', items: [{ kind: 'today' }] } }],
  [
    'an operator of its own',
    { eql: 1, body: { kind: 'compare', op: 'or 1=1', left: { kind: 'today' }, right: { kind: 'now' } } },
  ],
]

for (const [what, tree] of wrongTrees) {
  test(`a tree with ${what} is refused`, () => {
    assert.throws(() => upgradeRule(tree), { name: 'Problem' })
  })
}

test('a tree that is deeper than a stack is refused, not walked', () => {
  let body: unknown = { kind: 'boolean', value: true }
  for (let i = 0; i < 100_000; i += 1) body = { kind: 'not', item: body }
  assert.throws(() => upgradeRule({ eql: 1, body }), { code: 'eql.tree' })
})
