import { BlockList, isIP } from 'node:net'

/** What an ordinary connection has no business with: this machine, the link, the metadata services of clouds. */
const special = new BlockList()
for (const [net, bits] of [
  ['0.0.0.0', 8],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['224.0.0.0', 3],
] as const)
  special.addSubnet(net, bits, 'ipv4')
// The metadata services of Alibaba Cloud and Oracle Cloud, which do not stand on the link.
special.addAddress('100.100.100.200', 'ipv4')
special.addAddress('192.0.0.192', 'ipv4')
for (const [net, bits] of [
  ['::', 127],
  ['fe80::', 10],
  ['ff00::', 8],
  ['fd00:ec2::', 32],
  ['64:ff9b::', 96],
  ['2002::', 16],
] as const)
  special.addSubnet(net, bits, 'ipv6')

export function isSpecial(address: string): boolean {
  const plain = unmapped(address)
  return special.check(plain, isIP(plain) === 6 ? 'ipv6' : 'ipv4')
}

/** `::ffff:127.0.0.1` is 127.0.0.1. */
function unmapped(address: string): string {
  return /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1] ?? address
}

/**
 * Whether a host that resolved to an address may be spoken to. With a list only what is on it; without one anything but
 * what is special. A special address must be on the list by itself, as an address or a network: a name could be made to
 * point at it.
 */
export function mayConnect(host: string, address: string, allowed: readonly string[]): boolean {
  const named = allowed.some((one) => one.toLowerCase() === host.toLowerCase() && isIP(one) === 0)
  const inside = allowed.some((one) => isIP(one.split('/')[0] ?? '') !== 0 && within(unmapped(address), one))
  if (isSpecial(address)) return inside
  return allowed.length === 0 || named || inside
}

function within(address: string, network: string): boolean {
  const [net = '', bits] = network.split('/')
  const family = isIP(net) === 6 ? 'ipv6' : 'ipv4'
  const list = new BlockList()
  try {
    list.addSubnet(net, bits === undefined ? (family === 'ipv6' ? 128 : 32) : Number(bits), family)
    return list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4')
  } catch {
    return false
  }
}
