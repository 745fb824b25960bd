import assert from 'node:assert/strict'
import { test } from 'node:test'
import { csvRows } from './csv.ts'

const rows = (content: string) => csvRows(content, (line) => new Error(`line ${line}`))

test('cells with commas, quotes, line ends and nothing in them are read as they were meant', () => {
  assert.deepEqual(rows('a,"b,""c""",\r\n"d\ne",f,g\r'), [
    ['a', 'b,"c"', ''],
    ['d\ne', 'f', 'g'],
  ])
  assert.deepEqual(rows(''), [])
  assert.deepEqual(rows('a,'), [['a', '']])
})

test('the line whose quotes do not match is named', () => {
  assert.throws(() => rows('a,b\nc,"d\n'), /line 2/)
  assert.throws(() => rows('a,b"c'), /line 1/)
})
