import { Tag } from 'antd'
import { useState } from 'react'
import { useFormats } from '../../../console/kit/format.ts'
import { Empty } from '../../../console/kit/states.tsx'
import { useText } from '../../../console/kit/text.ts'
import type { CustomerIdentity, HeldIdentity } from '../contract.ts'
import { curveTo, type Group, layoutOf, shownAtFirst } from './graphLayout.ts'

/** The customer in the middle, what names him for certain at the left, the rest at the right, merged numbers below. */
export function IdentityGraph({ identity, clear }: { identity: CustomerIdentity; clear: ReadonlyMap<string, string> }) {
  const t = useText()
  const { day } = useFormats()
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set())
  if (identity.identities.length === 0)
    return (
      <Empty
        title={t('此客户名下已没有身份', 'Nothing names this customer any more')}
        hint={t('身份已解绑或被替换,历史仍在', 'His identities were parted or replaced; his history stays')}
      />
    )
  const { left, right, height, centre } = layoutOf(identity, open)
  const merged = identity.members.slice(1)
  const toggle = (kind: string) =>
    setOpen((before) => {
      const after = new Set(before)
      if (!after.delete(kind)) after.add(kind)
      return after
    })
  const card = (side: 'left' | 'right') => (group: Group) => (
    <KindCard key={group.kind} group={group} side={side} toggle={toggle} isOpen={open.has(group.kind)} clear={clear} />
  )
  return (
    <div className="zx-id-graph" style={{ height }}>
      <svg viewBox={`0 0 100 ${height}`} preserveAspectRatio="none" aria-hidden>
        {left.map((group) => (
          <path key={group.kind} d={curveTo('left', group, centre)} className="zx-id-graph-strong" />
        ))}
        {right.map((group) => (
          <path
            key={group.kind}
            d={curveTo('right', group, centre)}
            className={group.shared ? 'zx-id-graph-shared' : undefined}
          />
        ))}
      </svg>
      <div className="zx-id-graph-side">{left.map(card('left'))}</div>
      <div className="zx-id-graph-middle" style={{ top: centre }}>
        <div className="zx-id-graph-self">
          <strong>#{identity.customer}</strong>
          <span>{identity.orgName}</span>
          <small>
            {t('首次出现', 'First seen')} {day(identity.bornAt)}
          </small>
        </div>
        {merged.length > 0 ? (
          <ul className="zx-id-graph-merged" aria-label={t('已并入的编号', 'Merged numbers')}>
            {merged.map(({ customer, bornAt, into }) => (
              <li key={customer}>
                <b>#{customer}</b> → #{into} <small>{day(bornAt)}</small>
              </li>
            ))}
          </ul>
        ) : null}
      </div>
      <div className="zx-id-graph-side">{right.map(card('right'))}</div>
    </div>
  )
}

type CardProps = {
  group: Group
  side: 'left' | 'right'
  toggle: (kind: string) => void
  isOpen: boolean
  clear: ReadonlyMap<string, string>
}

function KindCard({ group, side, toggle, isOpen, clear }: CardProps) {
  const t = useText()
  const [first] = group.items
  const total = group.items.length + group.hidden
  return (
    <section className={`zx-id-kind zx-id-kind-${side}`} style={{ top: group.top, height: group.height }}>
      <h3>
        {first ? t(first.name) : group.kind}
        {total > 1 ? <small>{total}</small> : null}
        {group.strong ? <Tag color="warning">{t('强', 'Strong')}</Tag> : null}
        {group.shared ? <Tag>{t('可共用', 'Shared')}</Tag> : null}
      </h3>
      <ul>
        {group.items.map((item) => (
          <Row key={item.id} item={item} clear={clear} />
        ))}
      </ul>
      {total > shownAtFirst ? (
        <button type="button" aria-expanded={isOpen} onClick={() => toggle(group.kind)}>
          {isOpen ? t('收起', 'Fold') : t(`还有 ${group.hidden} 个`, `${group.hidden} more`)}
        </button>
      ) : null}
    </section>
  )
}

function Row({ item, clear }: { item: HeldIdentity; clear: ReadonlyMap<string, string> }) {
  const t = useText()
  const { day, second } = useFormats()
  const shown = clear.get(item.id) ?? item.value
  return (
    <li title={`${second(item.firstSeen)} – ${second(item.lastSeen)} · ${item.source}`}>
      <code>{shown}</code>
      <small>
        {day(item.firstSeen)}
        {day(item.lastSeen) === day(item.firstSeen) ? '' : ` – ${day(item.lastSeen)}`}
        {item.mergedFrom === null ? null : <em> {t(`并入自 #${item.mergedFrom}`, `from #${item.mergedFrom}`)}</em>}
      </small>
    </li>
  )
}
