import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import postgres from 'postgres'
import { ensureRoot } from '../../../govern/orgs/orgs.ts'
import { openBank } from '../../../govern/privacy/testing/bank.ts'
import { listParameters, setParameter } from '../../../govern/system/system.ts'
import type { Ctx } from '../../../platform/ctx.ts'
import { emptyDatabase } from '../../../platform/testing/testing.ts'
import { standardChoices } from '../../imports/testing/choices.ts'
import { type Log, recordingLog } from '../../imports/testing/testing.ts'
import type { Connection, Definition, MappingDetail, NewConnection } from '../contract.ts'
import { warehouseWith } from '../warehouse.ts'

export type { Log } from '../../imports/testing/testing.ts'

export async function allow(ctx: Ctx, name: string, value: unknown): Promise<void> {
  const revision = (await listParameters(ctx)).find((one) => one.name === name)?.revision ?? 0
  await setParameter(ctx, name, { revision, value })
}

/** A bank with an open vault, a log that records, and a warehouse that may speak to this machine. */
export async function warehouseBank(t: TestContext, log: Log = recordingLog()) {
  const { ctx, first, keyFile } = await openBank(t)
  const folder = await mkdtemp(join(tmpdir(), 'zhixing-warehouse-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  const org = await ensureRoot(ctx, { code: '0000', name: '总行' })
  await allow(ctx, 'warehouse.networks', ['127.0.0.1/32', '::1/128', 'localhost'])
  const warehouse = warehouseWith({
    receive: log.receive,
    source: async () => ({ id: 'src_warehouse' }),
    choices: async () => standardChoices,
    folder: join(folder, 'spool'),
  })
  const connect = (given: Omit<NewConnection, 'org'>): Promise<Connection> =>
    warehouse.createConnection(ctx, { ...given, org: org.id })
  let codes = 0
  /** A loaded mapping, switched on; by hand unless it says otherwise. */
  async function mapped(connection: string, definition: Partial<Definition>): Promise<MappingDetail> {
    const made = await warehouse.createMapping(ctx, {
      name: `映射 ${++codes}`,
      code: `m${codes}`,
      connection,
      way: 'loaded',
      definition: { ...plain, ...definition } as Definition,
    })
    return warehouse.switchMapping(ctx, made.id, { version: made.version, state: 'on' })
  }
  /** A run by hand, to its end. */
  async function run(mapping: string, reload = false) {
    const { id } = await warehouse.beginRun(ctx, mapping, { reload })
    await warehouse.workRun(ctx, id)
    return warehouse.getRun(ctx, id)
  }
  return { ctx, warehouse, log, folder, org, connect, mapped, run, first, keyFile }
}

const plain = { load: { how: 'full' }, timetable: { kind: 'hand' }, checks: [] } as const

/** A database of the bank on a real server, with an account of its own that can only read. */
export async function bankDatabase(t: TestContext) {
  const url = new URL(await emptyDatabase(t))
  const sql = postgres(url.href, { max: 2, onnotice: () => {} })
  const user = `reader_${url.pathname.slice(1)}`
  await sql.unsafe(`create role ${user} login password 'geheim-1'`)
  await sql.unsafe(`grant pg_read_all_data to ${user}`)
  t.after(async () => {
    // The database is gone by now, and with it whatever the role could read.
    await sql.end()
    const server = postgres(Object.assign(new URL(url), { pathname: '/postgres' }).href, { max: 1 })
    await server.unsafe(`drop role ${user}`)
    await server.end()
  })
  const settings = {
    host: url.hostname,
    port: Number(url.port),
    database: url.pathname.slice(1),
    user,
    tls: 'off' as const,
  }
  return { sql, user, settings, given: { name: '核心', kind: 'postgres' as const, settings, secret: 'geheim-1' } }
}

export const customerColumns = {
  target: 'customers' as const,
  columns: [
    { column: 'no', as: 'identity' as const, kind: 'customer_no' },
    { column: 'aum', as: 'value' as const, name: 'aum', type: 'money' as const },
  ],
}
