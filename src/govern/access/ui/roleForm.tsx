import type { FormPart } from '../../../console/kit/schemaForm.tsx'
import { text } from '../../../console/kit/text.ts'
import { PermissionMatrix } from './permissionMatrix.tsx'

export const roleParts: FormPart[] = [
  { name: 'name.zh', label: text('中文名称', 'Chinese name') },
  { name: 'name.en', label: text('英文名称', 'English name') },
  { name: 'description.zh', label: text('中文说明', 'Chinese description') },
  { name: 'description.en', label: text('英文说明', 'English description') },
  { name: 'permissions', label: text('权限', 'Permissions'), widget: <PermissionMatrix />, wide: true },
]
