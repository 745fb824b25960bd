import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { type TestContext, test } from 'node:test'
import fc from 'fast-check'
import postgres, { type Sql } from 'postgres'
import { change } from '../../platform/change.ts'
import { openAudit, verifyAudit } from './audit.ts'
import type { FaultKind } from './contract.ts'
import { genesis, linkHash } from './rules/chain.ts'
import { sealOneSet } from './sealer.ts'
import { type AuditedCtx, auditedCtx, sealAll, whenSealable } from './testing/testing.ts'

const entries = 40
const setSize = 7

type Tampered = AuditedCtx & { sql: Sql; restore(): Promise<void> }

/** Forty sealed entries in sets of seven, two not yet sealed, and a superuser who has switched the triggers off. */
async function auditToTamper(t: TestContext): Promise<Tampered> {
  const audited = await auditedCtx(t)
  const { ctx, audit, anchorFile } = audited
  const act = (i: number) =>
    change(ctx, 'orgs.rename', { kind: 'org', id: `org-${i}`, name: i % 2 ? `网点${i}` : undefined }, async (tx) => {
      if (i % 3) tx.before({ i })
      return { i, name: `after ${i}` }
    })
  for (let i = 0; i < entries; i++) await act(i)
  await whenSealable(ctx)
  while (await sealOneSet(ctx, audit.keys, { floor: undefined }, setSize));
  await sealAll(ctx, audit)
  await act(100)
  await act(101)
  const sql = postgres(audited.superuserUrl, { max: 1, onnotice: () => {} })
  t.after(() => sql.end())
  await sql`set session_replication_role = replica`
  for (const table of ['entry', 'link', 'seal']) await sql.unsafe(`create table kept_${table} as table audit.${table}`)
  const anchors = await readFile(anchorFile)
  return {
    ...audited,
    sql,
    async restore() {
      for (const table of ['entry', 'link', 'seal'])
        await sql.unsafe(`truncate audit.${table}; insert into audit.${table} table kept_${table}`)
      await writeFile(anchorFile, anchors)
    },
  }
}

/** Makes all links anew from a place on, as one can who has read the source and has not the key; seals are made to fit. */
async function relink(sql: Sql, from: number): Promise<void> {
  await sql`update audit.link l set seq = -fresh.seq
            from (select entry, row_number() over (order by seq) as seq from audit.link) fresh where fresh.entry = l.entry`
  await sql`update audit.link set seq = -seq`
  const rows = await sql<{ seq: string; entry: string; hash: Buffer; xact: string; mac: Buffer }[]>`
    select l.seq::text, l.entry, l.hash, e.xact::text, e.mac from audit.link l join audit.entry e on e.id = l.entry order by l.seq`
  let hash: Buffer = genesis
  for (const row of rows) {
    hash =
      Number(row.seq) < from
        ? row.hash
        : linkHash(hash, BigInt(row.seq), { id: row.entry, xact: row.xact, mac: row.mac })
    await sql`update audit.link set hash = ${hash} where seq = ${row.seq}`
  }
  await sql`delete from audit.seal where from_seq > ${rows.length}`
  await sql`update audit.seal set seq = ${rows.length} where seq > ${rows.length}`
  await sql`update audit.seal s set hash = l.hash, entry = l.entry from audit.link l where l.seq = s.seq`
}

