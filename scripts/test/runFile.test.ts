import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { type TestContext, test } from 'node:test'
import { folderOf } from '../testing/tree.ts'
import { closingLine, countsOf, failuresOf, reportOf } from './report.ts'
import { type FileRun, runFile } from './runFile.ts'

const head = "import { after, describe, test } from 'node:test'\nimport assert from 'node:assert/strict'\n"

function runOf(t: TestContext, content: string, limitMs = 60_000): Promise<FileRun> {
  const root = folderOf(t, { 'a.test.ts': head + content })
  return runFile({ root, file: 'a.test.ts', env: process.env, limitMs })
}

test('passed, failed and skipped tests are counted once each, wherever they stand', async (t) => {
  const run = await runOf(
    t,
    `test('one', () => {})
     describe('a suite', () => { test('inside', () => {}); test('breaks', () => assert.equal(1, 2)) })
     test('outer', async (t) => { await t.test('inner', () => { throw new Error('inner broke') }) })
     test('later', { skip: 'not on this machine' }, () => {})`,
  )
  assert.deepEqual(countsOf([run]), { passed: 2, failed: 2, skipped: 1 })
  assert.deepEqual(failuresOf([run]), ['✖ a.test.ts: a suite › breaks', '✖ a.test.ts: outer › inner'])
  assert.match(reportOf(run), /inner broke/)
  assert.match(reportOf(run), /− later: not on this machine/)
})

const faults: [says: string, content: string, fault: RegExp][] = [
  ['holds no test', 'export {}', /^holds no test$/],
  ['throws while it loads', "console.log('said before'); throw new Error('at load')", /^ended with exit code 1$/],
  ['ends itself in the middle', "test('one', () => process.exit(3))", /^ended with exit code 3$/],
  ['is killed', "test('one', () => process.kill(process.pid, 'SIGKILL'))", /^ended with SIGKILL$/],
]

for (const [says, content, fault] of faults)
  test(`a file that ${says} fails as a whole`, async (t) => {
    const run = await runOf(t, content)
    assert.match(run.fault ?? '', fault)
    assert.equal(countsOf([run]).failed, 1)
  })

test('a hook that throws fails the run, though the runner itself calls that a success', async (t) => {
  const run = await runOf(t, "after(() => { throw new Error('cleaning broke') })\ntest('fine', () => {})")
  assert.equal(countsOf([run]).failed, 1)
  assert.match(reportOf(run), /cleaning broke/)
})

test('a file that never ends is killed with all it started, and what passed before still counts', async (t) => {
  const run = await runOf(
    t,
    `import { spawn } from 'node:child_process'
     test('fine', () => { console.log('child ' + spawn('sleep', ['600'], { stdio: 'ignore' }).pid) })
     setInterval(() => {}, 1000)`,
    5_000,
  )
  assert.match(run.fault ?? '', /did not end within 5 s/)
  assert.deepEqual(countsOf([run]), { passed: 1, failed: 1, skipped: 0 })
  const pid = /child (\d+)/.exec(run.output)?.[1] ?? ''
  assert.match(pid, /^\d+$/)
  // Gone, or dead and not yet collected by the system.
  assert.match(spawnSync('ps', ['-o', 'stat=', '-p', pid], { encoding: 'utf8' }).stdout, /^(Z.*)?$/m)
})

test('a single test that never ends is named', async (t) => {
  const run = await runOf(
    t,
    "test('waits for ever', async () => { await new Promise(() => { setTimeout(() => {}, 1e6) }) })",
    5_000,
  )
  assert.match(failuresOf([run]).join('\n'), /waits for ever/)
})

test('the closing line is exactly what other programs read', () => {
  assert.equal(closingLine({ passed: 12, failed: 0, skipped: 3 }), '12 passed, 0 failed, 3 skipped')
})
