import { text } from '../../platform/problem.ts'

export const permissions = [
  { id: 'catalog.source.read', name: text('查看数据接入', 'See data sources') },
  { id: 'catalog.source.edit', name: text('管理数据接入', 'Manage data sources') },
  { id: 'catalog.plan.read', name: text('查看埋点方案', 'See the tracking plan') },
  { id: 'catalog.plan.edit', name: text('编辑埋点方案', 'Edit the tracking plan') },
  { id: 'catalog.entity.read', name: text('查看实体模型', 'See the entity model') },
  { id: 'catalog.entity.edit', name: text('编辑实体模型', 'Edit the entity model') },
] as const