const columns = {
  entry: {
    id: `overlay(id placing 'zz' from 20)`,
    at: `at + interval '1 microsecond'`,
    xact: `(xact::text::bigint - 1)::text::xid8`,
    who_kind: `case who_kind when 'user' then 'key' else 'user' end`,
    who_id: `who_id || 'x'`,
    who_name: `''`,
    action: `action || '.'`,
    target_kind: `'user'`,
    target_id: `'org-999'`,
    target_name: `case when target_name is null then '' end`,
    org: `'org_x'`,
    before: `case when before is null then 'null'::json end`,
    after: `(after::text || ' ')::json`,
    request_id: `''`,
    ip: `'10.0.0.1'`,
    agent: `''`,
    mac: `set_byte(mac, 5, (get_byte(mac, 5) + 1) % 256)`,
  },
  link: { seq: `seq + 1000`, entry: `entry || 'x'`, hash: `set_byte(hash, 0, (get_byte(hash, 0) + 1) % 256)` },
  seal: {
    seq: `seq + 1000`,
    from_seq: `from_seq - 1`,
    hash: `set_byte(hash, 31, (get_byte(hash, 31) + 1) % 256)`,
    xact: `(xact::text::bigint + 1)::text::xid8`,
    entry: `entry || 'x'`,
    at: `at - interval '1 day'`,
    mac: `set_byte(mac, 0, (get_byte(mac, 0) + 1) % 256)`,
  },
} as const

const nth = (table: string, order: string, n: number) =>
  `ctid = (select ctid from audit.${table} order by ${order} offset ${n % entries} % (select count(*) from audit.${table}) limit 1)`

const place = fc.integer({ min: 1, max: entries })

type Tampering = { what: string; sql: string; relinkFrom?: number }

/** Every way to write to the three tables that a thief or a culprit would think of. */
const tampering: fc.Arbitrary<Tampering> = fc.oneof(
  changes('entry', 'id'),
  changes('link', 'seq'),
  changes('seal', 'seq'),
  at((n) => ({ what: `remove entry ${n}`, sql: `delete from audit.entry where id = ${entryAt(n)}` })),
  at((n) => ({ what: `remove link ${n}`, sql: `delete from audit.link where seq = ${n}` })),
  at((n) => ({ what: `remove seal ${n}`, sql: `delete from audit.seal where ${nth('seal', 'seq', n)}` })),
  at((n) => ({ what: `remove entry ${n} with its link`, sql: removed(n) })),
  at((n) => ({ what: `remove entry ${n} and close the gap`, sql: removed(n), relinkFrom: n })),
  at((n) => ({
    what: `change entry ${n} and link anew`,
    sql: `update audit.entry set after = '{"i":0}' where id = ${entryAt(n)}`,
    relinkFrom: n,
  })),
  at((n) => ({ what: `insert an entry like ${n} that is yet to be sealed`, sql: forged(n, 'pg_current_xact_id()') })),
  at((n) => ({ what: `insert an entry like ${n} among the sealed`, sql: forged(n, 'xact') })),
  at((n) => ({
    what: `insert an entry like ${n} with a link`,
    sql: `${forged(n, 'xact')}; insert into audit.link select max(seq) + 1, 'aud_forged', 'x' from audit.link`,
    relinkFrom: entries + 1,
  })),
  pair((a, b) => ({
    what: `swap what entries ${a} and ${b} say`,
    sql: `update audit.entry e set after = o.after, before = o.before, target_id = o.target_id from audit.entry o
          where (e.id, o.id) in ((${entryAt(a)}, ${entryAt(b)}), (${entryAt(b)}, ${entryAt(a)}))`,
  })),
  pair((a, b) => ({
    what: `swap the places of ${a} and ${b}`,
    sql: `update audit.link set seq = -seq where seq in (${a}, ${b});
          update audit.link set seq = ${a} + ${b} + seq where seq < 0`,
  })),
  pair((a, b) => ({
    what: `swap the places of ${a} and ${b} and link anew`,
    sql: `update audit.link set seq = -seq where seq in (${a}, ${b});
          update audit.link set seq = ${a} + ${b} + seq where seq < 0`,
    relinkFrom: Math.min(a, b),
  })),
  at((n) => ({ what: `cut the tail from ${n}`, sql: cut(n, true) })),
  at((n) => ({ what: `cut links and seals from ${n}`, sql: cut(n, false) })),
  fc.constant({ what: 'empty everything', sql: 'truncate audit.entry, audit.link, audit.seal' }),
)

