import { invalidField, text } from '../../../platform/problem.ts'
import type { Expr } from '../../eql/contract.ts'
import { ArithmeticDefinition } from '../contract.ts'
import { number, type TagKind } from './kind.ts'

export const arithmetic: TagKind<ArithmeticDefinition> = {
  definition: ArithmeticDefinition,
  name: text('四则运算标签', 'Arithmetic'),
  toRule({ terms, missingIsZero }, reader) {
    const read = ({ tag, number: value }: ArithmeticDefinition['terms'][number], i: number): Expr => {
      if (tag === null) {
        if (value === null)
          throw invalidField(
            `draft.terms.${i}`,
            'tags.empty_term',
            text('请选择标签或填写数字', 'Choose a tag or give a number'),
          )
        return number(value)
      }
      const known = reader.value(`tag "${tag}"`, `draft.terms.${i}.tag`)
      return missingIsZero ? { kind: 'call', fn: 'coalesce', args: [known, number(0)] } : known
    }
    const [first, ...more] = terms
    if (!first) throw new Error('a definition that was not checked')
    return more.reduce<Expr>(
      (left, term, i) => ({ kind: 'arith', op: term.op, left, right: read(term, i + 1) }),
      read(first, 0),
    )
  },
}
