import type { PersonalKind } from '../../../govern/privacy/contract.ts'

/** The last part of a name that says whose number or word it is, in English, in pinyin initials as banks write them. */
const endings: readonly (readonly [PersonalKind, RegExp])[] = [
  [
    'mobile',
    /(?:^|_)(?:mobile|phone|cellphone|telephone|tel|msisdn|sjh|sjhm|shouji)(?:_?(?:no|num|number|nbr|hao|\d))?$/,
  ],
  [
    'certificate',
    /(?:^|_)(?:id_?card|id_?no|id_?num|id_?number|identity(?:_?card)?|identity_?no|cert(?:ificate)?(?:_?(?:no|num|number|id))?|passport|sfz|sfzh|zjh|zjhm|shenfenzheng)(?:_?(?:no|num|number))?$/,
  ],
  [
    'card',
    /(?:^|_)(?:bank_?)?card_?(?:no|num|number|pan)$|(?:^|_)(?:bank_?card|pan|yhkh)$|(?:^|_)(?:acct|account)_?(?:no|num|number)$/,
  ],
  ['email', /(?:^|_)(?:e_?mail|mail)(?:_?(?:addr|address))?$/],
  [
    'name',
    /^name$|(?:^|_)(?:real|full|first|last|given|family|sur|user|customer|cust|client|person|contact|payee|payer|holder|owner|recipient|receiver|applicant)_?name$|(?:^|_)(?:xm|xingming)$/,
  ],
  ['address', /(?:^|_)(?:address|addr)(?:_?(?:line|detail|\d))*$/],
  ['openid', /(?:^|_)(?:open|union)_?id$/],
]
/** An address of a machine or a page is nobody's. */
const machineAddress = /(?:^|_)(?:ip|mac|url|page|web|site|host|server|memory|contract)_?(?:address|addr)$/

const chinese: readonly (readonly [PersonalKind, RegExp])[] = [
  ['mobile', /(?:手机号码?|手机|移动电话|联系电话|电话号码|电话)$/],
  ['certificate', /(?:身份证号?码?|证件号码?|护照号码?)$/],
  ['card', /(?:卡号|银行卡|账户号码?|银行账号)$/],
  ['email', /(?:邮箱|邮箱地址|电子邮件|邮件地址)$/],
  ['name', /(?:姓名|客户名称|联系人)$/],
  ['address', /(?<!网|IP|网页|页面|链接|mac)(?:地址|住址)$/i],
]

/**
 * The kind of personal data that a name speaks of: `phoneNumber`, `$id_card`, `客户姓名`. It errs on the side of the
 * customer: a bare `name` is taken for a person's until someone says otherwise. `phone_model`, `手机银行` are nobody's.
 */
export function looksPersonal(name: string): PersonalKind | undefined {
  if (name.length > 100) return undefined
  const plain = name
    .replace(/^\$+/, '')
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .replace(/[\s.\-/]+/g, '_')
  for (const [kind, pattern] of endings)
    if (pattern.test(plain)) return kind === 'address' && machineAddress.test(plain) ? undefined : kind
  for (const [kind, pattern] of chinese) if (pattern.test(plain)) return kind
  return undefined
}

/** What is declared of a name wins; what nobody has declared goes by its look. */
export function personalKindOf(
  known: ReadonlyMap<string, { readonly personal: PersonalKind | null }>,
  name: string,
): PersonalKind | undefined {
  const declared = known.get(name)
  return declared ? (declared.personal ?? undefined) : looksPersonal(name)
}
