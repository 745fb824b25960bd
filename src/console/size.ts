import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'

/** What the browser loads before anyone is signed in must stay under this, gzipped, scripts and styles together. */
const limit = 350 * 1024

const dist = new URL('../../dist/console/', import.meta.url)
type Chunk = { file: string; imports?: string[]; css?: string[]; isEntry?: boolean }
const manifest: Record<string, Chunk> = JSON.parse(readFileSync(new URL('.vite/manifest.json', dist), 'utf8'))

/** The files of a module and of all that it imports at once (not of what it loads later). */
function filesOf(name: string, files = new Set<string>()): Set<string> {
  const chunk = manifest[name]
  if (!chunk || files.has(chunk.file)) return files
  files.add(chunk.file)
  for (const style of chunk.css ?? []) files.add(style)
  for (const one of chunk.imports ?? []) filesOf(one, files)
  return files
}

const size = (file: string) => gzipSync(readFileSync(new URL(file, dist))).length
const kilobytes = (bytes: number) => `${(bytes / 1024).toFixed(1)} KB`

function add(title: string, modules: readonly string[]): number {
  const files = new Set(modules.flatMap((name) => [...filesOf(name)]))
  const sum = [...files].reduce((all, file) => all + size(file), 0)
  process.stdout.write(`${title}: ${kilobytes(sum)} gzipped in ${files.size} files\n`)
  return sum
}

const first = add('sign-in (first route)', ['index.html', 'shell/signIn.tsx'])
add('home, signed in', ['index.html', 'shell/shell.tsx', 'shell/home.tsx'])
add('a list (users)', ['index.html', 'shell/shell.tsx', '../govern/access/ui/usersPage.tsx'])
if (first > limit) {
  process.stdout.write(`The first route is over its ${kilobytes(limit)}\n`)
  process.exitCode = 1
}
