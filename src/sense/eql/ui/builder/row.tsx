import { CopyOutlined, DeleteOutlined, HolderOutlined, MoreOutlined } from '@ant-design/icons'
import { Button, Dropdown, Input } from 'antd'
import { type KeyboardEvent, type ReactNode, useState } from 'react'
import { useText } from '../../../../console/kit/text.ts'
import type { BuilderNode } from '../../contract.ts'
import { assemble } from '../../rules/builder.ts'
import { explainRule } from '../../rules/rule.ts'
import { AttributeForm } from './attributeForm.tsx'
import { useBuilding } from './context.ts'
import { Count } from './count.tsx'
import { dragHandle } from './drag.ts'
import { EventsForm, RowsForm } from './measureForms.tsx'
import { includesMissing } from './operators.ts'
import { kindIcons } from './picker.tsx'
import { SegmentForm, TagForm, TextForm } from './plainForms.tsx'
import { SequenceForm } from './sequenceForm.tsx'
import type { Item, Leaf } from './state.ts'
import type { ThingKind } from './things.ts'

const kinds: Record<Leaf['shape'], ThingKind> = {
  attribute: 'attribute',
  events: 'event',
  sequence: 'event',
  rows: 'relation',
  tag: 'tag',
  segment: 'segment',
  text: 'form',
}

/** One condition: its form, what it says, how many it finds, and what is wrong with it. */
export function Row({ item, index, group }: { item: Leaf; index: number; group: number }) {
  const { isUnfinished, issuesOf } = useBuilding()
  const says = useSays(item)
  const issues = issuesOf(item)
  const error = issues.some(({ severity }) => severity === 'error')
  return (
    <div className="zx-rule-row" data-state={error ? 'error' : isUnfinished(item) ? 'unfinished' : undefined}>
      <Handle item={item} says={says} />
      <span className="zx-rule-icon">{kindIcons[kinds[item.shape]]}</span>
      <div className="zx-rule-body">
        <div className="zx-rule-form">
          <Form item={item} />
        </div>
        <Says item={item} says={says} group={group} />
        <Problems of={item} />
        <Notes item={item} />
      </div>
      <Count of={item} />
      <Acts item={item} index={index} />
    </div>
  )
}

function Form({ item }: { item: Leaf }) {
  const { dispatch } = useBuilding()
  const change = (node: BuilderNode, typing?: string) =>
    dispatch({ act: 'replace', id: item.id, node, ...(typing === undefined ? {} : { typing }) })
  switch (item.shape) {
    case 'attribute':
      return <AttributeForm node={item} change={change} />
    case 'events':
      return <EventsForm node={item} change={change} />
    case 'rows':
      return <RowsForm node={item} change={change} />
    case 'sequence':
      return <SequenceForm node={item} change={change} />
    case 'tag':
      return <TagForm node={item} change={change} />
    case 'segment':
      return <SegmentForm node={item} change={change} />
    case 'text':
      return <TextForm node={item} change={change} />
  }
}

/** The sentence of a condition; empty while it is unfinished. */
function useSays(item: Leaf): string {
  const t = useText()
  const { schema } = useBuilding()
  const { expr } = assemble(item)
  if (!expr) return ''
  return explainRule({ eql: 1, body: expr }, schema)
    .map((line) => t(line))
    .join(' ')
}

/** What the condition says; rule 13: that the unknown count too is said in it, and can be changed at once. */
function Says({ item, says, group }: { item: Leaf; says: string; group: number }) {
  const t = useText()
  const { dispatch } = useBuilding()
  if (says === '') return <p className="zx-rule-says">{t('请填写取值', 'Fill in the value')}</p>
  const open = item.shape === 'attribute' && item.through === null && includesMissing(item.test.op)
  if (item.shape === 'text') return null
  return (
    <p className="zx-rule-says">
      {says}
      {open ? (
        <button
          type="button"
          className="zx-rule-link"
          onClick={() => {
            const test = { op: 'known' as const, values: [], window: null }
            const node: BuilderNode = { shape: 'attribute', path: item.path, through: null, test }
            dispatch({ act: 'add', to: group, node, after: item.id })
          }}
        >
          {t('排除未知的客户', 'Leave out the unknown')}
        </button>
      ) : null}
    </p>
  )
}

