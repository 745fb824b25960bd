import { type Text, text } from '../../../console/kit/text.ts'
import type { HealthState, JobLine } from '../contract.ts'

export const jobStateNames: Record<JobLine['state'], Text> = {
  waiting: text('等待', 'Waiting'),
  scheduled: text('已排期', 'Scheduled'),
  running: text('运行中', 'Running'),
  retrying: text('重试中', 'Retrying'),
  failed: text('失败', 'Failed'),
}

export const jobStateColours = {
  waiting: 'default',
  scheduled: 'default',
  running: 'processing',
  retrying: 'warning',
  failed: 'error',
} as const

export const healthNames: Record<HealthState, Text> = {
  ok: text('正常', 'Healthy'),
  warn: text('需要关注', 'Needs attention'),
  bad: text('异常', 'Broken'),
}

export const healthColours = { ok: 'success', warn: 'warning', bad: 'error' } as const

export const valueStates: Record<'active' | 'retired', Text> = {
  active: text('启用', 'Active'),
  retired: text('停用', 'Retired'),
}
