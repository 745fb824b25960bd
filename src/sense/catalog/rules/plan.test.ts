import assert from 'node:assert/strict'
import { test } from 'node:test'
import { mask } from '../../../govern/privacy/privacy.ts'
import type { EventState, Mode, ValueType } from '../contract.ts'
import { looksPersonal, personalKindOf } from './personal.ts'
import { checkEvent, compilePlan, maskProps, type Plan, type PropertyRow } from './plan.ts'
import { isName, seenType, valueFault } from './value.ts'

function property(event: string, name: string, type: ValueType, more: Partial<PropertyRow> = {}): PropertyRow {
  return { event, name, type, codes: null, required: false, personal: null, state: 'active', seen: [], ...more }
}

const rows: PropertyRow[] = [
  property('buy', 'amount', 'money', { required: true }),
  property('buy', 'channel', 'text', { codes: ['app', 'web'] }),
  property('buy', 'rate', 'number'),
  property('buy', 'term', 'integer', { codes: ['90', '180'] }),
  property('buy', 'first', 'boolean'),
  property('buy', 'at', 'time'),
  property('buy', 'on', 'day'),
  property('buy', 'tags', 'list', { codes: ['a', 'b'] }),
  property('buy', 'more', 'object'),
  property('buy', 'waiting', 'text', { state: 'proposed' }),
  property('buy', 'payee', 'text', { personal: 'name' }),
  property('', 'version', 'text'),
]

function planWith(mode: Mode, state: EventState = 'active', unknown: Plan['unknown'] = 'accept'): Plan {
  return { ...compilePlan([{ name: 'buy', mode, state }], rows), unknown }
}

const good = { amount: 1050, channel: 'app' }

test('rule 6: a strict event is refused with the field and what to do, for whatever does not fit', () => {
  const plan = planWith('strict')
  const cases: [Record<string, unknown>, string, string][] = [
    [{ channel: 'app' }, 'catalog.missing_property', 'props.amount'],
    [{ ...good, amount: null }, 'catalog.missing_property', 'props.amount'],
    [{ ...good, amount: 10.5 }, 'catalog.wrong_type', 'props.amount'],
    [{ ...good, amount: '10.50' }, 'catalog.wrong_type', 'props.amount'],
    [{ ...good, channel: 'sms' }, 'catalog.not_in_list', 'props.channel'],
    [{ ...good, channel: 1 }, 'catalog.wrong_type', 'props.channel'],
    [{ ...good, rate: '3.5' }, 'catalog.wrong_type', 'props.rate'],
    [{ ...good, rate: Number.NaN }, 'catalog.wrong_type', 'props.rate'],
    [{ ...good, term: 90.5 }, 'catalog.wrong_type', 'props.term'],
    [{ ...good, term: 30 }, 'catalog.not_in_list', 'props.term'],
    [{ ...good, first: 'true' }, 'catalog.wrong_type', 'props.first'],
    [{ ...good, at: 'yesterday' }, 'catalog.wrong_type', 'props.at'],
    [{ ...good, on: '2026-02-30' }, 'catalog.wrong_type', 'props.on'],
    [{ ...good, tags: ['a', 'c'] }, 'catalog.not_in_list', 'props.tags'],
    [{ ...good, tags: 'a' }, 'catalog.wrong_type', 'props.tags'],
    [{ ...good, more: [] }, 'catalog.wrong_type', 'props.more'],
    [{ ...good, typo: 1 }, 'catalog.unknown_property', 'props.typo'],
    [{ ...good, waiting: 'x' }, 'catalog.unknown_property', 'props.waiting'],
    [{ ...good, __proto__x: 1 }, 'catalog.unknown_property', 'props.__proto__x'],
  ]
  for (const [props, code, field] of cases) {
    const { refused, warned } = checkEvent(plan, 'buy', props)
    assert.deepEqual([refused?.code, refused?.field, warned], [code, field, undefined], JSON.stringify(props))
    assert.ok(refused?.zh && refused.en)
    assert.deepEqual(checkEvent(planWith('warn'), 'buy', props), { warned: refused })
    assert.deepEqual(checkEvent(planWith('off'), 'buy', props), {})
  }
})

