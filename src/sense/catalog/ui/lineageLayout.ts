import type { Lineage, LineageNode } from '../contract.ts'

export const nodeWidth = 210
export const nodeHeight = 52
const [gapX, gapY] = [90, 14]

export type Placed = { node: LineageNode; x: number; y: number }
type Line = { key: string; d: string; edge: Lineage['edges'][number] }

/** One column a step, what is asked for in its own; in a column each stands near what it is joined to. */
export function lineageLayout(lineage: Lineage): { placed: Placed[]; lines: Line[]; width: number; height: number } {
  const levels = [...new Set(lineage.nodes.map(({ level }) => level))].sort((a, b) => a - b)
  const columns = new Map(levels.map((level) => [level, lineage.nodes.filter((node) => node.level === level)]))
  const tallest = Math.max(1, ...[...columns.values()].map((nodes) => nodes.length))
  const height = tallest * (nodeHeight + gapY) - gapY
  const at = new Map<string, Placed>()
  // From the middle outwards, so that each column can stand by the one before it.
  for (const level of [...levels].sort((a, b) => Math.abs(a) - Math.abs(b))) {
    const nodes = [...(columns.get(level) ?? [])].sort(
      (a, b) => near(a, lineage, at) - near(b, lineage, at) || (a.title < b.title ? -1 : 1),
    )
    const top = (height - (nodes.length * (nodeHeight + gapY) - gapY)) / 2
    for (const [i, node] of nodes.entries())
      at.set(keyOf(node), { node, x: levels.indexOf(level) * (nodeWidth + gapX), y: top + i * (nodeHeight + gapY) })
  }
  const lines = lineage.edges.flatMap((edge): Line[] => {
    const [from, to] = [at.get(keyOf(edge.from)), at.get(keyOf(edge.to))]
    if (!from || !to) return []
    const [x1, y1] = [from.x + nodeWidth, from.y + nodeHeight / 2]
    const [x2, y2] = [to.x, to.y + nodeHeight / 2]
    const bend = Math.max(30, (x2 - x1) / 2)
    const key = `${keyOf(edge.from)} ${keyOf(edge.to)} ${keyOf(edge.by)}`
    return [{ key, d: `M${x1},${y1} C${x1 + bend},${y1} ${x2 - bend},${y2} ${x2},${y2}`, edge }]
  })
  return { placed: [...at.values()], lines, width: levels.length * (nodeWidth + gapX) - gapX, height }
}

const keyOf = ({ kind, id }: { kind: string; id: string }) => `${kind} ${id}`

/** The middle of what it is joined to and already stands. */
function near(node: LineageNode, { edges }: Lineage, at: ReadonlyMap<string, Placed>): number {
  const key = keyOf(node)
  const joined = edges.flatMap(({ from, to }) => {
    const other = keyOf(from) === key ? keyOf(to) : keyOf(to) === key ? keyOf(from) : undefined
    const placed = other === undefined ? undefined : at.get(other)
    return placed ? [placed.y] : []
  })
  return joined.length === 0 ? 0 : joined.reduce((sum, y) => sum + y, 0) / joined.length
}
