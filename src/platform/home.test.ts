import assert from 'node:assert/strict'
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, chown, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { after, test } from 'node:test'
import { findHolder, openHome, writePrivate } from './home.ts'
import { Problem } from './problem.ts'

const root = await mkdtemp(join(tmpdir(), 'zhixing-home-'))
await chmod(root, 0o755)
const children = new Set<ChildProcess>()
after(async () => {
  for (const child of children) child.kill('SIGKILL')
  await rm(root, { recursive: true, force: true })
})

let made = 0
const fresh = () => join(root, `home-${made++}`)

function program(script: string, as?: { uid: number; gid: number }): ChildProcess {
  const code = `import { openHome } from ${JSON.stringify(import.meta.resolve('./home.ts'))}\n${script}`
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], {
    stdio: ['ignore', 'pipe', 'inherit'],
    ...as,
    cwd: '/',
  })
  children.add(child)
  return child
}

/** Another program that holds the folder until it is killed. */
async function holder(path: string): Promise<ChildProcess> {
  const child = program(
    `const home = await openHome(${JSON.stringify(path)}); await home.announce(8866); console.log('held'); setInterval(() => {}, 1e6)`,
  )
  assert.equal(await firstLine(child), 'held')
  return child
}

async function firstLine(child: ChildProcess): Promise<string> {
  assert.ok(child.stdout)
  for await (const line of createInterface(child.stdout)) return line
  return ''
}

async function refusal(path: string): Promise<Problem> {
  try {
    await (await openHome(path)).close()
  } catch (error) {
    if (error instanceof Problem) return error
    throw error
  }
  throw new Error('the folder was opened')
}

test('a folder is made for its owner alone, and so is what it runs with', async () => {
  const home = await openHome(join(fresh(), 'deeper'))
  await home.writeRun('secret', 'x')
  const mode = async (path: string) => (await stat(path)).mode & 0o777
  assert.equal(await mode(home.path), 0o700)
  assert.equal(await mode(join(home.path, 'run')), 0o700)
  assert.equal(await mode(join(home.path, 'run', 'secret')), 0o600)
  assert.equal(await home.readRun('secret'), 'x')
  assert.equal(await home.readRun('nothing'), undefined)
  await home.close()
})

test('a second program on the folder is refused and told who has it', async () => {
  const path = fresh()
  const child = await holder(path)
  const problem = await refusal(path)
  assert.equal(problem.code, 'home.taken')
  assert.equal(problem.kind, 'unavailable')
  const at = (await findHolder(path))?.startedAt
  assert.ok(at)
  for (const message of [problem.text.zh, problem.text.en])
    for (const part of [String(child.pid), at, '8866', path]) assert.ok(message.includes(part), `${part} in ${message}`)
})

test('a second opening by the same program is refused, also through a link, and leaves the lock in place', async () => {
  const path = fresh()
  const home = await openHome(path)
  await symlink(path, `${path}-link`)
  assert.equal((await refusal(path)).code, 'home.taken')
  assert.equal((await refusal(`${path}-link`)).code, 'home.taken')
  const rival = program(`await openHome(${JSON.stringify(path)}).catch((error) => console.log(error.code))`)
  assert.equal(await firstLine(rival), 'home.taken')
  await home.close()
  await (await openHome(path)).close()
})

test('after kill -9 the folder is free at once, though what the dead program wrote still stands there', async () => {
  const path = fresh()
  const child = await holder(path)
  child.kill('SIGKILL')
  await once(child, 'exit')
  assert.ok((await findHolder(path))?.pid, 'the dead program could not clean up')
  const home = await openHome(path)
  assert.equal((await findHolder(path))?.pid, process.pid)
  await home.close()
  assert.equal(await findHolder(path), undefined)
})

test('a process number that was given anew to another process does not keep the folder', async () => {
  const path = fresh()
  await mkdir(join(path, 'run'), { recursive: true })
  const self = { pid: process.ppid, host: 'gone', startedAt: '2026-01-01T00:00:00.000Z', port: 1 }
  await writeFile(join(path, 'run', 'program.json'), JSON.stringify(self))
  await writeFile(join(path, 'lock'), '')
  await (await openHome(path)).close()
})

