import type { Bank } from '../bank/contract.ts'
import type { Api } from '../doors/api.ts'
import { type BankFile, importFile } from '../doors/files.ts'
import type { Sender } from '../doors/sender.ts'
import { customerFile, holdingFile, listFiles } from '../setup/bankFiles.ts'
import { ensureContactPolicy } from '../setup/contactPolicy.ts'
import { ensureSegments } from '../setup/segments.ts'
import type { Kept } from './memory.ts'
import type { Player } from './player.ts'
import type { Say } from './say.ts'
import { type Stage, waitingOf } from './stage.ts'

export type Loading = { api: Api; kept: Kept; say: Say; stage: Stage; bank: Bank }

/** Imports the bank's files that were not imported yet: its lists, then its customers and holdings at the end of a day. */
export async function loadFiles({ api, kept, say, stage, bank }: Loading, day: number): Promise<void> {
  const files: (() => BankFile<unknown>)[] = [
    ...listFiles(bank).map((file) => () => file),
    () => customerFile(bank, day),
    () => holdingFile(bank, day),
  ]
  const task = say.task('客户与产品文件 · files of customers and products')
  let rows = 0
  for (const [i, make] of files.entries()) {
    const file = make()
    if (kept.memory.files.includes(file.name)) continue
    rows += await importFile(api, file, (share) => task.at((i + share) / files.length, file.name))
    kept.memory.files.push(file.name)
    await kept.keep()
  }
  await stage.settled()
  task.done(`${files.length} 个文件 files, ${rows} 行 rows`)
}

/** Remembered every so many events: a kill costs at most those, and they are known when they come again. */
const rememberEvery = 20_000

/** Sends the days before `until` that were not sent yet, as fast as the product takes them, until all is worked. */
export async function loadHistory({ api, kept, say, stage }: Loading, player: Player, until: number): Promise<void> {
  const { memory } = kept
  const first = memory.day
  if (first >= until) return
  const sender = player.sender({ history: true, batch: 500 })
  const before = { ...memory.tally }
  const task = say.task('历史行为 · history of events')
  let remembered = 0
  for (let day = first; day < until; day++) {
    await player.play(sender, day)
    task.at(((day - first + 1) / (until - first)) * 0.95, `${sender.tally.sent} 条 events, 第 ${day + 1} 天 day`)
    if (sender.tally.sent - remembered < rememberEvery && day + 1 < until) continue
    await sender.flush()
    remembered = sender.tally.sent
    await remember(kept, before, sender, day + 1)
  }
  await worked(api, (waiting) => task.at(0.97, `待处理 waiting: ${waiting}`))
  await stage.settled()
  task.done(`${sender.tally.sent} 条 events`)
}

async function worked(api: Api, told: (waiting: number) => void): Promise<void> {
  while (api.hasKey) {
    const waiting = await waitingOf(api)
    if (waiting === 0) return
    told(waiting)
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
}

export async function remember(
  kept: Kept,
  before: Kept['memory']['tally'],
  sender: Sender,
  day: number,
): Promise<void> {
  const { memory } = kept
  for (const of of Object.keys(before) as (keyof typeof before)[]) memory.tally[of] = before[of] + sender.tally[of]
  memory.day = day
  await kept.keep()
}

/** The segments of the bank's operators, published when there is somebody to be in them; then what limits contacts. */
export async function loadSegments({ api, say, stage }: Loading): Promise<void> {
  const task = say.task('客群 · segments')
  const count = await ensureSegments(api, stage.settled)
  task.done(`${count} 个 segments`)
  const policy = say.task('触达策略 · contact policy')
  policy.done(`${await ensureContactPolicy(api)} 条频控 caps`)
}
