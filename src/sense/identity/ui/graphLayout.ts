import type { CustomerIdentity, HeldIdentity } from '../contract.ts'

/** How many of a kind are drawn before the rest is folded. */
export const shownAtFirst = 4
const headHeight = 34
const rowHeight = 44
const gap = 16
/** Of the customer's own card, and of the numbers below it, which scroll when there are many. */
const half = 50
const memberHeight = 30
const mostBelow = 196

export type Group = {
  kind: string
  strong: boolean
  shared: boolean
  items: HeldIdentity[]
  hidden: number
  top: number
  height: number
}

export type Graph = { left: Group[]; right: Group[]; height: number; centre: number }

/** Strong identities stand at the left of the customer, weak ones at the right, a card for each kind, in their order. */
export function layoutOf(identity: CustomerIdentity, open: ReadonlySet<string>): Graph {
  const kinds = Map.groupBy(identity.identities, (one) => one.kind)
  const groups = [...kinds].map(([kind, items]) => {
    const shown = open.has(kind) ? items : items.slice(0, shownAtFirst)
    const hidden = items.length - shown.length
    const folds = items.length > shownAtFirst
    const height = headHeight + shown.length * rowHeight + (folds ? rowHeight : 8)
    const [first] = items
    return {
      ...{ kind, items: shown, hidden, height, top: 0 },
      strong: first?.strength === 'strong',
      shared: first?.shared ?? false,
    }
  })
  const left = groups.filter(({ strong }) => strong)
  const right = groups.filter(({ strong }) => !strong)
  const tall = (column: readonly Group[]) =>
    column.reduce((sum, { height }) => sum + height + gap, column.length > 0 ? -gap : 0)
  // The customer stands at the middle of the shorter side, so that he is seen without scrolling.
  const centre = Math.max(half, Math.min(tall(left) || tall(right), tall(right) || tall(left)) / 2)
  const below = Math.max(0, identity.members.length - 1) * memberHeight
  const height = Math.max(tall(left), tall(right), centre + half + Math.min(below, mostBelow))
  return { left: stack(left), right: stack(right), height, centre }
}

function stack(column: readonly Group[]): Group[] {
  let top = 0
  return column.map((group) => {
    const placed = { ...group, top }
    top += group.height + gap
    return placed
  })
}

/** From the customer to the middle of a card, as a curve; x in percent, y in pixels. */
export function curveTo(side: 'left' | 'right', group: Group, centre: number): string {
  const [from, to] = side === 'left' ? [42, 33] : [58, 67]
  const y = group.top + headHeight / 2
  const bend = (from + to) / 2
  return `M ${from} ${centre} C ${bend} ${centre}, ${bend} ${y}, ${to} ${y}`
}
