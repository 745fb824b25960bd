import { Type } from 'typebox'
import { text } from '../../../platform/problem.ts'
import { checkGateway, gatewayFields, gatewayInitial, gatewaySettings, openGateway, readGateway } from './gateway.ts'
import { type Kind, sayField } from './kind.ts'
import { checkMobile } from './sms.ts'

export const callHttp: Kind = {
  kind: 'call-http',
  channel: 'call',
  name: text('智能外呼 · HTTP', 'AI call by HTTP'),
  about: text(
    '提交外呼任务,通话结果由外呼平台回传',
    'Gives a task to a calling platform, which reports how the call went',
  ),
  unit: text('通', 'call'),
  price: 1500,
  settings: Type.Object(gatewaySettings, { additionalProperties: false }),
  initial: {
    ...gatewayInitial,
    body: '{"taskId":{{ letter.key | json }},"phone":{{ letter.to | json }},"script":{{ letter.script | json }},"params":{{ letter.params | json }},"callback":{{ callback | json }}}',
    headers: 'x-timestamp: {{ now.s }}\nx-signature: {{ now.s | append: body | hmac_sha256: secrets.key }}',
    idPath: 'callId',
    receiptKeyPath: 'taskId',
    receiptIdPath: 'callId',
    receiptStatePath: 'result',
    deliveredStates: 'answered,connected',
    ignoredStates: 'queued,ringing',
    receiptAtPath: 'endedAt',
  },
  fields: gatewayFields,
  secrets: [{ name: 'key', label: text('密钥', 'Key'), needed: false }],
  presets: [],
  identity: 'mobile',
  towards: ['url', 'body', 'headers'],
  callback: true,
  check: checkGateway,
  checkAddress: checkMobile,
  units: () => 1,
  preview: async (fields) => ({
    shown: [
      { label: text('话术', 'Script'), value: sayField(fields, 'script') },
      { label: text('变量', 'Values'), value: sayField(fields, 'params') },
    ],
    notes: [],
  }),
  async open(way) {
    return openGateway(
      way,
      ({ key, to, fields }) => ({ key, to, script: sayField(fields, 'script'), params: fields.params ?? {} }),
      () => 1,
    )
  },
  read: readGateway,
}
