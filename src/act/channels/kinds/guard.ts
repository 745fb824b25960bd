import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import { parameter } from '../../../govern/system/system.ts'
import type { Ctx } from '../../../platform/ctx.ts'
import { mayConnect } from '../../../platform/net/addresses.ts'
import { networks } from '../settings.ts'
import { WayFault } from './kind.ts'

/**
 * The address of a host that may be spoken to. What was looked at is what is connected to: a name that points elsewhere a
 * moment later gains nothing (DNS rebinding). @throws WayFault.
 */
export async function addressOf(ctx: Ctx, host: string): Promise<{ address: string; family: number }> {
  const allowed = await parameter(ctx, networks)
  const found = isIP(host)
    ? [{ address: host, family: isIP(host) }]
    : await lookup(host, { all: true, verbatim: true }).catch((error: unknown) => {
        throw new WayFault('transient', 'dns', `no such host: ${host}`, { cause: error })
      })
  const [first] = found
  if (!first) throw new WayFault('transient', 'dns', `no such host: ${host}`)
  for (const { address } of found)
    if (!mayConnect(host, address, allowed))
      throw new WayFault(
        'transient',
        'not_allowed',
        `不允许连接 ${host}(${address}):请管理员在系统参数“渠道可以连接的地址”中列出 · ${host} may not be connected to: list it in the parameter “Addresses that channels may connect to”`,
      )
  return first
}
