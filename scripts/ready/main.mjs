import { consoleBuilt } from './console.mjs'
import { installed } from './install.mjs'
import { run } from './run.mjs'
import { Unready } from './say.mjs'

/** @type {Record<string, { script: string, args: string[], console: (args: string[]) => boolean }>} */
const commands = {
  demo: { script: 'src/main.ts', args: ['demo'], console: () => true },
  up: { script: 'src/main.ts', args: ['up'], console: () => true },
  bench: { script: 'bench/run.ts', args: [], console: () => true },
  // A part of the tests is run while the screens may be half written: only browser tests look at them.
  test: {
    script: 'scripts/test.ts',
    args: [],
    console: (args) => args.length === 0 || args.some((arg) => /e2e|console/.test(arg)),
  },
  check: { script: 'scripts/check.ts', args: [], console: () => false },
}

/**
 * Brings the clone to the point where the command can run, and runs it.
 * @param {string[]} words the command, then its own arguments
 */
export async function main([what = '', ...args]) {
  const command = commands[what]
  if (!command) {
    process.stderr.write(`ready: one of ${Object.keys(commands).join(', ')}\n`)
    process.exit(2)
  }
  try {
    await installed()
    if (command.console(args)) await consoleBuilt()
  } catch (error) {
    if (!(error instanceof Unready)) throw error
    process.stderr.write(`${error.message}\n`)
    process.exit(1)
  }
  run(command.script, [...command.args, ...args])
}
