import assert from 'node:assert/strict'
import { test } from 'node:test'
import { folderOf } from '../testing/tree.ts'
import { productSources } from './source.ts'
import { foreignSql } from './sql.ts'

const head = 'declare const tx: any, sql: any, order: any\n'

function findings(t: Parameters<typeof folderOf>[0], files: Record<string, string>): string[] {
  const sources = productSources(folderOf(t, files))
  return foreignSql(sources).map(({ file, line, what }) => `${file}:${line} ${what.replace(/:.*/, '')}`)
}

test("another capability's table is found wherever a statement is written, with its line", (t) => {
  const written: [way: string, code: string, name: string][] = [
    ['a template', 'tx`\n  select 1\n  from orgs.org`', 'orgs.org'],
    ['a template with values before it', 'tx`select ${`a`}, ${1 + 1}\n\n  from orgs.org`', 'orgs.org'],
    [
      'a fragment inside a template',
      'tx`select 1 from access.user where ${1 ? tx`\n\n exists (select from orgs.org)` : tx`true`}`',
      'orgs.org',
    ],
    ['raw text', 'tx.unsafe(\n\n`insert into orgs.org values (1)`)', 'orgs.org'],
    ['raw text that is only a name', "\n\ntx.unsafe('orgs.org')", 'orgs.org'],
    ['a constant', "\n\nexport const statement = 'select 1 from orgs.org'", 'orgs.org'],
    ["the driver's way to write a name", "\n\nsql('orgs.org')", 'orgs.org'],
    ['a column to sort by', "\n\norder({ name: { sql: 'orgs.path', type: 'text' } })", 'orgs.path'],
  ]
  for (const [way, code, name] of written)
    assert.deepEqual(
      findings(t, { 'src/govern/access/store.ts': head + code }),
      [`src/govern/access/store.ts:4 touches ${name}`],
      way,
    )
})

test('the platform keeps to its own tables and the queue, and the top of the program has none', (t) => {
  const found = findings(t, {
    'src/platform/jobs.ts': `${head}tx\`select from platform.timer join graphile_worker.jobs using (id)\``,
    'src/platform/peek.ts': `${head}tx\`select from audit.entry\``,
    'src/govern/system/queue.ts': `${head}tx\`select from graphile_worker.jobs\``,
    'src/app.ts': `${head}tx\`select from platform.timer\``,
  })
  assert.deepEqual(found, [
    'src/app.ts:2 touches platform.timer',
    'src/govern/system/queue.ts:2 touches graphile_worker.jobs',
    'src/platform/peek.ts:2 touches audit.entry',
  ])
})

test('names of actions and codes of problems are no statements', (t) => {
  const found = findings(t, {
    'src/govern/access/access.ts': `${head}export const words = ['orgs.move', 'orgs.has_children', \`audit.\${1}\`]`,
  })
  assert.deepEqual(found, [])
})

test('tests, screens and statements for ClickHouse are not held to schemas of PostgreSQL', (t) => {
  const code = `${head}tx\`select 1 from orgs.org\``
  const found = findings(t, {
    'src/govern/access/access.test.ts': code,
    'src/govern/access/testing/build.ts': code,
    'src/govern/access/ui/page.tsx': code,
    'src/govern/access/facts.ts': code,
    'src/platform/backup/clickhouse.ts': code,
  })
  assert.deepEqual(found, [])
})
