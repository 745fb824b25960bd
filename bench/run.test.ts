import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { folderOf } from '../scripts/testing/tree.ts'
import { main } from './run.ts'

async function run(t: TestContext, ...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const folder = folderOf(t, {
    'sum.bench.ts': `export const run = async ({ scale, log }) => {
      log('adding')
      return { bench: 'sum', scale, figures: { sums_per_s: 12345.6789 * scale }, raw: { bare: 20000 }, ratio: { bare: 0.6 } }
    }`,
    'other.bench.ts': 'export const run = async () => { throw new Error("not asked for") }',
    'helper.ts': '',
  })
  let [out, err] = ['', '']
  const code = await main(args, { folder, out: (text) => (out += text), err: (text) => (err += text) })
  return { code, out, err }
}

test('a bench prints its figures beside the raw comparison of the same run', async (t) => {
  const { code, out, err } = await run(t, 'sum')
  assert.equal(code, 0)
  assert.match(
    out,
    /^sum at scale 1\n {2}figure {2}sums_per_s +12,345\.679\n {2}raw {5}bare +20,000\n {2}ratio {3}bare +0\.6\n$/,
  )
  assert.equal(err, 'adding\n')
})

test('with --json the last line is the result as one object, at the scale that was asked for', async (t) => {
  const { out } = await run(t, 'sum', '--json', '--scale', '0.5')
  assert.deepEqual(JSON.parse(out.trimEnd().split('\n').at(-1) ?? ''), {
    bench: 'sum',
    scale: 0.5,
    figures: { sums_per_s: 6172.83945 },
    raw: { bare: 20000 },
    ratio: { bare: 0.6 },
  })
})

test('an unknown name, no name, a scale of nothing and an unknown option list the names', async (t) => {
  for (const args of [['nonsense'], [], ['sum', '--scale', '0'], ['sum', '--fast'], ['helper'], ['sum', 'other']]) {
    const { code, err, out } = await run(t, ...args)
    assert.equal(code, 2, args.join(' '))
    assert.match(err, /one of: other, sum\n$/)
    assert.equal(out, '')
  }
})
