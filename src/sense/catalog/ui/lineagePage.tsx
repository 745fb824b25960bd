import { Alert } from 'antd'
import { Link, useSearchParams } from 'react-router'
import { useFormats } from '../../../console/kit/format.ts'
import { PageHead, Panel } from '../../../console/kit/pageHead.tsx'
import { Answer, Empty } from '../../../console/kit/states.tsx'
import { useText } from '../../../console/kit/text.ts'
import { useApi } from '../../../console/kit/useApi.ts'
import type { Lineage, LineageNode } from '../contract.ts'
import { lineageLayout, nodeHeight, nodeWidth, type Placed } from './lineageLayout.ts'
import './lineage.css'

/** Where the data of a thing come from, at its left, and what is made of it, at its right. */
export function LineagePage() {
  const t = useText()
  const [params] = useSearchParams()
  const [kind, id] = [params.get('kind') ?? '', params.get('id') ?? '']
  const asked = useApi<Lineage>('/api/catalog/lineage', { kind, id }, { enabled: kind !== '' })
  if (kind === '')
    return (
      <>
        <PageHead title={t('血缘', 'Lineage')} />
        <Empty
          title={t(
            '从一个数据连接、映射、事件或实体打开',
            'Open it from a connection, a mapping, an event or an entity',
          )}
        />
      </>
    )
  return <Answer of={asked}>{(lineage) => <Sheet lineage={lineage} />}</Answer>
}

function Sheet({ lineage }: { lineage: Lineage }) {
  const t = useText()
  const root = lineage.nodes.find(({ level }) => level === 0)
  return (
    <>
      <PageHead
        title={t(`${root?.title ?? ''} 的血缘`, `Lineage of ${root?.title ?? ''}`)}
        {...(root?.path ? { back: root.path } : {})}
        hint={t(
          '左侧是数据从哪里来,右侧是由它而成的。点击任一项,以它为中心查看。',
          'At the left where the data come from, at the right what is made of them. Choose any to put it in the middle.',
        )}
      />
      {lineage.cut ? (
        <Alert
          className="zx-note"
          type="info"
          showIcon
          title={t('内容较多,只显示最近的部分', 'There is more: only what is nearest is shown')}
        />
      ) : null}
      {lineage.edges.length === 0 ? (
        <Empty
          title={t('还没有记录到血缘', 'No lineage yet')}
          hint={t('数据流动时自动记录', 'It is recorded when data flow')}
        />
      ) : (
        <Panel>
          <Picture lineage={lineage} />
        </Panel>
      )}
    </>
  )
}

function Picture({ lineage }: { lineage: Lineage }) {
  const t = useText()
  const { time } = useFormats()
  const { placed, width, height, lines } = lineageLayout(lineage)
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a picture wider than its place is scrolled by keys.
    <section className="zx-lineage" tabIndex={0} aria-label={t('血缘图', 'The picture')}>
      <div className="zx-lineage-field" style={{ width, height }}>
        <svg width={width} height={height} aria-hidden>
          {lines.map(({ key, d, edge }) => (
            <path key={key} d={d}>
              <title>{`${time(edge.firstAt)} – ${time(edge.lastAt)}`}</title>
            </path>
          ))}
        </svg>
        <ul>
          {placed.map((one) => (
            <Box key={`${one.node.kind} ${one.node.id}`} placed={one} lineage={lineage} />
          ))}
        </ul>
      </div>
    </section>
  )
}

function Box({ placed, lineage }: { placed: Placed; lineage: Lineage }) {
  const t = useText()
  const { node, x, y } = placed
  const { kind, id, level, title, hidden } = node
  const look = level === 0 ? 'zx-lineage-node zx-lineage-root' : 'zx-lineage-node'
  const said = hidden ? t('(您不可见)', '(not visible to you)') : title
  const from = fromOf(lineage, node)
  return (
    <li className={look} style={{ left: x, top: y, width: nodeWidth, height: nodeHeight }}>
      <small>{t(node.kindName)}</small>
      {level === 0 || hidden ? (
        <strong title={said}>{said}</strong>
      ) : (
        <Link
          to={`/sense/lineage?kind=${encodeURIComponent(kind)}&id=${encodeURIComponent(id)}`}
          title={said}
          aria-label={from ? t(`${said},来自 ${from}`, `${said}, from ${from}`) : said}
        >
          {said}
        </Link>
      )}
    </li>
  )
}

/** For who cannot see the lines. */
function fromOf({ edges, nodes }: Lineage, node: LineageNode): string {
  return edges
    .filter(({ to }) => to.kind === node.kind && to.id === node.id)
    .map(({ from }) => nodes.find((one) => one.kind === from.kind && one.id === from.id)?.title)
    .filter(Boolean)
    .join('、')
}
