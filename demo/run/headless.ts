import { dayMs, startOf } from '../bank/calendar.ts'
import type { Api } from '../doors/api.ts'
import { type Loading, remember } from './load.ts'
import type { Player } from './player.ts'

/** The day is played in so many parts: what was sent in one is worked before the next begins. */
const partsOfDay = 4

/** The days of the bank, one after another on the virtual clock, each worked to its end. */
export async function playDays(loading: Loading, player: Player): Promise<void> {
  const { kept, say, stage, bank, api } = loading
  const { memory } = kept
  const task = say.task('模拟时间 · simulated days')
  for (let day = memory.day; day < memory.days; day++) {
    const sender = player.sender({ history: false, batch: 500 })
    const before = { ...memory.tally }
    const begins = startOf(bank.options.from, day)
    for (let part = 0; part < partsOfDay; part++) {
      const from = begins + (part * dayMs) / partsOfDay
      const to = from + dayMs / partsOfDay
      await stage.reach(to)
      await player.play(sender, day, { from, to })
      if (part + 1 === partsOfDay) await player.closeDay(sender, day)
      await sender.flush()
      await stage.settled()
    }
    memory.rejected = (await rejectedSince(api, begins)) + memory.rejected
    await remember(kept, before, sender, day + 1)
    task.at((day + 1) / memory.days, `${memory.tally.sent} 条 events`)
  }
  task.done(`${memory.days} 天 days, ${memory.tally.sent} 条 events`)
}

type Page = { items: { at: string }[]; next: string | null }

/** Messages in the reject store that were received after the moment. Counted day by day: it keeps them for 90 days only. */
async function rejectedSince(api: Api, since: number): Promise<number> {
  let count = 0
  for (let cursor = ''; ; ) {
    const page = await api.get<Page>(
      `/api/collect/rejects?limit=200${cursor && `&cursor=${encodeURIComponent(cursor)}`}`,
    )
    const those = page.items.filter(({ at }) => Date.parse(at) > since)
    count += those.length
    if (those.length < page.items.length || page.next === null) return count
    cursor = page.next
  }
}
