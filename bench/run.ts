import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'

/** Figures of ours, the raw comparison of the same run, and ours divided by it. */
export type BenchResult = {
  bench: string
  scale: number
  figures: Record<string, number>
  raw: Record<string, number>
  ratio: Record<string, number>
}
export type BenchOptions = { scale: number; log(line: string): void }

type Outlets = { folder: string; out(text: string): void; err(text: string): void }

/**
 * `npm run bench -- NAME [--json] [--scale X]` runs `bench/NAME.bench.ts`, which exports `run`. With `--json` the last
 * line is the result as one object. Returns the exit code: 2 when the name or the scale is not understood.
 */
export async function main(args: string[], { folder, out, err }: Outlets): Promise<number> {
  const asked = read(args)
  const names = readdirSync(folder)
    .filter((file) => file.endsWith('.bench.ts'))
    .map((file) => file.replace('.bench.ts', ''))
    .sort()
  if (!asked || !names.includes(asked.name)) {
    err(`npm run bench -- NAME [--json] [--scale X], where NAME is one of: ${names.join(', ')}\n`)
    return 2
  }
  const { run } = (await import(join(folder, `${asked.name}.bench.ts`))) as {
    run(options: BenchOptions): Promise<BenchResult>
  }
  const result = await run({ scale: asked.scale, log: (line) => err(`${line}\n`) })
  out(table(result))
  if (asked.json) out(`${JSON.stringify(result)}\n`)
  return 0
}

function read(args: string[]): { name: string; scale: number; json: boolean } | undefined {
  try {
    const options = { json: { type: 'boolean', default: false }, scale: { type: 'string', default: '1' } } as const
    const { values, positionals } = parseArgs({ args, allowPositionals: true, options })
    const scale = Number(values.scale)
    const [name] = positionals
    return name && positionals.length === 1 && scale > 0 ? { name, scale, json: values.json } : undefined
  } catch {
    return undefined
  }
}

function table(result: BenchResult): string {
  const parts = [
    ['figure', result.figures],
    ['raw', result.raw],
    ['ratio', result.ratio],
  ] as const
  const lines = parts.flatMap(([part, values]) =>
    Object.entries(values).map(
      ([name, value]) => `  ${part.padEnd(8)}${name.padEnd(26)}${written(value).padStart(14)}`,
    ),
  )
  return [`${result.bench} at scale ${result.scale}`, ...lines, ''].join('\n')
}

function written(value: number): string {
  return value.toLocaleString('en', { maximumFractionDigits: 3 })
}

if (import.meta.main)
  process.exit(
    await main(process.argv.slice(2), {
      folder: import.meta.dirname,
      out: (text) => process.stdout.write(text),
      err: (text) => process.stderr.write(text),
    }),
  )
