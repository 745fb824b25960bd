import { isId, newId } from '../../../platform/ids.ts'
import type { AuditQuery } from '../contract.ts'

/** A list's filters as the statement takes them; null does not filter. */
export type EntryFilter = {
  targetKind: string | null
  targetId: string | null
  whoId: string | null
  action: string | null
  text: string | null
  /** Ids begin with their time, so a range of time is a range of ids. */
  fromId: string | null
  toId: string | null
}

/** Reads `object` as an id, or as `kind:id`, or `kind:` alone. */
export function readFilter(query: AuditQuery): EntryFilter {
  const object = query.object?.trim() ?? ''
  const colon = object.indexOf(':')
  const text = query.q?.trim() ?? ''
  return {
    targetKind: colon > 0 ? object.slice(0, colon) : null,
    targetId: object.slice(colon + 1) || null,
    whoId: query.actor?.trim() || null,
    action: query.action?.trim() || null,
    text: text === '' ? null : text,
    fromId: query.from === undefined ? null : firstIdAt(new Date(query.from)),
    toId: query.to === undefined ? null : firstIdAt(new Date(query.to)),
  }
}

/** The last that ten letters of 32 can tell. */
const lastMoment = 2 ** 50 - 1

/** All ids of that millisecond or later sort after this, all earlier ones before. */
export function firstIdAt(at: Date): string {
  const moment = new Date(Math.min(Math.max(at.getTime(), 0), lastMoment))
  return newId('aud', moment).slice(0, 'aud_'.length + 10)
}

export function isEntryId(id: string): boolean {
  return isId('aud', id)
}
