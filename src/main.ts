import { commands } from './cli/all.ts'
import { helpOf, helpOfAll, Mistyped, understand } from './cli/commands.ts'
import { settings } from './config.ts'
import { Problem } from './platform/problem.ts'

/** The program: `zhixing COMMAND`. Exit codes: 0 done, 1 a fault that is named, 2 mistyped. */
async function main(args: string[]): Promise<number> {
  try {
    const understood = understand(commands, args)
    if (understood === 'help') {
      process.stdout.write(`${helpOfAll(commands, settings)}\n`)
      return 0
    }
    const { command, given } = understood
    if (given.flags.help) {
      process.stdout.write(`${helpOf(command)}\n`)
      return 0
    }
    return await command.run(given)
  } catch (error) {
    if (error instanceof Mistyped) {
      process.stderr.write(`zhixing: ${error.message}\n`)
      return 2
    }
    if (error instanceof Problem) {
      process.stderr.write(`\n${error.text.zh}\n${error.text.en}\n(${error.code})\n`)
      return 1
    }
    throw error
  }
}

const code = await main(process.argv.slice(2))
process.exit(code)
