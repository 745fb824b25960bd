import { text } from '../../../platform/problem.ts'
import { ImportDefinition } from '../contract.ts'
import type { TagKind } from './kind.ts'

export const imported: TagKind<ImportDefinition> = {
  definition: ImportDefinition,
  name: text('导入标签', 'Import'),
  toRule: null,
  type: ({ type }) => type,
  codes: ({ codes }) => codes,
}
