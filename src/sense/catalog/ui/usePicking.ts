import { useCallback, useEffect, useRef, useState } from 'react'
import { api } from '../../../console/kit/api.ts'
import { useLang } from '../../../console/kit/text.ts'
import type { ElementNames, NamedElements, Pick } from '../contract.ts'

export type PickedElement = { event: string; props: Record<string, string> }
export type Picked = { element: PickedElement; similar?: { selector: string; count: number } | undefined }
export type PickedPage = { url: string; title: string; page: Record<string, unknown> }

/** `silent`: the page has not answered for a while; it is still listened to. */
type Link = 'none' | 'opening' | 'linked' | 'silent'
type FromPage =
  | ({ zx: 'hello' } & PickedPage)
  | { zx: 'elements'; elements: PickedElement[] }
  | ({ zx: 'picked' } & Picked)
  | { zx: 'bye' }

const patienceMs = 8000
/** Well before it runs out. */
const renewEveryMs = 10 * 60_000

/**
 * The console's part of picking: opens the page, in a frame where it is of this server and in a window of its own
 * otherwise, and speaks with it alone: messages of another window or origin are not heard.
 */
export function usePicking() {
  const lang = useLang()
  const [pick, setPick] = useState<Pick & { opened: number }>()
  const [link, setLink] = useState<Link>('none')
  const [page, setPage] = useState<PickedPage>()
  const [picked, setPicked] = useState<Picked>()
  const [named, setNamed] = useState(0)
  const [mode, setMode] = useState<'pick' | 'browse'>('pick')
  const frame = useRef<HTMLIFrameElement>(null)
  const opened = useRef<Window | null>(null)
  const elements = useRef<PickedElement[]>([])

  const send = useCallback(
    (message: object) => {
      const other = pick?.here ? frame.current?.contentWindow : opened.current
      if (pick && other) other.postMessage(message, pick.origin)
    },
    [pick],
  )

  const tellNames = useCallback(async () => {
    const asked = elements.current
    const { items } = await api.post<ElementNames>('/api/catalog/virtual/names', { elements: asked } as NamedElements)
    if (asked !== elements.current) return
    setNamed(items.filter((names) => names.length > 0).length)
    const label = ({ zh, en, name }: { zh: string; en: string; name: string }) =>
      (lang === 'zh' ? zh || en : en || zh) || name
    send({ zx: 'names', names: items.map((names) => names.map(label)) })
  }, [send, lang])

  const open = useCallback(async (url: string) => {
    const made = await api.post<Pick>('/api/catalog/picking', { url })
    setPicked(undefined)
    setPage(undefined)
    setMode('pick')
    setLink('opening')
    if (!made.here) opened.current = window.open(withToken(made), 'zx-picking')
    setPick({ ...made, opened: performance.now() })
  }, [])

  const current = useRef({ mode, send, tellNames })
  current.current = { mode, send, tellNames }
  useEffect(() => {
    if (!pick) return
    const hear = (event: MessageEvent<FromPage>) => {
      const other = pick.here ? frame.current?.contentWindow : opened.current
      if (event.origin !== pick.origin || event.source !== other) return
      const said = event.data
      if (said?.zx === 'hello') {
        setLink('linked')
        setPage({ url: said.url, title: said.title, page: said.page })
        current.current.send({ zx: 'mode', mode: current.current.mode })
      }
      if (said?.zx === 'elements') {
        elements.current = said.elements
        void current.current.tellNames().catch(() => setNamed(0))
      }
      if (said?.zx === 'picked') setPicked({ element: said.element, similar: said.similar })
      if (said?.zx === 'bye') setLink('opening')
    }
    addEventListener('message', hear)
    const stop = () => current.current.send({ zx: 'stop' })
    addEventListener('pagehide', stop)
    const renew = setInterval(() => void renewToken(pick, current.current.send), renewEveryMs)
    return () => {
      stop()
      removeEventListener('message', hear)
      removeEventListener('pagehide', stop)
      clearInterval(renew)
    }
  }, [pick])

  useEffect(() => {
    if (link !== 'opening') return
    const timer = setTimeout(() => setLink('silent'), patienceMs)
    return () => clearTimeout(timer)
  }, [link])

  const choose = (next: 'pick' | 'browse') => {
    setMode(next)
    send({ zx: 'mode', mode: next })
  }
  const show = useCallback((selector: string) => send({ zx: 'show', selector }), [send])
  const source = pick?.here ? { key: pick.opened, src: withToken(pick) } : undefined
  return { frame, source, pick, link, page, picked, setPicked, named, mode, choose, open, show, tellNames }
}

/** Behind the `#`: it is sent to no server, stands in no log, and the page takes it out of its address at once. */
function withToken({ url, token }: Pick): string {
  return `${url}${url.includes('#') ? '&' : '#'}zx-pick=${token}`
}

async function renewToken({ url }: Pick, send: (message: object) => void): Promise<void> {
  try {
    const { token } = await api.post<Pick>('/api/catalog/picking', { url })
    send({ zx: 'token', token })
  } catch {
    // The next page of the walk says that it is not picked on any more.
  }
}
