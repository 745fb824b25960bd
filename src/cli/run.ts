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

/** Stops in good order on the first signal, at once on the second. */
export async function untilStopped(app: App): Promise<number> {
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
      process.on(signal, () => {
        resolve()
        process.once(signal, () => process.exit(1))
      })
  })
  await app.close()
  return 0
}
