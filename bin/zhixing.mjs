#!/usr/bin/env node
// The command line: the product on the Node that came with it, whatever Node npx was started with.
import { existsSync } from 'node:fs'
import { consoleBuilt } from '../scripts/ready/console.mjs'
import { productNode } from '../scripts/ready/paths.mjs'
import { run } from '../scripts/ready/run.mjs'
import { say, Unready } from '../scripts/ready/say.mjs'

const args = process.argv.slice(2)
if (!existsSync(productNode)) {
  say('尚未安装依赖:请先执行 npm ci', 'Nothing is installed yet: run npm ci first')
  process.exit(1)
}
try {
  if ((args[0] === 'up' || args[0] === 'demo') && !args.includes('--help')) await consoleBuilt()
} catch (error) {
  if (!(error instanceof Unready)) throw error
  process.stderr.write(`${error.message}\n`)
  process.exit(1)
}
run('src/main.ts', args, process.cwd())
