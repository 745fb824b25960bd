import assert from 'node:assert/strict'
import { appendFile, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { openAnchorFile } from './anchor.ts'
import { auditKeys } from './rules/chain.ts'

const keys = auditKeys(Buffer.alloc(32, 3))
const anchor = (seq: number) => ({ seq: BigInt(seq), hash: 'ab'.repeat(32), at: '2026-01-05T01:00:00.000Z' })

async function anchorPath(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'zhixing-anchor-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  return join(folder, 'home', 'audit.anchor')
}

test('anchors outlive the program, in a file that only its owner reads', async (t) => {
  const path = await anchorPath(t)
  const first = await openAnchorFile(path, keys)
  assert.equal(first.last(), undefined)
  await first.append(anchor(5))
  await first.append(anchor(9))
  await first.close()
  const second = await openAnchorFile(path, keys)
  assert.deepEqual(second.last(), anchor(9))
  assert.deepEqual(await second.read(), { anchors: [anchor(5), anchor(9)], broken: [] })
  assert.equal((await stat(path)).mode & 0o777, 0o600)
})

test('a line that a kill cut short is neither lost among the next nor taken for tampering', async (t) => {
  const path = await anchorPath(t)
  const first = await openAnchorFile(path, keys)
  await first.append(anchor(5))
  await first.close()
  const [line = ''] = (await readFile(path, 'utf8')).split('\n')
  for (const length of [1, 40, 90, line.length - 1]) {
    await appendFile(path, line.slice(0, length))
    const next = await openAnchorFile(path, keys)
    await next.append(anchor(5 + length))
    assert.deepEqual(await next.read().then(({ broken }) => broken), [], `cut after ${length}`)
    await next.close()
    assert.deepEqual((await openAnchorFile(path, keys)).last(), anchor(5 + length))
  }
})

test('the file does not grow for ever, and keeps the newest', async (t) => {
  const path = await anchorPath(t)
  const file = await openAnchorFile(path, keys, { bytes: 2000, keep: 4 })
  for (let seq = 1; seq <= 60; seq++) await file.append(anchor(seq))
  assert.ok((await stat(path)).size <= 2000)
  assert.deepEqual((await file.read()).anchors.at(-1), anchor(60))
  assert.deepEqual((await openAnchorFile(path, keys)).last(), anchor(60))
  await file.close()
})

test('where the file cannot be, the program says which', async (t) => {
  const path = await anchorPath(t)
  await writeFile(dirname(path), 'a file where the folder should be')
  await assert.rejects(openAnchorFile(path, keys), /home\/audit\.anchor is not a folder/)
})
