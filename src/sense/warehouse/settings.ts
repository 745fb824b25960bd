import { Type } from 'typebox'
import { defineParameter, parameter } from '../../govern/system/system.ts'
import type { Ctx } from '../../platform/ctx.ts'
import { text } from '../../platform/problem.ts'

const group = text('数仓映射', 'Warehouse')

export const folders = defineParameter({
  name: 'warehouse.folders',
  schema: Type.Array(Type.String({ minLength: 2, maxLength: 500, pattern: '^/' }), { maxItems: 50 }),
  default: [],
  text: text('允许读取的文件夹', 'Folders that may be read'),
  help: text('绝对路径;为空则不能新建文件夹连接', 'Absolute paths; without any there are no folder connections'),
  group,
})
export const networks = defineParameter({
  name: 'warehouse.networks',
  schema: Type.Array(Type.String({ minLength: 1, maxLength: 100 }), { maxItems: 200 }),
  default: [],
  text: text('允许连接的地址', 'Addresses that may be connected to'),
  help: text(
    '主机名、IP 或网段(10.0.0.0/8)。为空:除本机、链路本地与云元数据地址外均可。这些特殊地址须逐一列出',
    'Host names, addresses or networks (10.0.0.0/8). None: all but this machine, link-local and cloud metadata addresses, which must be named here',
  ),
  group,
})
export const stepMemory = defineParameter({
  name: 'warehouse.step_mib',
  schema: Type.Integer({ minimum: 64, maximum: 1_000_000 }),
  default: 1024,
  text: text('SQL 步骤内存上限', 'Memory of an SQL step'),
  unit: text('MiB', 'MiB'),
  group,
})
export const stepSeconds = defineParameter({
  name: 'warehouse.step_seconds',
  schema: Type.Integer({ minimum: 1, maximum: 86_400 }),
  default: 600,
  text: text('SQL 步骤时间上限', 'Time of an SQL step'),
  unit: text('秒', 's'),
  group,
})
export const mostRows = defineParameter({
  name: 'warehouse.run_rows',
  schema: Type.Integer({ minimum: 1000, maximum: 10_000_000_000 }),
  default: 100_000_000,
  text: text('一次运行的行数上限', 'Rows of one run'),
  unit: text('行', 'rows'),
  group,
})

export type StepLimits = { memoryMib: number; seconds: number; rows: number }

export async function stepLimits(ctx: Ctx): Promise<StepLimits> {
  const [memoryMib, seconds, rows] = await Promise.all([
    parameter(ctx, stepMemory),
    parameter(ctx, stepSeconds),
    parameter(ctx, mostRows),
  ])
  return { memoryMib, seconds, rows }
}