test('a strict event takes what fits: every type, common properties, the SDK’s own, and absent ones', () => {
  const plan = planWith('strict')
  const all = {
    ...good,
    rate: 3,
    term: 90,
    first: false,
    at: '2026-01-05 09:00:00.123',
    on: '2026-01-05',
    tags: ['b'],
    more: { a: 1 },
    version: '1.0',
    payee: '张三',
    $os: 'iOS',
    typo: null,
  }
  assert.deepEqual(checkEvent(plan, 'buy', all), {})
  assert.deepEqual(checkEvent(plan, 'buy', { ...good, amount: '123456789012345678' }), {})
  for (const at of [1767574800000, '2026-01-05T09:00:00Z', '2026-01-05T09:00:00+08:00', '2026-01-05 09:00'])
    assert.deepEqual(checkEvent(plan, 'buy', { ...good, at }), {})
})

test('a number sent as text is told to be sent without quotes; the value itself is in no reason', () => {
  const { refused } = checkEvent(planWith('strict'), 'buy', { ...good, rate: '19900000001' })
  assert.match(refused?.zh ?? '', /应为数值.*去掉引号/)
  assert.match(refused?.en ?? '', /without quotes/)
  const listed = checkEvent(planWith('strict'), 'buy', { ...good, channel: '19900000001' }).refused
  assert.doesNotMatch(JSON.stringify([refused, listed]), /19900000001/)
})

test('what is not in the plan is accepted or refused as a whole; what is closed depends on its mode', () => {
  const cases: [Plan, string, string, string | undefined][] = [
    [planWith('strict'), 'other', '', undefined],
    [planWith('strict', 'active', 'refuse'), 'other', 'refused', 'catalog.unknown_event'],
    [planWith('off', 'proposed', 'refuse'), 'buy', 'refused', 'catalog.unknown_event'],
    [planWith('off', 'proposed'), 'buy', '', undefined],
    [planWith('strict', 'retired'), 'buy', 'refused', 'catalog.event_closed'],
    [planWith('strict', 'ignored'), 'buy', 'refused', 'catalog.event_closed'],
    [planWith('warn', 'retired'), 'buy', 'warned', 'catalog.event_closed'],
    [planWith('off', 'ignored'), 'buy', '', undefined],
    [planWith('off', 'ignored', 'refuse'), 'buy', 'refused', 'catalog.event_closed'],
    [planWith('off', 'active', 'refuse'), 'buy', '', undefined],
  ]
  for (const [plan, name, how, code] of cases) {
    const found = checkEvent(plan, name, good)
    assert.deepEqual([Object.keys(found).join(), found.refused?.code ?? found.warned?.code], [how, code])
  }
})

test('names that cannot be kept are refused whatever the mode, and shown without what they hide', () => {
  const plan = planWith('off')
  for (const name of ['', ' ', 'a\u0000b', 'line\nbreak', '\ud800', 'x'.repeat(101), 'x'.repeat(10_000)]) {
    assert.equal(isName(name), false)
    const event = checkEvent(plan, name, {}).refused
    const inProps = checkEvent(plan, 'buy', { [name]: 1 }).refused
    assert.deepEqual([event?.code, inProps?.code], ['catalog.event_name', 'catalog.property_name'])
    assert.ok(JSON.stringify([event, inProps]).length < 1000)
    assert.doesNotMatch(`${event?.zh}${inProps?.field}`, /\p{Cc}/u)
  }
  for (const name of ["it's", '"quoted"', '$AppStart', '购买/理财', '🙂', 'constructor', '__proto__', 'a.b'])
    assert.deepEqual(checkEvent(plan, name, JSON.parse(`{${JSON.stringify(name)}: 1}`)), {}, name)
})

