import { lookup } from 'node:dns/promises'
import { connect, isIP, type Socket } from 'node:net'
import { parameter } from '../../../govern/system/system.ts'
import type { Ctx } from '../../../platform/ctx.ts'
import { mayConnect } from '../../../platform/net/addresses.ts'
import { away, refused } from '../problems.ts'
import { networks } from '../settings.ts'

/**
 * The address of a host that may be spoken to. What was looked at is what is connected to: a name that points elsewhere
 * a moment later gains nothing (DNS rebinding). @throws `warehouse.source_away`, `warehouse.source_refused`.
 */
export async function addressOf(ctx: Ctx, host: string): Promise<string> {
  const allowed = await parameter(ctx, networks)
  const found = isIP(host)
    ? [{ address: host }]
    : await lookup(host, { all: true, verbatim: true }).catch((error) => {
        throw away(`ENOTFOUND ${host}`, error)
      })
  const [first] = found
  if (!first) throw away(`ENOTFOUND ${host}`)
  for (const { address } of found)
    if (!mayConnect(host, address, allowed))
      throw refused(
        `不允许连接 ${host}(${address}):请管理员在系统参数“允许连接的地址”中列出`,
        `${host} (${address}) may not be connected to: an administrator can list it in the parameter “Addresses that may be connected to”`,
      )
  return first.address
}

const connectMs = 10_000

/** A connected socket to a host that may be spoken to. */
export async function openSocket(ctx: Ctx, host: string, port: number): Promise<Socket> {
  const address = await addressOf(ctx, host)
  return new Promise((resolve, reject) => {
    const socket = connect({ host: address, port, noDelay: true })
    const timer = setTimeout(
      () => socket.destroy(Object.assign(new Error('no answer'), { code: 'ETIMEDOUT' })),
      connectMs,
    )
    socket.once('connect', () => {
      clearTimeout(timer)
      socket.removeAllListeners('error')
      resolve(socket)
    })
    socket.once('error', (error) => {
      clearTimeout(timer)
      reject(away(`${'code' in error ? error.code : ''} ${host}:${port}`, error))
    })
  })
}
