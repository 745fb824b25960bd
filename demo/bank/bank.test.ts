import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { chanceOf, normal, poisson, purpose, streamOf } from './chance.ts'
import { mean } from './sample-testing.ts'

test('the bank asks neither the machine’s clock nor its chance', () => {
  const files = globSync('**/*.ts', { cwd: import.meta.dirname }).filter((path) => !/test|measure|testing/.test(path))
  assert.ok(files.length > 25)
  for (const file of files)
    assert.doesNotMatch(
      readFileSync(join(import.meta.dirname, file), 'utf8'),
      /Math\.random|Date\.now|new Date\(\)|performance\./,
      file,
    )
})

test('a question that is asked alone gets the first number of its stream', () => {
  for (let who = 0; who < 200; who++)
    assert.equal(chanceOf(7, who, purpose.life, who * 3), streamOf(7, who, purpose.life, who * 3)())
})

test('streams of neighbours, of neighbouring days and of other purposes have nothing in common', () => {
  const n = 20_000
  const rows: ((i: number) => number)[] = [
    (i) => chanceOf(7, i, purpose.life, 5),
    (i) => chanceOf(7, i + 1, purpose.life, 5),
    (i) => chanceOf(7, i, purpose.life, 6),
    (i) => chanceOf(7, i, purpose.visits, 5),
    (i) => chanceOf(8, i, purpose.life, 5),
  ]
  const values = rows.map((row) => Array.from({ length: n }, (_, i) => row(i) - 0.5))
  for (const [a, one] of values.entries()) {
    // Uniform on a tenth each: 9 degrees of freedom, 27.9 at one in a thousand.
    const tenths = new Array<number>(10).fill(0)
    for (const value of one) tenths[Math.floor((value + 0.5) * 10)] = (tenths[Math.floor((value + 0.5) * 10)] ?? 0) + 1
    assert.ok(tenths.reduce((sum, count) => sum + (count - n / 10) ** 2 / (n / 10), 0) < 27.9)
    for (const other of values.slice(a + 1))
      assert.ok(Math.abs(mean(one.map((value, i) => value * (other[i] ?? 0))) * 12) < 0.03)
  }
})

test('normal and Poisson numbers have their mean and spread', () => {
  const next = streamOf(1, 2, purpose.bank)
  const normals = Array.from({ length: 50_000 }, () => normal(next))
  assert.ok(Math.abs(mean(normals)) < 0.02 && Math.abs(mean(normals.map((x) => x * x)) - 1) < 0.03)
  const counts = Array.from({ length: 50_000 }, () => poisson(next, 1.7))
  assert.ok(Math.abs(mean(counts) - 1.7) < 0.03)
})
