import { text } from '../../platform/problem.ts'

export const permissions = [
  { id: 'identity.kind.read', name: text('查看身份类型', 'See kinds of identity') },
  { id: 'identity.kind.edit', name: text('编辑身份类型', 'Edit kinds of identity') },
  { id: 'identity.merge.read', name: text('查看身份合并', 'See merges of customers') },
  { id: 'identity.merge.edit', name: text('处理身份冲突与撤销合并', 'Decide conflicts and undo merges') },
] as const
