/** What the page tells the SDK when it starts. */
export type Options = {
  /** The address of Zhixing: `https://zhixing.bank.example`. */
  server: string
  /** The project or write key of the data source; both are public and only say who sends. */
  project: string
  /**
   * `granted` (the default): collects from the start. `pending`: nothing is collected, sent or stored until `optIn()`.
   */
  consent?: 'granted' | 'pending'
  /** Page views are sent by themselves, route changes of single-page apps too. Default true. */
  pageViews?: boolean
  /** Clicks and sent forms are sent by themselves. Default true. */
  autocapture?: boolean
  /**
   * Elements that were seen (half of it for a second) are sent once a page view: those marked with `data-zx-expose`, or
   * all that can be clicked as well. Default `marked`.
   */
  exposure?: 'none' | 'marked' | 'interactive'
  /** Joins every event. */
  common?: Props
  /** Waits so long for more before it sends, in milliseconds. Default 2000. */
  flushEvery?: number
}

export type Value = string | number | boolean | null | readonly Value[] | { readonly [name: string]: Value }
export type Props = { readonly [name: string]: Value | undefined }

export type Message = {
  id: string
  type: 'event' | 'bind' | 'profile'
  time: string
  event?: string
  ids: Record<string, string>
  props?: Props
  profile?: { op: 'set'; values: Props }
}
