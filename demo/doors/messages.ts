import { hash } from 'node:crypto'
import type { DemoEvent, Device } from '../bank/contract.ts'

/** The data sources of the bank. The branches' systems send through core banking. */
export type Source = 'app' | 'mini' | 'web' | 'core'
export const sourceOf: Record<DemoEvent['origin'], Source> = {
  app: 'app',
  'mini-program': 'mini',
  web: 'web',
  core: 'core',
  branch: 'core',
}

/** By which protocol: app and mini-program speak Sensors, the web pages Segment, the bank's own systems the native one. */
export type Door = 'sensors' | 'segment' | 'native'
export const doorOf: Record<Source, Door> = { app: 'sensors', mini: 'sensors', web: 'segment', core: 'native' }

type Json = Readonly<Record<string, unknown>>

/** The login binds what the device did before to the customer. */
const isLogin = (event: DemoEvent) => event.event === 'login' && event.who.login !== undefined

/** What the SDK of the app or the mini-program sends, by the protocol's third kind of id mapping. */
export function sensorsMessage(event: DemoEvent, lot: Lot, device: Device | undefined, history: boolean): Json {
  const { who, origin } = event
  const { os = 'Android', model } = device ?? {}
  const lib = origin === 'mini-program' ? 'MiniProgram' : os
  const identities = {
    ...(who.login === undefined ? {} : { $identity_login_id: who.login }),
    ...(who.customerNo === undefined ? {} : { customer_no: who.customerNo }),
    ...(who.openid === undefined ? {} : { $identity_mp_openid: who.openid }),
    ...(who.device === undefined ? {} : { [deviceName[lib] ?? '$identity_anonymous_id']: who.device }),
  }
  const bound = isLogin(event) && Object.keys(identities).length > 1
  return {
    type: bound ? 'track_id_bind' : 'track',
    event: event.event,
    time: event.at,
    ...(history ? { time_free: true } : {}),
    _track_id: lot.trackId,
    distinct_id: who.login ?? who.openid ?? who.device ?? event.id,
    identities,
    lib: { $lib: lib, $lib_version: libVersion[lib] ?? '4.6.3', $lib_method: 'code', $app_version: '7.2.0' },
    properties: {
      ...event.props,
      $os: os,
      ...(model === undefined ? {} : { $model: model }),
      ...(event.session === undefined ? {} : { $event_session_id: event.session }),
    },
  }
}

const deviceName: Record<string, string> = {
  Android: '$identity_android_id',
  iOS: '$identity_ios_uuid',
  HarmonyOS: '$identity_harmony_uuid',
}
const libVersion: Record<string, string> = { Android: '6.8.2', iOS: '4.7.1', HarmonyOS: '0.3.0', MiniProgram: '1.21.3' }

/** What the web pages' SDK sends. A login also says whose the anonymous visitor was. */
export function segmentMessages(event: DemoEvent): Json[] {
  const { who, at } = event
  const timestamp = new Date(at).toISOString()
  const common = {
    timestamp,
    ...(who.login === undefined ? {} : { userId: who.login }),
    ...(who.device === undefined ? {} : { anonymousId: who.device }),
    context: { library: { name: 'analytics.js', version: 'next-1.84.3' }, locale: 'zh-CN' },
  }
  const track = {
    type: 'track',
    messageId: event.id,
    event: event.event,
    properties: { ...event.props, ...(event.session === undefined ? {} : { session_id: event.session }) },
    ...common,
  }
  if (!isLogin(event) || who.device === undefined) return [track]
  return [{ type: 'alias', messageId: `${event.id}.alias`, previousId: who.device, ...common }, track]
}

/** What core banking and the branches' system send. */
export function nativeMessage(event: DemoEvent, history: boolean, strayId?: Readonly<Record<string, string>>): Json {
  const { who } = event
  const ids = {
    ...(who.customerNo === undefined ? {} : { customer_no: who.customerNo }),
    ...(who.login === undefined ? {} : { login_id: who.login }),
    ...(who.device === undefined ? {} : { device_id: who.device }),
    ...strayId,
  }
  return {
    id: event.id,
    type: 'event',
    event: event.event,
    time: new Date(event.at).toISOString(),
    ids,
    props: event.props,
    ...(history ? { history: true } : {}),
  }
}

/**
 * The faults that every bank's data has, by the sender: an old app names a property with a space, a page forgets the
 * name of the event, a batch program of core banking leaves out the time.
 */
export function broken(door: Door, message: Json): Json {
  if (door === 'sensors') return { ...message, properties: { ...(message.properties as Json), 'page name': 'home' } }
  if (door === 'segment') return { ...message, event: '' }
  return { ...message, time: '0000-00-00 00:00:00' }
}

/** Chance without a die: numbers that belong to the event for good. One hash gives them all. */
export type Lot = { trackId: number; faulty: number; repeated: number; mixedUp: number }
export function lotOf(event: DemoEvent): Lot {
  const digest = hash('sha256', event.id, 'buffer')
  const share = (at: number) => digest.readUInt32LE(at) / 2 ** 32
  return { trackId: digest.readUInt32LE(0), faulty: share(4), repeated: share(8), mixedUp: share(12) }
}