test('a kill between any two steps of opening leaves a folder that opens', async () => {
  const path = fresh()
  for (let wait = 0; wait < 12; wait++) {
    const child = program(
      `const { setTimeout } = globalThis; console.log('go'); setTimeout(() => process.kill(process.pid, 'SIGKILL'), ${wait}); for (;;) { const home = await openHome(${JSON.stringify(path)}); await home.close() }`,
    )
    await once(child, 'exit')
  }
  const home = await openHome(path)
  assert.deepEqual(
    (await readdir(join(path, 'run'))).filter((name) => name !== 'program.json'),
    [],
    'half-written files are swept',
  )
  await home.close()
})

test('a lock that somebody wrote into, and a damaged note about the holder, do not stand in the way', async () => {
  const path = fresh()
  await mkdir(join(path, 'run'), { recursive: true })
  await writeFile(
    join(path, 'lock'),
    'pid 1234 — not what we write, and longer than a header of a hundred bytes '.repeat(9),
  )
  await writeFile(join(path, 'run', 'program.json'), '{"pid":')
  const home = await openHome(path)
  assert.equal((await findHolder(path))?.pid, process.pid)
  await home.close()
})

test('of many programs that start at once on one folder exactly one gets it', async () => {
  const path = fresh()
  const children = Array.from({ length: 6 }, () =>
    program(
      `await openHome(${JSON.stringify(path)}).then(() => console.log('got'), (error) => console.log(error.code)); setInterval(() => {}, 1e6)`,
    ),
  )
  const lines = await Promise.all(children.map(firstLine))
  assert.deepEqual(lines.sort(), ['got', ...Array(5).fill('home.taken')])
})

test('a folder that may not be written is named, with what to do about it', async () => {
  const path = fresh()
  await mkdir(path, { mode: 0o755 })
  if (process.getuid?.() === 0) {
    const child = program(
      `await openHome(${JSON.stringify(path)}).catch((error) => console.log(error.code, error.text.zh))`,
      { uid: 65534, gid: 65534 },
    )
    const line = await firstLine(child)
    assert.match(line, /^home\.not_writable/)
    assert.ok(line.includes(path) && line.includes('chown'), line)
  } else {
    await chmod(path, 0o500)
    const problem = await refusal(path)
    assert.equal(problem.code, 'home.not_writable')
    assert.ok(problem.text.zh.includes(path) && problem.text.zh.includes('chown'))
  }
})

test('a lock file that belongs to another user is named', async (t) => {
  if (process.getuid?.() !== 0) return t.diagnostic('not shown: only root can give a file to another user')
  const path = fresh()
  await (await openHome(path)).close()
  for (const one of [path, join(path, 'run')]) await chown(one, 65534, 65534)
  const child = program(
    `await openHome(${JSON.stringify(path)}).catch((error) => console.log(error.code, error.text.en))`,
    {
      uid: 65534,
      gid: 65534,
    },
  )
  const line = await firstLine(child)
  assert.match(line, /^home\.not_writable/)
  assert.ok(line.includes(join(path, 'lock')), line)
})

test('a path that is a file is named', async () => {
  const path = fresh()
  await writeFile(path, '')
  for (const wrong of [path, join(path, 'below')]) assert.equal((await refusal(wrong)).code, 'home.not_a_folder')
})

test('a full disk is said to be full, and the folder opens once there is room', async (t) => {
  const path = fresh()
  await mkdir(path)
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'none', path], { stdio: 'pipe' })
  } catch (error) {
    return t.diagnostic(`not shown: this machine allows no mount (${(error as Error).message.trim()})`)
  }
  try {
    await writeFile(join(path, 'filler'), Buffer.alloc(1 << 20)).catch(() => {})
    const problem = await refusal(path)
    assert.equal(problem.code, 'home.disk_full')
    assert.ok(problem.text.zh.includes(path))
    await rm(join(path, 'filler'))
    await (await openHome(path)).close()
  } finally {
    execFileSync('umount', [path])
  }
})

test('a private file is replaced as a whole', async () => {
  const path = fresh()
  await writePrivate(path, 'one')
  await writePrivate(path, 'two')
  assert.equal(await readFile(path, 'utf8'), 'two')
})
