import { type App, startApp } from '../app.ts'
import { readConfig } from '../config.ts'
import { createLog } from '../platform/log.ts'
import type { Command } from './commands.ts'

export const up: Command = {
  name: 'up',
  does: 'Starts the program: console, doors and background work. Logs JSON lines to standard output.',
  async run() {
    const config = readConfig(process.env)
    const app = await startApp(config, createLog(config.logLevel))
    if (app.firstAdmin)
      process.stderr.write(
        `\nFirst administrator: ${app.firstAdmin.login} / ${app.firstAdmin.password} (shown this once)\n`,
      )
    return untilStopped(app)
  },
}

/** Resolves on the first signal; the second ends the program at once. To be asked for when there is something to stop. */
export function signalled(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
      process.on(signal, () => {
        resolve()
        process.once(signal, () => process.exit(1))
      })
  })
}

/** Stops in good order. */
async function untilStopped(app: App): Promise<number> {
  await signalled()
  await app.close()
  return 0
}
