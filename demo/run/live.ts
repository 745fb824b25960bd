import { dayOf, startOf } from '../bank/calendar.ts'
import { type Loading, remember } from './load.ts'
import type { Player } from './player.ts'

/** What has happened is sent this often, so that the live view moves while one looks. */
const everyMs = 2000
/** The last hours before the start are not loaded but played, so many times as fast as they were: the bank looks busy. */
export const behindMs = 12 * 3_600_000
const speed = 60

/**
 * Life goes on until the program ends: the hours before the start in quick motion, late as from phones that were offline,
 * and then each event at its own moment, from day to day.
 */
export async function live({ kept, stage, bank }: Loading, player: Player): Promise<void> {
  const { memory } = kept
  const opens = (day: number) => startOf(bank.options.from, day)
  let from = Math.max(opens(memory.day), memory.at ?? 0)
  let pace = memory.at === undefined ? Math.max(0, stage.now() - behindMs - from) : 0
  let sender = player.sender({ history: false, batch: 200 })
  let before = { ...memory.tally }
  for (;;) {
    const day = dayOf(bank.options.from, from)
    const ends = opens(day + 1)
    const to = Math.min(from + Math.max(pace, everyMs * speed), stage.now(), ends)
    await player.play(sender, day, { from, to })
    await sender.flush()
    pace = Math.max(0, pace - (to - from))
    from = to
    memory.at = to
    if (to === ends) {
      await player.closeDay(sender, day)
      await sender.flush()
      await remember(kept, before, sender, day + 1)
      sender = player.sender({ history: false, batch: 200 })
      before = { ...memory.tally }
    } else {
      await kept.keep()
      await stage.reach(stage.now() + everyMs)
    }
  }
}
