import { readFile } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import { Check, Errors } from 'typebox/value'
import { readConfig } from '../config.ts'
import { type Ground, openGround } from '../ground.ts'
import { createLog } from '../platform/log.ts'
import { Problem } from '../platform/problem.ts'
import { type ImportDetail, Mapping, targets } from '../sense/imports/contract.ts'
import type { Imports, Tell } from '../sense/imports/imports.ts'
import { type Command, type Given, Mistyped } from './commands.ts'

/** What the command works with: imports on the collection of this ground, and what must end before the ground closes. */
export type ImportWiring = (ground: Ground) => Promise<{ imports: Imports; close(): Promise<void> }>

/** `zhixing import FILE`. Put together in `all.ts`, where imports are wired to the collection. */
export function importCommand(wire: ImportWiring): Command {
  return {
    name: 'import',
    does: 'Imports a CSV, Excel, Parquet or JSON lines file (gzipped or not). Without --map it prints the mapping it would suggest, to be looked at and given back. The program must be stopped.',
    takes: [{ name: 'FILE', means: 'the file' }],
    flags: {
      map: { type: 'string', value: 'MAPPING.json', means: 'what each column becomes' },
      target: { type: 'string', value: targets.join('|'), means: 'must be what the mapping says' },
      'dry-run': { type: 'boolean', means: 'checks every row and imports none' },
      'good-rows': { type: 'boolean', means: 'imports the rows that are right; without it, all rows or none' },
    },
    async run(given) {
      const mapping = await readMapping(given)
      const ground = await openGround(readConfig(process.env), createLog('error'))
      try {
        const { imports, close } = await wire(ground)
        try {
          return await importFile(ground, imports, given, mapping)
        } finally {
          await close()
        }
      } catch (error) {
        if (!(error instanceof Problem) || error.kind === 'unavailable') throw error
        // What the file or the mapping does wrong, field by field.
        process.stderr.write(`${error.text.zh}\n${error.text.en}\n`)
        for (const { field, message } of error.fields) process.stderr.write(`  ${field}: ${message.zh} ${message.en}\n`)
        return 1
      } finally {
        await ground.close()
      }
    },
  }
}

async function readMapping({ flags }: Given): Promise<Mapping | undefined> {
  if (typeof flags.map !== 'string') return undefined
  let mapping: unknown
  try {
    mapping = JSON.parse(await readFile(flags.map, 'utf8'))
  } catch (error) {
    throw new Mistyped(`--map ${flags.map}: ${(error as Error).message}`)
  }
  if (!Check(Mapping, mapping)) {
    const [first] = Errors(Mapping, mapping)
    throw new Mistyped(`--map ${flags.map}: ${first ? `${first.instancePath || '/'} ${first.message}` : 'no mapping'}`)
  }
  if (typeof flags.target === 'string' && flags.target !== mapping.target)
    throw new Mistyped(`--target ${flags.target}, but the mapping is of ${mapping.target}`)
  return mapping
}

async function importFile(
  { ctx }: Ground,
  imports: Imports,
  { words, flags }: Given,
  mapping: Mapping | undefined,
): Promise<number> {
  const file = resolve(words[0] ?? '')
  const { id, revision, reading } = await imports.take(ctx, file, basename(file))
  if (!mapping) {
    const { suggestion } = await imports.preview(ctx, id, {})
    await imports.remove(ctx, id)
    process.stdout.write(`${JSON.stringify(suggestion, null, 2)}\n`)
    return 0
  }
  await imports.save(ctx, id, { revision, reading, mapping })
  const all = flags['good-rows'] !== true
  if (all || flags['dry-run']) {
    const checked = await imports.checkNow(ctx, id, bar('检查 check'))
    sayReasons(checked)
    const bad = checked.checked?.bad ?? 0
    if (flags['dry-run'] || bad > 0) {
      process.stdout.write(
        `${checked.checked?.rows} 行 rows, ${bad} 坏行 bad${bad > 0 && all ? ': nothing imported' : ''}\n`,
      )
      return bad > 0 ? 1 : 0
    }
  }
  const done = await imports.runNow(ctx, id, { mode: all ? 'all' : 'good' }, bar('导入 import'))
  sayReasons(done)
  const { read, accepted, duplicates, resent, rejected, bad } = done.counts
  process.stdout.write(
    `${read} 行 rows: ${accepted} 导入 imported, ${duplicates + resent} 重复 known, ${rejected} 拒收 refused, ${bad} 坏行 bad\n` +
      `${id}\n`,
  )
  return bad + rejected > 0 ? 1 : 0
}

/** One line that is written over on a screen; in a file, nothing. */
function bar(name: string): Tell | undefined {
  if (!process.stderr.isTTY) return undefined
  const width = 30
  return ({ rows, progress, bad }) => {
    const full = Math.round(progress * width)
    const line = `${'█'.repeat(full)}${'░'.repeat(width - full)} ${(progress * 100).toFixed(0).padStart(3)} %`
    process.stderr.write(`\r${name} ${line}  ${rows} 行 rows, ${bad} 坏行 bad ${progress >= 1 ? '\n' : ''}`)
  }
}

function sayReasons(detail: ImportDetail): void {
  for (const { reason, count, lines } of detail.reasons)
    process.stderr.write(
      `  ${count} × ${reason.zh} · ${reason.en} (${lines.slice(0, 5).join(', ')}${count > 5 ? ' …' : ''})\n`,
    )
}
