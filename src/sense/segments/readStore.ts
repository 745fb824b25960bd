import type { Tx } from '../../platform/db/db.ts'
import type { KeptRule } from './contract.ts'

export type LatestRule = { id: string; name: string; rule: KeptRule | null }

/** The rule of the latest version of each segment that counts. */
export function latestRules(tx: Tx): Promise<LatestRule[]> {
  return tx<LatestRule[]>`
    select s.id, s.name, v.rule from segments.segment s join segments.version v on v.segment = s.id and v.version = s.version
    where s.state <> 'retired'`
}

export function segmentNames(tx: Tx, ids: readonly string[]): Promise<{ id: string; name: string }[]> {
  return tx<{ id: string; name: string }[]>`select id, name from segments.segment where id = any (${ids}::text[])`
}
