import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { houseFindings } from './check/house.ts'
import { readImports } from './check/imports.ts'

const root = join(import.meta.dirname, '..')

type Part = { name: string; ok: boolean; output: string; seconds: number }

/** `npm run check`: form, types, imports and the rules of the house, side by side. */
const parts = await Promise.all([
  part('form and lint (biome)', () => tool('biome', ['check', '--error-on-warnings', '.'])),
  part('types (tsc)', () => tool('tsc', ['-p', '.'])),
  part('imports (dependency-cruiser)', async () => {
    const folders = ['src', 'scripts', 'bench', 'e2e', 'demo', 'sdk'].filter((folder) => existsSync(join(root, folder)))
    const { broken, files, imports } = await readImports(root, folders)
    // A parser that understands nothing finds nothing wrong.
    if (files < 300 || imports < 1000)
      return { ok: false, output: `only ${files} files and ${imports} imports were seen` }
    return { ok: broken.length === 0, output: broken.map((one) => `${one.rule}: ${one.from} → ${one.to}`).join('\n') }
  }),
  part('rules of the house', async () => {
    const findings = houseFindings(root)
    return {
      ok: findings.length === 0,
      output: findings.map((one) => `${one.rule}: ${one.file}:${one.line} ${one.what}`).join('\n'),
    }
  }),
])

for (const { name, ok, output, seconds } of parts)
  process.stdout.write(`${ok ? '✔' : '✖'} ${name} (${seconds} s)\n${ok ? '' : `${output}\n`}`)
process.exit(parts.every((one) => one.ok) ? 0 : 1)

async function part(name: string, run: () => Promise<{ ok: boolean; output: string }>): Promise<Part> {
  const from = performance.now()
  const outcome = await run().catch((error: Error) => ({ ok: false, output: error.stack ?? error.message }))
  return { name, ...outcome, seconds: Math.round((performance.now() - from) / 100) / 10 }
}

function tool(name: string, args: string[]): Promise<{ ok: boolean; output: string }> {
  return new Promise((resolve) => {
    const child = spawn(join(root, 'node_modules', '.bin', name), args, {
      cwd: root,
      env: { ...process.env, NO_COLOR: '1' },
    })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += String(chunk)))
    child.on('error', (error) => resolve({ ok: false, output: error.message }))
    child.on('exit', (code) => resolve({ ok: code === 0, output: output.trim() }))
  })
}
