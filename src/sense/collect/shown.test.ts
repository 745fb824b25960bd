import assert from 'node:assert/strict'
import { test } from 'node:test'
import { looksPersonal } from '../catalog/catalog.ts'
import { maskEnvelope, maskIds, maskValues } from './shown.ts'

test('what the catalogue takes for personal is masked in the live view too, and what it does not is shown', () => {
  const names = ['phoneNumber', '$id_card', '客户姓名', 'user_name', 'sjhm', 'bank_card_no', 'home_address', 'openId']
  for (const name of names) {
    assert.ok(looksPersonal(name), name)
    assert.notEqual(maskValues({ [name]: '南湖路练习' })[name], '南湖路练习', name)
  }
  for (const name of ['hotel_type', 'phone_model', 'page_address', 'telemetry'])
    assert.equal(maskValues({ [name]: '普通' })[name], '普通', name)
})

test('a mobile number is masked wherever it stands, and whatever it is called', () => {
  assert.deepEqual(maskValues({ note: '请拨 19900001234', deep: [{ phone: 19900001234 }] }), {
    note: '请拨 199****1234',
    deep: [{ phone: '199****1234' }],
  })
  assert.deepEqual(
    maskIds([
      { kind: 'mobile', value: '19900001234' },
      { kind: 'card', value: '6222000000001234' },
      { kind: 'login_id', value: 'u1' },
    ]).map(({ value }) => value),
    ['199****1234', '6222 **** **** 1234', 'u1'],
  )
  const envelope = maskEnvelope({
    kind: 'profile',
    time: 0,
    ids: [],
    props: {},
    profile: { op: 'set', values: { name: '张三丰', level: '金卡' } },
  })
  assert.deepEqual(envelope.profile?.values, { name: '张**', level: '金卡' })
})
