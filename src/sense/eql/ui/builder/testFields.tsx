import { Select } from 'antd'
import { useText } from '../../../../console/kit/text.ts'
import type { BuilderOperator, BuilderTest, BuilderValue, ValuesQuery } from '../../contract.ts'
import { arityOf, operatorsFor, type Tested, withOperator, wordOf } from './operators.ts'
import { ValueField } from './values.tsx'
import { WindowFields } from './windowFields.tsx'

type TestProps = {
  tested: Tested
  test: BuilderTest
  /** `typing`: goes on in one field, which is one step to undo. */
  change: (test: BuilderTest, typing?: string) => void
  label: string
  query: ValuesQuery | null
  /** Whose days may bound a window. */
  entity: string | null
}

/** How a value is tested: the operator, then what it compares with. */
export function TestFields({ tested, test, change, label, query, entity }: TestProps) {
  const t = useText()
  return (
    <span className="zx-rule-words">
      <Select
        size="small"
        aria-label={t(`${label}:条件`, `${label}: operator`)}
        popupMatchSelectWidth={false}
        value={test.op}
        onChange={(op: BuilderOperator) => change(withOperator(test, op))}
        options={operatorsFor(tested, test.op).map((op) => ({ value: op, label: t(wordOf(op, tested.type)) }))}
      />
      <TestValues {...{ tested, test, change, label, query, entity }} />
    </span>
  )
}

function TestValues({ tested, test, change, label, query, entity }: TestProps) {
  const t = useText()
  const [first] = test.values
  const put = (value: BuilderValue | undefined) =>
    change({ ...test, values: value === undefined ? [] : [value] }, 'values')
  switch (arityOf(test.op)) {
    case 'none':
      return null
    case 'window':
      return test.window ? (
        <WindowFields
          window={test.window}
          change={(window, typing) => change({ ...test, window }, typing)}
          of="within"
          days={tested.type === 'day'}
          entity={entity}
        />
      ) : null
    case 'two':
      return <Between {...{ tested, test, change, label, query, entity }} />
    default:
      return (
        <ValueField
          tested={tested}
          value={first}
          change={put}
          label={t(`${label}:取值`, `${label}: value`)}
          list={arityOf(test.op) === 'list'}
          query={query}
        />
      )
  }
}

/** Each end may be written first: while one is missing it stands as an empty value, and the test is unfinished. */
function Between({ tested, test, change, label, query }: TestProps) {
  const t = useText()
  const [low, high] = test.values
  const none: BuilderValue = { kind: 'list', items: [] }
  const shown = (value: BuilderValue | undefined) => (value?.kind === 'list' ? undefined : value)
  const put = (a: BuilderValue | undefined, b: BuilderValue | undefined) =>
    change({ ...test, values: a || b ? [a ?? none, b ?? none] : [] }, a === shown(low) ? 'high' : 'low')
  return (
    <>
      <ValueField
        tested={tested}
        value={shown(low)}
        change={(value) => put(value, shown(high))}
        label={t(`${label}:下限`, `${label}: from`)}
        query={query}
      />
      <span>{t('至', 'to')}</span>
      <ValueField
        tested={tested}
        value={shown(high)}
        change={(value) => put(shown(low), value)}
        label={t(`${label}:上限`, `${label}: to`)}
        query={query}
      />
    </>
  )
}
