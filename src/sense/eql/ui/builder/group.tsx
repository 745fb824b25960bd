import { Checkbox, Segmented } from 'antd'
import { Fragment } from 'react'
import { useText } from '../../../../console/kit/text.ts'
import { useBuilding } from './context.ts'
import { Count } from './count.tsx'
import { dropZone, useDropIndex } from './drag.ts'
import { AddCondition } from './picker.tsx'
import { Acts, Handle, Notes, Problems, Row } from './row.tsx'
import type { Group } from './state.ts'

/** Conditions of which all or one must hold, and groups of them; the outermost is the rule. */
export function GroupBox({ group, index, root }: { group: Group; index: number; root?: boolean }) {
  const t = useText()
  const { dispatch } = useBuilding()
  const unwrap = {
    key: 'unwrap',
    label: t('解散条件组', 'Dissolve the group'),
    onClick: () => dispatch({ act: 'unwrap', id: group.id }),
  }
  return (
    <section
      className={root ? 'zx-rule-group zx-rule-root' : 'zx-rule-group'}
      data-word={group.word}
      aria-label={root ? t('规则', 'Rule') : t('条件组', 'Group of conditions')}
    >
      <header>
        {root ? null : <Handle item={group} says={t('条件组', 'the group')} />}
        <Word group={group} />
        <Checkbox
          className="zx-rule-not"
          checked={group.not}
          onChange={(event) => dispatch({ act: 'turn', id: group.id, not: event.target.checked })}
        >
          {t('取反', 'Not')}
        </Checkbox>
        <span className="zx-rule-space" />
        {root || group.items.length === 0 ? null : <Count of={group} />}
        {root ? null : <Acts item={group} index={index} more={group.not ? [] : [unwrap]} />}
      </header>
      <Notes item={group} />
      <Problems of={group} />
      <Items group={group} />
      <footer>
        <AddCondition to={group.id} />
      </footer>
    </section>
  )
}

function Word({ group }: { group: Group }) {
  const t = useText()
  const { dispatch } = useBuilding()
  return (
    <Segmented<'and' | 'or'>
      size="small"
      aria-label={t('满足全部还是任一', 'All or any')}
      value={group.word}
      onChange={(word) => dispatch({ act: 'turn', id: group.id, word })}
      options={[
        { value: 'and', label: t('满足全部', 'All hold') },
        { value: 'or', label: t('满足任一', 'Any holds') },
      ]}
    />
  )
}

function Items({ group }: { group: Group }) {
  const t = useText()
  const { dispatch } = useBuilding()
  const drop = useDropIndex(group.id)
  const zone = dropZone(group.id, (id, index) => dispatch({ act: 'move', id, to: group.id, index }))
  return (
    <ul className="zx-rule-items" {...zone}>
      {group.items.map((item, i) => (
        <Fragment key={item.id}>
          {drop === i ? <li aria-hidden className="zx-rule-drop" /> : null}
          <li data-item={item.id}>
            {i > 0 ? (
              <span className="zx-rule-word">{group.word === 'and' ? t('且', 'and') : t('或', 'or')}</span>
            ) : null}
            {item.shape === 'group' ? (
              <GroupBox group={item} index={i} />
            ) : (
              <Row item={item} index={i} group={group.id} />
            )}
          </li>
        </Fragment>
      ))}
      {drop === group.items.length ? <li aria-hidden className="zx-rule-drop" /> : null}
      {group.items.length === 0 ? (
        <li className="zx-quiet zx-rule-empty">{t('组里还没有条件', 'There is no condition in the group yet')}</li>
      ) : null}
    </ul>
  )
}
