import { Type } from 'typebox'
import { text } from '../../../platform/problem.ts'
import { checkGateway, gatewayFields, gatewayInitial, gatewaySettings, openGateway, readGateway } from './gateway.ts'
import { type Kind, sayField } from './kind.ts'

export const pushHttp: Kind = {
  kind: 'push-http',
  channel: 'push',
  name: text('App 推送 · HTTP', 'App push by HTTP'),
  about: text('厂商或聚合推送服务的 HTTP 接口,按模板配置', 'The HTTP interface of a push service, by templates'),
  unit: text('次', 'notice'),
  price: 0,
  settings: Type.Object(gatewaySettings, { additionalProperties: false }),
  initial: {
    ...gatewayInitial,
    body: '{"tokens":[{{ letter.to | json }}],"title":{{ letter.title | json }},"text":{{ letter.body | json }},"url":{{ letter.url | json }},"id":{{ letter.key | json }},"callback":{{ callback | json }}}',
    headers: 'authorization: Bearer {{ secrets.key }}',
    idPath: 'requestId',
    receiptsPath: 'statuses',
    receiptIdPath: 'requestId',
    receiptStatePath: 'status',
    deliveredStates: '0',
    receiptAtPath: 'timestamp',
  },
  fields: gatewayFields,
  secrets: [{ name: 'key', label: text('密钥', 'Key'), needed: false }],
  presets: [],
  identity: 'device_id',
  towards: ['url', 'body', 'headers'],
  callback: true,
  check: checkGateway,
  checkAddress: (address) =>
    /^[\x21-\x7e]{4,500}$/.test(address) ? undefined : text('不是设备标识', 'Not the token of a device'),
  units: () => 1,
  preview: async (fields) => ({
    shown: [
      { label: text('标题', 'Title'), value: sayField(fields, 'title') },
      { label: text('内容', 'Body'), value: sayField(fields, 'body') },
      { label: text('点击打开', 'Opens'), value: sayField(fields, 'url') },
    ],
    notes: tooLong(fields.title, 40, '标题', 'title').concat(tooLong(fields.body, 100, '内容', 'body')),
  }),
  async open(way) {
    return openGateway(
      way,
      ({ key, to, fields }) => ({
        ...{ key, to, title: sayField(fields, 'title'), body: sayField(fields, 'body') },
        ...{ url: sayField(fields, 'url'), image: sayField(fields, 'image') },
      }),
      () => 1,
    )
  },
  read: readGateway,
}

export function tooLong(value: unknown, most: number, zh: string, en: string) {
  return typeof value === 'string' && [...value].length > most
    ? [text(`${zh}超过 ${most} 字,多数手机会截断`, `The ${en} is longer than ${most} letters: most phones cut it`)]
    : []
}