export function Problems({ of }: { of: Item }) {
  const t = useText()
  const { issuesOf } = useBuilding()
  return issuesOf(of).map((issue) => (
    <p key={`${issue.code} ${issue.path}`} className="zx-rule-problem" data-severity={issue.severity}>
      {t(issue)}
    </p>
  ))
}

/** Comments that stand before a condition; they are kept in the text too. */
export function Notes({ item }: { item: Item }) {
  const t = useText()
  const { dispatch } = useBuilding()
  if (!item.notes) return null
  return (
    <Input.TextArea
      size="small"
      className="zx-rule-notes zx-rule-grows"
      rows={1}
      variant="borderless"
      aria-label={t('备注', 'Comment')}
      placeholder={t('备注:为什么有这条', 'Comment: why it is there')}
      defaultValue={item.notes.join('\n')}
      key={item.notes.join('\n')}
      onBlur={(event) => {
        const notes = event.target.value
          .split('\n')
          .map((line) => line.trim())
          .filter(Boolean)
        if (notes.join('\n') !== item.notes?.join('\n')) dispatch({ act: 'note', id: item.id, notes })
      }}
    />
  )
}

const ways = { ArrowUp: 'up', ArrowDown: 'down', ArrowLeft: 'out', ArrowRight: 'in' } as const

/** Takes hold of a part: to carry it with the mouse, or to move it with the arrows. */
export function Handle({ item, says }: { item: Item; says: string }) {
  const t = useText()
  const { dispatch } = useBuilding()
  const onKeyDown = (event: KeyboardEvent<HTMLButtonElement>) => {
    const way = ways[event.key as keyof typeof ways]
    if (!way) return
    event.preventDefault()
    dispatch({ act: 'step', id: item.id, way })
    // In another group it is another element.
    requestAnimationFrame(() => document.querySelector<HTMLElement>(`[data-handle="${item.id}"]`)?.focus())
  }
  return (
    <button
      type="button"
      className="zx-rule-handle"
      data-handle={item.id}
      aria-label={t(`移动:${says || '条件'}`, `Move: ${says || 'the condition'}`)}
      title={t(
        '拖动,或用方向键移动(← 移出组,→ 移入相邻组)',
        'Drag, or move with the arrow keys (← out of the group, → into the next)',
      )}
      onKeyDown={onKeyDown}
      {...dragHandle(item.id)}
    >
      <HolderOutlined aria-hidden />
    </button>
  )
}

export function Acts({
  item,
  more = [],
}: {
  item: Item
  index: number
  more?: { key: string; label: ReactNode; onClick: () => void }[]
}) {
  const t = useText()
  const { dispatch } = useBuilding()
  const [noted, setNoted] = useState(false)
  const note = () => {
    setNoted(true)
    dispatch({ act: 'note', id: item.id, notes: [t('备注', 'Comment')] })
  }
  const items = [
    ...more,
    {
      key: 'wrap',
      label: t('放进新的条件组', 'Into a new group'),
      onClick: () => dispatch({ act: 'wrap', id: item.id }),
    },
    ...(item.notes && !noted ? [] : [{ key: 'note', label: t('添加备注', 'Add a comment'), onClick: note }]),
    { key: 'up', label: t('上移', 'Move up'), onClick: () => dispatch({ act: 'step', id: item.id, way: 'up' }) },
    { key: 'down', label: t('下移', 'Move down'), onClick: () => dispatch({ act: 'step', id: item.id, way: 'down' }) },
  ]
  return (
    <span className="zx-rule-acts">
      <Button
        type="text"
        size="small"
        icon={<CopyOutlined aria-hidden />}
        aria-label={t('复制条件', 'Duplicate')}
        title={t('复制条件', 'Duplicate')}
        onClick={() => dispatch({ act: 'duplicate', id: item.id })}
      />
      <Button
        type="text"
        size="small"
        icon={<DeleteOutlined aria-hidden />}
        aria-label={t('删除条件', 'Delete')}
        title={t('删除条件', 'Delete')}
        onClick={() => dispatch({ act: 'remove', id: item.id })}
      />
      <Dropdown trigger={['click']} menu={{ items }}>
        <Button type="text" size="small" icon={<MoreOutlined aria-hidden />} aria-label={t('更多操作', 'More')} />
      </Dropdown>
    </span>
  )
}
