import { junkForAll, type Kind } from '../contract.ts'

/** A kind as decisions need it. */
export type KindRule = Omit<Kind, 'name' | 'version'> & {
  name: { zh: string; en: string }
  /** Its place among all kinds: 0 decides first. */
  rank: number
  /** Its junk in normal form and small letters. */
  junkForms: ReadonlySet<string>
}

/** Strong kinds before weak ones, then as the bank ordered them: so a strong identity, where there is one, decides. */
export function inOrder<K extends Pick<Kind, 'id' | 'strength' | 'priority'>>(kinds: readonly K[]): K[] {
  const weight = (kind: K) => (kind.strength === 'strong' ? 0 : 1)
  return kinds.toSorted((a, b) => weight(a) - weight(b) || a.priority - b.priority || (a.id < b.id ? -1 : 1))
}

/**
 * The one form of a plain value: full-width letters and digits are the usual ones. Capitals stay, some platforms tell
 * them apart. Personal kinds have the normal form of privacy instead.
 */
export function plainForm(value: string): string {
  return value.normalize('NFKC').trim()
}

/** Why a value names nobody; undefined when it may name a customer. */
export type Fault = 'unknown_kind' | 'disabled' | 'blank' | 'too_long' | 'unreadable' | 'junk'

export const longestValue = 255

/**
 * What cannot be read cannot be told from its look-alikes on any screen: control characters, NUL, invisible letters,
 * halves of letters, and the sign that a wrong decoder leaves behind.
 */
const unreadable = /\p{C}|\uFFFD/u
/** A device that answers 00000000-0000-… or 02:00-like nothing; 0 itself. */
const nothing = /^[0\s:._-]+$/

/** Rule 12: what names nobody is found before anything is joined. `form` is the normal form of `value`. */
export function faultOf(kind: KindRule, value: string, form: string): Fault | undefined {
  if (!kind.enabled) return 'disabled'
  if (form === '') return 'blank'
  if (value.length > longestValue) return 'too_long'
  if (unreadable.test(value.trim())) return 'unreadable'
  const small = form.toLowerCase()
  return nothing.test(small) || alwaysJunk.has(small) || kind.junkForms.has(small) ? 'junk' : undefined
}

const alwaysJunk = new Set(junkForAll)

const faultWords: Record<Fault, { zh: string; en: string }> = {
  unknown_kind: { zh: '身份类型不存在', en: 'no such kind of identity' },
  disabled: { zh: '身份类型已停用', en: 'the kind is disabled' },
  blank: { zh: '值为空', en: 'blank' },
  too_long: { zh: `超过 ${longestValue} 个字符`, en: `longer than ${longestValue} characters` },
  unreadable: { zh: '含有不可见字符或乱码', en: 'has invisible or broken characters' },
  junk: { zh: '是无意义的值(垃圾标识)', en: 'a value that names nobody' },
}

/** What is wrong with each identity of a message of which none is left, for its owner to mend. Says no values. */
export function noUsableId(ids: readonly { kind: string; fault: Fault }[]) {
  const named = ids.map(({ kind, fault }) => ({ kind: kind.slice(0, 40).replace(/\p{C}/gu, '?'), fault }))
  const say = (lang: 'zh' | 'en') => named.map(({ kind, fault }) => `${kind}: ${faultWords[fault][lang]}`)
  if (ids.length === 0)
    return { code: 'identity.no_usable_id', zh: '没有任何身份标识', en: 'There is no identity', field: 'ids' }
  return {
    code: 'identity.no_usable_id',
    zh: `没有可用的身份标识(${say('zh').join(';')})`,
    en: `No identity can be used (${say('en').join('; ')})`,
    field: 'ids.0.value',
  }
}

export const nothingToPart = {
  code: 'identity.nothing_to_part',
  zh: '要解绑的身份没有绑定任何客户',
  en: 'The identities to be parted are no customer’s',
  field: 'ids',
}
