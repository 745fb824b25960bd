import assert from 'node:assert/strict'
import { test } from 'node:test'
import { foreignNames } from './sqlNames.ts'
import { hole } from './sqlTokens.ts'

const schemas = { own: new Set(['access']), known: new Set(['access', 'orgs', 'audit', 'platform', 'graphile_worker']) }

function touched(sql: string): string[] {
  return foreignNames(sql.replaceAll('?', hole), schemas).map((one) => one.name)
}

const violations: [says: string, sql: string, names: string[]][] = [
  ['a table after from', 'select id from orgs.org', ['orgs.org']],
  ['a joined table', 'select 1 from access.user u join orgs.org o on o.id = u.org', ['orgs.org']],
  ['a table in a list', 'select 1 from access.user u, orgs.org o', ['orgs.org']],
  ['an insert, an update and a delete', 'insert into audit.entry values (?)', ['audit.entry']],
  ['an update', 'update orgs.org set name = ?', ['orgs.org']],
  ['a delete with using', 'delete from access.grant g using orgs.org o where g.org = o.id', ['orgs.org']],
  ['a quoted name', 'select 1 from "orgs"."org"', ['orgs.org']],
  ['a name in capitals, which PostgreSQL folds', 'SELECT 1 FROM Orgs.Org', ['orgs.org']],
  ['a function of another schema', 'select orgs.path_of(?)', ['orgs.path_of']],
  ['a type of another schema', 'select ?::orgs.kind', ['orgs.kind']],
  ['a subquery', 'select (select count(*) from orgs.org)', ['orgs.org']],
  ['a common table', 'with o as (select * from orgs.org) select * from o', ['orgs.org']],
  ['a table behind an alias of the same word', 'select orgs.id from orgs.org orgs', ['orgs.org']],
  ['the body of a dollar-quoted block', 'do $$ begin delete from orgs.org; end $$', ['orgs.org']],
  ['a table named by its text', "select nextval('orgs.seq'), 'orgs.org'::regclass", ['orgs.seq', 'orgs.org']],
  ['a schema nobody knows', 'select 1 from shadow.copy', ['shadow.copy']],
  ['the job queue, which belongs to the platform', 'select 1 from graphile_worker.jobs', ['graphile_worker.jobs']],
  ['a search path, which hides whose tables are meant', 'set search_path to orgs', ['search_path']],
  ['a table after a comment', 'select 1 from /* own */ -- yes\n orgs.org', ['orgs.org']],
]

for (const [says, sql, names] of violations)
  test(`found: ${says}`, () => {
    assert.deepEqual(touched(sql), names)
  })

const allowed: [says: string, sql: string][] = [
  ['its own tables', 'select u.id from access.user u where exists (select from access.role r where r.id = u.role)'],
  ['the catalogs', 'select 1 from pg_catalog.pg_class c join information_schema.tables t on true'],
  ['a name in a comment', 'select 1 -- from orgs.org\n from access.user /* join orgs.org /* and */ audit.entry */'],
  ['a name in a string', "select 'from orgs.org', e'it\\'s from orgs.org' is null from access.user"],
  ['a column of a common table of that name', 'with orgs as (select 1 as id) select orgs.id from orgs'],
  ['a column of an aliased table', 'select orgs.id from access.grant_org orgs where orgs.id = ?'],
  ['a column of an aliased subquery', 'select audit.at from (select now() as at) audit'],
  ['a column of an aliased function', 'select orgs.id from unnest(?::text[]) as orgs(id)'],
  ['a column of an aliased fragment', 'select orgs.id from ? orgs'],
  ['columns inside extract and trim', 'select extract(epoch from u.at), trim(both from u.name) from access.user u'],
  ['is distinct from a column', 'select 1 from access.user u where u.a is distinct from u.b'],
  [
    'the values of an insert',
    'insert into access.user (id) values (?) on conflict (id) do update set at = excluded.at',
  ],
  ['rows locked', 'select 1 from access.user u where u.id = ? for update of u skip locked'],
  ['numbers with a point', 'select 1.5, .5, 1e3 from access.user'],
]

for (const [says, sql] of allowed)
  test(`allowed: ${says}`, () => {
    assert.deepEqual(touched(sql), [])
  })
