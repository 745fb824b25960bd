import { parseArgs } from 'node:util'

/** What a command takes; `help` prints it, `read` checks it. */
export type Flag = { type: 'string' | 'boolean'; means: string; value?: string }

export type Command = {
  /** As typed: `audit verify`. */
  name: string
  /** One line for the list. */
  does: string
  /** What follows the name, by position. */
  takes?: { name: string; means: string; optional?: boolean }[]
  flags?: Record<string, Flag>
  run(given: Given): Promise<number>
}

export type Given = { flags: Record<string, string | boolean | undefined>; words: string[] }

/** A mistake in what was typed: the message is all there is to say. */
export class Mistyped extends Error {}

/** Finds the command that the words name and checks what follows. */
export function understand(
  commands: readonly Command[],
  args: readonly string[],
): { command: Command; given: Given } | 'help' {
  const typed = args.filter((arg) => !arg.startsWith('-'))
  const command = [...commands]
    .sort((a, b) => b.name.length - a.name.length)
    .find(({ name }) => name.split(' ').every((word, i) => typed[i] === word))
  if (!command) {
    if (typed.length === 0) return 'help'
    throw new Mistyped(`no such command: ${typed.join(' ')} (zhixing --help lists them)`)
  }
  const flags = { ...command.flags, help: { type: 'boolean' as const, means: 'says what this command does' } }
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      strict: true,
      options: Object.fromEntries(Object.entries(flags).map(([name, { type }]) => [name, { type }])),
    })
    const words = positionals.slice(command.name.split(' ').length)
    if (!values.help) refuseWords(command, words)
    return { command, given: { flags: values as Given['flags'], words } }
  } catch (error) {
    throw error instanceof Mistyped
      ? error
      : new Mistyped(`${(error as Error).message} (zhixing ${command.name} --help)`)
  }
}

function refuseWords(command: Command, words: string[]): void {
  const takes = command.takes ?? []
  const lacking = takes.find(({ optional }, i) => !optional && words[i] === undefined)
  if (lacking) throw new Mistyped(`zhixing ${command.name} needs ${lacking.name}: ${lacking.means}`)
  if (words.length > takes.length) throw new Mistyped(`zhixing ${command.name} does not take “${words[takes.length]}”`)
}

export function helpOf(command: Command): string {
  const takes = (command.takes ?? []).map(({ name, optional }) => (optional ? ` [${name}]` : ` ${name}`)).join('')
  const rows = [
    ...(command.takes ?? []).map(({ name, means }) => [name, means] as const),
    ...Object.entries(command.flags ?? {}).map(
      ([name, flag]) => [`--${name}${flag.value ? ` ${flag.value}` : ''}`, flag.means] as const,
    ),
  ]
  return `zhixing ${command.name}${takes}\n\n${command.does}\n${rows.length > 0 ? `\n${columns(rows)}` : ''}`
}

export function helpOfAll(
  commands: readonly Command[],
  settings: readonly { name: string; means: string; default?: string }[],
): string {
  return [
    'Zhixing (知行): the digital operations platform for banks',
    '',
    'zhixing COMMAND [--help]',
    '',
    columns(commands.map(({ name, does }) => [name, does])),
    'Settings, from the environment (secrets also from the file that NAME_FILE names):',
    '',
    columns(settings.map((one) => [one.name, one.default ? `${one.means} (${one.default})` : one.means])),
  ].join('\n')
}

function columns(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([first]) => first.length))
  return rows.map(([first, second]) => `  ${first.padEnd(width)}  ${second}\n`).join('')
}
