import { type Text, text } from '../../../console/kit/text.ts'
import type { State } from '../contract.ts'

export const stateNames: Record<State, Text> = {
  draft: text('草稿', 'Draft'),
  live: text('启用', 'Live'),
  paused: text('已暂停', 'Paused'),
  retired: text('已停用', 'Retired'),
}

export const stateColours: Record<State, string> = {
  draft: 'default',
  live: 'success',
  paused: 'warning',
  retired: 'error',
}

/** Schedules that people choose; others are shown as they are written. */
export const schedules: readonly { cron: string; name: Text }[] = [
  { cron: '0 * * * *', name: text('每小时', 'Every hour') },
  { cron: '0 6 * * *', name: text('每天 06:00', 'Daily at 06:00') },
  { cron: '0 6 * * 1', name: text('每周一 06:00', 'Mondays at 06:00') },
  { cron: '0 6 1 * *', name: text('每月 1 日 06:00', 'On the 1st at 06:00') },
]

export function scheduleName(cron: string | null): Text {
  if (cron === null) return text('手动', 'By hand')
  return schedules.find((one) => one.cron === cron)?.name ?? text(cron, cron)
}

export const realTime = text('实时', 'Real time')

export function modeName({ cron, live }: { cron: string | null; live: boolean }): Text {
  return live ? realTime : scheduleName(cron)
}
