import assert from 'node:assert/strict'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { houseFindings } from '../scripts/check/house.ts'
import { readImports } from '../scripts/check/imports.ts'
import { order } from '../scripts/check/order.cjs'
import { folderOf } from '../scripts/testing/tree.ts'

// Each rule of the house is proved by breaking it: a rule that nothing can break protects nothing.

/** A small product that keeps every rule. Each case below adds the one file that breaks one. */
const clean: Record<string, string> = {
  'package.json': JSON.stringify({ dependencies: { typebox: '1' }, devDependencies: { 'dev-tool': '1' } }),
  'node_modules/typebox/package.json': '{ "name": "typebox", "version": "1.0.0", "main": "index.js" }',
  'node_modules/typebox/index.js': 'exports.Type = {}',
  'node_modules/dev-tool/package.json': '{ "name": "dev-tool", "version": "1.0.0", "main": "index.js" }',
  'node_modules/dev-tool/index.js': 'exports.tool = {}',
  'node_modules/stray/package.json': '{ "name": "stray", "version": "1.0.0", "main": "index.js" }',
  'node_modules/stray/index.js': 'exports.stray = {}',
  'src/platform/ids.ts':
    'export type Id<K extends string> = `${K}_${string}`\nexport const birth = (at: Date) => at.getTime()',
  'src/platform/clock.ts': 'export const now = () => new Date()',
  'src/platform/db/db.ts': 'export type Tx = (s: TemplateStringsArray) => Promise<unknown>',
  'src/platform/testing/testing.ts': 'export const testCtx = () => 1',
  'src/govern/orgs/contract.ts':
    "import { Type } from 'typebox'\nexport const Org = Type\nexport type Org = { id: string }",
  'src/govern/orgs/rules.ts':
    "import type { Org } from './contract.ts'\nimport { birth } from '../../platform/ids.ts'\nexport const isRoot = (org: Org, at: Date) => org.id === '1' && birth(at) > 0",
  'src/govern/orgs/store.ts':
    "import type { Tx } from '../../platform/db/db.ts'\nimport type { Org } from './contract.ts'\nexport const findOrg = (tx: Tx) => tx`select id from orgs.org` as Promise<Org>",
  'src/govern/orgs/orgs.ts':
    "import { isRoot } from './rules.ts'\nimport { findOrg } from './store.ts'\nexport const getOrg = () => [isRoot, findOrg]",
  'src/govern/orgs/orgs.test.ts':
    "import { testCtx } from '../../platform/testing/testing.ts'\nimport { findOrg } from './store.ts'\nexport const used = [testCtx, findOrg, new Date(), Math.random()]",
  'src/govern/orgs/routes.ts': "import { getOrg } from './orgs.ts'\nexport const routes = [getOrg]",
  'src/govern/orgs/ui/orgPage.tsx':
    "import type { Org } from '../contract.ts'\nimport { Table } from '../../../console/kit/table.tsx'\nexport const OrgPage = (p: { org: Org }) => <Table>{p.org.id} import me</Table>",
  'src/govern/access/access.ts': "import { getOrg } from '../orgs/orgs.ts'\nexport const signIn = () => getOrg()",
  'src/sense/eql/eql.ts':
    "import { signIn } from '../../govern/access/access.ts'\nexport const compile = () => signIn()",
  'src/console/kit/table.tsx': 'export const Table = (p: { children: unknown }) => <b>{String(p.children)}</b>',
  'src/console/pages.ts': "export const pages = [() => import('../govern/orgs/ui/orgPage.tsx')]",
  'src/app.ts': "import { routes } from './govern/orgs/routes.ts'\nexport const app = [routes]",
  'scripts/tool.ts': 'export const tool = 1',
  'demo/bank.ts': 'export const bank = 1',
  'sdk/web/src/start.ts': 'export const start = 1',
}

async function broken(t: TestContext, files: Record<string, string>): Promise<string[]> {
  const root = folderOf(t, { ...clean, ...files })
  const { broken } = await readImports(root, ['src', 'scripts', 'demo', 'sdk'])
  return [...new Set([...broken.map((one) => one.rule), ...houseFindings(root).map((one) => one.rule)])]
}

test('a product that keeps the rules passes, and its imports of every kind are seen', async (t) => {
  assert.deepEqual(await broken(t, {}), [])
  const { files, imports } = await readImports(folderOf(t, clean), ['src', 'scripts', 'demo', 'sdk'])
  assert.equal(files, Object.keys(clean).filter((path) => /\.tsx?$/.test(path)).length + 1, 'every file, and typebox')
  const written = Object.values(clean)
    .join('\n')
    .match(/from '|import\('/g)
  assert.equal(imports, written?.length)
})

