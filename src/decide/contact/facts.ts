import type { Facts } from '../../platform/facts/facts.ts'
import { inControl } from './rules/chance.ts'

const sampled = 200_000

/**
 * How large the control group is, by the members of up to 200,000 customers and the number of all: the draw is a hash, so that
 * a part tells of the whole.
 */
export async function countControl(
  facts: Facts,
  control: { share: number; salt: string },
): Promise<{ members: number; customers: number }> {
  const [[all], ids] = await Promise.all([
    facts.query<{ n: bigint }>({ sql: 'SELECT count() AS n FROM customer FINAL' }),
    facts.query<{ id: number }>({
      sql: 'SELECT id FROM customer FINAL ORDER BY id LIMIT {most:UInt32}',
      params: { most: sampled },
    }),
  ])
  const customers = Number(all?.n ?? 0n)
  const inside = ids.filter(({ id }) => inControl([id], control)).length
  return { customers, members: ids.length === 0 ? 0 : Math.round((inside / ids.length) * customers) }
}
