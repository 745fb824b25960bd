import type postgres from 'postgres'

/** A handle that runs statements: the pool, or one transaction. Bigints come back as `bigint`, days as text, instants as Date. */
export type Sql = postgres.Sql<{ bigint: bigint }>
export type Tx = postgres.TransactionSql<{ bigint: bigint }>
