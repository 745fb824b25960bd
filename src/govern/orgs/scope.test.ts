import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import fc from 'fast-check'
import { change, read } from '../../platform/change.ts'
import { type Ctx, withCtx } from '../../platform/ctx.ts'
import type { Tx } from '../../platform/db/db.ts'
import { Problem } from '../../platform/problem.ts'
import { type TestCtx, testCtx } from '../../platform/testing/testing.ts'
import type { Org } from './contract.ts'
import { createOrg, ensureRoot, moveOrg, orgTree } from './orgs.ts'

/** A protected table as any capability would make it, with and without partitions. */
async function protectedTables(ctx: Ctx): Promise<void> {
  await ctx.db.sql`create schema trial`
  await ctx.db.sql`create table trial.thing (id int primary key, org text not null references orgs.org, said text)`
  await ctx.db.sql`call orgs.protect('trial.thing')`
}

function worksAt(ctx: Ctx, path: string): Ctx {
  return withCtx(ctx, { who: { kind: 'user', id: 'usr_test', name: '某人' }, scope: { path } })
}

const idsOf = (rows: readonly { id: number }[]) => rows.map((row) => row.id).sort((a, b) => a - b)

/** What people forget conditions in: every one must find the rows of the subtree and no other. */
const carelessReads: ((tx: Tx) => Promise<{ id: number }[]>)[] = [
  (tx) => tx`select id from trial.thing`,
  (tx) => tx`select a.id from trial.thing a left join trial.thing b on b.id = a.id`,
  (tx) => tx`select id from trial.thing where said is not null or true`,
  (tx) => tx`with all_of_it as materialized (select * from trial.thing) select id from all_of_it`,
  (tx) => tx`select thing.id from orgs.org join trial.thing on true where thing.org = org.id`,
  (tx) => tx`select max(id) as id from trial.thing group by id`,
  (tx) => tx`select id from (table trial.thing) thing union select id from trial.thing`,
]

type Step =
  | { do: 'add'; under: number }
  | { do: 'move'; org: number; under: number }
  | { do: 'write'; from: number; into: number }
  | { do: 'look'; from: number }

const step = fc.oneof(
  { weight: 2, arbitrary: fc.record({ do: fc.constant('add' as const), under: fc.nat() }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('move' as const), org: fc.nat(), under: fc.nat() }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('write' as const), from: fc.nat(), into: fc.nat() }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('look' as const), from: fc.nat() }) },
)

/** The tree as a reference keeps it: parents by number, rows by organisation. */
type Model = { orgs: Org[]; parent: (number | undefined)[]; rows: { id: number; org: number }[] }

function isBelow(model: Model, org: number | undefined, above: number): boolean {
  for (let at = org; at !== undefined; at = model.parent[at]) if (at === above) return true
  return false
}

const seenFrom = (model: Model, top: number) => idsOf(model.rows.filter((row) => isBelow(model, row.org, top)))

async function pathOf(ctx: Ctx, org: Org): Promise<string> {
  return (await orgTree(ctx)).find((node) => node.id === org.id)?.path ?? ''
}

async function take(ctx: Ctx, model: Model, next: Step): Promise<void> {
  const at = (n: number) => n % model.orgs.length
  const org = (n: number) => model.orgs[at(n)] as Org
  if (next.do === 'add') {
    const code = `N${model.orgs.length}`
    const under = at(next.under)
    model.orgs.push(await createOrg(ctx, { parent: org(under).id, code, name: code, kind: 'branch' }))
    model.parent.push(under)
  } else if (next.do === 'move') {
    const [moved, under] = [at(next.org), at(next.under)]
    const version = (await orgTree(ctx)).find((node) => node.id === org(moved).id)?.version ?? 0
    const moving = moveOrg(ctx, org(moved).id, { parent: org(under).id, version })
    const possible = moved !== 0 && !isBelow(model, under, moved) && model.parent[moved] !== under
    if (!possible) return assert.rejects(moving, Problem)
    await moving
    model.parent[moved] = under
  } else if (next.do === 'write') {
    await write(ctx, model, at(next.from), at(next.into))
  } else {
    const person = worksAt(ctx, await pathOf(ctx, org(next.from)))
    const expected = seenFrom(model, at(next.from))
    for (const careless of carelessReads) assert.deepEqual(idsOf(await read(person, careless)), expected)
  }
}

