import { text } from '../../platform/problem.ts'

export const permissions = [
  { id: 'imports.read', name: text('查看数据导入', 'See imports') },
  { id: 'imports.run', name: text('导入数据', 'Import data') },
] as const
