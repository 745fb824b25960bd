import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { chmod, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { createLog } from '../log.ts'
import { Problem } from '../problem.ts'
import { createMasterKeyFile, masterKey, newMasterKeyText, readMasterKeys } from './master.ts'
import { BrokenSeal } from './sealed.ts'

let folder = ''
const lines: string[] = []
const log = createLog('debug', { write: (line) => lines.push(line) })
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'zhixing-keys-'))
})
after(() => rm(folder, { recursive: true }))

const refused = (code: string, names: string) => (error: unknown) =>
  error instanceof Problem && error.code === code && error.text.zh.includes(names) && error.text.en.includes(names)

async function keyFile(name: string, content: string, mode = 0o600): Promise<string> {
  const file = join(folder, name)
  await writeFile(file, content)
  await chmod(file, mode)
  return file
}

test('a new installation makes a key that only its owner reads, and reads it back', async () => {
  const file = join(folder, 'new', 'keys', 'master.key')
  assert.equal(await readMasterKeys({ file }, log), undefined)
  await createMasterKeyFile(file)
  assert.equal((await stat(file)).mode & 0o777, 0o600)
  assert.equal((await stat(join(folder, 'new', 'keys'))).mode & 0o777, 0o700)
  const first = await readMasterKeys({ file }, log)
  assert.equal(first?.all.length, 1)
  assert.equal((await readMasterKeys({ file }, log))?.current.check, first.current.check)
})

test('an existing key is never replaced, whatever it holds', async () => {
  const file = await keyFile('precious.key', 'not a key')
  await assert.rejects(createMasterKeyFile(file))
  assert.equal(await readFile(file, 'utf8'), 'not a key')
})

test('a key wraps and unwraps, and no other key unwraps what it wrapped', () => {
  const [mine, other] = [masterKey(randomBytes(32)), masterKey(randomBytes(32))]
  const dataKey = randomBytes(32)
  for (const algorithm of ['aes-256-gcm', 'sm4-ctr-hmac-sm3'] as const) {
    const wrapped = mine.wrap(algorithm, dataKey, ['data key', '1'])
    assert.deepEqual(mine.unwrap(algorithm, wrapped, ['data key', '1']), dataKey)
    assert.ok(!wrapped.includes(dataKey))
    assert.throws(() => mine.unwrap(algorithm, wrapped, ['data key', '2']), BrokenSeal)
    assert.throws(() => other.unwrap(algorithm, wrapped, ['data key', '1']), BrokenSeal)
  }
})

test('the check value tells keys apart and is the same every time', () => {
  const bytes = randomBytes(32)
  assert.equal(masterKey(bytes).check, masterKey(bytes).check)
  assert.match(masterKey(bytes).check, /^[0-9a-f]{16}$/)
  assert.notEqual(masterKey(bytes).check, masterKey(randomBytes(32)).check)
  assert.ok(!bytes.toString('hex').includes(masterKey(bytes).check))
})

test('a file may hold the new key and the old, in base64 or hex, with remarks; the first is in use', async () => {
  const [young, old] = [randomBytes(32), randomBytes(32)]
  const file = await keyFile(
    'two.key',
    `# since 2026\r\n${young.toString('base64')} # in use\n\n${old.toString('hex')}\n`,
  )
  const keys = await readMasterKeys({ file }, log)
  assert.equal(keys?.current.check, masterKey(young).check)
  assert.deepEqual(
    keys?.all.map((key) => key.check),
    [masterKey(young).check, masterKey(old).check],
  )
})

test('the environment may give the key itself', async () => {
  const [a, b] = [newMasterKeyText(), newMasterKeyText()]
  const keys = await readMasterKeys({ value: `${a},${b}`, name: 'ZHIXING_KEY' }, log)
  assert.equal(keys?.current.check, masterKey(Buffer.from(a, 'base64')).check)
  assert.equal(keys?.all.length, 2)
  await assert.rejects(
    readMasterKeys({ value: 'secret', name: 'ZHIXING_KEY' }, log),
    refused('secrets.key_malformed', 'ZHIXING_KEY'),
  )
})

test('a key that is no key is refused, naming the file and not what it holds', async () => {
  const wrong = ['', '# only a remark', 'password', randomBytes(16).toString('base64'), '0'.repeat(63), '!'.repeat(44)]
  for (const [number, content] of wrong.entries()) {
    const file = await keyFile(`wrong${number}.key`, content)
    await assert.rejects(readMasterKeys({ file }, log), (error) => {
      assert.ok(content.length < 8 || content.startsWith('#') || !String(error).includes(content))
      return refused('secrets.key_malformed', file)(error)
    })
  }
})

test('a key that everyone on the machine can read is refused with the cure', async () => {
  const file = await keyFile('open.key', newMasterKeyText(), 0o644)
  await assert.rejects(readMasterKeys({ file }, log), refused('secrets.key_exposed', `chmod 600 ${file}`))
})

test('a key that its group can read is taken, with a warning', async () => {
  const file = await keyFile('group.key', newMasterKeyText(), 0o440)
  lines.length = 0
  assert.ok(await readMasterKeys({ file }, log))
  assert.ok(lines.some((line) => line.includes('"warn"') && line.includes(file)))
})

test('a mounted secret is often a link: what it points to counts', async () => {
  const file = await keyFile('real.key', newMasterKeyText(), 0o600)
  const link = join(folder, 'link.key')
  await symlink(file, link)
  assert.ok(await readMasterKeys({ file: link }, log))
  await chmod(file, 0o604)
  await assert.rejects(readMasterKeys({ file: link }, log), refused('secrets.key_exposed', link))
})

test('a file that cannot be read is another thing than a file that is not there', async () => {
  const file = join(folder, 'folder.key')
  await createMasterKeyFile(join(file, 'inner.key'))
  await chmod(file, 0o700)
  await assert.rejects(readMasterKeys({ file }, log), refused('secrets.key_unreadable', file))
})
