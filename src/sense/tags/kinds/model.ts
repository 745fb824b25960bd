import { text } from '../../../platform/problem.ts'
import { ModelDefinition } from '../contract.ts'
import type { TagKind } from './kind.ts'

export const model: TagKind<ModelDefinition> = {
  definition: ModelDefinition,
  name: text('模型分标签', 'Model score'),
  toRule: null,
  type: () => 'number',
}
