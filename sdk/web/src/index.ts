import { type Say, watchClicks, watchExposure, watchForms, watchPages } from './autocapture.ts'
import { masked, pageProps } from './element.ts'
import { picking } from './picking.ts'
import { openQueue, type Queue } from './queue.ts'
import { load, newId, remove, save } from './storage.ts'
import type { Message, Options, Props } from './words.ts'

export type { Message, Options, Props, Value } from './words.ts'

export const version = '0.1.0'

/** What a page can do once it has started the SDK. */
export type Zhixing = {
  /** Sends an event of the page's own. */
  track(event: string, props?: Props): void
  /** Sends a page view where the SDK does not see one by itself. */
  pageView(props?: Props): void
  /** The customer signed in: what this browser did before becomes his. `login` is what the bank knows him by. */
  identify(login: string, more?: Record<string, string>): void
  /** The same as `identify`. */
  login(login: string, more?: Record<string, string>): void
  /** The customer signed out: whoever uses this browser next is somebody else, under a new anonymous id. */
  reset(): void
  /** What is known of the customer. */
  setProfile(values: Props): void
  /** He agrees: from now on things are collected. Remembered by the browser. */
  optIn(): void
  /** He does not: nothing is collected any more, and what was kept here is removed. Remembered by the browser. */
  optOut(): void
  /** Sends what waits now. */
  flush(): Promise<void>
}

let started: Zhixing | undefined

/** Starts the SDK on a page; a second call gives the same one. */
export function start(options: Options): Zhixing {
  started ??= open(options)
  return started
}

type Self = { anonymous: string; login: string | undefined; more: Record<string, string> }

function open(options: Options): Zhixing {
  const server = options.server.replace(/\/$/, '')
  const address = `${server}/v1/collect?writeKey=${encodeURIComponent(options.project)}`
  let queue: Queue | undefined
  let self: Self = { anonymous: '', login: undefined, more: {} }
  const mayCollect = () => {
    const said = load<string>('consent', '')
    return said ? said === 'in' : options.consent !== 'pending'
  }

  function message(type: Message['type'], parts: Partial<Message>): void {
    if (!queue) return
    const ids = { anonymous_id: self.anonymous, ...(self.login ? { login_id: self.login } : {}), ...self.more }
    queue.add({ id: newId(), type, time: new Date().toISOString(), ids, ...parts })
  }
  const say: Say = (event, props) =>
    message('event', {
      event,
      props: { ...pageProps(), $lib: 'zhixing-web', $lib_version: version, ...options.common, ...props },
    })

  function pageView(props: Props = {}, from = document.referrer): void {
    say('$pageview', { $referrer: masked(from).slice(0, 500), ...props })
  }

  const listen = once(() => watch(options, say, pageView, () => queue))
  /** While a person of the bank picks, what he does here is not a customer's doing. */
  let picked = picking(server)
  void picked?.then((yes) => {
    if (yes) return
    picked = undefined
    if (mayCollect()) begin()
  })

  function begin(): void {
    if (queue || picked) return
    self = load<Self>('self', self)
    if (!self.anonymous) {
      self.anonymous = newId()
      save('self', self)
    }
    queue = openQueue(address, options.flushEvery ?? 2000)
    listen()
  }

  function identify(login: string, more: Record<string, string> = {}): void {
    if (!queue || !login) return
    // Another customer on the same browser: what the first one did stays his.
    if (self.login && self.login !== login) renew()
    const known = self.login === login && JSON.stringify(self.more) === JSON.stringify(more)
    self = { ...self, login, more }
    save('self', self)
    if (!known) message('bind', { event: '$SignUp' })
  }

  function renew(): void {
    self = { anonymous: newId(), login: undefined, more: {} }
    save('self', self)
  }

  if (mayCollect()) begin()
  return {
    track: (event, props = {}) => say(event, props),
    pageView: (props) => pageView(props),
    identify,
    login: identify,
    reset: () => (queue ? renew() : undefined),
    setProfile: (values) => message('profile', { profile: { op: 'set', values } }),
    optIn() {
      save('consent', 'in')
      begin()
    },
    optOut() {
      save('consent', 'out')
      queue?.clear()
      queue = undefined
      remove('self')
      self = { anonymous: '', login: undefined, more: {} }
    },
    flush: async () => queue?.flush(),
  }
}

function watch(
  options: Options,
  say: Say,
  pageView: (props: Props, from: string) => void,
  queue: () => Queue | undefined,
): void {
  const { exposure = 'marked', pageViews = true, autocapture = true } = options
  const seen = exposure === 'none' ? undefined : watchExposure(say, exposure)
  watchPages((from) => {
    if (pageViews) pageView({}, from)
    seen?.restart()
  })
  if (autocapture) {
    watchClicks(say)
    watchForms(say)
  }
  const leave = () => queue()?.leave()
  addEventListener('pagehide', leave)
  document.addEventListener('visibilitychange', () => document.visibilityState === 'hidden' && leave())
}

function once(act: () => void): () => void {
  let done = false
  return () => {
    if (done) return
    done = true
    act()
  }
}
