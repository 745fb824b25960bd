import { startHttp } from './http.ts'
import { pushGateway } from './push.ts'
import { smsGateway } from './sms.ts'
import { startSmsc } from './smsc.ts'
import { startSmtp } from './smtp.ts'
import type { Around } from './standIn.ts'
import { wecomGateway } from './wecom.ts'

export type Gateways = { smtp: string; smpp: string; http: string; close(): Promise<void> }

/** All channels of the demo bank on free local ports: what Zhixing sends there reaches the bank's customers. */
export async function startGateways(around: Around): Promise<Gateways> {
  const [smtp, smsc, http] = await Promise.all([
    startSmtp(around),
    startSmsc(around),
    startHttp([smsGateway(around), pushGateway(around), wecomGateway(around)]),
  ])
  return {
    smtp: `smtp://127.0.0.1:${smtp.port}`,
    smpp: `smpp://127.0.0.1:${smsc.port}`,
    http: `http://127.0.0.1:${http.port}`,
    close: () => Promise.all([smtp.close(), smsc.close(), http.close()]).then(() => undefined),
  }
}
