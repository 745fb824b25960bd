import { RedoOutlined, UndoOutlined } from '@ant-design/icons'
import { Alert, Button } from 'antd'
import { type Dispatch, useEffect, useMemo, useReducer, useRef, useState } from 'react'
import { type Lang, useLang, useText } from '../../../../console/kit/text.ts'
import type { Issue, Rule, Schema } from '../../contract.ts'
import { checkRule, formatRule } from '../../rules/rule.ts'
import type { Counting, Writing } from '../useWriting.ts'
import type { Writer } from '../writer.ts'
import { type Building, BuildingProvider } from './context.ts'
import { Empty } from './examples.tsx'
import { GroupBox } from './group.tsx'
import { readForBuilder } from './opening.ts'
import { type Action, find, type Item, open, parentOf, reduce, type State, type Written, written } from './state.ts'
import './builder.css'

/** What the builder says of the rule whenever it has changed. */
export type Built = {
  text: string
  counting: Counting
  unfinished: number
  /** For who comes back to it: conditions that were unfinished and steps that can be undone are there still. */
  left: Opened
}
/** `source`: the text as it was opened. A rule that was only looked at keeps it. */
type Opened = { state: State; source: string }

type RuleBuilderProps = {
  schema: Schema
  writer: Writer
  writing: Writing
  text: string
  /** What was there before the other view was looked at. */
  built: Built | null
  change: (built: Built) => void
  toText: () => void
}

/** A rule as a tree of conditions that are clicked together; a text that cannot be read is not opened. */
export function RuleBuilder({ text, built, toText, ...rest }: RuleBuilderProps) {
  const t = useText()
  const lang = useLang()
  const [opened] = useState((): Opened | null => {
    if (built?.text === text) return built.left
    const read = readForBuilder(text, rest.schema)
    return read && { state: open(read.rule, rest.schema, lang), source: text }
  })
  if (opened) return <Tree opened={opened} {...rest} />
  return (
    <Alert
      type="info"
      showIcon
      title={t('文本还有语法错误,改好后就能点选', 'The text cannot be read yet: mend it, then it is shown here')}
      action={
        <Button size="small" onClick={toText}>
          {t('去改文本', 'To the text')}
        </Button>
      }
    />
  )
}

type TreeProps = Pick<RuleBuilderProps, 'schema' | 'writer' | 'writing' | 'change'> & { opened: Opened }

function Tree({ schema, writer, writing, change, opened }: TreeProps) {
  const lang = useLang()
  const [state, dispatch] = useReducer(reduce, opened.state)
  const now = useMemo(() => lookedAt(state, schema), [state, schema])
  const tell = useRef(change)
  tell.current = change
  const { source } = opened
  useEffect(() => {
    const { whole, counting, unfinished } = now
    const text = state.root === state.origin ? source : textOf(whole.rule, schema, lang)
    tell.current({ text, counting, unfinished, left: { state, source } })
  }, [now, state, schema, lang, source])
  useUndoKeys(dispatch)
  const building: Building = {
    ...{ schema, writer, dispatch },
    issuesOf: (item) => now.issues.get(item.id) ?? [],
    isUnfinished: (item) => now.whole.unfinished.has(item.id),
    countOf: (item) => (now.countable.paths.has(item.id) ? writing.counted.get(keyOf(item)) : undefined),
    universe: writing.estimate?.universe ?? schema.customers ?? 0,
    counting: writing.counting,
  }
  return (
    <BuildingProvider value={building}>
      <div className="zx-rule">
        <Steps state={state} dispatch={dispatch} />
        {state.root.items.length === 0 ? <Empty to={state.root.id} /> : <GroupBox group={state.root} index={0} root />}
      </div>
    </BuildingProvider>
  )
}

function Steps({ state, dispatch }: { state: State; dispatch: Dispatch<Action> }) {
  const t = useText()
  return (
    <div className="zx-rule-tools">
      <Button
        type="text"
        size="small"
        icon={<UndoOutlined aria-hidden />}
        aria-label={t('撤销', 'Undo')}
        title={t('撤销(Ctrl+Z)', 'Undo (Ctrl+Z)')}
        disabled={state.past.length === 0}
        onClick={() => dispatch({ act: 'undo' })}
      />
      <Button
        type="text"
        size="small"
        icon={<RedoOutlined aria-hidden />}
        aria-label={t('重做', 'Redo')}
        title={t('重做(Ctrl+Shift+Z)', 'Redo (Ctrl+Shift+Z)')}
        disabled={state.future.length === 0}
        onClick={() => dispatch({ act: 'redo' })}
      />
    </div>
  )
}

/** Known by what it says, not by where it stands: moved or undone it was counted already. */
function keyOf(item: Item): string {
  return JSON.stringify(item, (name, value: unknown) => (name === 'id' || name === 'notes' ? undefined : value))
}

type LookedAt = {
  whole: Written
  countable: Written
  issues: ReadonlyMap<number, Issue[]>
  counting: Counting
  unfinished: number
}

/** What the tree is as a rule, what is wrong with which part, and what of it can be counted. */
function lookedAt(state: State, schema: Schema): LookedAt {
  const whole = written(state)
  const issues = whole.rule
    ? issuesByPart(state, whole, checkRule(whole.rule, schema).issues)
    : new Map<number, Issue[]>()
  const wrong = [...issues].filter(([, list]) => list.some(({ severity }) => severity === 'error')).map(([id]) => id)
  const right = wrong.reduce((root, id) => reduce(root, { act: 'remove', id }), state)
  const countable = wrong.length === 0 ? whole : written(right)
  const parts = [...countable.paths].flatMap(([id, path]) => {
    const item = find(right.root, id)
    return item ? [{ path, key: keyOf(item) }] : []
  })
  return { whole, countable, issues, counting: { rule: countable.rule, parts }, unfinished: whole.unfinished.size }
}

/** Each issue stands beside the innermost part that its place lies in. */
function issuesByPart(state: State, { paths }: Written, issues: readonly Issue[]): Map<number, Issue[]> {
  const places = [...paths].sort(([a, x], [b, y]) => y.length - x.length || depthOf(state, b) - depthOf(state, a))
  return Map.groupBy(issues, ({ path }) => {
    const place = places.find(([, at]) => path === at || path.startsWith(`${at}.`))
    return place?.[0] ?? state.root.id
  })
}

/** A group of one has the place of its condition: what is wrong is the condition. */
function depthOf(state: State, id: number): number {
  const above = parentOf(state.root, id)
  return above ? 1 + depthOf(state, above.id) : 0
}

function textOf(rule: Rule | null, schema: Schema, lang: Lang): string {
  return rule ? formatRule(rule, schema, lang) : ''
}

/** Ctrl+Z is of the whole builder, wherever the focus is, but for fields of another form and of text. */
function useUndoKeys(dispatch: Dispatch<Action>) {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (!(event.ctrlKey || event.metaKey)) return
      const key = event.key.toLowerCase()
      if (key !== 'z' && key !== 'y') return
      const { target } = event
      if (target instanceof HTMLElement && target.closest('.zx-rule-picker, .cm-editor, textarea, form, [role=dialog]'))
        return
      event.preventDefault()
      dispatch({ act: key === 'y' || event.shiftKey ? 'redo' : 'undo' })
    }
    document.addEventListener('keydown', onKeyDown)
    return () => document.removeEventListener('keydown', onKeyDown)
  }, [dispatch])
}
