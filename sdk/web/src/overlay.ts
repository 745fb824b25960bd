/** Frames and labels over the page, in a root of their own that neither sees nor is seen by the page's styles. */
export type Overlay = {
  hover(element: Element | undefined): void
  choose(element: Element | undefined): void
  alike(elements: readonly Element[]): void
  name(elements: readonly { element: Element; names: readonly string[] }[]): void
  owns(node: Node): boolean
  close(): void
}

type Kind = 'hover' | 'chosen' | 'alike' | 'named'
type Drawn = { element: Element; box: HTMLElement }

/** Set one by one by script: a page that forbids style attributes and style elements lets this through. */
const looks: Record<Kind, Partial<CSSStyleDeclaration>> = {
  hover: { border: '2px solid #1668dc', background: 'rgba(22, 104, 220, 0.12)' },
  chosen: {
    border: '2px solid #d4380d',
    background: 'rgba(212, 56, 13, 0.1)',
    boxShadow: '0 0 0 3px rgba(212, 56, 13, 0.25)',
  },
  alike: { border: '2px dashed #d4380d' },
  named: { border: '1px dashed #389e0d' },
}

export function openOverlay(): Overlay {
  const host = document.createElement('zx-picking')
  host.setAttribute('data-zx-ignore', '')
  host.setAttribute('aria-hidden', 'true')
  Object.assign(host.style, { position: 'fixed', inset: '0', zIndex: '2147483647', pointerEvents: 'none', margin: '0' })
  const root = host.attachShadow({ mode: 'closed' })
  document.documentElement.append(host)
  const drawn: Record<Kind, Drawn[]> = { hover: [], chosen: [], alike: [], named: [] }

  function draw(kind: Kind, elements: readonly { element: Element; label?: string }[]): void {
    for (const { box } of drawn[kind]) box.remove()
    drawn[kind] = elements.map(({ element, label }) => {
      const box = document.createElement('div')
      Object.assign(box.style, { position: 'fixed', boxSizing: 'border-box', borderRadius: '4px', ...looks[kind] })
      if (label) box.append(tagOf(label))
      root.append(box)
      return { element, box }
    })
    place()
  }

  function place(): void {
    for (const { element, box } of Object.values(drawn).flat()) {
      const { left, top, width, height } = element.getBoundingClientRect()
      const shown = width > 0 && height > 0 && !isCovered(element, left + width / 2, top + height / 2)
      Object.assign(box.style, {
        display: shown ? 'block' : 'none',
        left: `${left - 2}px`,
        top: `${top - 2}px`,
        width: `${width + 4}px`,
        height: `${height + 4}px`,
      })
    }
  }

  const closing = new AbortController()
  for (const name of ['scroll', 'resize'] as const)
    addEventListener(name, place, { capture: true, passive: true, signal: closing.signal })
  return {
    hover: (element) => draw('hover', element ? [{ element }] : []),
    choose: (element) => {
      draw('hover', [])
      draw('chosen', element ? [{ element }] : [])
    },
    alike: (elements) =>
      draw(
        'alike',
        elements.map((element) => ({ element })),
      ),
    name: (elements) =>
      draw(
        'named',
        elements.flatMap(({ element, names }) => (names[0] ? [{ element, label: names.join(' · ') }] : [])),
      ),
    owns: (node) => node === host || host.contains(node),
    close() {
      closing.abort()
      host.remove()
    },
  }
}

/** Something else lies over its middle, a bar that stays in place for one, or the middle is out of sight. */
function isCovered(element: Element, x: number, y: number): boolean {
  const top = document.elementFromPoint(x, y)
  return top === null || !(element.contains(top) || top.contains(element))
}

function tagOf(label: string): HTMLElement {
  const tag = document.createElement('span')
  tag.textContent = label
  Object.assign(tag.style, {
    position: 'absolute',
    left: '-1px',
    top: '-9px',
    maxWidth: '160px',
    padding: '0 6px',
    overflow: 'hidden',
    textOverflow: 'ellipsis',
    whiteSpace: 'nowrap',
    borderRadius: '3px',
    background: '#237804',
    color: '#fff',
    font: '11px/16px "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif',
  })
  return tag
}
