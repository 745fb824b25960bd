import assert from 'node:assert/strict'
import { test } from 'node:test'
import { text } from '../kit/text.ts'
import { rank } from './paletteRank.ts'
import { safeTo } from './signInState.ts'

const govern = text('机构与权限', 'Organisation and access')
const items = [
  { title: text('机构', 'Organisations'), where: govern, words: 'jigou jg branch' },
  { title: text('用户', 'Users'), where: govern, words: 'yonghu yh account' },
  { title: text('审计', 'Audit'), where: text('审计与隐私', 'Audit and privacy'), words: 'shenji sj' },
]
const found = (typed: string) => rank(typed, items).map(({ title }) => title.en)

test('a page is found by its name in either language, by pinyin and by the initials of its pinyin', () => {
  assert.deepEqual(found('用户'), ['Users'])
  assert.deepEqual(found('use'), ['Users'])
  assert.deepEqual(found('yongh'), ['Users'])
  assert.deepEqual(found('SJ'), ['Audit'])
  assert.deepEqual(found('zzz'), [])
})

test('with nothing typed every page is offered, in the order of the menu', () => {
  assert.deepEqual(found('  '), ['Organisations', 'Users', 'Audit'])
})

test('a page named by what was typed comes before one that only stands in such a part of the menu', () => {
  assert.deepEqual(found('机构'), ['Organisations', 'Users'])
})

test('after signing in nobody can be sent out of the console', () => {
  for (const [to, place] of [
    ['/govern/users?state=locked', '/govern/users?state=locked'],
    ['https://evil.example/', '/'],
    ['//evil.example', '/'],
    ['/\\evil.example', '/'],
    ['javascript:alert(1)', '/'],
    [null, '/'],
  ] as const)
    assert.equal(safeTo(to), place)
})
