import { elementProps, fieldNames, interactiveElements, isIgnored, meant } from './element.ts'
import type { Props } from './words.ts'

export type Say = (event: string, props: Props) => void

/** Heard while the event goes down, so that a page which stops it on the way up is heard too. */
export function watchClicks(say: Say): void {
  document.addEventListener(
    'click',
    (event) => {
      const target = event.composedPath()[0] ?? event.target
      const element = meant(target instanceof Node && target.getRootNode() !== document ? event.target : target)
      if (element && !isIgnored(element)) say('$WebClick', elementProps(element))
    },
    { capture: true, passive: true },
  )
}

export function watchForms(say: Say): void {
  document.addEventListener(
    'submit',
    (event) => {
      const form = event.target
      if (!(form instanceof HTMLFormElement) || isIgnored(form)) return
      // A form has no text of its own: what it is sent with says what it is for.
      const { $element_content: said } = event.submitter ? elementProps(event.submitter) : elementProps(form)
      say('$FormSubmit', { ...elementProps(form), $element_content: said, $form_fields: fieldNames(form) })
    },
    { capture: true, passive: true },
  )
}

const halfSeen = 0.5
const longEnoughMs = 1000

/** Elements of which half was in sight for a second, once a page view. `restart` begins the next page view. */
export function watchExposure(say: Say, which: 'marked' | 'interactive'): { restart(): void } {
  const wanted = which === 'marked' ? '[data-zx-expose]' : `[data-zx-expose],${interactiveElements}`
  const timers = new Map<Element, ReturnType<typeof setTimeout>>()
  let told = new WeakSet<Element>()
  const watcher = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting, intersectionRatio } of entries) {
        clearTimeout(timers.get(target))
        timers.delete(target)
        if (isIntersecting && intersectionRatio >= halfSeen && !told.has(target))
          timers.set(
            target,
            setTimeout(() => tell(target), longEnoughMs),
          )
      }
    },
    { threshold: [0, halfSeen] },
  )
  let watched = new WeakSet<Element>()

  function tell(element: Element): void {
    timers.delete(element)
    if (document.visibilityState !== 'visible' || !element.isConnected || told.has(element)) return
    told.add(element)
    say('$ElementExposure', elementProps(element))
  }

  function look(): void {
    for (const [element, timer] of timers)
      if (!element.isConnected) {
        clearTimeout(timer)
        timers.delete(element)
      }
    for (const element of document.querySelectorAll(wanted)) {
      if (watched.has(element) || isIgnored(element)) continue
      watched.add(element)
      watcher.observe(element)
    }
  }

  let due = false
  new MutationObserver(() => {
    if (due) return
    due = true
    setTimeout(() => {
      due = false
      look()
    }, 300)
  }).observe(document.documentElement, { childList: true, subtree: true })
  look()
  return {
    restart() {
      watcher.disconnect()
      for (const timer of timers.values()) clearTimeout(timer)
      timers.clear()
      told = new WeakSet()
      watched = new WeakSet()
      look()
    },
  }
}

/** Each address of the page as it is reached: by loading, by the history, by the fragment. */
export function watchPages(arrived: (from: string) => void): void {
  let at = ''
  function look(): void {
    if (location.href === at) return
    const from = at || document.referrer
    at = location.href
    arrived(from)
  }
  for (const name of ['pushState', 'replaceState'] as const) {
    const plain = history[name]
    history[name] = function (this: History, ...given: Parameters<History['pushState']>) {
      plain.apply(this, given)
      // The title of the new page is set after its address.
      setTimeout(look)
    }
  }
  addEventListener('popstate', () => setTimeout(look))
  addEventListener('hashchange', () => setTimeout(look))
  look()
}
