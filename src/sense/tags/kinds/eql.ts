import { text } from '../../../platform/problem.ts'
import { EqlDefinition } from '../contract.ts'
import type { TagKind } from './kind.ts'

export const eql: TagKind<EqlDefinition> = {
  definition: EqlDefinition,
  name: text('表达式标签', 'Expression'),
  toRule: (definition, reader) => reader.value(definition.text, 'draft.text'),
}
