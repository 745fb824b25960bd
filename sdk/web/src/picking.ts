const key = 'zhixing.pick'
const inAddress = /[#&]zx-pick=([\w.-]+)/

/**
 * Whether a person of the bank picks elements on this page (可视化圈选), and the start of it: undefined when nobody asks
 * for it. The console opens the page with a short-lived token behind the `#`, which is taken out of the address at once.
 * The token alone opens nothing: our own server must confirm it for this origin and say which console may be spoken to.
 */
export function picking(server: string): Promise<boolean> | undefined {
  const token = given()
  const other = parent === window ? (opener as Window | null) : parent
  return token && other ? begin(server, token) : undefined
}

function given(): string | undefined {
  const fresh = inAddress.exec(location.hash)?.[1]
  try {
    if (!fresh) return sessionStorage.getItem(key) ?? undefined
    history.replaceState(history.state, '', location.href.replace(inAddress, ''))
    // So that the next page of a walk is picked on as well; it goes with the tab.
    sessionStorage.setItem(key, fresh)
  } catch {
    // Without storage the picking ends with this page.
  }
  return fresh
}

async function begin(server: string, token: string): Promise<boolean> {
  try {
    const answer = await fetch(`${server}/v1/pick`, {
      method: 'POST',
      body: JSON.stringify({ token }),
      headers: { 'content-type': 'text/plain' },
      credentials: 'omit',
    })
    if (!answer.ok) throw new Error(String(answer.status))
    const { console: origin } = (await answer.json()) as { console: string }
    const script = document.createElement('script')
    script.src = `${server}/sdk/zhixing-pick.js`
    script.dataset.console = origin
    document.head.append(script)
    return true
  } catch {
    sessionStorage.removeItem(key)
    return false
  }
}
