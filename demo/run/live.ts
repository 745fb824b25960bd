import { dayMs, dayNumber, startOf } from './days.ts'
import { type Loading, remember } from './load.ts'
import type { Player } from './player.ts'

/** What has happened is sent this often, so that the live view moves while one looks. */
const everyMs = 2000

/** Life goes on in real time until the program ends: today's events at their own moments, and so on from day to day. */
export async function live({ kept, stage, bank }: Loading, player: Player): Promise<void> {
  const { memory } = kept
  const first = startOf(bank.options.from)
  let sender = player.sender({ history: false, batch: 200 })
  let before = { ...memory.tally }
  // What was sent of today before a restart comes again, and is known.
  for (let from = first + memory.day * dayMs; ; ) {
    const day = dayNumber(bank.options.from, from)
    const to = Math.min(stage.now(), first + (day + 1) * dayMs)
    await player.play(sender, day, { from, to })
    await sender.flush()
    from = to
    if (to === first + (day + 1) * dayMs) {
      await remember(kept, before, sender, day + 1)
      sender = player.sender({ history: false, batch: 200 })
      before = { ...memory.tally }
      continue
    }
    await stage.reach(to + everyMs)
  }
}
