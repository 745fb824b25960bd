import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Notice, Words } from '../contract.ts'
import { patternOf, tongue } from '../tongue.ts'
import { Automaton } from './automaton.ts'
import { missingNotices, type Reviewed, Reviewer } from './review.ts'

const list = (words: string[], more: Partial<Words> = {}): Words => ({
  ...{ id: 'w1', name: '禁用词', level: 'forbid', products: [], source: 'test', words },
  ...more,
})
const about = (text: string, more: Partial<Reviewed> = {}): Reviewed => ({
  ...{ fields: { text }, products: ['wealth'], channel: 'sms', marketing: true },
  ...more,
})
const found = (words: Words[], text: string, more: Partial<Reviewed> = {}) =>
  new Reviewer(words, tongue, patternOf)
    .findings(about(text, more))
    .map((one) => [one.word, one.how, one.level, text.slice(one.start, one.end)])

const forbidden = [list(['保本', '零风险', '稳赚不赔', 'Top1'])]

test('a forbidden word is found as it is written, however wide, simplified or large its letters are', () => {
  assert.deepEqual(found(forbidden, '本产品保本,放心买'), [['保本', 'plain', 'forbid', '保本']])
  assert.deepEqual(found(forbidden, '業界ＴＯＰ１,零風險'), [
    ['Top1', 'plain', 'forbid', 'ＴＯＰ１'],
    ['零风险', 'plain', 'forbid', '零風險'],
  ])
})

test('signs between the letters hide nothing', () => {
  for (const hidden of ['保*本', '保 本', '保.本', '保\u200b本', '保-本', '保😀本', '保·本', '保_ _本'])
    assert.deepEqual(found(forbidden, `放心,${hidden}哦`), [['保本', 'split', 'forbid', hidden]], hidden)
})

test('two parts of a sentence are not one word', () => {
  for (const innocent of ['请妥善确保。本行提示', '费用自保,本人确认', '不保\n本金'])
    assert.deepEqual(found(forbidden, innocent), [], innocent)
  assert.deepEqual(found(forbidden, '排名Top10'), [], 'Top10 is not Top1')
})

test('what is half said in Latin letters, or sounds the same, is pointed at for a person to look', () => {
  assert.deepEqual(found(forbidden, '这款bao本产品'), [['保本', 'pinyin', 'warn', 'bao本']])
  assert.deepEqual(found(forbidden, '这款 baoben 产品'), [['保本', 'pinyin', 'warn', 'baoben']])
  assert.deepEqual(found(forbidden, '这款宝本产品'), [['保本', 'homophone', 'warn', '宝本']])
  assert.deepEqual(found(forbidden, 'wenzhuanbupei啦'), [['稳赚不赔', 'pinyin', 'warn', 'wenzhuanbupei']])
  assert.deepEqual(found(forbidden, 'baobench'), [], 'a part of a Latin word is another word')
})

test('a list of one kind of product is silent about others: insurance may say insurance', () => {
  const wealth = [list(['保险', '高收益'], { products: ['wealth'] })]
  assert.equal(found(wealth, '高收益的保险', { products: ['wealth'] }).length, 2)
  assert.deepEqual(found(wealth, '高收益的保险', { products: ['insurance'] }), [])
})

test('a pattern between slashes finds what no list can say, in time that hangs on the text alone', () => {
  const patterns = [list(['/年化(收益率?)?[约达]?\\d+(\\.\\d+)?%/'], { level: 'warn' })]
  assert.deepEqual(found(patterns, '年化收益率达5.2%起'), [
    [patterns[0]?.words[0], 'pattern', 'warn', '年化收益率达5.2%'],
  ])
  // A pattern that would take for ever elsewhere: the test ends.
  assert.deepEqual(found([list(['/(a+)+$/'])], `${'a'.repeat(20_000)}b`), [])
})

test('the longest word at a place is told, and the sure one before the doubtful', () => {
  assert.deepEqual(found([list(['最', '最好', '最好的'])], '最好的'), [['最好的', 'plain', 'forbid', '最好的']])
})

test('the walk finds exactly what looking for each word finds', () => {
  const letters = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 1, maxLength: 4 })
  fc.assert(
    fc.property(
      fc.uniqueArray(letters, { maxLength: 12 }),
      fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 60 }),
      (words, body) => {
        const walked = new Automaton(words.map((word) => [...word]))
          .find([...body])
          .map((hit) => `${hit.word} ${hit.start} ${hit.end}`)
          .sort()
        const looked = words
          .flatMap((word, n) =>
            [...body].flatMap((_, i) => (body.startsWith(word, i) ? [`${n} ${i} ${i + word.length}`] : [])),
          )
          .sort()
        assert.deepEqual(walked, looked)
      },
    ),
    { numRuns: 500 },
  )
})

test('a notice that the law wants must stand there, in whatever signs it is set', () => {
  const notice: Notice = {
    ...{ id: 'n1', name: '理财风险提示', texts: ['理财非存款，产品有风险，投资须谨慎'], source: 'test' },
    ...{ products: ['wealth'], channels: [], marketing: false },
  }
  const missing = (text: string, more: Partial<Reviewed> = {}) =>
    missingNotices([notice], about(text, more), tongue).length
  assert.equal(missing('新品上架'), 1)
  assert.equal(missing('新品上架。理财非存款,产品有风险 投资须谨慎!'), 0)
  assert.equal(missing('新品上架', { products: ['deposit'] }), 0)
  const sms: Notice = { ...notice, texts: ['拒收请回复R', '退订回T'], products: [], channels: ['sms'], marketing: true }
  assert.equal(missingNotices([sms], about('好消息,退订回T'), tongue).length, 0)
  assert.equal(missingNotices([sms], about('好消息'), tongue).length, 1)
  assert.equal(missingNotices([sms], about('好消息', { channel: 'push' }), tongue).length, 0)
  assert.equal(missingNotices([sms], about('验证码 1234', { marketing: false }), tongue).length, 0)
})
