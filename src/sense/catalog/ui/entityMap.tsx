import { useId } from 'react'
import { Link } from 'react-router'
import { useText } from '../../../console/kit/text.ts'
import type { EntityModel, Relation } from '../contract.ts'

type Spot = { x: number; y: number }
const [width, height, boxWidth, boxHeight] = [980, 520, 112, 40]
const middle: Spot = { x: width / 2, y: height / 2 }

/** The customer in the middle, the other types around it; an arrow for each relation, its word beside it. */
export function EntityMap({ model }: { model: EntityModel }) {
  const t = useText()
  const arrow = useId()
  const around = model.items.filter(({ type }) => type !== 'customer')
  const spots = new Map<string, Spot>([['customer', middle]])
  for (const [i, { type }] of around.entries()) {
    const angle = (2 * Math.PI * i) / around.length - Math.PI / 2
    spots.set(type, { x: middle.x + 400 * Math.cos(angle), y: middle.y + 215 * Math.sin(angle) })
  }
  return (
    <svg className="zx-cat-map" viewBox={`0 0 ${width} ${height}`} role="img" aria-label={t('实体关系图', 'Relations')}>
      <defs>
        <marker id={arrow} viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">
          <path d="M0 0 L8 4 L0 8 z" style={{ fill: 'var(--zx-quiet)', stroke: 'none' }} />
        </marker>
      </defs>
      {model.relations.map((relation) => (
        <Line key={`${relation.entity}.${relation.name}`} relation={relation} spots={spots} arrow={arrow} />
      ))}
      {model.items.map(({ type, zh, en }) => {
        const spot = spots.get(type) ?? middle
        return (
          <Link key={type} to={`/sense/entities/${type}`} aria-label={t(zh, en)}>
            <g className={type === 'customer' ? 'zx-cat-map-main' : undefined}>
              <rect x={spot.x - boxWidth / 2} y={spot.y - boxHeight / 2} width={boxWidth} height={boxHeight} rx="6" />
              <text x={spot.x} y={spot.y}>
                {t(zh, en)}
              </text>
            </g>
          </Link>
        )
      })}
    </svg>
  )
}

function Line({ relation, spots, arrow }: { relation: Relation; spots: Map<string, Spot>; arrow: string }) {
  const t = useText()
  const [from, to] = [spots.get(relation.entity), spots.get(relation.target)]
  if (!from || !to || from === to) return null
  const many = relation.cardinality === 'many' ? ' 1:n' : ''
  const bend = bendOf(from, to, relation)
  const [start, end] = [edge(from, bend), edge(to, bend)]
  return (
    <g>
      <path d={`M${start.x} ${start.y} Q${bend.x} ${bend.y} ${end.x} ${end.y}`} markerEnd={`url(#${arrow})`} />
      <text className="zx-cat-map-word" x={(start.x + 2 * bend.x + end.x) / 4} y={(start.y + 2 * bend.y + end.y) / 4}>
        {t(relation.zh, relation.en)}
        {many}
      </text>
    </g>
  )
}

/** A line between two others goes around the customer, who stands in the middle. */
function bendOf(from: Spot, to: Spot, { entity, target }: Relation): Spot {
  const half = { x: (from.x + to.x) / 2, y: (from.y + to.y) / 2 }
  const near = Math.hypot(half.x - middle.x, half.y - middle.y) < 90
  if (entity === 'customer' || target === 'customer' || !near) return half
  const [dx, dy] = [to.x - from.x, to.y - from.y]
  const length = Math.hypot(dx, dy)
  return { x: Math.round(half.x + (dy / length) * 240), y: Math.round(half.y - (dx / length) * 240) }
}

/** Where the line from the middle of a box leaves it. */
function edge(box: Spot, towards: Spot): Spot {
  const [dx, dy] = [towards.x - box.x, towards.y - box.y]
  const scale = Math.min(
    dx === 0 ? Number.POSITIVE_INFINITY : (boxWidth / 2 + 4) / Math.abs(dx),
    dy === 0 ? Number.POSITIVE_INFINITY : (boxHeight / 2 + 4) / Math.abs(dy),
  )
  return { x: Math.round(box.x + dx * scale), y: Math.round(box.y + dy * scale) }
}