function changes(table: keyof typeof columns, order: string): fc.Arbitrary<Tampering> {
  return fc.tuple(fc.constantFrom(...Object.entries(columns[table])), place).map(([[column, value], n]) => ({
    what: `change ${table}.${column}, row ${n}`,
    sql: `update audit.${table} set ${column} = ${value} where ${nth(table, order, n - 1)}`,
  }))
}

function at(make: (n: number) => Tampering): fc.Arbitrary<Tampering> {
  return place.map(make)
}
function pair(make: (a: number, b: number) => Tampering): fc.Arbitrary<Tampering> {
  return fc.uniqueArray(place, { minLength: 2, maxLength: 2 }).map(([a = 1, b = 2]) => make(a, b))
}
function entryAt(seq: number): string {
  return `(select entry from audit.link where seq = ${seq})`
}
function removed(n: number): string {
  return `delete from audit.entry where id = ${entryAt(n)}; delete from audit.link where seq = ${n}`
}
function forged(n: number, xact: string): string {
  return `insert into audit.entry
    select (jsonb_populate_record(e, jsonb_build_object('id', 'aud_forged'))).* from audit.entry e where id = ${entryAt(n)};
    update audit.entry set xact = ${xact} where id = 'aud_forged'`
}
function cut(n: number, entriesToo: boolean): string {
  const last = `(select coalesce(max(seq), 0) from audit.seal where seq < ${n})`
  return `${entriesToo ? `delete from audit.entry where id in (select entry from audit.link where seq > ${last});` : ''}
    delete from audit.link where seq > ${last};
    delete from audit.seal where seq >= ${n}`
}

test('whatever a superuser without the key does to the stored audit, the verification finds it', async (t) => {
  const tampered = await auditToTamper(t)
  const { ctx, audit, sql } = tampered
  assert.equal((await verifyAudit(ctx, audit)).ok, true)
  await fc.assert(
    fc
      .asyncProperty(tampering, async ({ what, sql: statements, relinkFrom }) => {
        await sql.unsafe(statements)
        if (relinkFrom !== undefined) await relink(sql, relinkFrom)
        const result = await verifyAudit(ctx, audit)
        assert.equal(result.ok, false, `not found: ${what}`)
      })
      .afterEach(tampered.restore),
    { numRuns: 120 },
  )
  assert.equal((await verifyAudit(ctx, audit)).ok, true)
})

test('each kind of tampering is named, with the first place that is wrong', async (t) => {
  const tampered = await auditToTamper(t)
  const { ctx, audit, sql } = tampered
  const [tenth] = await sql<{ entry: string }[]>`select entry from audit.link where seq = 10`
  const cases: [string, FaultKind, number | null, string | null][] = [
    [`update audit.entry set after = '{}' where id = ${entryAt(10)}`, 'entry-changed', 10, tenth?.entry ?? ''],
    [`delete from audit.entry where id = ${entryAt(10)}`, 'entry-removed', 10, tenth?.entry ?? ''],
    [`delete from audit.link where seq = 10`, 'link-removed', 10, null],
    [`delete from audit.link where seq between 10 and 20`, 'link-removed', 10, null],
    [forged(10, 'xact'), 'entry-inserted', null, 'aud_forged'],
    [`update audit.link set hash = 'x' where seq = 10`, 'link-changed', 10, tenth?.entry ?? ''],
    [`update audit.seal set at = now() where from_seq = 8`, 'seal-changed', 14, null],
    [`delete from audit.seal where from_seq = 8`, 'seal-changed', 15, null],
    [cut(30, true), 'tail-cut', 29, null],
    [`insert into audit.link values (41, 'aud_forged', 'x')`, 'link-inserted', 41, 'aud_forged'],
  ]
  for (const [statement, kind, seq, entry] of cases) {
    await sql.unsafe(statement)
    const [first] = (await verifyAudit(ctx, audit)).faults
    assert.deepEqual({ kind: first?.kind, seq: first?.seq, entry: first?.entry }, { kind, seq, entry }, statement)
    await tampered.restore()
  }
})

