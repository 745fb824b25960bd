import { Type } from 'typebox'
import { text } from '../../../platform/problem.ts'
import type { Preset, Settings } from '../contract.ts'
import { said } from '../rules/gateway.ts'
import { billedByLetters, dressed, segmentsOf } from '../rules/sms.ts'
import { checkGateway, gatewayFields, gatewayInitial, gatewaySettings, openGateway, readGateway } from './gateway.ts'
import { type Kind, type Letter, sayField } from './kind.ts'
import { checkMobile, smsPreview } from './sms.ts'

const wholeOf = (fields: Letter['fields'], { sign, unsubscribe }: Settings) =>
  dressed(sayField(fields, 'text'), said(sign) || undefined, said(unsubscribe) || undefined)

const unitsOf = (fields: Letter['fields'], settings: Settings) =>
  settings.billed === 'alphabet'
    ? segmentsOf(wholeOf(fields, settings)).parts.length
    : billedByLetters(wholeOf(fields, settings))

/** From the vendors' public documentation; what an account of theirs is called stays to be filled in. */
const presets: Preset[] = [
  {
    id: 'yunpian',
    name: text('云片', 'Yunpian'),
    settings: {
      ...gatewayInitial,
      url: 'https://sms.yunpian.com/v2/sms/single_send.json',
      bodyType: 'form',
      body: 'apikey={{ secrets.key | uri }}&mobile={{ letter.to | uri }}&text={{ letter.text | uri }}&uid={{ letter.key | uri }}&callback_url={{ callback | uri }}',
      idPath: 'sid',
      throttledCodes: '8,9,17,22,33',
      invalidCodes: '2,4,5,20',
      receiptField: 'sms_status',
      receiptIdPath: 'sid',
      receiptStatePath: 'report_status',
      deliveredStates: 'SUCCESS',
      ignoredStates: 'UNKNOWN',
      receiptAtPath: 'user_receive_time',
      receiptAnswer: 'SUCCESS',
    },
  },
  {
    id: 'chuanglan',
    name: text('创蓝云智(253)', 'Chuanglan (253)'),
    settings: {
      ...gatewayInitial,
      url: 'https://smssh1.253.com/msg/v1/send/json',
      body: '{"account":{{ secrets.user | json }},"password":{{ secrets.key | json }},"msg":{{ letter.text | json }},"phone":{{ letter.to | json }},"report":"true","uid":{{ letter.key | json }}}',
      textPath: 'errorMsg',
      idPath: 'msgId',
      throttledCodes: '103',
      invalidCodes: '107',
      refusedCodes: '105',
      receiptIdPath: 'msgid',
      receiptStatePath: 'status',
      deliveredStates: 'DELIVRD',
      receiptAtPath: 'notifyTime',
      receiptAnswer: '{"clcode":"000000"}',
    },
  },
  {
    id: 'signed',
    name: text('通用 JSON,HMAC-SHA256 签名', 'JSON signed with HMAC-SHA256'),
    settings: {
      ...gatewayInitial,
      url: 'https://',
      headers:
        'x-app: {{ secrets.user }}\nx-timestamp: {{ now.s }}\nx-nonce: {{ nonce }}\nx-signature: {{ now.s | append: nonce | append: body | hmac_sha256: secrets.key }}',
      body: '{"id":{{ letter.key | json }},"phone":{{ letter.to | json }},"content":{{ letter.text | json }},"callback":{{ callback | json }}}',
      idPath: 'msgid',
      receiptIdPath: 'msgid',
      receiptStatePath: 'status',
      deliveredStates: 'DELIVRD',
      inboundFromPath: 'phone',
      inboundTextPath: 'content',
    },
  },
  {
    id: 'md5',
    name: text('通用表单,MD5 签名', 'Form signed with MD5'),
    settings: {
      ...gatewayInitial,
      url: 'https://',
      bodyType: 'form',
      body: '{% assign stamp = now.beijing %}userid={{ secrets.user | uri }}&timestamp={{ stamp }}&sign={{ secrets.user | append: secrets.key | append: stamp | md5 }}&mobile={{ letter.to }}&content={{ letter.text | uri }}&extno={{ letter.key | uri }}',
      idPath: 'taskid',
      receiptIdPath: 'taskid',
      receiptStatePath: 'status',
      deliveredStates: 'DELIVRD',
    },
  },
]

export const smsHttp: Kind = {
  kind: 'sms-http',
  channel: 'sms',
  name: text('短信 · HTTP 网关', 'SMS by HTTP'),
  about: text(
    '短信平台的 HTTP 接口,请求与回执按模板配置',
    'A vendor’s HTTP interface, request and receipts by templates',
  ),
  unit: text('条', 'part'),
  price: 350,
  settings: Type.Object(
    {
      sign: Type.Optional(Type.String({ maxLength: 30 })),
      unsubscribe: Type.Optional(Type.String({ maxLength: 30 })),
      billed: Type.Enum(['letters', 'alphabet']),
      ...gatewaySettings,
    },
    { additionalProperties: false },
  ),
  initial: { ...gatewayInitial, billed: 'letters' },
  fields: [
    { name: 'sign', label: text('短信签名', 'Sign'), placeholder: text('知行银行', 'Zhixing Bank') },
    {
      name: 'unsubscribe',
      label: text('退订语', 'Way out'),
      placeholder: text(',退订回T', ', reply T to stop'),
      help: text('营销短信账号必填', 'Needed by accounts of marketing'),
    },
    {
      name: 'billed',
      label: text('计费', 'Billed'),
      options: [
        { value: 'letters', label: text('70/67 字一条', '70/67 letters a part') },
        { value: 'alphabet', label: text('按编码(GSM-7 160/153)', 'By alphabet (GSM-7 160/153)') },
      ],
    },
    ...gatewayFields,
  ],
  secrets: [
    { name: 'user', label: text('账号', 'User'), needed: false },
    { name: 'key', label: text('密钥', 'Key'), needed: false },
  ],
  presets,
  identity: 'mobile',
  towards: ['url', 'body', 'headers'],
  callback: true,
  check: checkGateway,
  checkAddress: checkMobile,
  units: unitsOf,
  preview: async (fields, settings) => smsPreview(wholeOf(fields, settings), settings.unsubscribe === undefined),
  async open(way) {
    return openGateway(
      way,
      ({ key, to, fields }) => ({ key, to, text: wholeOf(fields, way.settings) }),
      ({ fields }) => unitsOf(fields, way.settings),
    )
  },
  read: readGateway,
}
