import type { Props } from './words.ts'

/** Nothing of what lies in it is looked at, nor of a field whose value is a secret. */
const ignored = '[data-zx-ignore]'
const secret =
  'input[type=password],input[type=hidden],[autocomplete^=cc-],[autocomplete=one-time-code],[data-zx-sensitive]'

/** What a click means something on. */
const interactive =
  'a,button,summary,select,input,textarea,label,[role=button],[role=link],[role=tab],[role=menuitem],[role=option],[role=switch],[role=checkbox],[role=radio],[data-zx],[onclick]'

export function isIgnored(element: Element): boolean {
  return element.closest(ignored) !== null || element.matches(secret)
}

/** The element that a click on `target` means, or undefined where it means nothing. */
export function meant(target: EventTarget | null): Element | undefined {
  return target instanceof Element ? (target.closest(interactive) ?? undefined) : undefined
}

export const interactiveElements = interactive

/** `#buy`: an id that a person gave; one that a program numbers (`:r3:`, `ember421`) is another on the next visit. */
function stableId(element: Element): string | undefined {
  const { id } = element
  return /^[A-Za-z][A-Za-z0-9_-]*$/.test(id) && !/\d{3,}/.test(id) ? `#${id}` : undefined
}

/** `[data-zx="buy"]`: a name that was given to be found by. */
function givenName(element: Element): string | undefined {
  for (const attribute of ['data-zx', 'data-testid']) {
    const value = element.getAttribute(attribute)
    if (value && /^[\w一-鿿.:-]{1,60}$/.test(value)) return `[${attribute}="${value}"]`
  }
  return undefined
}

function placed(element: Element): string {
  let place = 1
  for (let one = element.previousElementSibling; one; one = one.previousElementSibling)
    if (one.localName === element.localName) place++
  return `${element.localName}:nth-of-type(${place})`
}

/**
 * Finds the element again on the next visit: from the nearest id or given name down, by tag and place among its kind.
 * The name of one thing in a list is the same for all of them, so a given name is the start of a path only where it is
 * the only one.
 */
export function selectorOf(element: Element): string {
  const parts: string[] = []
  for (let one: Element | null = element; one; one = one.parentElement) {
    const root = one.getRootNode() as Document | ShadowRoot
    const anchor = [stableId(one), givenName(one)].find((name) => name && root.querySelectorAll(name).length === 1)
    if (anchor) return [anchor, ...parts].join(' > ')
    if (one === document.body) return ['body', ...parts].join(' > ')
    parts.unshift(placed(one))
  }
  return parts.join(' > ')
}

/** Tags alone, from the body down: the same for all things in a list. */
export function pathOf(element: Element): string {
  const parts: string[] = []
  for (let one: Element | null = element; one && one !== document.documentElement; one = one.parentElement)
    parts.unshift(one.localName)
  return parts.join(' > ')
}

/** Mobile numbers, certificates and cards, however they are spaced, are not for an event. */
export function masked(text: string): string {
  return text.replace(/\d(?:[ -]?[\dXx*]){10,22}/g, '***')
}

/** What stands on it, up to 80 letters. Of a field it is never the value, only its label. */
export function textOf(element: Element): string {
  const button = element instanceof HTMLInputElement && /^(submit|button|reset)$/.test(element.type)
  const field = element.matches('input,textarea,select,[contenteditable]')
  const said =
    element.getAttribute('aria-label') ||
    (button ? (element as HTMLInputElement).value : field ? labelOf(element) : shownText(element)) ||
    element.getAttribute('title') ||
    element.querySelector('img[alt]')?.getAttribute('alt') ||
    ''
  return masked(said.replace(/\s+/g, ' ').trim()).slice(0, 80)
}

function labelOf(field: Element): string {
  const label = (field as HTMLInputElement).labels?.[0]
  return (label && shownText(label)) || field.getAttribute('placeholder') || field.getAttribute('name') || ''
}

/** The text of what is not ignored, nor typed by the customer. */
function shownText(element: Element): string {
  let said = ''
  for (const node of element.childNodes) {
    if (said.length > 300) break
    if (node.nodeType === Node.TEXT_NODE) said += node.nodeValue ?? ''
    else if (node instanceof Element && !node.matches('script,style,input,textarea,select,[contenteditable]'))
      said += node.matches(ignored) ? ' ' : ` ${shownText(node)} `
  }
  return said
}

/** What an event says of an element; the names are those of the Sensors web SDK. */
export function elementProps(element: Element): Props {
  const link = element.closest('a')
  return {
    $element_selector: selectorOf(element).slice(0, 1024),
    $element_path: pathOf(element).slice(0, 1024),
    $element_type: element.localName,
    $element_id: element.id || undefined,
    $element_name: element.getAttribute('name') || undefined,
    $element_class_name: element.getAttribute('class')?.slice(0, 200) || undefined,
    $element_content: textOf(element) || undefined,
    $element_target_url: link?.href ? masked(link.href).slice(0, 500) : undefined,
  }
}

/** Where it was. A fragment stays: pages that route by it are others. */
export function pageProps(): Props {
  return {
    $url: masked(location.href).slice(0, 1000),
    $url_path: masked(location.pathname),
    $url_host: location.host,
    $title: masked(document.title).slice(0, 200),
    $viewport_width: innerWidth,
    $viewport_height: innerHeight,
  }
}

/** The names of what the form asks, never what was typed; not even the name of a secret. */
export function fieldNames(form: HTMLFormElement): string[] {
  const fields = [...form.elements].filter(
    (one) => one.matches('input,select,textarea') && !one.matches('[type=submit],[type=button]') && !isIgnored(one),
  )
  return [...new Set(fields.map((one) => one.getAttribute('name') ?? ''))].filter(Boolean).slice(0, 50)
}
