/** The one-time word the server gave this page; empty under the development server, which sends no policy. */
export const nonce: string = document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? ''

/**
 * Ant Design's own styles carry the nonce it is given, but a few parts below it (the scroll lock behind a dialog,
 * the scroll bar measure) make style elements without one, which the policy would refuse. Scripts that run here
 * are trusted already, so each style element they make is given the nonce; nothing is loosened for injected markup.
 */
export function markStyles() {
  if (!nonce) return
  const create = document.createElement.bind(document)
  document.createElement = ((name: string, options?: ElementCreationOptions) => {
    const element = create(name, options)
    if (name === 'style') element.nonce = nonce
    return element
  }) as typeof document.createElement
}
