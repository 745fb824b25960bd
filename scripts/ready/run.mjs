import { spawn } from 'node:child_process'
import { productNode, root } from './paths.mjs'

/**
 * Runs a script of the product on its own Node and ends as it ends: same exit code, same signal.
 * @param {string} script relative to the root
 * @param {string[]} args
 * @param {string} [folder] to run in
 */
export function run(script, args, folder = root) {
  const child = spawn(productNode, [`${root}/${script}`, ...args], { cwd: folder, stdio: 'inherit' })
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']))
    process.on(signal, () => {
      // Ctrl-C in a terminal reaches the child by itself, and a second one would cut its graceful stop short.
      if (signal === 'SIGINT' && process.stdin.isTTY) return
      child.kill(signal)
    })
  child.on('error', (error) => {
    process.stderr.write(`${productNode}: ${error.message}\n`)
    process.exit(1)
  })
  child.on('exit', (code, signal) => {
    if (!signal) process.exit(code ?? 1)
    process.removeAllListeners(signal)
    process.kill(process.pid, signal)
  })
}
