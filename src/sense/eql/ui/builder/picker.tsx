import {
  ApartmentOutlined,
  BlockOutlined,
  PlusOutlined,
  TagOutlined,
  TeamOutlined,
  ThunderboltOutlined,
  UserOutlined,
} from '@ant-design/icons'
import { Button, Input, Popover } from 'antd'
import { type KeyboardEvent, type ReactElement, useId, useMemo, useState } from 'react'
import { useLang, useText } from '../../../../console/kit/text.ts'
import { useBuilding } from './context.ts'
import { search, type Thing, type ThingKind, thingKinds, thingsOf } from './things.ts'
import { kindWords } from './words.ts'

export const kindIcons: Record<ThingKind, ReactElement> = {
  attribute: <UserOutlined aria-hidden />,
  event: <ThunderboltOutlined aria-hidden />,
  relation: <ApartmentOutlined aria-hidden />,
  tag: <TagOutlined aria-hidden />,
  segment: <TeamOutlined aria-hidden />,
  form: <BlockOutlined aria-hidden />,
}

type AddProps = { to: number; main?: boolean }

/** One box to search over everything a condition can be about. */
export function AddCondition({ to, main }: AddProps) {
  const t = useText()
  const { dispatch } = useBuilding()
  const [open, setOpen] = useState(false)
  const choose = (thing: Thing) => {
    setOpen(false)
    dispatch({ act: 'add', to, node: thing.node })
  }
  return (
    <Popover
      trigger="click"
      placement="bottomLeft"
      arrow={false}
      destroyOnHidden
      open={open}
      onOpenChange={setOpen}
      content={<Picker choose={choose} />}
    >
      <Button type={main ? 'primary' : 'dashed'} size="small" icon={<PlusOutlined aria-hidden />}>
        {t('添加条件', 'Add a condition')}
      </Button>
    </Popover>
  )
}

const mostShown = 120

function Picker({ choose }: { choose: (thing: Thing) => void }) {
  const t = useText()
  const id = useId()
  const { schema } = useBuilding()
  const things = useMemo(() => thingsOf(schema), [schema])
  const [typed, setTyped] = useState('')
  const [kind, setKind] = useState<ThingKind | null>(null)
  const [at, setAt] = useState(0)
  const found = useMemo(() => {
    const all = search(things, typed).filter((thing) => kind === null || thing.kind === kind)
    // Together by kind, each kind in the order of the search.
    return thingKinds.flatMap((one) => all.filter((thing) => thing.kind === one)).slice(0, mostShown)
  }, [things, typed, kind])
  const move = (to: number) => {
    const next = Math.max(0, Math.min(found.length - 1, to))
    setAt(next)
    document.getElementById(`${id}-${next}`)?.scrollIntoView({ block: 'nearest' })
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return
    if (event.key === 'ArrowDown') move(at + 1)
    else if (event.key === 'ArrowUp') move(at - 1)
    else if (event.key === 'Enter' && found[at]) choose(found[at])
    else return
    event.preventDefault()
  }
  const kinds = thingKinds.filter((one) => things.some((thing) => thing.kind === one))
  return (
    <div className="zx-rule-picker">
      <Input
        autoFocus
        allowClear
        role="combobox"
        aria-expanded
        aria-controls={`${id}-list`}
        aria-activedescendant={found[at] ? `${id}-${at}` : undefined}
        aria-label={t('搜索条件', 'Search conditions')}
        placeholder={t('搜索属性、行为、持有、标签、客群', 'Search attributes, events, holdings, tags, segments')}
        value={typed}
        onChange={(event) => {
          setTyped(event.target.value)
          setAt(0)
        }}
        onKeyDown={onKeyDown}
      />
      <div className="zx-rule-kinds">
        {[null, ...kinds].map((one) => (
          <button key={one ?? 'all'} type="button" aria-pressed={kind === one} onClick={() => setKind(one)}>
            {one === null ? t('全部', 'All') : t(kindWords[one])}
          </button>
        ))}
      </div>
      <Found {...{ id, found, at, choose }} />
    </div>
  )
}

type FoundProps = { id: string; found: readonly Thing[]; at: number; choose: (thing: Thing) => void }

function Found({ id, found, at, choose }: FoundProps) {
  const t = useText()
  const lang = useLang()
  if (found.length === 0) return <p className="zx-quiet zx-rule-none">{t('没有匹配的条件', 'Nothing is called so')}</p>
  return (
    <div id={`${id}-list`} role="listbox" aria-label={t('可用条件', 'Conditions')} className="zx-rule-things">
      {thingKinds.map((kind) => {
        const items = found.map((thing, i) => ({ thing, i })).filter(({ thing }) => thing.kind === kind)
        if (items.length === 0) return null
        return (
          // biome-ignore lint/a11y/useSemanticElements: options of a list box are grouped by this role
          <div key={kind} role="group" aria-label={t(kindWords[kind])}>
            <p aria-hidden>{t(kindWords[kind])}</p>
            {items.map(({ thing, i }) => (
              <div
                key={thing.key}
                id={`${id}-${i}`}
                role="option"
                tabIndex={-1}
                aria-selected={i === at}
                onClick={() => choose(thing)}
                onKeyDown={(event) => event.key === 'Enter' && choose(thing)}
              >
                {kindIcons[kind]}
                <span>{thing[lang]}</span>
                <small>
                  {thing.under[lang] || (kind === 'segment' ? '' : thing.key.slice(thing.key.indexOf(' ') + 1))}
                </small>
              </div>
            ))}
          </div>
        )
      })}
    </div>
  )
}