const nowhere = { kind: 'thing', id: 'thing' }

async function write(ctx: Ctx, model: Model, from: number, into: number): Promise<void> {
  const [home, other] = [model.orgs[from] as Org, model.orgs[into] as Org]
  const person = worksAt(ctx, await pathOf(ctx, home))
  const id = model.rows.length + 1
  const inserting = change(person, 'trial.write', nowhere, async (tx) => {
    await tx`insert into trial.thing values (${id}, ${other.id}, 'new')`
  })
  if (isBelow(model, into, from)) {
    await inserting
    model.rows.push({ id, org: into })
    return
  }
  await assert.rejects(inserting, (error) => error instanceof Problem && error.kind === 'denied')
  await assert.rejects(
    change(person, 'trial.give_away', nowhere, async (tx) => {
      const given = await tx`update trial.thing set org = ${other.id} returning id`
      if (given.length === 0) throw new Problem('denied', 'trial.nothing', { zh: '', en: '' })
    }),
    (error) => error instanceof Problem && error.kind === 'denied',
  )
  // Without a condition: what he reaches is his own, however much he asks for.
  const touched = await change(
    person,
    'trial.touch',
    nowhere,
    (tx) => tx<{ id: number }[]>`
    update trial.thing set said = 'touched' returning id`,
  )
  assert.deepEqual(idsOf(touched), seenFrom(model, from))
}

test('whatever tree, rows, moves and statements: a person reaches the rows of his subtree and no other', async (t) => {
  const ctx = await testCtx(t)
  await protectedTables(ctx)
  const root = await ensureRoot(ctx, { code: 'HQ', name: '总行' })
  let tree = 0
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 40 }), async (steps) => {
      const top = await createOrg(ctx, { parent: root.id, code: `T${tree++}`, name: '树', kind: 'branch' })
      await ctx.db.sql.begin(async (tx) => {
        await tx`select set_config('zhixing.scope', '*', true)`
        await tx`delete from trial.thing`
        await tx`update orgs.org set code = 'old' || ${tree} || '.' || left(md5(id), 12) where code like 'N%'`
      })
      const model: Model = { orgs: [top], parent: [undefined], rows: [] }
      // The model's tree hangs under the head office, which the model does not know: its own top cannot be moved.
      for (const next of steps) {
        const movesTop = next.do === 'move' && next.org % model.orgs.length === 0
        if (!movesTop) await take(ctx, model, next)
      }
    }),
    // A smaller counterexample would take as many databases as it has steps.
    { numRuns: 12, endOnFailure: true },
  )
})

test('whoever has no scope finds nothing and writes nothing', async (t) => {
  const ctx = await testCtx(t)
  await protectedTables(ctx)
  const root = await ensureRoot(ctx, { code: 'HQ', name: '总行' })
  await change(ctx, 'trial.write', nowhere, (tx) => tx`insert into trial.thing values (1, ${root.id}, 'x')`)
  const nobody = withCtx(ctx, { scope: 'nothing' })
  assert.equal((await read(nobody, (tx) => tx`select from trial.thing`)).length, 0)
  assert.equal((await read(nobody, (tx) => tx`select from orgs.org`)).length, 0)
  assert.equal((await ctx.db.sql`select from trial.thing`).length, 0, 'a statement outside any transaction of ours')
  assert.equal((await ctx.db.sql`select from orgs.org`).length, 0)
  await assert.rejects(
    change(nobody, 'trial.write', nowhere, (tx) => tx`insert into trial.thing values (2, ${root.id}, 'x')`),
    (error) => error instanceof Problem && error.code === 'orgs.out_of_scope',
  )
  for (const path of ['no_such_place', `${root.id}.no_such_place`])
    assert.equal((await read(worksAt(ctx, path), (tx) => tx`select from trial.thing`)).length, 0, path)
})

