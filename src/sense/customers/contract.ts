import { text } from '../../platform/problem.ts'

export const permissions = [{ id: 'customers.read', name: text('查看客户', 'See customers') }] as const
