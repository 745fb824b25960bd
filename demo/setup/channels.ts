import type { Api } from '../doors/api.ts'
import type { Gateways } from '../stand-ins/gateways.ts'

type Node = { id: string; level: number }
type Account = { id: string; name: string; version: number; settings: Record<string, unknown> }
type Kind = { kind: string; initial: Record<string, unknown> }
type Wanted = {
  name: string
  kind: string
  settings: Record<string, unknown>
  secrets?: Record<string, string>
  price: number
  perSecond?: number
  windows?: { days: number[]; from: string; until: string }[]
  identity?: string
}

/** Marketing texts pass from eight in the morning to ten at night only. */
const byDay = [{ days: [], from: '08:00', until: '22:00' }]

/** The accounts of the bank, on the gateways of this start: their ports are others each time. */
function wanted({ smtp, smpp, http }: Gateways): Wanted[] {
  const [mail, centre] = [new URL(smtp), new URL(smpp)]
  return [
    {
      name: '行业短信(SMPP)',
      kind: 'smpp',
      settings: {
        ...{ host: centre.hostname, port: Number(centre.port), systemId: 'zhixing', source: '10690001' },
        ...{ sign: '知行银行', long: 'payload' },
      },
      secrets: { password: 'zhixing' },
      price: 350,
      perSecond: 100,
    },
    {
      name: '营销短信(HTTP)',
      kind: 'sms-http',
      settings: {
        ...{ url: `${http}/sms/send`, sign: '知行银行', unsubscribe: ',退订回T', parallel: 16 },
        body: '{"phone":{{ letter.to | json }},"content":{{ letter.text | json }},"kind":"marketing","callback":{{ callback | json }}}',
        ...{ idPath: 'msgid', receiptIdPath: 'msgid', receiptStatePath: 'status', deliveredStates: 'DELIVRD' },
        ...{ inboundFromPath: 'phone', inboundTextPath: 'content' },
        ...{ throttledCodes: 'isv.BUSINESS_LIMIT_CONTROL,isv.OUT_OF_SERVICE_TIME', transientCodes: 'isp.SYSTEM_ERROR' },
        invalidCodes: 'isv.MOBILE_NUMBER_ILLEGAL',
      },
      price: 385,
      perSecond: 200,
      windows: byDay,
    },
    {
      name: '服务邮件',
      kind: 'smtp',
      settings: {
        ...{ host: mail.hostname, port: Number(mail.port), security: 'none' },
        ...{ from: 'service@zhixing-bank.example', fromName: '知行银行' },
      },
      price: 10,
    },
    {
      name: '手机银行推送',
      kind: 'push-http',
      settings: {
        ...{
          url: `${http}/push/send`,
          okCodes: '80000000',
          throttledCodes: '81000001',
          invalidCodes: '80100000,80300007',
        },
        headers: '',
      },
      price: 0,
      perSecond: 500,
    },
    {
      name: '企业微信群发',
      kind: 'wecom',
      settings: { base: http, corpId: 'ww-zhixing', sender: 'lina' },
      secrets: { secret: 'zhixing-demo' },
      price: 0,
    },
    {
      name: '手机银行消息中心',
      kind: 'inbox',
      settings: { days: 180 },
      secrets: { tokenKey: 'zhixing-demo-key-of-signed-in-customers' },
      price: 0,
    },
    {
      name: '手机银行弹窗',
      kind: 'popup',
      settings: { days: 7 },
      secrets: { tokenKey: 'zhixing-demo-key-of-signed-in-customers' },
      price: 0,
    },
  ]
}

/** Makes the accounts that are not there, and points those that are at the gateways of this start. */
export async function ensureChannels(api: Api, gateways: Gateways): Promise<number> {
  await allowThisMachine(api)
  const { items: orgs } = await api.get<{ items: Node[] }>('/api/orgs/tree')
  const head = orgs.find(({ level }) => level === 1)
  if (!head) throw new Error('the service key sees no organisation')
  const { items: kinds } = await api.get<{ items: Kind[] }>('/api/channels/kinds')
  const { items: known } = await api.get<{ items: Account[] }>('/api/channels/accounts?limit=200')
  const accounts = wanted(gateways)
  for (const { settings: own, ...account } of accounts) {
    const settings = { ...kinds.find(({ kind }) => kind === account.kind)?.initial, ...own }
    const there = known.find(({ name }) => name === account.name)
    if (!there) await api.post('/api/channels/accounts', { ...account, settings, org: head.id })
    else if (JSON.stringify(sorted(there.settings)) !== JSON.stringify(sorted(settings))) {
      const { version } = there
      await api.patch(`/api/channels/accounts/${there.id}`, { version, settings, secrets: account.secrets ?? {} })
    }
  }
  return accounts.length
}

function sorted(settings: Record<string, unknown>): [string, unknown][] {
  return Object.entries(settings).sort(([a], [b]) => (a < b ? -1 : 1))
}

/** The gateways run on this machine, which a channel may not speak to unless that is said. */
async function allowThisMachine(api: Api): Promise<void> {
  type Parameter = { name: string; value: unknown; revision: number }
  const { items } = await api.get<{ items: Parameter[] }>('/api/system/parameters')
  const networks = items.find(({ name }) => name === 'channels.networks')
  if (!networks || (networks.value as string[]).includes('127.0.0.1/32')) return
  const value = [...(networks.value as string[]), '127.0.0.1/32']
  await api.put('/api/system/parameters/channels.networks', { revision: networks.revision, value })
}
