import { hash } from 'node:crypto'
import smpp from 'smpp'
import type { Settings } from '../contract.ts'
import { said } from '../rules/gateway.ts'
import { asksToStop, encoded, receiptText, segmentsOf, stampTime } from '../rules/sms.ts'
import type { Outcome, Read } from './kind.ts'

export type Submission = Record<string, unknown>

/** 0x40 in the class: the message begins with a header. */
const withHeader = 0x40

/**
 * The submissions of one text. The number that joins its parts is made of its key: the same when it is tried again, so that
 * a phone that has the first part joins the second try to it.
 */
export function submissionsOf(settings: Settings, to: string, whole: string, key: string): Submission[] {
  const { alphabet, parts } = segmentsOf(whole)
  const common = {
    source_addr: said(settings.source),
    destination_addr: to.replace(/[\s+-]/g, ''),
    source_addr_ton: 0,
    dest_addr_ton: to.startsWith('+') ? 1 : 0,
    dest_addr_npi: 1,
    data_coding: alphabet === 'ucs2' ? 8 : 0,
    registered_delivery: 1,
  }
  if (parts.length === 1) return [{ ...common, short_message: { message: encoded(whole, alphabet) } }]
  if (settings.long === 'payload') return [{ ...common, message_payload: { message: encoded(whole, alphabet) } }]
  const joins = Number.parseInt(hash('sha256', key, 'hex').slice(0, 4), 16)
  return parts.map((part, i) => {
    const message = encoded(part, alphabet)
    if (settings.long === 'sar')
      return {
        ...common,
        short_message: { message },
        sar_msg_ref_num: joins,
        sar_total_segments: parts.length,
        sar_segment_seqnum: i + 1,
      }
    const header = Buffer.from([5, 0, 3, joins & 0xff, parts.length, i + 1])
    return { ...common, esm_class: withHeader, short_message: { message: Buffer.concat([header, message]) } }
  })
}

const nameOf = new Map(Object.entries(smpp.errors).map(([name, status]) => [status, name]))

/** Statuses of SMPP 3.4, 5.1.3, by what is to be done about them. */
const throttled = new Set(['ESME_RTHROTTLED', 'ESME_RMSGQFUL'])
const invalid = new Set(['ESME_RINVDSTADR', 'ESME_RINVDSTTON', 'ESME_RINVDSTNPI'])
const refused = new Set(['ESME_RINVMSGLEN', 'ESME_RINVESMCLASS', 'ESME_RINVDCS'])

export function outcomeOf(key: string, status: number): Outcome {
  const code = nameOf.get(status) ?? `0x${status.toString(16)}`
  const words = { key, code, text: `SMPP ${code}` }
  if (throttled.has(code)) return { ...words, failed: 'throttled' }
  if (invalid.has(code)) return { ...words, failed: 'permanent', suppress: true }
  if (refused.has(code)) return { ...words, failed: 'permanent' }
  return { ...words, failed: 'transient', own: true }
}

const finalStates: Record<string, 'delivered' | 'failed'> = {
  DELIVRD: 'delivered',
  EXPIRED: 'failed',
  DELETED: 'failed',
  UNDELIV: 'failed',
  REJECTD: 'failed',
}
/** `message_state` of SMPP 3.4, 5.2.28. */
const stateNames = ['', 'ENROUTE', 'DELIVRD', 'EXPIRED', 'DELETED', 'UNDELIV', 'ACCEPTD', 'UNKNOWN', 'REJECTD']

function wordsOf(pdu: smpp.PDU): string {
  for (const held of [pdu.short_message, pdu.message_payload]) {
    const message = typeof held === 'object' ? held.message : held
    if (message !== undefined && message.length > 0) return message.toString()
  }
  return ''
}

/** A receipt, or what a customer sent back. States on the way to an end say nothing yet. */
export function readDelivery(pdu: smpp.PDU, now: Date): Read {
  const words = wordsOf(pdu)
  if (((pdu.esm_class ?? 0) & 0x3c) !== 0x04) {
    const from = pdu.source_addr ?? ''
    return { receipts: [], inbound: from && asksToStop(words) ? [{ from, text: words, at: now }] : [] }
  }
  const read = receiptText(words)
  const providerId = pdu.receipted_message_id ?? read.id
  const stat = (read.stat ?? stateNames[pdu.message_state ?? 0] ?? '').toUpperCase()
  const state = finalStates[stat]
  if (!providerId || !state) return { receipts: [], inbound: [] }
  const code = [stat, read.err].filter(Boolean).join(':')
  return { receipts: [{ providerId, state, at: stampTime(read.done) ?? now, code }], inbound: [] }
}
