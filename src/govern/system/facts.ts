import type { Facts } from '../../platform/facts/facts.ts'

export async function factsSize(facts: Facts): Promise<number> {
  const [row] = await facts.query<{ bytes: bigint | null }>({
    sql: 'SELECT sum(total_bytes) AS bytes FROM system.tables WHERE database = {database:String}',
    params: { database: facts.database },
    timeoutMs: 5000,
  })
  return Number(row?.bytes ?? 0)
}

/** The newest migration applied; null in a database that has none yet. */
export async function factsMigration(facts: Facts): Promise<number | null> {
  const [row] = await facts.query<{ newest: number; migrations: bigint }>({
    sql: 'SELECT max(number) AS newest, count() AS migrations FROM schema_migration',
    timeoutMs: 5000,
  })
  return row && row.migrations > 0n ? row.newest : null
}
