import { useText } from '../../../../console/kit/text.ts'
import type { BuilderNode, Schema } from '../../contract.ts'
import { assemble } from '../../rules/builder.ts'
import { explainRule } from '../../rules/rule.ts'
import { useBuilding } from './context.ts'
import { AddCondition } from './picker.tsx'
import { entityOf, eventNode } from './things.ts'

/** Conditions that can be asked of what this bank has: to begin with, or to see what there is. */
function examplesOf(schema: Schema): BuilderNode[] {
  const customer = entityOf(schema, 'customer')
  const money = customer?.fields.find(({ type, onlyKnown }) => type === 'money' && !onlyKnown)
  const coded = customer?.fields.find(
    ({ codes, onlyKnown }) => codes?.some(({ value, zh }) => zh !== value) && !onlyKnown,
  )
  const code = coded?.codes?.at(-1)
  const event = schema.events.find(({ properties }) => properties.length > 0) ?? schema.events[0]
  const many = customer?.relations.find(({ many }) => many)
  const test = (op: '>=' | 'true' | 'false', values: string[] = []) => ({
    ...{ op, window: null },
    values: values.map((value) => ({ kind: 'number' as const, value })),
  })
  const done = event ? eventNode(event.name) : null
  return [
    ...(money
      ? [{ shape: 'attribute' as const, path: [money.name], through: null, test: test('>=', ['500000']) }]
      : []),
    ...(coded && code ? [codedNode(coded.name, code.value)] : []),
    ...(done?.shape === 'events' ? [done, { ...done, test: test('false') }] : []),
    ...(many
      ? [
          {
            ...{ shape: 'rows' as const, fn: 'any' as const, of: null, filters: [] },
            relation: many.name,
            test: test('true'),
          },
        ]
      : []),
  ]
}

function codedNode(name: string, value: string): BuilderNode {
  const items = [{ kind: 'text' as const, value }]
  return {
    shape: 'attribute',
    path: [name],
    through: null,
    test: { op: 'in', values: [{ kind: 'list', items }], window: null },
  }
}

/** A rule that has no condition yet. */
export function Empty({ to }: { to: number }) {
  const t = useText()
  const { schema, dispatch } = useBuilding()
  return (
    <div className="zx-rule-begin">
      <p>
        {t('还没有条件。从搜索开始,或点一个例子:', 'There is no condition yet. Search for one, or take an example:')}
      </p>
      <ul>
        {examplesOf(schema).map((node) => {
          const { expr } = assemble(node)
          const says = expr ? explainRule({ eql: 1, body: expr }, schema).map((line) => t(line)) : []
          return (
            <li key={says.join(' ')}>
              <button type="button" onClick={() => dispatch({ act: 'add', to, node })}>
                {says.join(' ')}
              </button>
            </li>
          )
        })}
      </ul>
      <AddCondition to={to} main />
    </div>
  )
}
