import { text } from '../../../platform/problem.ts'
import { AttributeDefinition } from '../contract.ts'
import { fieldOf, type TagKind } from './kind.ts'

export const attribute: TagKind<AttributeDefinition> = {
  definition: AttributeDefinition,
  name: text('属性标签', 'Attribute'),
  toRule: ({ path, through }) =>
    through ? { kind: 'call', fn: through, args: [{ kind: 'field', path }] } : { kind: 'field', path },
  codes({ path, through }, schema) {
    const [name, ...more] = path
    return through || more.length > 0 || !name ? [] : (fieldOf(schema, name)?.codes ?? []).map(({ value }) => value)
  },
}