test('a required property is not found on the prototype', () => {
  const plan: Plan = {
    ...compilePlan(
      [{ name: 'e', mode: 'strict', state: 'active' }],
      [property('e', 'constructor', 'object', { required: true })],
    ),
    unknown: 'accept',
  }
  assert.equal(checkEvent(plan, 'e', {}).refused?.code, 'catalog.missing_property')
})

test('whatever type a value is seen with, the value fits that type', () => {
  const values = ['', 'x', '2026-01-05', '2026-01-05 09:00:00', 0, -1.5, true, false, [], [1], {}, { a: [] }]
  for (const value of values) {
    const type = seenType(value)
    assert.ok(type)
    assert.equal(valueFault({ name: 'x', type, codes: undefined }, value, 'x'), undefined, JSON.stringify(value))
  }
  for (const value of [null, undefined]) assert.equal(seenType(value), undefined)
})

test('names that speak of a person are known in English, Chinese and pinyin; those of things are not', () => {
  const kinds: Record<string, string[]> = {
    mobile: [
      'mobile',
      'phone',
      'phoneNumber',
      '$phone_number',
      'user_mobile',
      'contact-phone',
      'tel',
      'sjhm',
      '手机号',
      '联系电话',
      'MOBILE_NO',
    ],
    certificate: [
      'idCard',
      'id_card_no',
      'idcard',
      'certNo',
      'certificate',
      'passport',
      'sfzh',
      '身份证号',
      '证件号码',
      'id_number',
    ],
    card: ['cardNo', 'card_number', 'bank_card', 'bankCardNo', '卡号', 'account_no', '银行卡'],
    email: ['email', 'e_mail', 'userEmail', '邮箱', 'email_address'],
    name: ['name', 'realName', 'customer_name', 'custName', 'payee_name', '姓名', '客户姓名', 'xm'],
    address: ['address', 'homeAddress', 'addr', '地址', '家庭住址', 'address_line1'],
    openid: ['openid', 'open_id', 'unionId', 'wx_openid'],
  }
  for (const [kind, names] of Object.entries(kinds))
    for (const name of names) assert.equal(looksPersonal(name), kind, name)
  const things =
    'phone_model phoneBrand is_mobile_bank 手机银行 手机型号 product_name page_name eventName cert_type card_type 证件类型 ip_address pageAddress 网址 mail_count email_opened $url $os amount 客户号 customer_no account_type address_type id'
  for (const name of things.split(' ')) assert.equal(looksPersonal(name), undefined, name)
  const declared = new Map([
    ['name', { personal: null }],
    ['remark', { personal: 'mobile' as const }],
  ])
  assert.deepEqual(
    ['name', 'remark', 'mobile', 'other'].map((name) => personalKindOf(declared, name)),
    [undefined, 'mobile', 'mobile', undefined],
  )
})

test('personal values leave as masks: declared ones, those that look it, and at any depth', () => {
  const plan: Plan = {
    ...compilePlan(
      [{ name: 'buy', mode: 'off', state: 'active' }],
      [...rows, property('buy', 'name', 'text'), property('buy', 'remark', 'text', { personal: 'mobile' })],
    ),
    unknown: 'accept',
  }
  const props = JSON.parse(
    '{"name":"稳健理财","remark":"19900000001","mobile":19900000002,"payee":"张三丰","tags":["a"],"email":null,' +
      '"more":{"idcard":"110101199001010011","deep":[{"cardNo":["6222000011112222"]}],"name":{"first":"x"}},"__proto__":{"phone":"19900000003"}}',
  )
  const shown = maskProps(plan, 'buy', props, mask)
  assert.deepEqual(
    JSON.stringify(shown),
    '{"name":"稳健理财","remark":"199****0001","mobile":"199****0002","payee":"张**","tags":["a"],"email":null,' +
      '"more":{"idcard":"110***********0011","deep":[{"cardNo":["6222 **** **** 2222"]}],"name":"****"},"__proto__":{"phone":"199****0003"}}',
  )
  assert.deepEqual(maskProps(plan, 'unplanned', { name: '张三', amount: 1 }, mask), { name: '张*', amount: 1 })
})