test('names above the scope are given by name alone, and the scope stands again afterwards', async (t) => {
  const ctx = await testCtx(t)
  const root = await ensureRoot(ctx, { code: 'HQ', name: '总行' })
  const branch = await createOrg(ctx, { parent: root.id, code: 'B', name: '分行', kind: 'branch' })
  await read(worksAt(ctx, branch.path), async (tx) => {
    const names = await tx`select * from orgs.names(${[root.id]})`
    assert.deepEqual([...names], [{ id: root.id, name: '总行' }])
    assert.deepEqual([...(await tx`select id from orgs.org`)], [{ id: branch.id }])
  })
})

test('the organisations of a scope are looked up once a statement, not once a row', async (t) => {
  const ctx = await testCtx(t)
  await protectedTables(ctx)
  const root = await ensureRoot(ctx, { code: 'HQ', name: '总行' })
  const branch = await createOrg(ctx, { parent: root.id, code: 'B', name: '分行', kind: 'branch' })
  await change(
    ctx,
    'trial.write',
    nowhere,
    (tx) => tx`
    insert into trial.thing select n, ${branch.id}, 'x' from generate_series(1, 3000) n`,
  )
  const plan = await read(
    worksAt(ctx, branch.path),
    (tx) => tx`
    explain (analyze, costs off, timing off, summary off) select * from trial.thing`,
  )
  const lines = plan.map((row) => String(row['QUERY PLAN'] ?? row.queryPlan ?? Object.values(row)[0])).join('\n')
  assert.match(lines, /hashed SubPlan/)
  assert.match(lines, /on org[^\n]*loops=1\)/)
  assert.doesNotMatch(lines, /loops=3000/)
})

type Guarded = { table: string; enabled: boolean; forced: boolean; policies: string[] }

/** Every table with an `org` column, as the catalogue knows it. Partitions are tables of their own. */
function tablesWithOrg(ctx: TestCtx): Promise<Guarded[]> {
  return ctx.db.sql<Guarded[]>`
    select relation.oid::regclass::text as "table", relrowsecurity as enabled, relforcerowsecurity as forced,
           array(select pg_get_expr(polqual, polrelid) || ' / ' || coalesce(pg_get_expr(polwithcheck, polrelid), 'same')
                 from pg_policy where polrelid = relation.oid) as policies
    from pg_class relation join pg_namespace on pg_namespace.oid = relnamespace
    where relkind in ('r', 'p') and nspname not in ('pg_catalog', 'information_schema')
      and exists (select from pg_attribute where attrelid = relation.oid and attname = 'org' and not attisdropped)
    order by 1`
}

test('every table of the product that says whose organisation a row is stands under the scope', async (t: TestContext) => {
  const ctx = await testCtx(t)
  await ctx.db.sql`create schema trial`
  await ctx.db.sql`create table trial.guarded (org text)`
  await ctx.db.sql`call orgs.protect('trial.guarded')`
  const tables = await tablesWithOrg(ctx)
  const model = tables.find((one) => one.table === 'trial.guarded')
  const loose = tables.filter((one) => !one.enabled || !one.forced || !one.policies[0]?.includes('orgs.visible()'))
  assert.deepEqual(loose, [], 'call orgs.protect() for it in the migration that makes it')
  assert.deepEqual(
    tables.filter((one) => String(one.policies) !== String(model?.policies)).map((one) => one.table),
    // Appended to by everyone, whatever his scope; what belongs to the whole bank is read at the head office.
    ['audit.entry'],
  )
  assert.ok(tables.some((one) => one.table === 'orgs.past'))
  await ctx.db.sql`create table trial.forgotten (org text)`
  const unguarded = (await tablesWithOrg(ctx)).filter((one) => !one.forced).map((one) => one.table)
  assert.deepEqual(unguarded, ['trial.forgotten'], 'this test sees a table that was forgotten')
})

test('the role that the product works as is neither above the policies nor able to switch them off', async (t) => {
  const ctx = await testCtx(t)
  const [role] = await ctx.db.sql<{ name: string; above: boolean }[]>`
    select rolname as name, rolsuper or rolbypassrls as above from pg_roles where rolname = current_user`
  assert.deepEqual({ ...role }, { name: 'zhixing_app', above: false })
})