test('one changed entry is one fault: the rest of the chain is still checked', async (t) => {
  const { ctx, audit, sql } = await auditToTamper(t)
  await sql.unsafe(`update audit.entry set after = '{}' where id in (${entryAt(10)}, ${entryAt(30)})`)
  const result = await verifyAudit(ctx, audit)
  assert.deepEqual(
    result.faults.map((fault) => [fault.kind, fault.seq]),
    [
      ['entry-changed', 10],
      ['entry-changed', 30],
    ],
  )
  assert.equal(result.checked, entries)
})

test('an entry changed before it was sealed is found before and after it is sealed', async (t) => {
  const { ctx, audit, sql } = await auditToTamper(t)
  await sql`update audit.entry set who_name = 'somebody else' where target_id = 'org-101'`
  const before = await verifyAudit(ctx, audit)
  assert.deepEqual([before.faults[0]?.kind, before.unsealed], ['entry-inserted', 1])
  await sealAll(ctx, audit)
  const after = await verifyAudit(ctx, audit)
  assert.deepEqual([after.faults[0]?.kind, after.faults[0]?.seq], ['entry-changed', 42])
})

test('a second copy of a row is found even where the unique indexes were dropped', async (t) => {
  for (const table of ['entry', 'link', 'seal']) {
    const { ctx, audit, sql } = await auditToTamper(t)
    await sql.unsafe(`alter table audit.${table} drop constraint ${table}_pkey`)
    if (table === 'link') await sql`alter table audit.link drop constraint link_entry_key`
    await sql.unsafe(`insert into audit.${table} select * from audit.${table} offset 9 limit 1;
                      insert into audit.seal select * from audit.seal where '${table}' = 'seal' limit 1`)
    assert.equal((await verifyAudit(ctx, audit)).ok, false, table)
  }
})

test('a part of the chain can be checked alone, in whole sealed sets', async (t) => {
  const { ctx, audit, sql } = await auditToTamper(t)
  await sql.unsafe(`update audit.entry set after = '{}' where id = ${entryAt(10)}`)
  const beside = await verifyAudit(ctx, audit, { from: 15n, to: 20n })
  assert.deepEqual([beside.ok, beside.whole, beside.checked], [true, false, 7])
  assert.equal((await verifyAudit(ctx, audit, { from: 12n, to: 12n })).ok, false)
})

test('an anchor that somebody else wrote is found, one that is being written is not taken for it', async (t) => {
  const { ctx, audit, anchorFile } = await auditToTamper(t)
  const line = await readFile(anchorFile, 'utf8')
  await writeFile(anchorFile, line + line.slice(0, 60))
  assert.equal((await verifyAudit(ctx, audit)).ok, true)
  await writeFile(anchorFile, `41${line.slice(2)}`)
  assert.equal((await verifyAudit(ctx, audit)).faults[0]?.kind, 'anchor-changed')
})

test('with another key no entry verifies', async (t) => {
  const { ctx, audit } = await auditToTamper(t)
  const other = await openAudit({ key: Buffer.alloc(32, 8), anchorFile: audit.anchors.path })
  const result = await verifyAudit(ctx, other)
  assert.equal(result.faults.filter((fault) => fault.kind === 'entry-changed').length, entries)
  assert.equal(result.faults.filter((fault) => fault.kind === 'entry-inserted').length, 2)
})

test('links and seals that were cut off are made again, since the entries are still there', async (t) => {
  const { ctx, audit, sql } = await auditToTamper(t)
  await sql.unsafe(cut(20, false))
  assert.equal((await verifyAudit(ctx, audit)).ok, false)
  await sealAll(ctx, audit)
  const result = await verifyAudit(ctx, audit)
  assert.deepEqual([result.ok, result.checked], [true, entries + 2])
})
