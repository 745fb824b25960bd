import type { ReceiptState } from '../contract.ts'

type Part = { providerId: string; message: string; state: string | null }
type One = { key?: string; providerId?: string; state: ReceiptState; at: Date; code?: string }

/**
 * What the receipts of parts say of whole messages: delivered with the last part, failed with the first that failed, each
 * said once however often a part reports. Receipts of whole messages pass through.
 */
export function wholeReceipts(
  parts: readonly Part[],
  receipts: readonly One[],
): { whole: One[]; states: { providerId: string; state: string }[]; waiting: number } {
  const known = new Map(parts.map((part) => [part.providerId, { ...part }]))
  const ofMessage = Map.groupBy(known.values(), ({ message }) => message)
  const whole: One[] = []
  const states: { providerId: string; state: string }[] = []
  let waiting = 0
  for (const receipt of receipts) {
    const part = receipt.providerId === undefined ? undefined : known.get(receipt.providerId)
    if (!part) {
      whole.push(receipt)
      continue
    }
    const all = ofMessage.get(part.message) ?? []
    const said = all.some(({ state }) => state === 'failed')
    if (part.state !== null || said) {
      waiting++
      if (part.state === null) states.push({ providerId: part.providerId, state: receipt.state })
      part.state ??= receipt.state
      continue
    }
    part.state = receipt.state
    states.push({ providerId: part.providerId, state: receipt.state })
    if (receipt.state === 'failed' || all.every(({ state }) => state === 'delivered'))
      whole.push({ ...receipt, providerId: part.message })
    else waiting++
  }
  return { whole, states, waiting }
}
