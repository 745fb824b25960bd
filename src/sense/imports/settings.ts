import { Type } from 'typebox'
import { defineParameter, parameter } from '../../govern/system/system.ts'
import type { Ctx } from '../../platform/ctx.ts'
import { text } from '../../platform/problem.ts'
import type { Limits } from './readers/bytes.ts'

const group = text('数据导入', 'Imports')

export const fileLimit = defineParameter({
  name: 'imports.file_mib',
  schema: Type.Integer({ minimum: 1, maximum: 1_000_000 }),
  default: 4096,
  text: text('上传文件上限', 'Largest file'),
  unit: text('MiB', 'MiB'),
  group,
})
export const unpackedLimit = defineParameter({
  name: 'imports.unpacked_gib',
  schema: Type.Integer({ minimum: 1, maximum: 10_000 }),
  default: 32,
  text: text('文件解压后上限', 'Largest file once unpacked'),
  unit: text('GiB', 'GiB'),
  group,
})
export const keepDays = defineParameter({
  name: 'imports.keep_days',
  schema: Type.Integer({ minimum: 1, maximum: 3650 }),
  default: 7,
  text: text('导入文件保留天数', 'Days that files are kept'),
  help: text(
    '导入结束(或未导入的文件上传)后,文件保留的天数;坏行与统计一直保留',
    'After the import ended, or after the upload of a file that never ran; bad rows and figures stay',
  ),
  unit: text('天', 'days'),
  group,
})

/** What a file of this program may unpack to. */
export async function limitsOf(ctx: Ctx): Promise<Limits> {
  return { expandedBytes: (await parameter(ctx, unpackedLimit)) * 1024 ** 3 }
}
