import { invalidField, text } from '../../../platform/problem.ts'
import type { Identity } from '../contract.ts'
import { addIdentity, idText, isRaw, type Raw } from './message.ts'

/**
 * Who a message is of.
 *
 * With `identities` (id mapping 3) they say it all. Without, `distinct_id` is a login where the message says so
 * (`track_signup`, `login_id`, `$is_login_id`), and anonymous otherwise: that is what the SDKs mean by saying nothing.
 *
 * Their server also knows an unmarked `distinct_id` for a login once a `track_signup` has named it. A door remembers
 * nothing, so the sign-up itself carries the login as an anonymous id too, and unmarked messages find the customer.
 */
export function identitiesOf(message: Raw, type: string): Identity[] {
  const distinct = idText(message.distinct_id, 'distinct_id', 'sensors.distinct_id')
  const ids = ofMapping(message.identities)
  if (ids.length === 0) {
    if (distinct === undefined)
      throw invalidField('distinct_id', 'sensors.distinct_id', text('不能为空', 'must not be empty'))
    ofDistinct(ids, message, type, distinct)
  }
  const signedUp = type === 'track_signup' && ids.some(({ kind, value }) => kind === 'login_id' && value === distinct)
  if (signedUp) addIdentity(ids, 'anonymous_id', distinct)
  return ids
}

function ofDistinct(ids: Identity[], message: Raw, type: string, distinct: string): void {
  if (type === 'track_signup') {
    const original = idText(message.original_id, 'original_id', 'sensors.original_id')
    if (original === undefined)
      throw invalidField('original_id', 'sensors.original_id', text('不能为空', 'must not be empty'))
    addIdentity(ids, 'login_id', distinct)
    addIdentity(ids, 'anonymous_id', original)
    return
  }
  const login = idText(message.login_id, 'login_id', 'sensors.login_id')
  const anonymous = idText(message.anonymous_id, 'anonymous_id', 'sensors.anonymous_id')
  const marked = isRaw(message.properties) && message.properties.$is_login_id === true
  addIdentity(ids, 'login_id', login ?? (marked ? distinct : undefined))
  addIdentity(ids, 'anonymous_id', anonymous ?? (ids.length === 0 ? distinct : undefined))
}

function ofMapping(identities: unknown): Identity[] {
  const ids: Identity[] = []
  if (identities === undefined || identities === null) return ids
  if (!isRaw(identities)) throw wrong('identities', '应为对象', 'must be an object')
  for (const [name, value] of Object.entries(identities)) {
    const field = `identities.${name.slice(0, 100)}`
    if (!/^[a-zA-Z_$][a-zA-Z0-9_$]{0,99}$/.test(name))
      throw wrong(field, '标识名称不正确', 'is not a name of an identity')
    for (const one of Array.isArray(value) ? value : [value]) {
      const id = idText(one, field, 'sensors.identities')
      if (id === undefined) throw wrong(field, '标识不能为空', 'must not be empty')
      addIdentity(ids, kindOf(name), id)
    }
  }
  if (ids.length > 20) throw wrong('identities', '标识超过 20 个', 'has more than 20 identities')
  return ids
}

const kinds: Record<string, string> = {
  $identity_login_id: 'login_id',
  $identity_mobile: 'mobile',
  $identity_email: 'email',
  $identity_cookie_id: 'anonymous_id',
  $identity_anonymous_id: 'anonymous_id',
  $identity_distinct_id: 'anonymous_id',
  $identity_mp_id: 'anonymous_id',
}

/** The kind of the catalogue. An app's install ids are of the device; a mini program's name carries its app id. */
function kindOf(name: string): string {
  const known = Object.hasOwn(kinds, name) ? kinds[name] : undefined
  if (known) return known
  if (/^\$identity_(android|ios|harmony)_/.test(name)) return 'device_id'
  if (/^\$(identity_)?mp_(\w+_)?openid$/.test(name)) return 'openid'
  if (/^\$(identity_)?mp_(\w+_)?unionid$/.test(name)) return 'unionid'
  return name.replace(/^\$(identity_)?/, '').slice(0, 40)
}

function wrong(field: string, zh: string, en: string) {
  return invalidField(field, 'sensors.identities', text(zh, en))
}
