import { startOf } from '../bank/calendar.ts'
import type { DemoEvent, Holding, World } from '../bank/contract.ts'
import type { Column } from '../doors/files.ts'
import type { Sender } from '../doors/sender.ts'
import { fen, holdingColumns } from '../setup/bankFiles.ts'

/** After these the bank's books say something else of a customer than the day before. */
const moving = new Set(['purchase', 'redeem', 'maturity', 'money_in', 'money_out', 'salary_in', 'transfer'])

/**
 * What core banking sends when its day is closed: assets and level of the customers whose money moved, holdings that are
 * new or changed, and those that are gone.
 */
export async function closeDay(world: World, sender: Sender, day: number, events: readonly DemoEvent[]): Promise<void> {
  const at = startOf(world.bank.options.from, day + 1) - 60_000
  const columns = holdingColumns(world.bank)
  const common = { time: new Date(at).toISOString(), history: true }
  const moved = new Set(events.filter(({ event }) => moving.has(event)).map(({ customer }) => customer))
  for (const index of [...moved].sort((a, b) => a - b)) {
    const { customer_no, level, risk_grade, aum } = world.profileOn(index, day)
    await sender.sendOther({
      ...common,
      id: `close-${customer_no}-${day}`,
      type: 'profile',
      ids: { customer_no },
      profile: { op: 'set', values: { level, aum: fen(aum), ...(risk_grade ? { risk_grade } : {}) } },
    })
    const before = new Map(world.holdingsOn(index, day - 1).map((one) => [one.no, one]))
    for (const holding of world.holdingsOn(index, day)) {
      const known = before.get(holding.no)
      before.delete(holding.no)
      if (known?.balance === holding.balance) continue
      const item = { type: 'holding', id: holding.no, op: 'set', values: valuesOf(columns, holding) }
      await sender.sendOther({ ...common, id: `close-${holding.no}-${day}`, type: 'item', item })
    }
    for (const no of before.keys()) {
      const item = { type: 'holding', id: no, op: 'delete', values: {} }
      await sender.sendOther({ ...common, id: `close-${no}-${day}`, type: 'item', item })
    }
  }
}

function valuesOf(columns: readonly Column<Holding>[], holding: Holding): Record<string, unknown> {
  return Object.fromEntries(
    columns.flatMap(({ name, value }) => {
      const one = value(holding)
      return name && one !== null && one !== undefined ? [[name, one]] : []
    }),
  )
}