const face = (name: string) => `export const ${name} = 1`
const violations: Record<string, Record<string, string>> = {
  'no-cycles': {
    'src/govern/orgs/one.ts': "import { two } from './two.ts'\nexport const one = () => two",
    'src/govern/orgs/two.ts': "import type { one } from './one.ts'\nexport const two = (_: typeof one) => 1",
  },
  'no-unresolved': { 'src/govern/orgs/lost.ts': "export { gone } from './gone.ts'" },
  'declared-packages': { 'src/govern/orgs/stray.ts': "import { stray } from 'stray'\nexport const s = stray" },
  'no-dev-packages-in-product': { 'src/govern/orgs/t.ts': "import { tool } from 'dev-tool'\nexport const t = tool" },
  'call-the-face': { 'src/govern/access/peek.ts': "export const peek = () => import('../orgs/store.ts')" },
  'top-plugs-in': { 'src/main.ts': "import { findOrg } from './govern/orgs/store.ts'\nexport const m = findOrg" },
  'top-is-above': { 'src/platform/late.ts': "import { app } from '../app.ts'\nexport const late = app" },
  'rules-are-pure': {
    'src/govern/orgs/rules/move.ts':
      "import type { Tx } from '../../../platform/db/db.ts'\nexport const move = (_: Tx) => 1",
  },
  'contract-is-words': {
    'src/govern/access/contract.ts': "import { signIn } from './access.ts'\nexport const c = signIn",
  },
  'store-is-only-sql': {
    'src/govern/access/store.ts': "import { signIn } from './access.ts'\nexport const s = signIn",
  },
  'routes-call-the-face': {
    'src/govern/access/routes.ts': "import { users } from './users.ts'\nexport const r = users",
    'src/govern/access/users.ts': 'export const users = 1',
  },
  'ui-is-apart': {
    'src/govern/orgs/ui/moveForm.tsx':
      "import { isRoot } from '../rules.ts'\nexport const MoveForm = () => <i>{String(isRoot)}</i>",
  },
  'console-is-apart': {
    'src/console/shell.tsx': "import type { Tx } from '../platform/db/db.ts'\nexport const s = (_: Tx) => 1",
  },
  'screens-only-in-browser': {
    'src/govern/orgs/mail.ts': "import { OrgPage } from './ui/orgPage.tsx'\nexport const mail = OrgPage",
  },
  'testing-stays-in-tests': {
    'src/platform/start.ts': "import { testCtx } from './testing/testing.ts'\nexport const start = testCtx",
  },
  'product-without-tools': {
    'src/platform/start.ts': "import { tool } from '../../scripts/tool.ts'\nexport const s = tool",
  },
  'demo-is-outside': { 'demo/cheat.ts': "import { compile } from '../src/sense/eql/eql.ts'\nexport const c = compile" },
  'sdk-stands-alone': {
    'sdk/web/src/cheat.ts': "import { tool } from '../../../scripts/tool.ts'\nexport const c = tool",
  },
  'demo-bank-is-alone': { 'demo/bank/talk.ts': "import { bank } from '../bank.ts'\nexport const t = bank" },
  'listed-folder': { 'src/govern/gossip/gossip.ts': face('gossip') },
  'pure-rules': { 'src/sense/tags/rules.ts': 'export const due = async (at: Date) => at' },
  'one-clock': { 'src/sense/tags/tags.ts': 'export const today = () => new Date()' },
  'own-schema': {
    'src/govern/access/store.ts':
      'export const s = (sql: (s: TemplateStringsArray) => 1) => sql`select 1 from orgs.org`',
  },
}

for (const [rule, files] of Object.entries(violations))
  test(`${rule} is broken by a file that breaks it, and by nothing else`, async (t) => {
    assert.deepEqual(await broken(t, files), [rule])
  })

test('no phase reaches forward: each rule of the order is broken by the next phase', async (t) => {
  const phases = Object.keys(order)
  // Each phase's last capability, and platform and console themselves, import the like of the next phase.
  const folders = phases.map((phase) => [phase, ...(order[phase]?.slice(-1) ?? [])].join('/'))
  const files: Record<string, string> = {}
  folders.forEach((folder, i) => {
    const up = '../'.repeat(folder.split('/').length)
    const next = folders[i + 1]
    files[`src/${folder}/late.ts`] = next ? `export type { x } from '${up}${next}/late.ts'` : 'export type x = 1'
  })
  const { broken } = await readImports(folderOf(t, { 'package.json': '{}', ...files }), ['src'])
  const rules = broken.map((one) => one.rule).filter((rule) => rule.startsWith('phase-order-'))
  assert.deepEqual(
    rules.sort(),
    phases
      .slice(0, -1)
      .map((phase) => `phase-order-${phase}`)
      .sort(),
  )
})

test('no capability reaches forward in its phase: each rule is broken by the next capability', async (t) => {
  const files: Record<string, string> = {}
  const expected: string[] = []
  for (const [phase, names] of Object.entries(order))
    names.forEach((name, i) => {
      const next = names[i + 1]
      files[`src/${phase}/${name}/${name}.ts`] = next
        ? `export { x } from '../${next}/${next}.ts'`
        : 'export const x = 1'
      if (next) expected.push(`capability-order-${phase}-${name}`)
    })
  const { broken } = await readImports(folderOf(t, { 'package.json': '{}', ...files }), ['src'])
  assert.deepEqual(broken.map((one) => one.rule).sort(), expected.sort())
})

test('every rule that is written has a violation here, and says why it is there', async () => {
  const config = (await import(join(import.meta.dirname, '../.dependency-cruiser.cjs'))) as {
    default: { forbidden: { name: string; comment: string; severity: string }[] }
  }
  const single = config.default.forbidden.filter(({ name }) => !/^(phase|capability)-order-/.test(name))
  for (const rule of config.default.forbidden) {
    assert.ok(rule.comment.length > 30, rule.name)
    assert.equal(rule.severity, 'error')
  }
  const house = ['listed-folder', 'pure-rules', 'one-clock', 'own-schema']
  assert.deepEqual(Object.keys(violations).sort(), [...single.map((rule) => rule.name), ...house].sort())
})
