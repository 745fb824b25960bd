import assert from 'node:assert/strict'
import { test } from 'node:test'
import { folderOf } from '../testing/tree.ts'
import { impurities } from './purity.ts'
import { productSources } from './source.ts'

function found(t: Parameters<typeof folderOf>[0], files: Record<string, string>): string[] {
  return impurities(productSources(folderOf(t, files))).map(({ rule, file, line }) => `${rule} ${file}:${line}`)
}

test('a rule that asks for the time, for chance, for the environment or waits is found, line by line', (t) => {
  const lines = [
    'new Date()',
    'Date()',
    'Date.now()',
    'Math.random()',
    'process.env.X',
    'await x',
    'randomUUID()',
    'fetch("/")',
    'async () => 1',
    '[1].map(Math.random)',
  ]
  const file = 'src/sense/tags/rules/due.ts'
  const text = [
    'declare const x: never, randomUUID: any',
    ...lines.map((line) => `export const v${lines.indexOf(line)} = ${line}`),
  ].join('\n')
  assert.deepEqual(
    found(t, { [file]: text }),
    lines.map((_, i) => `pure-rules ${file}:${i + 2}`),
  )
})

test('a rule may turn given times into others, and speak of the rest in words', (t) => {
  const text =
    'export const later = (at: Date) => new Date(at.getTime() + 1)\n// never Date.now() here\nexport const words = "new Date() Math.random() await"'
  assert.deepEqual(found(t, { 'src/sense/tags/rules.ts': text }), [])
})

test('outside the clock, only screens and tests ask the machine for the time; durations may be measured anywhere', (t) => {
  const text = 'export const at = [Date.now(), Math.random()]\nexport const from = performance.now()'
  const files = [
    'src/platform/clock.ts',
    'src/platform/clock.test.ts',
    'src/sense/tags/ui/tagPage.tsx',
    'src/console/kit/format.ts',
  ]
  assert.deepEqual(found(t, Object.fromEntries(files.map((file) => [file, text]))), [])
  assert.deepEqual(found(t, { 'src/act/messages/store.ts': text }), [
    'one-clock src/act/messages/store.ts:1',
    'one-clock src/act/messages/store.ts:1',
  ])
})

test('the face of a capability called rules is no rule, its rules are', (t) => {
  const text = 'export const load = async () => 1'
  assert.deepEqual(found(t, { 'src/decide/rules/rules.ts': text, 'src/decide/rules/rules/table.ts': text }), [
    'pure-rules src/decide/rules/rules/table.ts:1',
  ])
})
