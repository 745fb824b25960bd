import { elementProps, interactiveElements, isIgnored, meant, pageProps } from './element.ts'
import { openOverlay } from './overlay.ts'

/**
 * The page's part of picking: shows what can be picked, tells the console what was. It speaks to the one console that the
 * server named, and listens to no other. It reads nothing but elements, and the console learns of them what an event
 * would say.
 */
type FromConsole =
  | { zx: 'mode'; mode: 'pick' | 'browse' }
  | { zx: 'names'; names: string[][] }
  | { zx: 'show'; selector: string }
  | { zx: 'token'; token: string }
  | { zx: 'stop' }

const place = document.currentScript instanceof HTMLScriptElement ? document.currentScript.dataset.console : undefined
const console_ = parent === window ? (opener as Window | null) : parent
if (place && console_) pick(place, console_)

function pick(origin: string, to: Window): void {
  const overlay = openOverlay()
  let mode: 'pick' | 'browse' = 'pick'
  let asked: Element[] = []
  const tell = (message: object) => to.postMessage(message, origin)

  function greet(): void {
    tell({ zx: 'hello', url: location.href, title: document.title, page: pageProps() })
    askNames()
  }

  /** Which of the elements in the page have a name already is the console's to say. */
  function askNames(): void {
    asked = [...document.querySelectorAll(`${interactiveElements},[data-zx-expose],form`)]
      .filter((element) => !isIgnored(element) && element.getClientRects().length > 0)
      .slice(0, 300)
    tell({ zx: 'elements', elements: asked.map((element) => factsOf(element)) })
  }

  function choose(element: Element): void {
    overlay.choose(element)
    tell({ zx: 'picked', element: factsOf(element), similar: similarTo(element) })
  }

  const listeners = hearPointer(() => mode === 'pick', overlay.hover, choose)
  addEventListener('message', (event: MessageEvent<FromConsole>) => {
    if (event.source !== to || event.origin !== origin) return
    const said = event.data
    if (said?.zx === 'mode') {
      mode = said.mode
      overlay.hover(undefined)
      document.documentElement.toggleAttribute('data-zx-picking', mode === 'pick')
    }
    if (said?.zx === 'names') overlay.name(asked.map((element, i) => ({ element, names: said.names[i] ?? [] })))
    if (said?.zx === 'show') {
      if (said.selector === '') overlay.choose(undefined)
      overlay.alike(matching(said.selector))
    }
    if (said?.zx === 'token') sessionStorage.setItem('zhixing.pick', said.token)
    if (said?.zx === 'stop') {
      sessionStorage.removeItem('zhixing.pick')
      listeners.abort()
      overlay.close()
    }
  })
  addEventListener('pagehide', () => tell({ zx: 'bye' }))
  let waits: ReturnType<typeof setTimeout> | undefined
  new MutationObserver((changes) => {
    if (changes.every(({ target }) => overlay.owns(target))) return
    clearTimeout(waits)
    waits = setTimeout(greet, 400)
  }).observe(document.body, { childList: true, subtree: true })
  greet()
}

function factsOf(element: Element): { event: string; props: Record<string, string> } {
  const event = element.localName === 'form' ? '$FormSubmit' : '$WebClick'
  const said = Object.entries({ ...pageProps(), ...elementProps(element) })
  return {
    event,
    props: Object.fromEntries(said.flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : []))),
  }
}

/** Takes pointer and keys before the page does: while one picks, nothing on the page acts. */
function hearPointer(
  picks: () => boolean,
  hover: (element: Element | undefined) => void,
  choose: (element: Element) => void,
): AbortController {
  const listeners = new AbortController()
  const options = { capture: true, signal: listeners.signal }
  const target = (event: Event) => {
    const at = event.target instanceof Element ? event.target : undefined
    return meant(at ?? null) ?? at
  }
  const still = (event: Event) => {
    event.preventDefault()
    event.stopImmediatePropagation()
  }
  for (const name of [
    'pointerdown',
    'mousedown',
    'pointerup',
    'mouseup',
    'touchstart',
    'touchend',
    'submit',
    'dblclick',
  ])
    document.addEventListener(name, (event) => picks() && still(event), { ...options, passive: false })
  document.addEventListener('pointerover', (event) => picks() && hover(target(event)), options)
  document.addEventListener('focusin', (event) => picks() && hover(target(event)), options)
  document.documentElement.addEventListener('pointerleave', () => hover(undefined), options)
  document.addEventListener(
    'click',
    (event) => {
      if (!picks()) return
      still(event)
      const element = target(event)
      if (element && !isIgnored(element)) choose(element)
    },
    options,
  )
  document.addEventListener(
    'keydown',
    (event) => {
      if (!picks() || event.key !== 'Enter') return
      still(event)
      const element = target(event)
      if (element && element !== document.body && !isIgnored(element)) choose(element)
    },
    options,
  )
  return listeners
}

const placed = /:nth-of-type\(\d+\)/g

/**
 * The others of its list (同类元素): the nearest level of the path whose place can be left open and then meets more than
 * this one. `selector` has a star for that place.
 */
function similarTo(element: Element): { selector: string; count: number } | undefined {
  const { $element_selector: selector } = elementProps(element) as { $element_selector: string }
  const places = [...selector.matchAll(placed)].reverse()
  for (const { index, 0: part } of places) {
    const open = `${selector.slice(0, index)}:nth-of-type(*)${selector.slice(index + part.length)}`
    const { length } = matching(open)
    if (length > 1) return { selector: open, count: length }
  }
  return undefined
}

/** An open place is any place. */
function matching(selector: string): Element[] {
  try {
    return [...document.querySelectorAll(selector.replaceAll(':nth-of-type(*)', ''))].slice(0, 300)
  } catch {
    // A selector that a person is still typing.
    return []
  }
}
